import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { coolingWithin, type LateRedial } from '../../src/features/pool/redial-delay.ts';

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

/** People who call back, as shares of all with their mean delay each; within a share the delay is exponential. */
type Mixture = readonly [Part, ...Part[]];
type Part = { share: number; mean: number };
const quick: Mixture = [{ share: 1, mean: 30 * MINUTE }];
const slow: Mixture = [{ share: 1, mean: 12 * HOUR }];
/** Most call back at once; one in ten has lost something. */
const heavy: Mixture = [
  { share: 0.9, mean: 30 * MINUTE },
  { share: 0.1, mean: 6 * HOUR },
];

/** The true P(delay > seconds). */
const survival = (mixture: Mixture, seconds: number): number =>
  mixture.reduce((sum, { share, mean }) => sum + share * Math.exp(-seconds / mean), 0);

/** The delay that exactly this share of all exceeds. */
function quantile(mixture: Mixture, share: number): number {
  let [low, high] = [0, 400 * DAY];
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (survival(mixture, middle) > share) low = middle;
    else high = middle;
  }
  return high;
}

/** Park and Miller: the same numbers for the same seed, on every machine. */
function randomOf(seed: number): () => number {
  let state = (seed * 7_919) % 2_147_483_647;
  const next = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  for (let skipped = 0; skipped < 10; skipped += 1) next();
  return next;
}

/** Late redials as they are seen: in whole seconds, and only those that came while the session cooled. */
function seenOf(mixture: Mixture, count: number, cooling: readonly number[], seed: number): LateRedial[] {
  const random = randomOf(seed);
  const [first, last = first] = mixture;
  const seen: LateRedial[] = [];
  while (seen.length < count) {
    const mean = random() < first.share ? first.mean : last.mean;
    const delaySeconds = Math.floor(-mean * Math.log(1 - random()));
    const coolingSeconds = cooling[seen.length % cooling.length] ?? 0;
    if (delaySeconds <= coolingSeconds) seen.push({ delaySeconds, coolingSeconds });
  }
  return seen;
}

describe('the cooling time that a misroute budget comes to', () => {
  it('is 6 h times ln(1/budget) for a pool that knows nothing', () => {
    const of = (budget: number) => coolingWithin(budget, []);
    assert.deepEqual(of(0.001), { coolingSeconds: Math.ceil(6 * HOUR * Math.log(1_000)), tailSeconds: null });
    assert.equal(of(0.001).coolingSeconds, 149_208);
    assert.equal(of(0.1).coolingSeconds, Math.ceil(6 * HOUR * Math.log(10)));
    assert.equal(of(0.00001).coolingSeconds, Math.ceil(6 * HOUR * Math.log(100_000)));
  });

  it('stays there while fewer than 50 delays make up the slowest twentieth', () => {
    const all = seenOf(quick, 1_000, [DAY], 1);
    assert.equal(coolingWithin(0.001, all.slice(0, 999)).coolingSeconds, 149_208);
    const derived = coolingWithin(0.001, all);
    assert.ok(derived.coolingSeconds < 6 * HOUR, `${derived.coolingSeconds}`);
    assert.ok(derived.tailSeconds !== null && Math.abs(derived.tailSeconds / (30 * MINUTE) - 1) < 0.4);
  });

  const byDefault = coolingWithin(0.001, []).coolingSeconds;
  const ownTime = Math.ceil(1.15 * quantile(quick, 0.001));
  const cases: {
    what: string;
    mixture: Mixture;
    budget: number;
    count: number;
    cooling: number[];
    most: number;
  }[] = [
    { what: 'exponential', mixture: quick, budget: 0.001, count: 2_000, cooling: [DAY], most: 1.6 },
    { what: 'a few delays', mixture: quick, budget: 0.001, count: 1_000, cooling: [DAY], most: 2 },
    { what: 'a loose budget', mixture: quick, budget: 0.1, count: 1_000, cooling: [DAY], most: 2 },
    { what: 'the tightest', mixture: quick, budget: 0.00001, count: 2_000, cooling: [2 * DAY], most: 2 },
    { what: 'cut off at Q', mixture: quick, budget: 0.001, count: 2_000, cooling: [ownTime], most: 2 },
    { what: 'slow people', mixture: slow, budget: 0.001, count: 2_000, cooling: [20 * DAY], most: 2 },
    { what: 'slow, cut off', mixture: slow, budget: 0.001, count: 2_000, cooling: [byDefault], most: 26 },
    { what: 'a heavy tail', mixture: heavy, budget: 0.001, count: 2_000, cooling: [byDefault], most: 2 },
    { what: 'few and heavy', mixture: heavy, budget: 0.001, count: 1_000, cooling: [byDefault], most: 2.5 },
    { what: 'heavy, within a day', mixture: heavy, budget: 0.001, count: 2_000, cooling: [DAY], most: 2 },
    { what: 'heavy, within 12 h', mixture: heavy, budget: 0.001, count: 2_000, cooling: [DAY / 2], most: 8 },
    { what: 'heavy, within 1 h', mixture: heavy, budget: 0.001, count: 2_000, cooling: [HOUR], most: 8 },
    {
      what: 'heavy, cut off in two ways',
      mixture: heavy,
      budget: 0.001,
      count: 2_000,
      cooling: [5 * HOUR, byDefault],
      most: 2,
    },
    { what: 'heavy and loose', mixture: heavy, budget: 0.02, count: 2_000, cooling: [DAY], most: 3 },
  ];
  for (const { what, mixture, budget, count, cooling, most } of cases) {
    it(`keeps to the budget for 95 of 100 samples, and is not absurdly long: ${what}`, () => {
      const exact = quantile(mixture, budget);
      const times = Array.from(
        { length: 100 },
        (_, seed) => coolingWithin(budget, seenOf(mixture, count, cooling, seed + 1)).coolingSeconds,
      );
      const kept = times.filter((seconds) => survival(mixture, seconds) <= budget).length;
      const longest = Math.max(...times) / exact;
      assert.ok(kept >= 95, `${kept} of 100 keep to it`);
      assert.ok(longest <= most, `the longest is ${longest.toFixed(2)} times as long as it has to be`);
    });
  }

  it('a tail that a glance at all delays misses is seen: ten times the budget otherwise', () => {
    const mean = heavy.reduce((sum, part) => sum + part.share * part.mean, 0);
    assert.ok(survival(heavy, mean * Math.log(1_000)) > 0.01);
  });

  it('delays that do not die out in what is seen: 90 days, unless no more than an hour is seen', () => {
    const flat = (seconds: number) =>
      Array.from({ length: 2_000 }, (_, place) => ({
        delaySeconds: Math.floor((seconds * place) / 2_000),
        coolingSeconds: seconds,
      }));
    // The slowest twentieth has to have 6 h in which to die out.
    assert.equal(coolingWithin(0.001, flat(20 * DAY)).coolingSeconds, 90 * DAY);
    assert.equal(coolingWithin(0.001, flat(HOUR)).coolingSeconds, byDefault);
  });

  it('what can be no late redial changes nothing', () => {
    const seen = seenOf(quick, 1_500, [DAY], 3);
    const odd = [
      { delaySeconds: -5, coolingSeconds: DAY },
      { delaySeconds: 2 * DAY, coolingSeconds: DAY },
    ];
    assert.deepEqual(coolingWithin(0.001, [...odd, ...seen]), coolingWithin(0.001, seen));
    const none = Array.from({ length: 2_000 }, () => ({ delaySeconds: 0, coolingSeconds: 0 }));
    assert.equal(coolingWithin(0.001, none).coolingSeconds, byDefault);
    const atOnce = Array.from({ length: 2_000 }, () => ({ delaySeconds: 0, coolingSeconds: DAY }));
    assert.ok(coolingWithin(0.001, atOnce).coolingSeconds < MINUTE);
  });

  it('takes the ten thousand of a pool in less than half a second', () => {
    const seen = seenOf(heavy, 10_000, [byDefault], 1);
    const began = performance.now();
    coolingWithin(0.001, seen);
    assert.ok(performance.now() - began < 500);
  });
});
