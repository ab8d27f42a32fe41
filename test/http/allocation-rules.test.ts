import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { apiOf, contentOf, freshNumbers, newTenant, type Tenant } from '../support/api.ts';
import { addDids, addPool, alike, ask, isExhausted, type Kind, made, numbersOf } from '../support/choice.ts';
import { openTwin } from '../support/twin.ts';
import { openWorld, type World } from '../support/world.ts';

const PUNE: Kind = { region: 'pune' };
const MUMBAI: Kind = { region: 'mumbai' };
const DELHI: Kind = { region: 'delhi' };

describe('the rules of a pool and the wishes of a session', () => {
  let world: World;
  let tenant: Tenant;
  before(async () => {
    world = await openWorld();
    tenant = await newTenant(world);
  });
  after(() => world.close());

  /** Two phones that nobody has. */
  const people = () => freshNumbers(2, '+9193');
  const end = (id: string) => tenant.api.post(`/v1/sessions/${id}/end`, {});
  const setPool = async (pool: string, rules: object) => {
    const reply = await tenant.api.patch(`/v1/pools/${pool}`, rules);
    assert.equal(reply.status, 200, reply.text);
  };
  const areAmong = (session: any, dids: readonly any[]) => {
    const numbers = dids.map(({ e164 }) => e164);
    for (const number of numbersOf(session)) assert.ok(numbers.includes(number), number);
  };
  /** Ends as if it had cooled: what two people have let go of. */
  const over = async (id: string) => {
    await end(id);
    await world.sql('update bindings set free_at = now() where session_id = $1', [id]);
  };

  describe('regions', () => {
    it('prefer: those of the first region, then those of the next, then any other', async () => {
      const pool = await addPool(tenant, [DELHI, PUNE, {}, PUNE, MUMBAI, MUMBAI, DELHI], {
        regions: ['pune', 'mumbai'],
      });
      const of = (region: string | null) => pool.dids.filter((did) => did.region === region);
      const two = people();
      const first = await made(tenant, pool.name, two);
      areAmong(first, of('pune'));
      assert.deepEqual(first.allocation.reasons.a, ['wished_region', 'never_held']);
      areAmong(await made(tenant, pool.name, two), of('pune')); // swapped
      const second = await made(tenant, pool.name, two);
      areAmong(second, of('mumbai'));
      assert.deepEqual(second.allocation.reasons.b, ['fallback_region', 'never_held']);
      areAmong(await made(tenant, pool.name, two), of('mumbai'));
      areAmong(await made(tenant, pool.name, two), [...of('delhi'), ...of(null)]);
    });

    it('require: those of the first region and no others, though there are', async () => {
      const pool = await addPool(tenant, [PUNE, PUNE, MUMBAI, MUMBAI, {}], {
        regions: ['pune', 'mumbai'],
        region_match: 'require',
      });
      const two = people();
      for (let n = 0; n < 2; n += 1) areAmong(await made(tenant, pool.name, two), pool.dids.slice(0, 2));
      const reply = await ask(tenant, pool.name, two);
      isExhausted(reply, [{ step: 'pool', pool: pool.name, outcome: 'exhausted' }]);
      const expected = { party: 'both', dids_in_pool: 2, dids_held: 2, dids_needed: 4 };
      assert.deepEqual(reply.body.saturation, expected);
    });

    it('a session wishes for others than its pool', async () => {
      const pool = await addPool(tenant, [PUNE, PUNE, MUMBAI, MUMBAI], {
        regions: ['pune'],
        region_match: 'require',
      });
      const session = await made(tenant, pool.name, people(), { regions: ['mumbai'] });
      areAmong(session, pool.dids.slice(2));
      isExhausted(await ask(tenant, pool.name, people(), { regions: ['delhi'] }));
    });

    it("'*' is any other region: those after it come last", async () => {
      const pool = await addPool(tenant, [DELHI, DELHI, PUNE, PUNE]);
      const regions = ['pune', '*'];
      const two = people();
      areAmong(await made(tenant, pool.name, two, { regions }), pool.dids.slice(2));
      areAmong(await made(tenant, pool.name, two, { regions }), pool.dids.slice(2));
      const third = await made(tenant, pool.name, two, { regions });
      areAmong(third, pool.dids.slice(0, 2));
      assert.equal(third.allocation.reasons.a[0], 'fallback_region');
    });
  });

  it('carriers are preferred among DIDs of the same region', async () => {
    const jio = { region: 'pune', carrier: 'jio' };
    const airtel = { region: 'pune', carrier: 'airtel' };
    const pool = await addPool(tenant, [airtel, jio, airtel, jio, { carrier: 'jio' }], {
      regions: ['pune'],
      carriers: ['jio'],
    });
    const two = people();
    const first = await made(tenant, pool.name, two);
    areAmong(first, [pool.dids[1], pool.dids[3]]);
    assert.deepEqual(first.allocation.reasons.a, ['wished_region', 'wished_carrier', 'never_held']);
    await made(tenant, pool.name, two);
    areAmong(await made(tenant, pool.name, two), [pool.dids[0], pool.dids[2]]);
    areAmong(await made(tenant, pool.name, people(), { carriers: ['airtel'] }), [pool.dids[0], pool.dids[2]]);
  });

  it('an unhealthy DID is for those who would have none otherwise', async () => {
    const pool = await addPool(tenant, alike(4));
    const sick = pool.dids.slice(2);
    await world.sql('update dids set health = 0.4 where id = any ($1)', [sick.map(({ id }) => id)]);
    for (let n = 0; n < 8; n += 1) areAmong(await made(tenant, pool.name, people()), pool.dids.slice(0, 2));
    const two = people();
    for (let n = 0; n < 2; n += 1) await made(tenant, pool.name, two);
    const third = await made(tenant, pool.name, two);
    areAmong(third, sick);
    assert.deepEqual(third.allocation.reasons.a, ['unhealthy', 'never_held']);
  });

  describe('DIDs by name', () => {
    for (const by of ['id', 'e164']) {
      it(`preferred and required, by ${by}`, async () => {
        const pool = await addPool(tenant, alike(8));
        const name = (place: number): string => pool.dids[place][by];
        const preferred = await made(tenant, pool.name, people(), {
          preferred_dids: { a: [name(3)], b: [name(5), name(6)] },
        });
        assert.equal(preferred.parties.a.masking_number, pool.dids[3].e164);
        areAmong({ parties: { a: preferred.parties.b, b: preferred.parties.b } }, [
          pool.dids[5],
          pool.dids[6],
        ]);
        assert.deepEqual(preferred.allocation.reasons.a, ['preferred', 'never_held']);
        const two = people();
        const required_dids = { b: [name(7)] };
        const required = await made(tenant, pool.name, two, { required_dids });
        assert.equal(required.parties.b.masking_number, pool.dids[7].e164);
        assert.deepEqual(required.allocation.reasons.b, ['required', 'never_held']);
        const reply = await ask(tenant, pool.name, two, { required_dids });
        isExhausted(reply);
        const expected = { party: 'b', dids_in_pool: 1, dids_held: 1, dids_needed: 2 };
        assert.deepEqual(reply.body.saturation, expected);
      });
    }

    it('a preferred one that is held, reserved, or of no such pool is passed over', async () => {
      const pool = await addPool(tenant, [{}, {}, {}, { reserved: true }]);
      const [held, , , reserved] = pool.dids;
      const other = await addPool(tenant, alike(1));
      const [a = '', b = ''] = people();
      await made(tenant, pool.name, [a, b], { required_dids: { a: [held.id] } });
      const preferred = [held.id, reserved.id, other.dids[0].id, '+917900000000', 'did_0'];
      const session = await made(tenant, pool.name, [a, b], { preferred_dids: { a: preferred } });
      areAmong(session, pool.dids.slice(0, 3));
      assert.notEqual(session.parties.a.masking_number, held.e164);
      assert.deepEqual(session.allocation.reasons.a, ['never_held']);
    });

    it('a preferred one goes before the wished region, and before the pair of last time', async () => {
      const pool = await addPool(tenant, [PUNE, PUNE, MUMBAI], { regions: ['pune'], affinity: 'sticky' });
      const two = people();
      const [, , mumbai] = pool.dids;
      await over((await made(tenant, pool.name, two)).id);
      const session = await made(tenant, pool.name, two, { preferred_dids: { a: [mumbai.id] } });
      assert.equal(session.parties.a.masking_number, mumbai.e164);
    });

    it('422 unknown_reference for a required one that is none of the pool, and nothing is written', async () => {
      const pool = await addPool(tenant, alike(3));
      const other = await addPool(tenant, alike(1));
      await tenant.api.delete(`/v1/dids/${pool.dids[2].id}`);
      const [known, , retired] = pool.dids;
      const content = await contentOf(world);
      const required_dids = { a: [known.id, other.dids[0].id], b: [retired.e164, known.e164, 'did_0'] };
      const reply = await ask(tenant, pool.name, people(), { required_dids });
      assert.equal(reply.status, 422, reply.text);
      assert.equal(reply.body.code, 'unknown_reference');
      assert.deepEqual(
        reply.body.errors.map(({ pointer }: any) => pointer),
        ['/allocation/required_dids/a/1', '/allocation/required_dids/b/0', '/allocation/required_dids/b/2'],
      );
      assert.deepEqual(await contentOf(world), content);
    });

    it('a reserved DID is given to nobody but those who require it', async () => {
      const pool = await addPool(tenant, [{ reserved: true }, {}, {}]);
      const [reserved] = pool.dids;
      const two = people();
      for (let n = 0; n < 2; n += 1) areAmong(await made(tenant, pool.name, two), pool.dids.slice(1));
      const reply = await ask(tenant, pool.name, two);
      isExhausted(reply);
      assert.equal(reply.body.saturation.dids_in_pool, 2);
      const [next = ''] = people();
      const required_dids = { a: [reserved.id] };
      const session = await made(tenant, pool.name, [two[0] ?? '', next], { required_dids });
      assert.equal(session.parties.a.masking_number, reserved.e164);
    });
  });

  describe('affinity', () => {
    it('sticky: the same two people have their numbers again, also when the sides are swapped', async () => {
      const pool = await addPool(tenant, alike(10), { affinity: 'sticky' });
      const [a = '', b = ''] = people();
      const first = await made(tenant, pool.name, [a, b]);
      const [m1, m2] = numbersOf(first);
      await over(first.id);
      // What either of them did with others in the meantime does not count.
      await over((await made(tenant, pool.name, [a, people()[0] ?? ''])).id);
      const second = await made(tenant, pool.name, [a, b]);
      assert.deepEqual(numbersOf(second), [m1, m2]);
      assert.equal(second.allocation.reasons.a[0], 'had_last_time');
      const third = await made(tenant, pool.name, [a, b]);
      assert.notDeepEqual(numbersOf(third), [m1, m2], 'it is held');
      await over(second.id);
      await over(third.id);
      const swapped = await made(tenant, pool.name, [b, a]);
      assert.deepEqual(numbersOf(swapped), numbersOf(third).reverse());
    });

    it('sticky: not while they cool, and not when the pair is not in service any more', async () => {
      const pool = await addPool(tenant, alike(10), { affinity: 'sticky' });
      const two = people();
      const first = await made(tenant, pool.name, two, null, { cooling_seconds: 600 });
      await end(first.id);
      const second = await made(tenant, pool.name, two, null, { cooling_seconds: 0 });
      for (const side of [0, 1] as const) assert.notEqual(numbersOf(second)[side], numbersOf(first)[side]);
      await end(second.id);
      const did = pool.dids.find(({ e164 }) => e164 === numbersOf(second)[0]);
      await tenant.api.delete(`/v1/dids/${did.id}`);
      const third = await made(tenant, pool.name, two);
      assert.notEqual(third.parties.a.masking_number, did.e164);
    });

    it('avoid_sticky: others than last time, as long as there are any', async () => {
      const pool = await addPool(tenant, alike(3), { affinity: 'avoid_sticky' });
      const two = people();
      let last = numbersOf(await made(tenant, pool.name, two, null, { cooling_seconds: 0 }));
      for (let n = 0; n < 6; n += 1) {
        await tenant.api.get('/v1/sessions?limit=1').then(({ body }) => end(body.data[0].id));
        const now = numbersOf(await made(tenant, pool.name, two, null, { cooling_seconds: 0 }));
        assert.notDeepEqual(now, last);
        last = now;
      }
    });

    it('a session has its own; a pair is forgotten after 90 days', async () => {
      const pool = await addPool(tenant, alike(10));
      const two = people();
      const allocation = { affinity: 'sticky' };
      const first = await made(tenant, pool.name, two, allocation);
      await over(first.id);
      const other = await made(tenant, pool.name, two);
      assert.notDeepEqual(numbersOf(other), numbersOf(first));
      const again = await made(tenant, pool.name, two, allocation);
      assert.deepEqual(numbersOf(again), numbersOf(first));
      const age = (days: number) =>
        world.sql('update pair_history set used_at = now() - make_interval(days => $1)', [days]);
      const left = async () => {
        for (const job of world.container.jobs) await job.work();
        return (await world.sql('select 1 from pair_history')).length;
      };
      await age(89);
      assert.ok((await left()) > 0);
      await age(91);
      assert.equal(await left(), 0);
    });
  });

  it("a session cools for no less than its pool's misroute budget asks, whatever it asks for itself", async () => {
    const pool = await addPool(tenant, alike(4), { cooling_seconds: 60, misroute_budget: 0.001 });
    const { seconds } = pool.cooling;
    assert.ok(seconds > 86_400);
    for (const [own, expected] of [
      [undefined, seconds],
      [0, seconds],
      [seconds + 5, seconds + 5],
    ]) {
      const session = await made(tenant, pool.name, people(), null, { cooling_seconds: own });
      assert.equal(session.cooling_seconds, expected);
      await end(session.id);
      const [row] = await world.sql(
        `select extract(epoch from free_at - released_at)::integer as seconds from bindings where session_id = $1`,
        [session.id],
      );
      assert.deepEqual(row, { seconds: expected });
    }
    const plain = await addPool(tenant, alike(2), { cooling_seconds: 60 });
    assert.equal((await made(tenant, plain.name, people(), null, { cooling_seconds: 5 })).cooling_seconds, 5);
  });

  describe('a change holds for the very next session', () => {
    let twin: World;
    before(async () => {
      twin = await openTwin(world);
    });
    after(() => twin.close());
    for (const where of ['here', 'in another process']) {
      it(`that is made ${where}`, async () => {
        const changer = where === 'here' ? tenant.api : apiOf(twin, tenant.token);
        const pool = await addPool(tenant, [PUNE, PUNE, MUMBAI, MUMBAI]);
        const [pune, mumbai] = [pool.dids.slice(0, 2), pool.dids.slice(2)];
        const change = async (path: string, body: object) => {
          const reply = await changer.patch(path, body);
          assert.equal(reply.status, 200, reply.text);
        };
        for (let n = 0; n < 3; n += 1) {
          for (const [region, dids] of [
            ['pune', pune],
            ['mumbai', mumbai],
          ] as const) {
            await change(`/v1/pools/${pool.name}`, { regions: [region] });
            areAmong(await made(tenant, pool.name, people()), dids);
          }
        }
        await change(`/v1/dids/${mumbai[0].id}`, { region: 'pune' });
        const moved = await made(tenant, pool.name, people(), { regions: ['mumbai'] });
        assert.ok(numbersOf(moved).includes(mumbai[1].e164), 'the only one that is left of that region');
        const [fresh] = await addDids({ ...tenant, api: changer }, pool.name, [DELHI]);
        const wish = { preferred_dids: { a: [fresh.e164] } };
        const session = await made(tenant, pool.name, people(), wish);
        assert.equal(session.parties.a.masking_number, fresh.e164);
        await change(`/v1/dids/${fresh.id}`, { reserved: true });
        const after = await made(tenant, pool.name, people(), wish);
        assert.notEqual(after.parties.a.masking_number, fresh.e164);
        for (const did of pune) await changer.delete(`/v1/dids/${did.id}`);
        areAmong(await made(tenant, pool.name, people(), { regions: ['pune'] }), mumbai);

        const [from, to] = [await addPool(tenant, alike(3)), await addPool(tenant, alike(1))];
        isExhausted(await ask(tenant, to.name, people()));
        await made(tenant, from.name, people());
        await change(`/v1/dids/${from.dids[0].id}`, { pool: to.name });
        areAmong(await made(tenant, to.name, people()), [to.dids[0], from.dids[0]]);
        for (let n = 0; n < 5; n += 1) {
          areAmong(await made(tenant, from.name, people()), from.dids.slice(1));
        }
      });
    }
  });

  it('items of a batch say how they were chosen, and a replay gives the same allocation', async () => {
    const pool = await addPool(tenant, [PUNE, PUNE, MUMBAI]);
    const item = ([a, b]: string[], allocation: object) => ({
      pool: pool.name,
      parties: { a: { phone: a }, b: { phone: b } },
      allocation,
    });
    const two = people();
    const sessions = [
      item(people(), { regions: ['pune'] }),
      item(two, { required_dids: { a: [pool.dids[2].id], b: [pool.dids[2].id] } }),
      item(people(), { required_dids: { a: ['did_0'] } }),
    ];
    const options = { idempotencyKey: randomUUID() };
    const reply = await tenant.api.post('/v1/sessions/batch', { sessions }, options);
    const [first, exhausted, unknown] = reply.body.data;
    assert.deepEqual(first.session.allocation.reasons.a, ['wished_region', 'never_held']);
    const steps = [{ step: 'pool', pool: pool.name, outcome: 'exhausted' }];
    assert.deepEqual(exhausted.error.allocation, { steps });
    assert.equal(unknown.error.code, 'unknown_reference');

    const single = { idempotencyKey: randomUUID() };
    const body = item(people(), { regions: ['mumbai'] });
    const created = await tenant.api.post('/v1/sessions', body, single);
    const replayed = await tenant.api.post('/v1/sessions', body, single);
    assert.equal(replayed.text, created.text);
    assert.equal(replayed.headers['idempotent-replayed'], 'true');
    const read = await tenant.api.get(`/v1/sessions/${created.body.id}`);
    assert.deepEqual(read.body.allocation, created.body.allocation);
    await setPool(pool.name, { regions: ['pune'] });
    assert.equal((await tenant.api.post('/v1/sessions', body, single)).text, created.text);
  });
});
