import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PoolDid, PoolSnapshot } from '../../src/features/pool/pool-snapshot.ts';
import {
  type Candidate,
  candidatesOf,
  countOf,
  type History,
  reasonsOf,
  type Wishes,
} from '../../src/features/sessions/did-candidates.ts';
import { didOf, didsOf, poolOf, seeded, wishesOf } from '../support/pool.ts';

const none: History = new Map();
const idsOf = (candidates: readonly Candidate[]) => candidates.map(({ didId }) => didId).sort();
/** By tier, best first; those of one tier in one group, by name. */
const byTier = (candidates: readonly Candidate[]): string[][] => {
  const tiers = [...new Set(candidates.map(({ tier }) => tier))].sort((x, y) => x - y);
  return tiers.map((tier) => idsOf(candidates.filter((candidate) => candidate.tier === tier)));
};
const of = (pool: PoolSnapshot, wishes: Partial<Wishes>, history = none) =>
  candidatesOf(pool, history, wishesOf(wishes), seeded(1));

describe('the DIDs that a party may get', () => {
  const pool = poolOf([
    didOf('pune-jio', { region: 'pune', carrier: 'jio' }),
    didOf('pune-jio-sick', { region: 'pune', carrier: 'jio', health: 0.49 }),
    didOf('pune-airtel', { region: 'pune', carrier: 'airtel' }),
    didOf('pune', { region: 'pune' }),
    didOf('mumbai-jio', { region: 'mumbai', carrier: 'jio' }),
    didOf('mumbai-sick', { region: 'mumbai', health: 0 }),
    didOf('delhi', { region: 'delhi', health: 0.5 }),
    didOf('nowhere-jio', { carrier: 'jio' }),
    didOf('reserved', { region: 'pune', carrier: 'jio', isReserved: true }),
  ]);
  const regions = ['pune', 'mumbai'];
  const carriers = ['jio', 'airtel'];

  test('preferred by name, then the region in its order, then the carrier, then those that work, then the one to avoid', () => {
    const preferred = new Set(['delhi']);
    const last = { didId: 'pune-jio', isWanted: false };
    assert.deepEqual(byTier(of(pool, { regions, carriers, preferred, last })), [
      ['delhi'],
      ['pune-jio-sick'],
      ['pune-airtel'],
      ['pune'],
      ['mumbai-jio'],
      ['mumbai-sick'],
      ['nowhere-jio'],
      ['pune-jio'],
    ]);
  });

  test('without wishes all that work are the same, and those that do not come after them', () => {
    const [working, sick, ...more] = byTier(of(pool, {}));
    assert.equal(working?.length, 6);
    assert.deepEqual(sick, ['mumbai-sick', 'pune-jio-sick']);
    assert.deepEqual(more, []);
  });

  test("'*' is any region that is not named, a DID without one too; those that are named keep their places", () => {
    assert.deepEqual(byTier(of(pool, { regions: ['mumbai', '*'] })).slice(0, 3), [
      ['mumbai-jio'],
      ['mumbai-sick'],
      ['delhi', 'nowhere-jio', 'pune', 'pune-airtel', 'pune-jio'],
    ]);
    const required = of(pool, { regions: ['mumbai', '*'], isRegionRequired: true });
    assert.equal(required.length, 8, 'any region will do');
  });

  test('a required region leaves no other', () => {
    const found = of(pool, { regions: ['mumbai'], isRegionRequired: true });
    assert.deepEqual(idsOf(found), ['mumbai-jio', 'mumbai-sick']);
    assert.deepEqual(of(pool, { regions: ['goa'], isRegionRequired: true }), []);
    const preferred = new Set(['pune']);
    const named = of(pool, { regions: ['mumbai'], isRegionRequired: true, preferred });
    assert.deepEqual(idsOf(named), ['mumbai-jio', 'mumbai-sick'], 'a preference does not lift it');
  });

  test('a reserved one only when it is required, whoever else wants it', () => {
    const named = { preferred: new Set(['reserved']), last: { didId: 'reserved', isWanted: true } };
    assert.ok(!idsOf(of(pool, named)).includes('reserved'));
    assert.deepEqual(idsOf(of(pool, { required: new Set(['reserved']) })), ['reserved']);
    assert.ok(!idsOf(of(pool, { required: new Set(['pune']), ...named })).includes('reserved'));
  });

  test('required ones are all the same, and nothing else is one; regions, carriers and health are not asked', () => {
    const required = new Set(['delhi', 'mumbai-sick', 'not in the pool']);
    const found = byTier(of(pool, { required, regions, carriers, isRegionRequired: true }));
    assert.deepEqual(found, [['delhi', 'mumbai-sick']]);
  });

  test('none that the party holds, however it is wanted; what it let go of says when', () => {
    const history: History = new Map([
      ['pune', null],
      ['delhi', 5],
      ['of another pool', 1],
    ]);
    const named = { preferred: new Set(['pune']), last: { didId: 'pune', isWanted: true } };
    const found = of(pool, named, history);
    assert.ok(!idsOf(found).includes('pune'));
    assert.equal(found.find(({ didId }) => didId === 'delhi')?.releasedAt, 5);
    assert.equal(found.find(({ didId }) => didId === 'pune-jio')?.releasedAt, null);
    assert.deepEqual(of(pool, { required: new Set(['pune']) }, history), []);
    assert.equal(found.length, 7);
  });

  test('are counted by the same rules', () => {
    const history: History = new Map([
      ['pune', null],
      ['reserved', null],
      ['delhi', 5],
    ]);
    const count = (wishes: Partial<Wishes>) => countOf(pool, history, wishesOf(wishes));
    assert.deepEqual(count({}), { dids: 8, held: 1 });
    assert.deepEqual(count({ regions: ['pune'], isRegionRequired: true }), { dids: 4, held: 1 });
    assert.deepEqual(count({ required: new Set(['reserved', 'delhi']) }), { dids: 2, held: 1 });
  });

  test('say why they were chosen', () => {
    const why = (didId: string, wishes: Partial<Wishes>, releasedAt: number | null = null) =>
      reasonsOf({ didId, e164: '', releasedAt, tier: 0, draw: 0 }, pool, wishesOf(wishes));
    assert.deepEqual(why('pune', {}), ['never_held']);
    assert.deepEqual(why('pune', {}, 3), ['released_longest_ago']);
    assert.deepEqual(why('pune-jio', { regions, carriers }), [
      'wished_region',
      'wished_carrier',
      'never_held',
    ]);
    assert.deepEqual(why('mumbai-sick', { regions, carriers }), [
      'fallback_region',
      'unhealthy',
      'never_held',
    ]);
    assert.deepEqual(
      why('pune-airtel', { carriers }),
      ['never_held'],
      'the second carrier is not the wished one',
    );
    const all = { required: new Set(['delhi']), preferred: new Set(['delhi']) };
    const last = { didId: 'delhi', isWanted: true };
    assert.deepEqual(why('delhi', { ...all, last }, 1), [
      'required',
      'preferred',
      'had_last_time',
      'released_longest_ago',
    ]);
  });
});

describe('the cost of a choice', () => {
  /** The same pool, and which of its DIDs were looked at since it was last asked. */
  function watched(dids: readonly PoolDid[]): { pool: PoolSnapshot; looked: () => number } {
    const seen = new Set<string>();
    const spies = dids.map(
      (did) =>
        new Proxy(did, {
          get(target, key) {
            seen.add(target.didId);
            return target[key as keyof PoolDid];
          },
        }),
    );
    const pool = poolOf(spies);
    const looked = () => {
      const { size } = seen;
      seen.clear();
      return size;
    };
    return { pool, looked };
  }

  test('does not grow with the pool: of 10,000 DIDs as few are looked at as of 100', () => {
    const few: number[] = [];
    for (const size of [100, 1_000, 10_000]) {
      const kinds = didsOf(size).map((did, place) => ({
        ...did,
        region: place % 2 === 0 ? 'pune' : 'mumbai',
      }));
      const { pool, looked } = watched(kinds);
      const random = seeded(7);
      // Ten of them are held, twenty were let go of.
      const history: History = new Map(
        Array.from({ length: 30 }, (_, place) => [`${place * 3}`, place < 10 ? null : place]),
      );
      const wishes = wishesOf({
        regions: ['pune'],
        preferred: new Set(['1', '2']),
        last: { didId: '5', isWanted: true },
      });
      candidatesOf(pool, history, wishes, random);
      looked();
      let most = 0;
      for (let n = 0; n < 200; n += 1) {
        const candidates = candidatesOf(pool, history, wishes, random);
        assert.ok(candidates.length <= 3 + 8 + 8);
        most = Math.max(most, looked());
      }
      few.push(most);
    }
    assert.ok(Math.max(...few) <= 3 + 30 + 30 + 8, few.join());
  });

  test('fresh DIDs are found behind thousands that the party has had', () => {
    const history: History = new Map(didsOf(9_990).map(({ didId }, place) => [didId, place]));
    const pool = poolOf(didsOf(10_000));
    for (let n = 0; n < 20; n += 1) {
      const candidates = candidatesOf(pool, history, wishesOf(), seeded(n));
      assert.equal(candidates.filter(({ releasedAt }) => releasedAt === null).length, 8);
      const oldest = candidates.flatMap(({ releasedAt }) => releasedAt ?? []).sort((x, y) => x - y);
      assert.deepEqual(oldest, [0, 1, 2, 3, 4, 5, 6, 7]);
    }
  });
});

describe('the draw among equals', () => {
  /** How often each DID goes first, of many choices; five standard deviations are allowed. */
  function isDrawnInProportion(dids: readonly PoolDid[], weights: readonly number[]): void {
    const pool = poolOf(dids);
    const [random, choices] = [seeded(42), 20_000];
    const firsts = new Map<string, number>();
    for (let n = 0; n < choices; n += 1) {
      const [first] = candidatesOf(pool, none, wishesOf(), random).sort((x, y) => x.draw - y.draw);
      if (first !== undefined) firsts.set(first.didId, (firsts.get(first.didId) ?? 0) + 1);
    }
    const sum = weights.reduce((x, y) => x + y);
    for (const [place, { didId }] of dids.entries()) {
      const share = (weights[place] ?? 0) / sum;
      const margin = 5 * Math.sqrt(choices * share * (1 - share));
      const found = firsts.get(didId) ?? 0;
      assert.ok(Math.abs(found - share * choices) <= margin, `${didId}: ${found}, not ${share * choices}`);
    }
  }

  test('a DID goes first as often as it is healthy', () => {
    const healths = [1, 1, 0.75, 0.5];
    isDrawnInProportion(
      healths.map((health, place) => didOf(`${place}`, { health })),
      healths,
    );
  });

  test('and the more often the less it carries', () => {
    const loads = [0, 50, 100, 250]; // 100 on average
    const weights = loads.map((load) => 1 / (1 + load / 100));
    isDrawnInProportion(
      loads.map((load, place) => didOf(`${place}`, { load })),
      weights,
    );
  });

  test('of a large pool all have the same chance', () => {
    isDrawnInProportion(
      didsOf(60),
      Array.from({ length: 60 }, () => 1),
    );
  });

  test('one that is known to fail goes first seldom, but it does, or nobody would learn that it works again', () => {
    const sick = [didOf('0', { health: 0 }), didOf('1', { health: 0.4 })];
    isDrawnInProportion(sick, [0.05, 0.4]);
  });
});
