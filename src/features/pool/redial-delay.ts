/** A call to a session that was over: so long after its end, and for so long it could have been seen at all. */
export type LateRedial = { delaySeconds: number; coolingSeconds: number };

export type BudgetCooling = {
  coolingSeconds: number;
  /** The mean of the tail of the delays, as estimated; null when the default stands in for it. */
  tailSeconds: number | null;
};

/** As long as a pool can be told to cool: 90 days. */
const MOST_SECONDS = 7_776_000;
/** Who looks for something lost calls back latest, 6 hours later on average. */
const DEFAULT_TAIL_SECONDS = 21_600;
/** Fewer delays than this say too little about how fast they die out. */
const LEAST_IN_TAIL = 50;
/** What is tried as the tail; 1 is all delays together. */
const TAIL_SHARES = [1, 0.5, 0.25, 0.1, 0.05, 0.02, 0.01];
/**
 * The tail that is needed. One redial in ten that comes 6 h later on average, among others after half an hour, looks like a
 * tail of 2.4 h from the 75 % quantile on, and what follows from it exceeds a budget of 0.1 % ten times. From the 95 %
 * quantile on hardly any of the others are left.
 */
const NEEDED_SHARE = 0.05;
/** Sessions cool for about Q, which a share of the budget exceeds: a tail that begins near Q has no room in which to die out. */
const LEAST_TIMES_BUDGET = 5;
/** Excesses of a third of their window die out within it; those of half of it are as good as uniform. */
const LEAST_WINDOWS = 3;
/** One-sided 99 %. A bound that holds 95 times of 100 would let every twentieth pool exceed its budget. */
const DEVIATIONS = 2.326;
/** Nobody has seen beyond the cooling time of before; twice as far, and the default is believed rather than the estimate. */
const MOST_REACHES = 2;
/** A bound that is farther from the estimate says only that too little was seen; with so much, more will be. */
const MOST_ESTIMATES = 2;

/** Below it both terms of the formulas are so large that their difference is lost; their series take over. */
const NEARLY_FLAT = 1e-3;

/** The delays above a threshold. A window is how far above it a delay could have been seen. */
type Tail = {
  threshold: number;
  excesses: readonly number[];
  windows: readonly number[];
  /** How many delays of those that could have been above the threshold were not. */
  below: number;
};

/**
 * The cooling time Q that at most a share p of the late redials comes after, p being the budget: P(delay > Q) <= p.
 *
 * Peaks over a threshold: what delays exceed a high quantile u by is taken for exponential with mean τ. Then
 *
 *     Q = u + τ·ln(P(delay > u) / p)          with u = 0: Q = τ·ln(1 / p)
 *
 * and of several thresholds the one with the longest Q counts, each with an upper bound of its τ (`meanWhere`).
 *
 * Too few delays, or such as do not bound τ: then τ = 6 h, u = 0 stand in, unless windows of 6 h and more show that it is
 * longer; when delays do not die out in them at all, 90 days.
 */
export function coolingWithin(budget: number, redials: readonly LateRedial[]): BudgetCooling {
  const byDefault = whole(DEFAULT_TAIL_SECONDS * Math.log(1 / budget));
  const seen = redials
    .filter(({ delaySeconds, coolingSeconds }) => delaySeconds >= 0 && delaySeconds <= coolingSeconds)
    .sort((one, other) => other.delaySeconds - one.delaySeconds);
  const least = Math.max(NEEDED_SHARE, LEAST_TIMES_BUDGET * budget);
  const needed = tailOf(seen, TAIL_SHARES.findLast((share) => share >= least) ?? 1);
  if (needed.excesses.length < LEAST_IN_TAIL) return { coolingSeconds: byDefault, tailSeconds: null };

  const others = TAIL_SHARES.map((share) => tailOf(seen, share)).filter(
    ({ excesses, windows }) =>
      excesses.length >= LEAST_IN_TAIL && sum(windows) >= LEAST_WINDOWS * sum(excesses),
  );
  const times = [needed, ...others].map((tail) => timeOf(tail, budget, byDefault));
  const coolingSeconds = whole(Math.max(...times));
  const reach = needed.threshold + sum(needed.windows) / needed.windows.length;
  const isBeyond = coolingSeconds < byDefault && coolingSeconds > MOST_REACHES * reach;
  return isBeyond || coolingSeconds === byDefault
    ? { coolingSeconds: byDefault, tailSeconds: null }
    : { coolingSeconds, tailSeconds: meanWhere(needed, 0) };
}

/** @param seen slowest first */
function tailOf(seen: readonly LateRedial[], share: number): Tail {
  const count = Math.floor(seen.length * share);
  const threshold = seen[count]?.delaySeconds ?? 0;
  const isInSight = ({ coolingSeconds }: LateRedial) => coolingSeconds > threshold;
  const above = seen.slice(0, count).filter(isInSight);
  return {
    threshold,
    excesses: above.map(({ delaySeconds }) => delaySeconds - threshold),
    windows: above.map(({ coolingSeconds }) => coolingSeconds - threshold),
    below: seen.slice(count).filter(isInSight).length,
  };
}

function timeOf(tail: Tail, budget: number, byDefault: number): number {
  const mean = meanWhere(tail, 0);
  const bound = meanWhere(tail, DEVIATIONS);
  // In a narrow window a tail of 6 h looks as flat as a longer one.
  if (bound === null && sum(tail.windows) < DEFAULT_TAIL_SECONDS * tail.windows.length) return byDefault;
  if (mean === null) return MOST_SECONDS;
  const atMost = bound === null ? Number.POSITIVE_INFINITY : quantileOf(tail, bound, budget);
  if (atMost <= byDefault) return atMost;
  const asSeen = quantileOf(tail, mean, budget);
  return asSeen <= byDefault ? byDefault : Math.min(atMost, MOST_ESTIMATES * asSeen);
}

/**
 * A delay longer than its session cooled is never seen: by then nobody knows whose the number was. So each excess is one of
 * an exponential that is cut off at its window c, with mean τ - c/(e^(c/τ) - 1) and variance τ² - c²·e^(c/τ)/(e^(c/τ) - 1)².
 *
 * With 0 deviations: the τ whose expected sum of excesses is the sum that was seen, which has the maximum likelihood. With
 * more: the τ for which that sum is so many standard deviations too small, the upper bound. Null when no τ gives such a sum,
 * not even the flattest. By halving on a logarithmic scale: 14 steps to 0.13 %, of which the longer end is taken.
 */
function meanWhere({ excesses, windows }: Tail, deviations: number): number | null {
  const total = sum(excesses);
  const isTooLong = (mean: number): boolean => {
    let [expected, variance] = [0, 0];
    for (const window of windows) {
      const x = window / mean;
      const grown = Math.expm1(x);
      expected += window * meanShare(x, grown);
      if (deviations > 0) variance += window * window * varianceShare(x, grown);
    }
    return expected - deviations * Math.sqrt(variance) > total;
  };
  let [short, long] = [1, 100 * MOST_SECONDS];
  if (!isTooLong(long)) return null;
  for (let step = 0; step < 14; step += 1) {
    const middle = Math.sqrt(short * long);
    if (isTooLong(middle)) long = middle;
    else short = middle;
  }
  return long;
}

/** Of an exponential cut off at x times its mean, as shares of that window and of its square; `grown` is e^x - 1. */
function meanShare(x: number, grown: number): number {
  return x < NEARLY_FLAT ? 1 / 2 - x / 12 : 1 / x - 1 / grown;
}

function varianceShare(x: number, grown: number): number {
  return x < NEARLY_FLAT ? 1 / 12 - (x * x) / 240 : 1 / (x * x) - (1 / grown) * (1 + 1 / grown);
}

/**
 * What at most the budget exceeds when the tail has this mean. P(delay > u) counts each delay of the tail 1/(1 - e^(-c/τ))
 * times, for those like it that came after its window and were not seen.
 */
function quantileOf({ threshold, windows, below }: Tail, mean: number, budget: number): number {
  const above = sum(windows.map((window) => -1 / Math.expm1(-window / mean)));
  return threshold + mean * Math.max(0, Math.log(above / (above + below) / budget));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function whole(seconds: number): number {
  return Math.min(MOST_SECONDS, Math.ceil(seconds));
}
