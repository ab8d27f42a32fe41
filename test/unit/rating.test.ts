import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type CallRate,
  callRate,
  checkTerms,
  type PlanTerms,
  type TimeRate,
} from '../../src/features/usage/plan-terms.ts';
import {
  billedSeconds,
  microsPerMinor,
  monthAmount,
  rateTime,
  rateUnit,
} from '../../src/features/usage/rating.ts';
import { Failure } from '../../src/kernel/errors.ts';
import { chanceOf } from '../model/chance.ts';

const RATINGS = 1_000_000;
const SEED = 20261124;

const rate = (more: Partial<TimeRate> = {}): TimeRate => ({
  price_per_minute_micros: 450_000,
  initial_seconds: 60,
  increment_seconds: 60,
  setup_micros: 0,
  minimum_micros: 0,
  free_seconds_per_month: 0,
  tiers: [],
  ...more,
});
const INR = microsPerMinor('INR');

/** Nearest whole number of minor units, half up, by trying both sides: no formula of the service. */
function nearest(value: bigint, per: bigint): bigint {
  let minor = value / per;
  while ((minor + 1n) * per * 2n - per <= value * 2n) minor += 1n;
  return minor;
}

/** Pulse by pulse in big integers, in sixtieths of millionths. */
function oracle(of: TimeRate, legs: readonly number[], minorMicros: number): [bigint, bigint] {
  let billed = 0n;
  for (const seconds of legs.map(BigInt)) {
    if (seconds === 0n) continue;
    const [initial, increment] = [BigInt(of.initial_seconds), BigInt(of.increment_seconds)];
    let pulses = seconds > initial ? (seconds - initial) / increment : 0n;
    while (initial + pulses * increment < seconds) pulses += 1n;
    billed += initial + pulses * increment;
  }
  if (billed === 0n) return [0n, 0n];
  const price = billed * BigInt(of.price_per_minute_micros) + 60n * BigInt(of.setup_micros);
  const least = 60n * BigInt(of.minimum_micros);
  return [billed, nearest(price > least ? price : least, 60n * BigInt(minorMicros))];
}

describe('a rating', () => {
  it(`is what an oracle of big integers says, ${RATINGS} times, at every bound`, () => {
    const chance = chanceOf(SEED);
    const upTo = (most: number) => Math.floor(chance.random() * (most + 1));
    const pulses = [
      [60, 60],
      [30, 6],
      [1, 1],
      [15, 15],
      [3600, 3600],
    ] as const;
    const minors = [INR, microsPerMinor('JPY'), microsPerMinor('KWD')];
    for (let count = 0; count < RATINGS; count += 1) {
      const [initial, increment] = chance.hit(0.8) ? chance.pick(pulses) : [1 + upTo(3599), 1 + upTo(3599)];
      const one = rate({
        price_per_minute_micros: chance.pick([0, 1, 440_000, 450_000, 100_000_000, upTo(100_000_000)]),
        initial_seconds: initial,
        increment_seconds: increment,
        setup_micros: chance.pick([0, 0, 5_000, upTo(100_000_000)]),
        minimum_micros: chance.pick([0, 0, 1_000_000, upTo(100_000_000)]),
      });
      const seconds = () => chance.pick([0, 1, initial, initial + 1, upTo(7_200), 604_800]);
      const legs = chance.hit(0.01) ? Array(100).fill(604_800) : Array.from({ length: upTo(3) }, seconds);
      const minor = chance.pick(minors);
      const rated = rateTime(one, legs, minor);
      const [billed, amount] = oracle(one, legs, minor);
      if (BigInt(rated.billedSeconds) !== billed || BigInt(rated.amount) !== amount) {
        assert.fail(JSON.stringify({ one, legs, minor, rated, due: [String(billed), String(amount)] }));
      }
    }
  });

  it('rounds up to the pulse: 60/60, 30/6 and 1/1', () => {
    const billed = (initial_seconds: number, increment_seconds: number) =>
      [0, 1, 30, 31, 60, 61].map((seconds) => billedSeconds({ initial_seconds, increment_seconds }, seconds));
    assert.deepEqual(billed(60, 60), [0, 60, 60, 60, 60, 120]);
    assert.deepEqual(billed(30, 6), [0, 30, 30, 36, 60, 66]);
    assert.deepEqual(billed(1, 1), [0, 1, 30, 31, 60, 61]);
  });

  it('rounds each leg up by itself, and the amount once', () => {
    assert.deepEqual(rateTime(rate(), [11, 21], INR), { billedSeconds: 120, amount: 90 });
    // Three legs of 0.4 paise each are 1.2 paise.
    const cheap = rate({ price_per_minute_micros: 240_000, initial_seconds: 1, increment_seconds: 1 });
    assert.deepEqual(rateTime(cheap, [1, 1, 1], INR), { billedSeconds: 3, amount: 1 });
  });

  it('rounds half a minor unit up, and knows currencies without and with three digits', () => {
    assert.equal(rateUnit(5_000, INR), 1);
    assert.equal(rateUnit(4_999, INR), 0);
    assert.equal(rateUnit(500_000_000, microsPerMinor('JPY')), 500);
    assert.equal(rateUnit(1_500, microsPerMinor('KWD')), 2);
  });

  it('adds the set-up, and is never less than the minimum', () => {
    assert.equal(rateTime(rate({ setup_micros: 100_000 }), [1], INR).amount, 55);
    assert.equal(rateTime(rate({ minimum_micros: 1_000_000 }), [1], INR).amount, 100);
    assert.equal(rateTime(rate({ minimum_micros: 1_000_000, setup_micros: 100_000 }), [0], INR).amount, 0);
  });

  it('never falls when a call lasts longer', () => {
    const chance = chanceOf(SEED + 1);
    for (let count = 0; count < 20_000; count += 1) {
      const one = rate({
        price_per_minute_micros: Math.floor(chance.random() * 1_000_000),
        initial_seconds: 1 + Math.floor(chance.random() * 90),
        increment_seconds: 1 + Math.floor(chance.random() * 90),
      });
      const seconds = Math.floor(chance.random() * 7_200);
      assert.ok(rateTime(one, [seconds], INR).amount <= rateTime(one, [seconds + 1], INR).amount);
    }
  });
});

describe('a month with an allowance and tiers', () => {
  /** Second by second. */
  const slow = (of: TimeRate, seconds: number, quantity: number): bigint => {
    let sum = 60n * BigInt(of.setup_micros) * BigInt(quantity);
    for (let at = 0; at < seconds; at += 1) {
      const tier = of.tiers.findLast(({ from_seconds }) => from_seconds <= at);
      const price = tier?.price_per_minute_micros ?? of.price_per_minute_micros;
      if (at >= of.free_seconds_per_month) sum += BigInt(price);
    }
    return nearest(sum, 60n * BigInt(INR));
  };

  it('is what counting it second by second says, 20000 times', () => {
    const chance = chanceOf(SEED + 2);
    const upTo = (most: number) => Math.floor(chance.random() * (most + 1));
    for (let count = 0; count < 20_000; count += 1) {
      const first = 1 + upTo(200);
      const one = rate({
        price_per_minute_micros: upTo(1_000_000),
        setup_micros: chance.pick([0, 5_000]),
        free_seconds_per_month: chance.pick([0, upTo(400)]),
        tiers: [
          { from_seconds: first, price_per_minute_micros: upTo(1_000_000) },
          { from_seconds: first + 1 + upTo(200), price_per_minute_micros: upTo(1_000_000) },
        ].slice(0, upTo(2)),
      });
      const [seconds, quantity] = [upTo(600), upTo(10)];
      const amount = monthAmount(one, { billedSeconds: seconds, quantity }, INR);
      assert.equal(BigInt(amount), slow(one, seconds, quantity), JSON.stringify({ one, seconds, quantity }));
    }
  });

  it('within its allowance costs nothing but the set-up', () => {
    const free = rate({ free_seconds_per_month: 6_000, setup_micros: 10_000 });
    assert.equal(monthAmount(free, { billedSeconds: 6_000, quantity: 3 }, INR), 3);
    assert.equal(monthAmount(free, { billedSeconds: 6_060, quantity: 4 }, INR), 49);
  });
});

describe('the terms of a plan', () => {
  const call = (destination: string, more: Partial<CallRate> = {}): CallRate => ({
    ...rate(),
    measure: 'conversation',
    destination,
    ...more,
  });
  const terms = (calls: CallRate[]): PlanTerms => ({ calls, recordings: null, did_months: [] });
  const faultsOf = (currency: string, of: PlanTerms): string[] => {
    try {
      checkTerms(currency, of);
      return [];
    } catch (error) {
      assert.ok(error instanceof Failure);
      return (error.details.faults ?? []).map(({ pointer }) => pointer);
    }
  };

  it('price a destination by its own rate, another by that of everywhere, and else not', () => {
    const both = terms([call('*'), call('IN')]);
    assert.equal(callRate(both, 'IN')?.key, 'calls/IN');
    assert.equal(callRate(both, 'DE')?.key, 'calls/*');
    assert.equal(callRate(both, null)?.key, 'calls/*');
    assert.equal(callRate(terms([call('IN')]), 'DE'), null);
  });

  it('are refused when they say a thing twice, or what has no one answer', () => {
    assert.deepEqual(faultsOf('INR', terms([call('IN'), call('*')])), []);
    assert.deepEqual(faultsOf('XXQ', terms([])), ['/currency']);
    assert.deepEqual(faultsOf('INR', terms([call('IN'), call('IN')])), ['/terms/calls/1/destination']);
    const tiers = [60, 60].map((from_seconds) => ({ from_seconds, price_per_minute_micros: 1 }));
    assert.deepEqual(faultsOf('INR', terms([call('IN', { tiers })])), [
      '/terms/calls/0/tiers/1/from_seconds',
    ]);
    const both = call('IN', { minimum_micros: 1, free_seconds_per_month: 60 });
    assert.deepEqual(faultsOf('INR', terms([both])), ['/terms/calls/0/minimum_micros']);
  });
});
