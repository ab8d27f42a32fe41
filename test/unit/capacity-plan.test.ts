import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  busyHourErlangs,
  demandOf,
  demandOfPool,
  meanHeld,
  type PartyClass,
  planChannels,
} from '../../src/features/pool/capacity-plan.ts';
import { channelsFor } from '../../src/features/pool/erlang.ts';
import { poissonQuantile } from '../../src/features/pool/poisson.ts';

const HOUR = 3600;

function party(sessionsPerHour: number, durationHours: number, coolingHours: number): PartyClass {
  return {
    name: 'party',
    sessionsPerHour,
    durationSeconds: durationHours * HOUR,
    coolingSeconds: coolingHours * HOUR,
    heavy: null,
  };
}

/** P(X <= k), term by term: exact enough where e^-mean is a number. */
function distribution(mean: number, k: number): number {
  let term = Math.exp(-mean);
  let sum = term;
  for (let i = 1; i <= k; i += 1) {
    term *= mean / i;
    sum += term;
  }
  return sum;
}

describe('DIDs that a heavy party needs', () => {
  const published = [
    ['a courier, 4 jobs an hour of 45 min, 2 h of cooling', party(4, 0.75, 2), 11, 23, 25],
    ['a courier, a day of cooling', party(4, 0.75, 24), 99, 131, 138],
    ['a driver, 2 rides an hour of 25 min, a day of cooling', party(2, 25 / 60, 24), 49, 72, 77],
    ['a seller, a listing every 5 h for 72 h, 72 h of cooling', party(0.2, 72, 72), 29, 47, 51],
  ] as const;
  for (const [what, one, mean, p999, p9999] of published) {
    test(`${what}: ${mean} on average, ${p999} and ${p9999} for 99.9 % and 99.99 %`, () => {
      const demand = demandOf(one);
      assert.equal(Math.round(demand.mean), mean);
      assert.deepEqual([demand.p999, demand.p9999], [p999, p9999]);
    });
  }

  test('the busiest tenth with a third of the sessions is reckoned with, and not the average', () => {
    const average = party(1, 1, 1);
    assert.equal(meanHeld(average), 2);
    const heavy = { ...average, heavy: { partyShare: 0.1, sessionShare: 0.3 } };
    assert.ok(Math.abs(meanHeld(heavy) - 6) < 1e-9);
    assert.deepEqual(demandOf(heavy).p999, demandOf(party(3, 1, 1)).p999);
  });
});

describe('DIDs that a pool needs', () => {
  const courier = demandOf(party(4, 0.75, 2));
  const customer = demandOf(party(0.1, 0.75, 2));

  test('parties do not add up: the most demanding class decides', () => {
    assert.deepEqual(demandOfPool([customer, courier, customer], null, 0), courier);
  });

  test('the spare comes on top, and a whole number stays whole', () => {
    assert.equal(demandOfPool([courier], null, 0.2).p999, 28);
    for (const spare of [0.1, 0.2, 0.3, 0.7]) {
      const ten = { mean: 1, p999: 10, p9999: 10 };
      assert.equal(demandOfPool([ten], null, spare).p999, 10 + Math.round(spare * 10), String(spare));
    }
  });

  test('calls that make a DID look like a robot ask for more DIDs, few calls do not', () => {
    const calls = { perDay: 10_000, healthyPerDid: 150 };
    assert.equal(demandOfPool([courier], calls, 0).p999, 67);
    assert.equal(demandOfPool([courier], { ...calls, perDay: 1_000 }, 0).p999, 23);
    assert.equal(demandOfPool([courier], { ...calls, healthyPerDid: null }, 0).p999, 23);
  });

  test('no pool works with less than two', () => {
    const rare = demandOf(party(0.0001, 0.1, 0));
    assert.equal(rare.p999, 0);
    assert.equal(demandOfPool([rare], null, 0).p999, 2);
  });
});

describe('the Poisson quantile', () => {
  test('is the smallest number that holds with the probability asked for', () => {
    const mean = fc.double({ min: 0.001, max: 300, noNaN: true });
    const p = fc.constantFrom(0.5, 0.9, 0.99, 0.999, 0.9999);
    fc.assert(
      fc.property(mean, p, (of, at) => {
        const k = poissonQuantile(of, at);
        // Sums in another order differ in the last digits: not at a border that close.
        assert.ok(distribution(of, k) >= at - 1e-12);
        if (k > 0) assert.ok(distribution(of, k - 1) < at + 1e-12);
      }),
    );
  });

  test('keeps its digits where e^-mean is 0', () => {
    assert.equal(Math.exp(-1000), 0);
    // mean + z·sqrt(mean) + (z² - 1)/6, the expansion of Cornish and Fisher.
    for (const mean of [1_000, 10_000, 100_000]) {
      for (const [p, z] of [
        [0.999, 3.0902],
        [0.9999, 3.719],
      ] as const) {
        const expected = mean + z * Math.sqrt(mean) + (z * z - 1) / 6;
        assert.ok(Math.abs(poissonQuantile(mean, p) - expected) <= 1, `${mean} ${p}`);
      }
    }
  });

  test('of hardly anything is nothing', () => {
    assert.equal(poissonQuantile(1e-9, 0.9999), 0);
    assert.equal(poissonQuantile(0.001, 0.9999), 1);
  });
});

describe('channels by Erlang B', () => {
  const published = [
    [10_000, 43],
    [100_000, 309],
    [1_000_000, 2_772],
  ] as const;
  for (const [perDay, perLeg] of published) {
    test(`${perDay} calls a day of 80 s, 12 % in the busy hour, 0.1 % refused: ${perLeg}, and twice that`, () => {
      const calls = { perDay, busyHourShare: 0.12, holdingSeconds: 80, blocking: 0.001, healthyPerDid: null };
      const channels = planChannels(calls);
      assert.deepEqual([channels.perLeg, channels.total], [perLeg, 2 * perLeg]);
      assert.equal(channels.busyHourErlangs, busyHourErlangs(calls));
    });
  }

  test('is the least number of channels, by the closed formula', () => {
    const blockingOf = (erlangs: number, channels: number): number => {
      let term = 1;
      let sum = 1;
      for (let k = 1; k <= channels; k += 1) {
        term *= erlangs / k;
        sum += term;
      }
      return term / sum;
    };
    for (const erlangs of [0.01, 0.5, 3, 26.67, 80]) {
      for (const blocking of [0.1, 0.01, 0.001]) {
        const channels = channelsFor(erlangs, blocking);
        assert.ok(blockingOf(erlangs, channels) <= blocking, `${erlangs} ${blocking}`);
        assert.ok(blockingOf(erlangs, channels - 1) > blocking, `${erlangs} ${blocking}`);
      }
    }
  });

  test('stays a number for a million calls at once', () => {
    const channels = channelsFor(1_000_000, 0.001);
    assert.ok(channels > 999_000 && channels < 1_010_000, String(channels));
  });
});
