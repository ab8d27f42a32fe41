/** A straight line through less than a week is a line through a weekend. */
export const LEAST_DAYS = 7;
/** Four weeks know nothing about more than a year ahead. */
const HORIZON_DAYS = 365;
/** Growth smaller than twice its own uncertainty is taken for noise: about one false alarm in forty steady pools. */
const LEAST_CERTAINTY = 2;
const DAY_MS = 86_400_000;

export type Forecast = {
  /** The first day on which the busiest phone holds every DID; null when none is in sight, or too little is known. */
  exhaustedOn: Date | null;
  method: 'linear_trend' | 'none';
  historyDays: number;
  /** DIDs a day that the daily peak grows by; null when there is no trend to speak of. */
  growthPerDay: number | null;
};

/**
 * @param peaks most DIDs that any phone held on each day, oldest first; the last one is the day that ends `now`
 * @param dids how many there are: who holds that many gets no further session
 */
export function forecastExhaustion(peaks: readonly number[], dids: number, now: Date): Forecast {
  const historyDays = peaks.length;
  if (historyDays < LEAST_DAYS) {
    return { exhaustedOn: null, method: 'none', historyDays, growthPerDay: null };
  }
  const trend = trendOf(peaks);
  const isGrowing = trend.slope > 0 && trend.slope >= LEAST_CERTAINTY * trend.slopeError;
  // Steady: the peak may be at its mean on any day. Growing: where the line is now.
  const level = isGrowing ? trend.last : trend.mean;
  const days = level >= dids ? 0 : isGrowing ? wholeDays((dids - level) / trend.slope) : null;
  return {
    exhaustedOn: days === null || days > HORIZON_DAYS ? null : new Date(now.getTime() + days * DAY_MS),
    method: 'linear_trend',
    historyDays,
    growthPerDay: isGrowing ? trend.slope : null,
  };
}

/** Ten days and a rounding error are ten days. */
function wholeDays(days: number): number {
  return Math.ceil(days - 1e-6);
}

type Trend = { mean: number; slope: number; slopeError: number; last: number };

/** Least squares over equally spaced days, with the standard error of the slope. */
export function trendOf(values: readonly number[]): Trend {
  const count = values.length;
  const middle = (count - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const spread = (count * (count * count - 1)) / 12;
  const slope = values.reduce((sum, value, day) => sum + (day - middle) * (value - mean), 0) / spread;
  const squares = values.reduce((sum, value, day) => sum + (value - mean - slope * (day - middle)) ** 2, 0);
  const slopeError = Math.sqrt(squares / (count - 2) / spread);
  return { mean, slope, slopeError, last: mean + slope * middle };
}
