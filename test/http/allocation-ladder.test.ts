import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { contentOf, freshNumbers, newTenant, type Tenant } from '../support/api.ts';
import { addPool, alike, ask, isExhausted, type Kind, made, numbersOf } from '../support/choice.ts';
import { openWorld, type World } from '../support/world.ts';

const PUNE: Kind = { region: 'pune' };
const MUMBAI: Kind = { region: 'mumbai' };
const DELHI: Kind = { region: 'delhi' };
const DAY = 86_400;

describe('what a pool does when it has no pair', () => {
  let world: World;
  let tenant: Tenant;
  before(async () => {
    world = await openWorld();
    tenant = await newTenant(world);
  });
  after(() => world.close());

  const people = () => freshNumbers(2, '+9192');
  const end = (id: string) => tenant.api.post(`/v1/sessions/${id}/end`, {});
  const reopen = (id: string) => tenant.api.post(`/v1/sessions/${id}/reopen`, { expires_in_seconds: 60 });
  const step = (name: string, pool: { name: string }, outcome: string) => ({
    step: name,
    pool: pool.name,
    outcome,
  });
  const other = (pool: { name: string }) => ({ step: 'other_pool', pool: pool.name });
  const areAmong = (session: any, dids: readonly any[]) => {
    const numbers = dids.map(({ e164 }) => e164);
    for (const number of numbersOf(session)) assert.ok(numbers.includes(number), number);
  };
  const explain = async (session: any, side: 'a' | 'b', from: string | undefined): Promise<any> =>
    (await tenant.api.post('/v1/routes/explain', { to: session.parties[side].masking_number, from })).body;
  /** As if this time had gone by for a session. */
  const pass = async (id: string, seconds: number) => {
    const ago = 'make_interval(secs => $2)';
    await world.sql(
      `update sessions set expires_at = expires_at - ${ago}, ended_at = ended_at - ${ago} where id = $1`,
      [id, seconds],
    );
    await world.sql(
      `update bindings set released_at = released_at - ${ago}, free_at = free_at - ${ago} where session_id = $1`,
      [id, seconds],
    );
  };

  describe('other_region', () => {
    const rules = { regions: ['pune', 'mumbai', 'delhi'], region_match: 'require' };

    it('goes on to the next regions, in their order', async () => {
      const exhaustion = [{ step: 'other_region' }];
      const pool = await addPool(tenant, [DELHI, DELHI, MUMBAI, MUMBAI, PUNE, PUNE, {}], {
        ...rules,
        exhaustion,
      });
      const two = people();
      for (let n = 0; n < 2; n += 1) {
        const session = await made(tenant, pool.name, two);
        areAmong(session, pool.dids.slice(4, 6));
        assert.deepEqual(session.allocation.steps, [step('pool', pool, 'found')]);
      }
      for (const dids of [pool.dids.slice(2, 4), pool.dids.slice(0, 2)]) {
        for (let n = 0; n < 2; n += 1) {
          const session = await made(tenant, pool.name, two);
          areAmong(session, dids);
          const steps = [step('pool', pool, 'exhausted'), step('other_region', pool, 'found')];
          assert.deepEqual(session.allocation.steps, steps);
          assert.equal(session.allocation.reasons.a[0], 'fallback_region');
        }
      }
      const steps = [step('pool', pool, 'exhausted'), step('other_region', pool, 'exhausted')];
      isExhausted(await ask(tenant, pool.name, two), steps);
    });

    it('has nothing to go on to with one region, with regions that are only preferred, or with DIDs by name', async () => {
      const exhaustion = [{ step: 'other_region' }];
      for (const [kind, allocation] of [
        [{ ...rules, regions: ['pune'] }, null],
        [{ ...rules, region_match: 'prefer' }, null],
        [rules, { regions: ['pune'] }],
        [rules, 'required'],
      ] as const) {
        const pool = await addPool(tenant, [PUNE], { ...kind, exhaustion });
        const [did] = pool.dids;
        const wish = allocation === 'required' ? { required_dids: { a: [did.id], b: [did.id] } } : allocation;
        const steps = [step('pool', pool, 'exhausted'), step('other_region', pool, 'not_applicable')];
        isExhausted(await ask(tenant, pool.name, people(), wish), steps);
      }
    });
  });

  describe('other_pool', () => {
    it('is searched in the order of the steps; the session is one of that pool', async () => {
      const [second, third] = [await addPool(tenant, alike(1)), await addPool(tenant, alike(2))];
      const pool = await addPool(tenant, alike(1), { exhaustion: [other(second), other(third)] });
      const [a, b] = people();
      const session = await made(tenant, pool.name, [a ?? '', b ?? '']);
      assert.equal(session.pool, third.name);
      areAmong(session, third.dids);
      assert.deepEqual(session.allocation.steps, [
        step('pool', pool, 'exhausted'),
        step('other_pool', second, 'exhausted'),
        step('other_pool', third, 'found'),
      ]);
      assert.equal((await tenant.api.get(`/v1/sessions/${session.id}`)).body.pool, third.name);
      assert.equal((await explain(session, 'a', a)).decision, 'bridge');
      assert.equal((await explain(session, 'b', b)).decision, 'bridge');
      // Its own steps are its own sessions' business.
      await tenant.api.patch(`/v1/pools/${second.name}`, { exhaustion: [other(third)] });
      await tenant.api.patch(`/v1/pools/${pool.name}`, { exhaustion: [other(second)] });
      isExhausted(await ask(tenant, pool.name, people()), [
        step('pool', pool, 'exhausted'),
        step('other_pool', second, 'exhausted'),
      ]);
    });

    it('the session cools for the longer time of both, and for no less than the longer budget', async () => {
      const times = [
        { cooling_seconds: 100 },
        { cooling_seconds: 2_000 },
        { cooling_seconds: 100, misroute_budget: 0.01 },
        { cooling_seconds: 100, misroute_budget: 0.0001 },
      ];
      for (const asked of times) {
        for (const found of times) {
          const second = await addPool(tenant, alike(2), found);
          const pool = await addPool(tenant, [], { ...asked, exhaustion: [other(second)] });
          const standard = Math.max(pool.cooling.seconds, second.cooling.seconds);
          const hasBudget = 'misroute_budget' in asked || 'misroute_budget' in found;
          assert.equal((await made(tenant, pool.name, people())).cooling_seconds, standard);
          const own = { cooling_seconds: 7 };
          const session = await made(tenant, pool.name, people(), null, own);
          assert.equal(session.cooling_seconds, hasBudget ? standard : 7);
        }
      }
    });

    it('is not for a session that requires DIDs by name', async () => {
      const second = await addPool(tenant, alike(2));
      const pool = await addPool(tenant, alike(1), { exhaustion: [other(second)] });
      const required_dids = { a: [pool.dids[0].id], b: [pool.dids[0].id] };
      const steps = [step('pool', pool, 'exhausted'), step('other_pool', pool, 'not_applicable')];
      isExhausted(await ask(tenant, pool.name, people(), { required_dids }), steps);
    });

    it('DIDs that are preferred by name, regions and affinity count there too', async () => {
      const second = await addPool(tenant, [MUMBAI, MUMBAI, PUNE, PUNE, DELHI, DELHI]);
      const rules = { regions: ['pune', 'mumbai'], region_match: 'require', affinity: 'sticky' };
      const pool = await addPool(tenant, [DELHI, DELHI], { ...rules, exhaustion: [other(second)] });
      const two = people();
      const first = await made(tenant, pool.name, two);
      areAmong(first, second.dids.slice(2, 4));
      await made(tenant, pool.name, two);
      isExhausted(await ask(tenant, pool.name, two));
      await end(first.id);
      await world.sql('update bindings set free_at = now() where session_id = $1', [first.id]);
      assert.deepEqual(numbersOf(await made(tenant, pool.name, two)), numbersOf(first));
    });
  });

  describe('shorter_cooling', () => {
    /** 6 h · ln(1/0.01): what cools in this pool for five days may be taken again after some 28 h. */
    const rules = { cooling_seconds: 5 * DAY, misroute_budget: 0.01 };
    const exhaustion = [{ step: 'shorter_cooling' }];
    const BUDGET = Math.ceil(6 * 3_600 * Math.log(100));

    it('frees what has cooled for as long as the budget asks, and nothing else', async () => {
      const pool = await addPool(tenant, alike(6), { ...rules, exhaustion });
      const two = people();
      const open = (more: object = {}) => made(tenant, pool.name, two, null, more);
      const [due, expired] = [await open(), await open({ expires_in_seconds: 60 })];
      const after_end = [{ seconds: 10 * DAY, allow: 'both' }];
      const [early, grace, live, long] = [
        await open(),
        await open({ after_end }),
        await open({ expires_in_seconds: 10 * DAY }),
        await open({ cooling_seconds: 0 }),
      ];
      assert.equal(long.cooling_seconds, BUDGET, 'the budget is raised');
      for (const { id } of [due, early, grace, long]) await end(id);
      await pass(due.id, BUDGET - 20);
      await pass(expired.id, BUDGET + 30);
      await pass(early.id, BUDGET - 60);
      await pass(grace.id, BUDGET + 60);
      await pass(live.id, BUDGET + 60);
      await pass(long.id, BUDGET - 60);
      const steps = [step('pool', pool, 'exhausted'), step('shorter_cooling', pool, 'exhausted')];
      const content = await contentOf(world, true);
      isExhausted(await ask(tenant, pool.name, two), steps);
      assert.deepEqual(await contentOf(world, true), content, 'nothing is due, and something was let go of');

      await pass(due.id, 30);
      const first = await open();
      assert.deepEqual(numbersOf(first), numbersOf(due));
      assert.deepEqual(first.allocation.steps, [
        step('pool', pool, 'exhausted'),
        step('shorter_cooling', pool, 'found'),
      ]);
      await pass(expired.id, 60);
      const second = await open();
      assert.deepEqual(numbersOf(second), numbersOf(expired));
      isExhausted(await ask(tenant, pool.name, two), steps);
      for (const [session, reason] of [
        [early, 'session_ended'],
        [long, 'session_ended'],
        [grace, 'grace_binding'],
        [live, 'live_binding'],
        [first, 'live_binding'],
      ]) {
        const { session: whose, reason: why } = await explain(session, 'a', two[0]);
        assert.deepEqual([whose, why], [session.id, reason]);
      }
      for (const { id } of [due, expired]) {
        const reply = await reopen(id);
        assert.equal(reply.status, 409, reply.text);
        assert.equal(reply.body.code, 'not_reopenable');
      }
      for (const { id } of [early, grace]) assert.equal((await reopen(id)).status, 200);
    });

    it("is for the two people's phones only: others' cooling times stay", async () => {
      const pool = await addPool(tenant, alike(2), { ...rules, exhaustion });
      const [a = '', b = ''] = people();
      const strangers = people();
      const opened: any[] = [];
      for (const pair of [[a, b], [a, b], strangers, strangers]) {
        opened.push(await made(tenant, pool.name, pair));
      }
      for (const { id } of opened) {
        await end(id);
        await pass(id, BUDGET + 1);
      }
      await made(tenant, pool.name, [a, b]);
      for (const { id } of opened.slice(2)) assert.equal((await reopen(id)).status, 200);
    });

    it('is nothing for a pool without a budget; DIDs by name may be had that way', async () => {
      const pool = await addPool(tenant, alike(3), { ...rules, exhaustion });
      const two = people();
      const [wanted] = pool.dids;
      const required_dids = { a: [wanted.id] };
      const first = await made(tenant, pool.name, two, { required_dids });
      await end(first.id);
      isExhausted(await ask(tenant, pool.name, two, { required_dids }));
      await pass(first.id, BUDGET + 1);
      const again = await made(tenant, pool.name, two, { required_dids });
      assert.equal(again.parties.a.masking_number, wanted.e164);
      assert.equal(again.allocation.steps.at(-1).step, 'shorter_cooling');
      await tenant.api.patch(`/v1/pools/${pool.name}`, { exhaustion: [] });
      await tenant.api.patch(`/v1/pools/${pool.name}`, { misroute_budget: null });
      // A pool cannot have the step without a budget; it may have had one when this was decided.
      await world.sql('update pools set exhaustion = $2 where id = $1', [
        pool.id,
        JSON.stringify(exhaustion),
      ]);
      const steps = [step('pool', pool, 'exhausted'), step('shorter_cooling', pool, 'not_applicable')];
      isExhausted(await ask(tenant, pool.name, two, { required_dids }), steps);
    });

    it('is for a re-homed session too', async () => {
      const pool = await addPool(tenant, alike(4), { ...rules, exhaustion });
      const two = people();
      // In a circle: left to chance, the last number that is free for one may be the last one for the other as well.
      const sessions: any[] = [];
      for (let n = 0; n < 4; n += 1) {
        const [a, b] = [pool.dids[n].e164, pool.dids[(n + 1) % 4].e164];
        sessions.push(await made(tenant, pool.name, two, { preferred_dids: { a: [a], b: [b] } }));
      }
      const [first, second] = sessions;
      await end(first.id);
      const rehome = () => tenant.api.post(`/v1/sessions/${second.id}/rehome`, {});
      isExhausted(await rehome());
      await pass(first.id, BUDGET + 1);
      const moved = await rehome();
      assert.equal(moved.status, 200, moved.text);
      assert.deepEqual(numbersOf(moved.body), numbersOf(first));
    });
  });

  describe('what a step allows stays allowed', () => {
    const regions = { regions: ['pune', 'mumbai'], region_match: 'require' };

    it('the further regions, in another pool after that, and in both pools before that', async () => {
      const second = await addPool(tenant, [MUMBAI, MUMBAI]);
      const third = await addPool(tenant, [DELHI, DELHI]);
      const first = [{ step: 'other_region' }, other(second)];
      const pool = await addPool(tenant, [MUMBAI], { ...regions, exhaustion: first });
      const session = await made(tenant, pool.name, people());
      assert.equal(session.pool, second.name);
      assert.deepEqual(session.allocation.steps, [
        step('pool', pool, 'exhausted'),
        step('other_region', pool, 'exhausted'),
        step('other_pool', second, 'found'),
      ]);

      const exhaustion = [other(third), other(second), { step: 'other_region' }];
      await tenant.api.patch(`/v1/pools/${pool.name}`, { exhaustion });
      const later = await made(tenant, pool.name, people());
      assert.equal(later.pool, second.name);
      assert.deepEqual(later.allocation.steps, [
        step('pool', pool, 'exhausted'),
        step('other_pool', third, 'exhausted'),
        step('other_pool', second, 'exhausted'),
        step('other_region', pool, 'exhausted'),
        step('other_region', third, 'exhausted'),
        step('other_region', second, 'found'),
      ]);
    });

    it('the shorter cooling time, in another pool after that; by the budget of that pool', async () => {
      const budget = { cooling_seconds: 5 * DAY, misroute_budget: 0.01 };
      const second = await addPool(tenant, alike(2), budget);
      const exhaustion = [{ step: 'shorter_cooling' }, other(second)];
      const pool = await addPool(tenant, [], { ...budget, misroute_budget: 0.1, exhaustion });
      const two = people();
      const first = await made(tenant, pool.name, two);
      await made(tenant, pool.name, two);
      await end(first.id);
      const of = (step_: string, outcome: string) => [
        step('pool', pool, 'exhausted'),
        step('shorter_cooling', pool, 'exhausted'),
        step(step_, second, outcome),
      ];
      await pass(first.id, Math.ceil(6 * 3_600 * Math.log(10)) + 100);
      isExhausted(await ask(tenant, pool.name, two), of('other_pool', 'exhausted'));
      await pass(first.id, DAY);
      const session = await made(tenant, pool.name, two);
      assert.deepEqual(numbersOf(session), numbersOf(first));
      assert.deepEqual(session.allocation.steps, of('other_pool', 'found'));
    });
  });
});
