import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Api, apiOf, freshNumbers, newKey, newSession, newTenant, type Tenant } from '../support/api.ts';
import { answerEvent, postForm } from '../support/vobiz.ts';
import { openWorld, type World } from '../support/world.ts';

const DAY = 86_400;
/** 6 h · ln(1/0.001), rounded up. */
const BY_DEFAULT = 149_208;

describe('the rules of a pool', () => {
  let world: World;
  let tenant: Tenant;
  let test: Api;
  before(async () => {
    world = await openWorld();
    tenant = await newTenant(world, { dids: freshNumbers(2) });
    test = apiOf(world, (await newKey(world, tenant.id, { livemode: false })).token);
    for (const name of ['mumbai', 'pune']) await made({ name });
  });
  after(() => world.close());

  let count = 0;
  const made = async (rules: object = {}): Promise<any> => {
    count += 1;
    const reply = await tenant.api.post('/v1/pools', { name: `pool-${count}`, ...rules });
    assert.equal(reply.status, 201, reply.text);
    return reply.body;
  };
  const changed = async (pool: string, change: object): Promise<any> => {
    const reply = await tenant.api.patch(`/v1/pools/${pool}`, change);
    assert.equal(reply.status, 200, reply.text);
    return reply.body;
  };
  const versionOf = async (name: string): Promise<number> => {
    const [row] = await world.sql<{ version: string }>(
      'select version from pools where tenant_id = $1 and livemode and name = $2',
      [tenant.id, name],
    );
    return Number(row?.version);
  };
  const work = async () => {
    for (const job of world.container.jobs) await job.work();
  };

  it('201: come back as they were given, and a change leaves what it does not name', async () => {
    const rules = {
      cooling_seconds: 600,
      misroute_budget: 0.01,
      affinity: 'sticky',
      regions: ['navi mumbai', 'महाराष्ट्र', '*'],
      region_match: 'require',
      carriers: ['airtel', 'jio'],
      exhaustion: [
        { step: 'other_pool', pool: 'pune' },
        { step: 'other_region' },
        { step: 'shorter_cooling' },
        { step: 'other_pool', pool: 'mumbai' },
      ],
      low_at_percent: 95,
    };
    const pool = await made(rules);
    for (const [key, value] of Object.entries(rules)) assert.deepEqual(pool[key], value, key);
    assert.deepEqual((await tenant.api.get(`/v1/pools/${pool.name}`)).body, pool);
    const listed = (await tenant.api.get('/v1/pools?limit=1')).body.data[0];
    assert.deepEqual(listed, pool);

    const now = await changed(pool.name, { affinity: 'avoid_sticky', regions: ['pune'] });
    assert.deepEqual(now, { ...pool, affinity: 'avoid_sticky', regions: ['pune'] });
    assert.deepEqual(await changed(pool.name, { exhaustion: [] }), { ...now, exhaustion: [] });
    const off = await changed(pool.name, { low_at_percent: null });
    assert.deepEqual(off, { ...now, exhaustion: [], low_at_percent: null });
  });

  it('another pool is named by name or id, kept by id, and shown by name', async () => {
    const { id } = (await tenant.api.get('/v1/pools/pune')).body;
    const pool = await made({ exhaustion: [{ step: 'other_pool', pool: id }] });
    assert.deepEqual(pool.exhaustion, [{ step: 'other_pool', pool: 'pune' }]);
    const [row] = await world.sql('select exhaustion from pools where id = $1', [pool.id]);
    assert.deepEqual(row, { exhaustion: [{ step: 'other_pool', pool: id }] });
  });

  it('each change moves the version by which processes know that they have to read the pool again', async () => {
    const { name } = await made();
    const changes = [{ regions: ['x'] }, { carriers: ['y'] }, { affinity: 'sticky' }, { cooling_seconds: 1 }];
    for (const change of [
      ...changes,
      { misroute_budget: 0.01 },
      { exhaustion: [{ step: 'other_region' }] },
    ]) {
      const before = await versionOf(name);
      await changed(name, change);
      assert.ok((await versionOf(name)) > before, JSON.stringify(change));
    }
  });

  describe('422: says which rule cannot be', () => {
    const pool = (name: string) => [{ step: 'other_pool', pool: name }];
    const steps = (...names: string[]) => names.map((step) => ({ step }));
    const wrong: [what: string, rules: object, pointer: string, code?: string][] = [
      ['no cooling time at all', { cooling_seconds: null }, '/cooling_seconds'],
      ['a budget that is too small', { misroute_budget: 0.000001 }, '/misroute_budget'],
      ['a budget that is too large', { misroute_budget: 0.2 }, '/misroute_budget'],
      ['a pool that is low at nothing', { low_at_percent: 0 }, '/low_at_percent'],
      ['a pool that is low beyond what there is', { low_at_percent: 101 }, '/low_at_percent'],
      ['any region before another', { regions: ['*', 'x'] }, '/regions/0'],
      ['a region twice', { regions: ['x', 'x'] }, '/regions'],
      ['eleven regions', { regions: [...'abcdefghijk'] }, '/regions'],
      ['a region of blanks', { regions: ['  '] }, '/regions/0'],
      ['a region that begins with a blank', { regions: [' x'] }, '/regions/0'],
      ['a long region', { regions: ['x'.repeat(41)] }, '/regions/0'],
      ['any carrier', { carriers: ['*'] }, '/carriers/0'],
      ['to require no region', { region_match: 'require' }, '/region_match'],
      ['to require any region', { region_match: 'require', regions: ['*'] }, '/region_match'],
      ['an unknown step', { exhaustion: steps('pin') }, '/exhaustion/0/step'],
      ['a step twice', { exhaustion: steps('other_region', 'other_region') }, '/exhaustion/1/step'],
      ['a shorter time than none', { exhaustion: steps('shorter_cooling') }, '/exhaustion/0/step'],
      ['another pool without a name', { exhaustion: steps('other_pool') }, '/exhaustion/0/pool'],
      [
        'a pool for another step',
        { exhaustion: [{ step: 'other_region', pool: 'pune' }] },
        '/exhaustion/0/pool',
      ],
      ['a pool twice', { exhaustion: [...pool('pune'), ...pool('pune')] }, '/exhaustion/1/pool'],
      [
        'seven steps',
        { exhaustion: Array.from({ length: 7 }, () => ({ step: 'other_region' })) },
        '/exhaustion',
      ],
      ['an unknown pool', { exhaustion: pool('nowhere') }, '/exhaustion/0/pool', 'unknown_reference'],
    ];
    for (const [what, rules, pointer, code = 'invalid_request'] of wrong) {
      it(what, async () => {
        const { name } = await made();
        const version = await versionOf(name);
        for (const reply of [
          await tenant.api.post('/v1/pools', { name: 'never', ...rules }),
          await tenant.api.patch(`/v1/pools/${name}`, rules),
        ]) {
          assert.equal(reply.status, 422, reply.text);
          assert.equal(reply.body.code, code);
          assert.ok(
            reply.body.errors.some((fault: any) => fault.pointer === pointer),
            reply.text,
          );
        }
        assert.equal((await tenant.api.get('/v1/pools/never')).status, 404);
        assert.equal(await versionOf(name), version);
      });
    }

    it('a pool that goes on in itself, and one of the other mode', async () => {
      const { id, name } = await made();
      for (const itself of [id, name]) {
        const reply = await tenant.api.patch(`/v1/pools/${id}`, { exhaustion: pool(itself) });
        assert.equal(reply.body.code, 'invalid_request', reply.text);
        assert.equal(reply.body.errors[0].pointer, '/exhaustion/0/pool');
      }
      const reply = await test.post('/v1/pools', { name: 'x', exhaustion: pool(id) });
      assert.equal(reply.body.code, 'unknown_reference', reply.text);
    });

    it('a change that leaves something behind that cannot stand without it', async () => {
      const { name } = await made({
        cooling_seconds: null,
        misroute_budget: 0.001,
        exhaustion: steps('shorter_cooling'),
        regions: ['x'],
        region_match: 'require',
      });
      const refused = async (change: object, pointer: string) => {
        const reply = await tenant.api.patch(`/v1/pools/${name}`, change);
        assert.equal(reply.status, 422, reply.text);
        assert.equal(reply.body.errors[0].pointer, pointer);
      };
      await refused({ misroute_budget: null }, '/misroute_budget');
      await refused({ misroute_budget: null, cooling_seconds: 5 }, '/misroute_budget');
      await refused({ misroute_budget: null, exhaustion: [] }, '/misroute_budget');
      await refused({ regions: [] }, '/regions');
      await changed(name, { misroute_budget: null, cooling_seconds: 5, exhaustion: [] });
      await changed(name, { regions: [], region_match: 'prefer' });
    });

    it('two changes at once that only stand alone: one of them is refused', async () => {
      for (let turn = 0; turn < 5; turn += 1) {
        const { name } = await made({ misroute_budget: 0.01 });
        const replies = await Promise.all([
          tenant.api.patch(`/v1/pools/${name}`, { misroute_budget: null }),
          tenant.api.patch(`/v1/pools/${name}`, { exhaustion: steps('shorter_cooling') }),
        ]);
        assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 422]);
      }
    });
  });

  describe('the misroute budget', () => {
    it('without any redials comes to 6 h · ln(1/budget); the longer of the two times counts', async () => {
      const { cooling } = await made({ cooling_seconds: null, misroute_budget: 0.001 });
      const { measured_at, ...rest } = cooling;
      assert.deepEqual(rest, {
        seconds: BY_DEFAULT,
        basis: 'budget',
        redial_delay_seconds: null,
        redial_samples: 0,
      });
      assert.ok(Math.abs(Date.parse(measured_at) - Date.now()) < 60_000);
      const both = await made({ misroute_budget: 0.001 });
      assert.deepEqual([both.cooling_seconds, both.cooling.seconds], [DAY, BY_DEFAULT]);
      const fixed = await made({ cooling_seconds: 7 * DAY, misroute_budget: 0.001 });
      assert.deepEqual([fixed.cooling.seconds, fixed.cooling.basis], [7 * DAY, 'fixed']);
    });

    it('is changed, and taken away, with all that followed from it', async () => {
      const { name } = await made({ misroute_budget: 0.001 });
      const loose = await changed(name, { misroute_budget: 0.1 });
      assert.deepEqual([loose.cooling.seconds, loose.cooling.basis], [DAY, 'fixed']);
      const alone = await changed(name, { cooling_seconds: null });
      assert.equal(alone.cooling.seconds, Math.ceil(21_600 * Math.log(10)));
      const without = await changed(name, { misroute_budget: null, cooling_seconds: 60 });
      assert.deepEqual([without.misroute_budget, without.cooling.measured_at], [null, null]);
      assert.deepEqual([without.cooling.seconds, without.cooling.basis], [60, 'fixed']);
    });

    it('follows the delays of late redials, looked at once an hour', async () => {
      const own = await newTenant(world, { dids: freshNumbers(2) });
      const { id } = (
        await own.api.patch('/v1/pools/default', { misroute_budget: 0.001, cooling_seconds: 60 })
      ).body;
      const cooling = async () => (await own.api.get('/v1/pools/default')).body.cooling;
      const due = () =>
        world.sql(`update pools set redials_measured_at = now() - interval '61 minutes' where id = $1`, [id]);

      // A call, the end, and another call: the driver rings once too often.
      const session = await newSession(own, '+919800000001', '+919800000002', { cooling_seconds: 60 * DAY });
      const verbs = async () => {
        const call = answerEvent(session.parties.a.masking_number, '+919800000001');
        return (await postForm(world, own.account.webhookPath, call)).verbs;
      };
      assert.ok((await verbs()).includes('Dial'));
      await own.api.post(`/v1/sessions/${session.id}/end`, {});
      assert.ok(!(await verbs()).includes('Dial'));
      await due();
      await work();
      assert.deepEqual(
        { ...(await cooling()), measured_at: null },
        {
          seconds: BY_DEFAULT,
          basis: 'budget',
          redial_delay_seconds: null,
          redial_samples: 1,
          measured_at: null,
        },
      );

      // 2,000 more, exponential with half an hour as their mean: the redial above again, at other times.
      await world.sql(`update calls set started_at = started_at - interval '20 days' where session_id = $1`, [
        session.id,
      ]);
      await world.sql(
        `update sessions set ended_at = ended_at - interval '20 days', expires_at = ended_at - interval '19 days' where id = $1`,
        [session.id],
      );
      await world.sql(
        `insert into calls (tenant_id, id, livemode, provider_account_id, provider_call_id, did_id, session_id, decision,
                            reason, trace, status, started_at)
         select c.tenant_id, 'call_' || md5(n::text), c.livemode, c.provider_account_id, 'p' || n, c.did_id, c.session_id,
                c.decision, c.reason, '[]', 'completed',
                s.ended_at + make_interval(secs => -1800 * ln((n - 0.5) / 2000))
           from calls c join sessions s on s.tenant_id = c.tenant_id and s.id = c.session_id, generate_series(1, 2000) n
          where c.session_id = $1 and c.decision = 'announce'`,
        [session.id],
      );
      await work();
      assert.equal((await cooling()).redial_samples, 1, 'it was looked at within the hour');
      await due();
      const [before] = await world.sql<{ version: string }>('select version from pools where id = $1', [id]);
      await work();
      const derived = await cooling();
      assert.equal(derived.redial_samples, 2_001);
      assert.equal(derived.basis, 'budget');
      assert.ok(Math.abs(derived.redial_delay_seconds / 1_800 - 1) < 0.2, JSON.stringify(derived));
      const exact = 1_800 * Math.log(1_000);
      assert.ok(derived.seconds >= exact && derived.seconds < 1.5 * exact, JSON.stringify(derived));
      const [moved] = await world.sql<{ version: string }>('select version from pools where id = $1', [id]);
      assert.ok(Number(moved?.version) > Number(before?.version), 'others are told of the new time');

      await due();
      await work();
      const [after] = await world.sql<{ version: string }>('select version from pools where id = $1', [id]);
      assert.equal(after?.version, moved?.version, 'the same time is no news');
      const tighter = (await own.api.patch('/v1/pools/default', { misroute_budget: 0.0001 })).body.cooling;
      assert.ok(tighter.seconds >= 1_800 * Math.log(10_000) && tighter.redial_samples === 2_001);
      const other = (await own.api.post('/v1/pools', { name: 'other', misroute_budget: 0.001 })).body.cooling;
      assert.equal(other.redial_samples, 0, 'redials of another pool say nothing');
    });
  });
});
