import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { simulateCourier } from '../../scripts/simulation/courier.ts';
import { EventQueue } from '../../scripts/simulation/event-queue.ts';
import { simulateFleet } from '../../scripts/simulation/fleet.ts';
import { Phone, type PolicyName, policies, policyNames } from '../../scripts/simulation/policies.ts';
import { randomOf } from '../../scripts/simulation/random.ts';

const SEED = 7;
const rateOf = ({ misrouted, redials }: { misrouted: number; redials: number }) => misrouted / redials;
const courier = (policy: PolicyName, dids: number, jobs: number) =>
  simulateCourier({ policy, dids, jobs, seed: SEED });

describe('late redials of a courier over 24 DIDs without cooling', () => {
  test("the service's own choice sends at most 0.05 % of them to a stranger", () => {
    const result = courier('lru', 24, 50_000);
    assert.equal(result.redials, 50_000);
    assert.ok(rateOf(result) <= 0.0005, String(rateOf(result)));
  });

  test('taking the first free DID sends about 37 % of them there, however many DIDs there are', () => {
    // Jobs that overlap are not independent: five standard errors of a fifth as many are a wide but honest margin.
    const margin = 5 * Math.sqrt((0.371 * 0.629) / (20_000 / 5));
    for (const dids of [12, 24, 80]) {
      const rate = rateOf(courier('first-fit', dids, 20_000));
      assert.ok(Math.abs(rate - 0.371) < margin, `${dids}: ${rate}`);
    }
  });

  test('a random choice lies between the two', () => {
    const rate = rateOf(courier('random', 24, 20_000));
    assert.ok(Math.abs(rate - 0.054) < 0.01, String(rate));
  });

  test('more DIDs help the own choice, and at eight it is far better than the others already', () => {
    const [eight, twelve, sixteen] = [8, 12, 16].map((dids) => rateOf(courier('lru', dids, 20_000)));
    assert.ok(Math.abs((eight ?? 1) - 0.107) < 0.02, String(eight));
    assert.ok((twelve ?? 1) < (eight ?? 0) / 3 && (sixteen ?? 1) < (twelve ?? 0) / 3);
  });
});

describe('a day of a fleet', () => {
  const day = (policy: PolicyName, dids: number, coolingHours: number) =>
    simulateFleet({ policy, dids, coolingHours, seed: SEED });

  test('needs as many DIDs as its busiest phone holds, and with those refuses nobody', () => {
    const { mostHeld } = day('first-fit', 120, 0);
    assert.equal(mostHeld, 4);
    const result = day('lru', mostHeld, 0);
    assert.deepEqual([result.sessions, result.refused], [60_000, 0]);
  });

  test('needs some 17 with two hours of cooling, although 4,000 sessions are live', () => {
    const { mostHeld, peakLive } = day('first-fit', 120, 2);
    assert.ok(mostHeld >= 15 && mostHeld <= 19, String(mostHeld));
    assert.ok(peakLive > 4_000, String(peakLive));
  });
});

describe('the simulation', () => {
  test('is the same for the same seed and another for another', () => {
    for (const policy of policyNames) {
      const run = (seed: number) => simulateCourier({ policy, dids: 8, jobs: 3_000, seed });
      assert.deepEqual(run(1), run(1));
      assert.notDeepEqual(run(1), run(2));
    }
  });

  for (const policy of policyNames) {
    test(`${policy} never gives a phone a DID that it holds, nor both sides the same`, () => {
      const random = randomOf(SEED);
      const [a, b] = [new Phone(), new Phone()];
      for (let held = 0; held < 5; held += 1) {
        const pair = policies[policy](6, a, b, random);
        assert.ok(pair);
        assert.ok(pair.a !== pair.b && !a.holds(pair.a) && !b.holds(pair.b));
        a.take(pair.a);
        b.take(pair.b);
        if (held % 2 === 0) a.cool(pair.a);
      }
      a.take([0, 1, 2, 3, 4, 5].find((did) => !a.holds(did)) ?? -1);
      assert.equal(policies[policy](6, a, b, random), null);
    });
  }

  test('what happens comes in the order of time, and of adding at the same time', () => {
    const random = randomOf(SEED);
    const queue = new EventQueue<number>();
    const times = Array.from({ length: 500 }, () => Math.floor(random() * 50));
    times.forEach((at, place) => void queue.add(at, place));
    const expected = times
      .map((at, place) => ({ at, event: place }))
      .sort((x, y) => x.at - y.at || x.event - y.event);
    const found: { at: number; event: number }[] = [];
    for (let next = queue.next(); next !== undefined; next = queue.next()) {
      found.push({ at: next.at, event: next.event });
    }
    assert.deepEqual(found, expected);
    assert.equal(queue.size, 0);
  });
});
