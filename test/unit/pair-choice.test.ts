import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ANY_REGION } from '../../src/features/pool/pool-rules.ts';
import type { PoolDid } from '../../src/features/pool/pool-snapshot.ts';
import type { Candidate, History, Wishes } from '../../src/features/sessions/did-candidates.ts';
import {
  bestPairs,
  type Choice,
  choosePairs,
  type Pair,
  shortageOf,
} from '../../src/features/sessions/pair-choice.ts';
import { didOf, didsOf, poolOf, seeded, wishesOf } from '../support/pool.ts';

type Side = 'a' | 'b';
const sides: readonly Side[] = ['a', 'b'];

const plain = { a: wishesOf(), b: wishesOf() };
const none: History = new Map();
const pairOf = (pair: Pair | undefined) => (pair === undefined ? null : [pair.a.didId, pair.b.didId]);
const candidate = (didId: string, more: Partial<Candidate> = {}): Candidate => ({
  didId,
  e164: didId,
  releasedAt: null,
  tier: 0,
  draw: 0,
  ...more,
});

describe('the best pairs', () => {
  test('are of two different DIDs, each once, and at most eight', () => {
    const many = didsOf(20).map(({ didId }) => candidate(didId));
    const pairs = bestPairs(many, many);
    assert.equal(pairs.length, 8);
    assert.equal(new Set(pairs.map((pair) => pairOf(pair)?.join())).size, 8);
    for (const { a, b } of pairs) assert.notEqual(a.didId, b.didId);
    assert.deepEqual(bestPairs([candidate('x')], [candidate('x')]), []);
    assert.deepEqual(bestPairs([], many), []);
  });

  test('begin with what was never had, then with what was let go of longest ago; never with the lowest free', () => {
    const forA = [candidate('1', { releasedAt: 30 }), candidate('2', { releasedAt: 10 }), candidate('3')];
    const forB = [candidate('4', { releasedAt: 7 }), candidate('5', { releasedAt: 3 })];
    assert.deepEqual(bestPairs(forA, forB).map(pairOf), [
      ['3', '5'],
      ['3', '4'],
      ['2', '5'],
      ['2', '4'],
      ['1', '5'],
      ['1', '4'],
    ]);
  });

  test('are as good as the ranks of both together: neither party pays for the other', () => {
    // Both would like x best. Who gives way loses one rank, however long ago it was.
    const forA = [candidate('x', { releasedAt: 1 }), candidate('y', { releasedAt: 1_000 })];
    const forB = [
      candidate('x', { releasedAt: 1 }),
      candidate('v', { releasedAt: 2 }),
      candidate('w', { releasedAt: 3 }),
    ];
    const pairs = bestPairs(forA, forB).map(pairOf);
    assert.deepEqual(pairs.slice(0, 2).sort(), [
      ['x', 'v'],
      ['y', 'x'],
    ]);
  });

  test('ranks are dense: what was let go of at one time is one rank, and the draw decides', () => {
    const at = (releasedAt: number, draw: number) => ({ releasedAt, draw });
    const forA = [candidate('1', at(5, 0.9)), candidate('2', at(5, 0.1)), candidate('3', at(6, 0))];
    const forB = [candidate('4')];
    assert.deepEqual(bestPairs(forA, forB).map(pairOf), [
      ['2', '4'],
      ['1', '4'],
      ['3', '4'],
    ]);
    // By their places in a list, 1 with b's best would be no better than 2 with b's second.
    const later = [candidate('4', { releasedAt: 1 }), candidate('5', { releasedAt: 2 })];
    assert.deepEqual(bestPairs(forA, later).slice(0, 2).map(pairOf), [
      ['2', '4'],
      ['1', '4'],
    ]);
  });

  test('what answers the wishes goes before what was let go of earlier', () => {
    const forA = [candidate('1', { tier: 4 }), candidate('2', { tier: 0, releasedAt: 99 })];
    assert.deepEqual(bestPairs(forA, [candidate('3')]).map(pairOf), [
      ['2', '3'],
      ['1', '3'],
    ]);
  });
});

describe('the pair of last time', () => {
  const pool = poolOf(didsOf(30));
  const last = (isWanted: boolean) => ({
    a: wishesOf({ last: { didId: '3', isWanted } }),
    b: wishesOf({ last: { didId: '7', isWanted } }),
  });
  const had: Record<Side, History> = { a: new Map([['3', 99]]), b: new Map([['7', 99]]) };

  test('comes first when it is wanted again and free', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const [best] = choosePairs({ pool, histories: had, wishes: last(true) }, seeded(seed));
      assert.deepEqual(pairOf(best), ['3', '7']);
    }
  });

  test('when one of the two is held, neither is wanted more than others', () => {
    const histories = { a: new Map([['3', null]]), b: had.b };
    for (let seed = 0; seed < 50; seed += 1) {
      const [best] = choosePairs({ pool, histories, wishes: last(true) }, seeded(seed));
      assert.notEqual(best?.a.didId, '3');
      assert.notEqual(best?.b.didId, '7', 'b let go of it a moment ago');
    }
  });

  test('comes last when it is to be avoided, and is taken when there is nothing else', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const [best] = choosePairs({ pool, histories: had, wishes: last(false) }, seeded(seed));
      assert.notEqual(best?.a.didId, '3');
      assert.notEqual(best?.b.didId, '7');
    }
    const two = poolOf([didOf('3'), didOf('7')]);
    const pairs = choosePairs({ pool: two, histories: had, wishes: last(false) }, seeded(1));
    assert.deepEqual(pairs.map(pairOf), [
      ['7', '3'],
      ['3', '7'],
    ]);
  });

  test('a DID that the session prefers by name goes before it', () => {
    const wishes = { ...last(true), a: { ...last(true).a, preferred: new Set(['20']) } };
    const [best] = choosePairs({ pool, histories: had, wishes }, seeded(1));
    assert.equal(best?.a.didId, '20');
  });
});

test('a phone goes round the whole pool: each DID again only after all others', () => {
  const pool = poolOf(didsOf(7));
  const random = seeded(3);
  const released = new Map<string, number>();
  const taken: string[] = [];
  for (let now = 0; now < 70; now += 1) {
    const [best] = choosePairs({ pool, histories: { a: released, b: none }, wishes: plain }, random);
    assert.ok(best);
    taken.push(best.a.didId);
    released.set(best.a.didId, now);
    if (now >= 6) assert.equal(new Set(taken.slice(-7)).size, 7, taken.slice(-7).join());
  }
});

const regionNames = ['pune', 'mumbai', 'delhi'];
const didArbitrary = fc.record({
  region: fc.option(fc.constantFrom(...regionNames)),
  carrier: fc.option(fc.constantFrom('jio', 'airtel')),
  isReserved: fc.boolean(),
  health: fc.constantFrom(0, 0.49, 0.5, 1),
  load: fc.nat(20),
});
const idArbitrary = fc.constantFrom('0', '1', '2', '3', '4', '5', 'elsewhere');
const historyArbitrary = fc
  .array(fc.tuple(idArbitrary, fc.option(fc.nat(5))), { maxLength: 7 })
  .map((entries): History => new Map(entries));
const wishesArbitrary = fc
  .record({
    regions: fc.uniqueArray(fc.constantFrom(...regionNames), { maxLength: 3 }),
    hasAny: fc.boolean(),
    isRegionRequired: fc.boolean(),
    carriers: fc.uniqueArray(fc.constantFrom('jio', 'airtel'), { maxLength: 2 }),
    preferred: fc.uniqueArray(idArbitrary, { maxLength: 2 }),
    required: fc.option(fc.uniqueArray(idArbitrary, { minLength: 1, maxLength: 4 }), { freq: 3 }),
    last: fc.option(fc.record({ didId: idArbitrary, isWanted: fc.boolean() })),
  })
  .map(
    ({ regions, hasAny, preferred, required, ...rest }): Wishes => ({
      ...rest,
      regions: hasAny ? [...regions, ANY_REGION] : regions,
      preferred: new Set(preferred),
      required: required === null ? null : new Set(required),
    }),
  );
const choiceArbitrary = fc
  .record({
    dids: fc.array(didArbitrary, { maxLength: 6 }),
    a: fc.record({ history: historyArbitrary, wishes: wishesArbitrary }),
    b: fc.record({ history: historyArbitrary, wishes: wishesArbitrary }),
  })
  .map(
    ({ dids, a, b }): Choice => ({
      pool: poolOf(dids.map((did, place) => didOf(`${place}`, did))),
      histories: { a: a.history, b: b.history },
      wishes: { a: a.wishes, b: b.wishes },
    }),
  );

/** May this party have this DID? In the words of openapi.yaml, without tiers. */
function isLegal(did: PoolDid, history: History, wishes: Wishes): boolean {
  if (history.get(did.didId) === null) return false;
  if (wishes.required !== null) return wishes.required.has(did.didId);
  if (did.isReserved) return false;
  if (!wishes.isRegionRequired || wishes.regions.includes(ANY_REGION)) return true;
  return did.region !== null && wishes.regions.includes(did.region);
}

function legalPairs({ pool, histories, wishes }: Choice): [PoolDid, PoolDid][] {
  const of = (side: Side) => pool.dids.filter((did) => isLegal(did, histories[side], wishes[side]));
  const forB = of('b');
  return of('a').flatMap((a) => forB.flatMap((b): [PoolDid, PoolDid][] => (a === b ? [] : [[a, b]])));
}

/** What a DID is for a party, in the order in which it counts, lower is better; the ranks of openapi.yaml and docs/capacity.md. */
function standing(did: PoolDid, wishes: Wishes): string {
  if (wishes.required !== null) return '';
  const place = (list: readonly string[], value: string | null) => {
    if (value !== null && list.includes(value)) return list.indexOf(value);
    return list.includes(ANY_REGION) ? list.indexOf(ANY_REGION) : list.length;
  };
  if (wishes.preferred.has(did.didId)) return '0';
  if (wishes.last?.didId === did.didId && !wishes.last.isWanted) return '2';
  const sick = did.health < 0.5 ? 1 : 0;
  return `1 ${place(wishes.regions, did.region)} ${place(wishes.carriers, did.carrier)} ${sick}`;
}

describe('whatever a pool of up to six DIDs holds, and whatever is wished', () => {
  test('every pair is legal, and there is one when brute force finds one', () => {
    fc.assert(
      fc.property(choiceArbitrary, fc.nat(), (choice, seed) => {
        const legal = legalPairs(choice).map(([a, b]) => `${a.didId},${b.didId}`);
        const pairs = choosePairs(choice, seeded(seed)).map((pair) => `${pair.a.didId},${pair.b.didId}`);
        for (const pair of pairs) assert.ok(legal.includes(pair), pair);
        assert.equal(new Set(pairs).size, pairs.length);
        assert.equal(pairs.length, Math.min(8, legal.length));
      }),
      { numRuns: 2_000 },
    );
  });

  test('no legal pair is better than the first', () => {
    fc.assert(
      fc.property(choiceArbitrary, fc.nat(), (choice, seed) => {
        const { pool, histories, wishes } = choice;
        const rankOf = (side: Side) => {
          const own = pool.dids.filter((did) => isLegal(did, histories[side], wishes[side]));
          const dense = (values: (string | number)[]) =>
            [...new Set(values)].sort((x, y) => (x < y ? -1 : 1));
          const kinds = dense(own.map((did) => standing(did, wishes[side])));
          const since = (did: PoolDid) => histories[side].get(did.didId) ?? -1;
          const times = dense(own.map(since));
          return (did: PoolDid) => ({
            isPreferred: wishes[side].required === null && wishes[side].preferred.has(did.didId),
            kind: kinds.indexOf(standing(did, wishes[side])),
            time: times.indexOf(since(did)),
          });
        };
        const [rankA, rankB] = [rankOf('a'), rankOf('b')];
        const badness = ([a, b]: [PoolDid, PoolDid]): number[] => {
          const [x, y] = [rankA(a), rankB(b)];
          const wanted = sides.every(
            (side) => wishes[side].last?.isWanted && wishes[side].last?.didId === { a, b }[side].didId,
          );
          const preferred = Number(x.isPreferred) + Number(y.isPreferred);
          return [-preferred, wanted ? 0 : 1, x.kind + y.kind, x.time + y.time];
        };
        const best = legalPairs(choice).map(badness).sort(compare)[0];
        const [first] = choosePairs(choice, seeded(seed));
        if (best === undefined || first === undefined) return assert.equal(best, first);
        const [a, b] = [pool.byId.get(first.a.didId), pool.byId.get(first.b.didId)];
        assert.ok(a && b);
        assert.deepEqual(badness([a, b]), best);
      }),
      { numRuns: 2_000 },
    );
  });
});

function compare(x: readonly number[], y: readonly number[]): number {
  const place = x.findIndex((value, at) => value !== y[at]);
  return place < 0 ? 0 : (x[place] ?? 0) - (y[place] ?? 0);
}

describe('the shortage, when there is no pair', () => {
  const heldArbitrary = fc
    .uniqueArray(fc.nat(4))
    .map((held): History => new Map(held.map((id) => [`${id}`, null])));

  test('with as many DIDs as are needed there would be one, and with one fewer not', () => {
    let shortages = 0;
    fc.assert(
      fc.property(fc.nat(5), heldArbitrary, heldArbitrary, (size, a, b) => {
        const withDids = (count: number): Choice => ({
          pool: poolOf(
            didsOf(size).concat(didsOf(Math.max(0, count - size)).map((did) => didOf(`new-${did.didId}`))),
          ),
          histories: { a, b },
          wishes: plain,
        });
        const choice = withDids(size);
        fc.pre(legalPairs(choice).length === 0);
        shortages += 1;
        const { party, inPool, held, needed } = shortageOf(choice);
        assert.equal(inPool, size);
        assert.ok(needed > size);
        assert.ok(choosePairs(withDids(needed), seeded(1)).length > 0, `${needed} would do`);
        assert.equal(choosePairs(withDids(needed - 1), seeded(1)).length, 0, `${needed - 1} would do`);
        const count = (history: History) => [...history.keys()].filter((id) => Number(id) < size).length;
        const [heldA, heldB] = [count(a), count(b)];
        assert.equal(held, party === 'both' ? Math.max(heldA, heldB) : { a: heldA, b: heldB }[party]);
        if (party !== 'both') {
          assert.equal({ a: heldA, b: heldB }[party], size, `${party} holds all`);
          assert.ok({ a: heldB, b: heldA }[party] < size, 'the other one does not');
        }
      }),
      { numRuns: 500, maxSkipsPerRun: 1_000 },
    );
    assert.ok(shortages >= 500);
  });

  test('a pool of reserved DIDs is empty for who does not require them', () => {
    const choice = {
      pool: poolOf(didsOf(3, { isReserved: true })),
      histories: { a: none, b: none },
      wishes: plain,
    };
    assert.deepEqual(shortageOf(choice), { party: 'both', inPool: 0, held: 0, needed: 2 });
  });
});
