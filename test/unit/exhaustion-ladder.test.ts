import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ChoiceRules, PoolSnapshot } from '../../src/features/pool/pool-snapshot.ts';
import type { History } from '../../src/features/sessions/did-candidates.ts';
import {
  type AllocationInput,
  climb,
  type Facts,
  type Found,
  type Ladder,
} from '../../src/features/sessions/exhaustion-ladder.ts';
import { Failure } from '../../src/kernel/errors.ts';
import { didOf, poolOf, seeded } from '../support/pool.ts';

const nothing: Facts = { histories: { a: new Map(), b: new Map() }, lastPair: null };
const holding = (...ids: string[]): Facts => {
  const history: History = new Map(ids.map((id) => [id, null]));
  return { histories: { a: history, b: history }, lastPair: null };
};
const one = (region: string, name = region) => didOf(`${name}-1`, { region });
const two = (region: string, name = region) => [one(region, name), didOf(`${name}-2`, { region })];
const requirePune: Partial<ChoiceRules> = { regions: ['pune', 'mumbai'], regionMatch: 'require' };
const toPool = (pool: PoolSnapshot) => ({ step: 'other_pool' as const, pool: pool.id });

/** What the ladder asked for, in order, and what came of it. `after`: the facts after each shortening. */
async function climbed(
  pool: PoolSnapshot,
  options: { facts?: Facts; input?: AllocationInput; pools?: PoolSnapshot[]; after?: Facts[] } = {},
): Promise<{ asked: string[]; found: Found | null; failure: Failure | null; steps: string[] }> {
  const asked: string[] = [];
  const after = [...(options.after ?? [])];
  const facts = options.facts ?? nothing;
  const ladder: Ladder = {
    random: seeded(1),
    async poolOf(id) {
      asked.push(`pool ${id}`);
      return options.pools?.find((other) => other.id === id) ?? null;
    },
    async shorten(id) {
      asked.push(`shorten ${id}`);
      return after.shift() ?? facts;
    },
  };
  const said = (steps: readonly { step: string; pool: string; outcome: string }[]) =>
    steps.map(({ step, pool: name, outcome }) => `${step} ${name}: ${outcome}`);
  try {
    const found = await climb(ladder, pool, facts, options.input ?? {});
    return { asked, found, failure: null, steps: said(found.steps) };
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    return { asked, found: null, failure, steps: said(failure.details.steps ?? []) };
  }
}

describe('the ladder', () => {
  test('is not climbed when the pool has a pair', async () => {
    const other = poolOf(two('pune'), {}, 'other');
    const exhaustion = [{ step: 'shorter_cooling' as const }, toPool(other)];
    const pool = poolOf(two('pune'), { exhaustion, budgetCoolingSeconds: 60 });
    const { asked, found, steps } = await climbed(pool, { pools: [other] });
    assert.deepEqual(asked, []);
    assert.deepEqual(steps, ['pool default: found']);
    assert.equal(found?.choice.pool, pool);
  });

  test('without steps ends in pool_exhausted, which says so', async () => {
    const { failure, steps } = await climbed(poolOf([one('pune')]));
    assert.equal(failure?.code, 'pool_exhausted');
    assert.deepEqual(steps, ['pool default: exhausted']);
    const expected = { party: 'both', dids_in_pool: 1, dids_held: 0, dids_needed: 2 };
    assert.deepEqual(failure?.details.saturation, expected);
  });

  test('takes the steps in the order of the pool, and none after the one that finds a pair', async () => {
    const empty = poolOf([], {}, 'empty');
    const full = poolOf(two('pune'), {}, 'full');
    const never = poolOf(two('pune'), {}, 'never');
    const exhaustion = [toPool(empty), { step: 'shorter_cooling' as const }, toPool(full), toPool(never)];
    const pool = poolOf([one('pune')], { exhaustion, budgetCoolingSeconds: 60 });
    const { asked, found, steps } = await climbed(pool, { pools: [empty, full, never] });
    assert.deepEqual(asked, ['pool pool_empty', 'shorten pool_default', 'pool pool_full']);
    assert.deepEqual(steps, [
      'pool default: exhausted',
      'other_pool empty: exhausted',
      'shorter_cooling default: exhausted',
      'other_pool full: found',
    ]);
    assert.equal(found?.choice.pool, full);
  });

  test('says what is missing in the pool that was asked for, as it was before any step', async () => {
    const other = poolOf(two('pune', 'o').concat(one('pune', 'p')), {}, 'other');
    const pool = poolOf(two('pune'), {
      exhaustion: [{ step: 'shorter_cooling' as const }, toPool(other)],
      budgetCoolingSeconds: 60,
    });
    const facts = holding('pune-1', 'pune-2', 'o-1', 'o-2', 'p-1');
    const after = [holding('pune-1', 'o-1', 'o-2', 'p-1')];
    const { failure } = await climbed(pool, { facts, after, pools: [other] });
    const expected = { party: 'both', dids_in_pool: 2, dids_held: 2, dids_needed: 4 };
    assert.deepEqual(failure?.details.saturation, expected);
  });

  test('what a shortening frees may be chosen, and is known to all steps after it', async () => {
    const other = poolOf([one('pune', 'o')], {}, 'other');
    const exhaustion = [{ step: 'shorter_cooling' as const }, toPool(other)];
    const pool = poolOf(two('pune'), { exhaustion, budgetCoolingSeconds: 60 });
    const facts = holding('pune-1', 'pune-2', 'o-1');
    const freed = await climbed(pool, { facts, after: [holding('o-1')] });
    assert.deepEqual(freed.steps, ['pool default: exhausted', 'shorter_cooling default: found']);
    const pairs = freed.found?.pairs.map(({ a, b }) => [a.didId, b.didId].sort().join());
    assert.deepEqual(new Set(pairs), new Set(['pune-1,pune-2']));
    const late = poolOf(two('pune', 'o'), {}, 'other');
    const later = await climbed(pool, {
      facts: holding('pune-1', 'pune-2', 'o-1', 'o-2'),
      after: [holding('pune-1', 'pune-2')],
      pools: [late],
    });
    assert.equal(later.found?.choice.pool, late);
  });
});

describe('what a step allows stays allowed for those after it', () => {
  test('further regions: in the pool, in another after that, and in both when they come later', async () => {
    const other = poolOf(two('mumbai', 'o'), {}, 'other');
    const region = { step: 'other_region' as const };
    const without = poolOf([one('mumbai')], { ...requirePune, exhaustion: [toPool(other)] });
    assert.equal((await climbed(without, { pools: [other] })).found, null, 'mumbai is not wished for yet');

    const before = poolOf([one('mumbai')], { ...requirePune, exhaustion: [region, toPool(other)] });
    assert.deepEqual((await climbed(before, { pools: [other] })).steps, [
      'pool default: exhausted',
      'other_region default: exhausted',
      'other_pool other: found',
    ]);

    const later = poolOf([one('mumbai')], { ...requirePune, exhaustion: [toPool(other), region] });
    assert.deepEqual((await climbed(later, { pools: [other] })).steps, [
      'pool default: exhausted',
      'other_pool other: exhausted',
      'other_region default: exhausted',
      'other_region other: found',
    ]);

    const own = poolOf(two('mumbai'), { ...requirePune, exhaustion: [toPool(other), region] });
    const { found } = await climbed(own, { pools: [other] });
    assert.equal(found?.choice.pool, own, 'its own pool is searched first');
  });

  test('a shorter cooling time: once for each pool, and only when the other pool has no pair as it is', async () => {
    const budget = { budgetCoolingSeconds: 60 };
    const [empty, full] = [poolOf([], budget, 'empty'), poolOf(two('pune', 'f'), budget, 'full')];
    const plain = poolOf([], {}, 'plain');
    const exhaustion = [
      { step: 'shorter_cooling' as const },
      toPool(plain),
      toPool(empty),
      { step: 'other_region' as const },
      toPool(full),
    ];
    const pool = poolOf([one('pune')], { ...requirePune, ...budget, exhaustion });
    const { asked } = await climbed(pool, { pools: [plain, empty, full] });
    assert.deepEqual(asked, [
      'shorten pool_default',
      'pool pool_plain',
      'pool pool_empty',
      'shorten pool_empty',
      'pool pool_full',
    ]);
  });

  test('after other pools it is tried in each that has a budget', async () => {
    const [plain, other] = [poolOf([], {}, 'plain'), poolOf([], { budgetCoolingSeconds: 5 }, 'other')];
    const exhaustion = [toPool(plain), toPool(other), { step: 'shorter_cooling' as const }];
    const pool = poolOf([], { budgetCoolingSeconds: 60, exhaustion });
    const { steps } = await climbed(pool, { pools: [plain, other] });
    assert.deepEqual(steps.slice(3), [
      'shorter_cooling default: exhausted',
      'shorter_cooling other: exhausted',
    ]);
  });
});

describe('a step that cannot help is not_applicable', () => {
  const region = [{ step: 'other_region' as const }];
  const notApplicable = async (
    pool: PoolSnapshot,
    input: AllocationInput = {},
    pools: PoolSnapshot[] = [],
  ) => {
    const { steps, failure } = await climbed(pool, { input, pools });
    assert.equal(failure?.code, 'pool_exhausted');
    assert.equal(steps.length, 2);
    assert.match(steps[1] ?? '', /default: not_applicable$/);
  };

  test('other regions, when they are only preferred, or there is one, or DIDs are required by name', async () => {
    await notApplicable(poolOf([], { regions: ['pune', 'mumbai'], exhaustion: region }));
    await notApplicable(poolOf([], { ...requirePune, regions: ['pune'], exhaustion: region }));
    await notApplicable(poolOf([], { ...requirePune, exhaustion: region }), { regions: ['pune'] });
    const named = { required_dids: { a: ['pune-1'], b: ['pune-1'] } };
    await notApplicable(poolOf([one('pune')], { ...requirePune, exhaustion: region }), named);
  });

  test('a shorter cooling time without a budget', async () => {
    await notApplicable(poolOf([], { exhaustion: [{ step: 'shorter_cooling' }] }));
  });

  test('another pool that is gone, or when DIDs are required by name', async () => {
    const other = poolOf(two('pune', 'o'), {}, 'other');
    await notApplicable(poolOf([], { exhaustion: [toPool(other)] }));
    const named = { required_dids: { a: ['pune-1'], b: ['pune-1'] } };
    await notApplicable(poolOf([one('pune')], { exhaustion: [toPool(other)] }), named, [other]);
  });
});

describe('the wishes of a session', () => {
  const pool = poolOf([...two('pune'), ...two('mumbai')], {
    regions: ['pune'],
    carriers: ['jio'],
    affinity: 'sticky',
  });
  const facts: Facts = { ...nothing, lastPair: { a: 'mumbai-1', b: 'mumbai-2' } };
  const wishesFor = async (input: AllocationInput) =>
    (await climbed(pool, { facts, input })).found?.choice.wishes;

  test('what it says nothing about is as its pool says', async () => {
    const wishes = await wishesFor({});
    assert.deepEqual(wishes?.a, {
      regions: ['pune'],
      isRegionRequired: false,
      carriers: ['jio'],
      preferred: new Set(),
      required: null,
      last: { didId: 'mumbai-1', isWanted: true },
    });
    assert.equal(wishes?.b.last?.didId, 'mumbai-2');
  });

  test('what it says goes before its pool, a list that is empty too', async () => {
    const input = { regions: [], carriers: [], affinity: 'avoid_sticky' as const };
    const wishes = await wishesFor(input);
    assert.deepEqual([wishes?.a.regions, wishes?.a.carriers], [[], []]);
    assert.deepEqual(wishes?.a.last, { didId: 'mumbai-1', isWanted: false });
    assert.equal((await wishesFor({ affinity: 'least_recently_released' }))?.a.last, null);
  });

  test('DIDs by id or by number, for each party', async () => {
    const wishes = await wishesFor({
      preferred_dids: { a: ['pune-1', '+9179pune-2', 'nobody', '+911'] },
      required_dids: { b: ['+9179mumbai-1'] },
    });
    assert.deepEqual(wishes?.a.preferred, new Set(['pune-1', 'pune-2']));
    assert.deepEqual(wishes?.b.preferred, new Set());
    assert.deepEqual(wishes?.b.required, new Set(['mumbai-1']));
    assert.equal(wishes?.a.required, null);
  });

  test('a required one that is not there is unknown_reference, each with its place', async () => {
    const required_dids = { a: ['pune-1', 'nobody'], b: ['+911'] };
    const { failure, asked } = await climbed(pool, { input: { required_dids } });
    assert.equal(failure?.code, 'unknown_reference');
    assert.deepEqual(
      failure?.details.faults?.map(({ pointer }) => pointer),
      ['/allocation/required_dids/a/1', '/allocation/required_dids/b/0'],
    );
    assert.deepEqual(asked, []);
  });
});
