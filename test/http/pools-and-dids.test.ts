import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  type Api,
  apiOf,
  freshNumbers,
  isPagedListOf,
  newKey,
  newSession,
  newTenant,
  type Reply,
  type Tenant,
} from '../support/api.ts';
import { openWorld, type World } from '../support/world.ts';

const A = '+919800000001';
const B = '+919800000002';

describe('pools and DIDs', () => {
  let world: World;
  let tenant: Tenant;
  let test: Api;
  before(async () => {
    world = await openWorld();
    tenant = await newTenant(world);
    test = apiOf(world, (await newKey(world, tenant.id, { livemode: false })).token);
  });
  after(() => world.close());

  const register = (owner: Tenant, e164: string | undefined, more: object = {}): Promise<Reply> =>
    owner.api.post('/v1/dids', { e164, provider_account: owner.account.id, ...more });
  const explain = async (owner: Tenant, to: string, from: string): Promise<any> =>
    (await owner.api.post('/v1/routes/explain', { to, from })).body;
  const idOf = async (owner: Tenant, e164: string): Promise<string> =>
    (await owner.api.get('/v1/dids?limit=100')).body.data.find((did: any) => did.e164 === e164).id;
  const retire = async (owner: Tenant, e164: string): Promise<Reply> =>
    owner.api.delete(`/v1/dids/${await idOf(owner, e164)}`);

  describe('pools', () => {
    it('201: a pool of a name alone cools for a day and has no DIDs', async () => {
      const reply = await tenant.api.post('/v1/pools', { name: 'mumbai' });
      assert.equal(reply.status, 201, reply.text);
      const { id, created_at: _at, ...rest } = reply.body;
      assert.match(id, /^pool_[0-9a-f]{32}$/);
      assert.deepEqual(rest, {
        name: 'mumbai',
        livemode: true,
        cooling_seconds: 86_400,
        misroute_budget: null,
        cooling: {
          seconds: 86_400,
          basis: 'fixed',
          redial_delay_seconds: null,
          redial_samples: 0,
          measured_at: null,
        },
        affinity: 'least_recently_released',
        regions: [],
        region_match: 'prefer',
        carriers: [],
        exhaustion: [],
        voice: {},
        low_at_percent: 80,
        active_dids: 0,
      });
      for (const path of [id, 'mumbai']) {
        assert.deepEqual((await tenant.api.get(`/v1/pools/${path}`)).body, reply.body);
      }
    });

    it('200: counts the active DIDs, and no others', async () => {
      await tenant.api.post('/v1/pools', { name: 'counted' });
      const dids = freshNumbers(3);
      for (const e164 of dids) assert.equal((await register(tenant, e164, { pool: 'counted' })).status, 201);
      assert.equal((await tenant.api.get('/v1/pools/counted')).body.active_dids, 3);
      await retire(tenant, dids[0] ?? '');
      assert.equal((await tenant.api.get('/v1/pools/counted')).body.active_dids, 2);
    });

    it('200: a list shows each pool once, newest first, in pages of any size', async () => {
      const other = await newTenant(world);
      const ids = [(await other.api.get('/v1/pools/default')).body.id];
      for (const name of ['a', 'b', 'c', 'd'])
        ids.push((await other.api.post('/v1/pools', { name })).body.id);
      await isPagedListOf(other.api, '/v1/pools', ids);
    });

    it('200: a new cooling time holds for sessions from then on, and leaves the others alone', async () => {
      const other = await newTenant(world, { dids: freshNumbers(3) });
      const before = await newSession(other, A, B);
      const changed = await other.api.patch('/v1/pools/default', { cooling_seconds: 5 });
      assert.equal(changed.body.cooling_seconds, 5);
      const later = await newSession(other, A, B);
      assert.equal(later.cooling_seconds, 5);
      const own = await newSession(other, '+919800000003', '+919800000004', { cooling_seconds: 0 });
      assert.equal(own.cooling_seconds, 0);
      const unchanged = await other.api.get(`/v1/sessions/${before.id}`);
      assert.equal(unchanged.body.cooling_seconds, 86_400);
    });

    it('409: a name is taken once per tenant and mode, even "default"', async () => {
      assert.equal((await test.post('/v1/pools', { name: 'mumbai' })).status, 201);
      assert.equal((await (await newTenant(world)).api.post('/v1/pools', { name: 'mumbai' })).status, 201);
      for (const api of [tenant.api, test]) {
        for (const name of ['mumbai', 'default']) {
          const reply = await api.post('/v1/pools', { name });
          assert.equal(reply.status, 409, reply.text);
          assert.equal(reply.body.code, 'pool_name_taken');
        }
      }
    });

    it('422: a name that could be taken for an id, or is none', async () => {
      for (const name of ['pool_1', 'Mumbai', '-a', '_a', 'a b', 'a/b', 'x'.repeat(64), 'é', '']) {
        const reply = await tenant.api.post('/v1/pools', { name });
        assert.equal(reply.status, 422, name);
        assert.equal(reply.body.errors[0].pointer, '/name');
      }
    });
  });

  describe('DIDs', () => {
    it('201: a DID is active, in the pool "default", with its country; written as people write it', async () => {
      const [e164 = ''] = freshNumbers(1);
      const national = `0${e164.slice(3, 8)}-${e164.slice(8)}`;
      const reply = await register(tenant, national);
      assert.equal(reply.status, 201, reply.text);
      const { id, created_at: _at, ...rest } = reply.body;
      assert.match(id, /^did_[0-9a-f]{32}$/);
      assert.deepEqual(rest, {
        e164,
        country: 'IN',
        pool: 'default',
        provider_account: tenant.account.id,
        region: null,
        carrier: null,
        reserved: false,
        status: 'active',
        livemode: true,
        suspended: null,
        provisioning: { status: 'none', reason: null },
        live_bindings: 0,
        health: { score: 1, calls: 0, answered: 0, short: 0, measured_at: null },
      });
      assert.deepEqual((await tenant.api.get(`/v1/dids/${id}`)).body, reply.body);
    });

    it('201: a pool is named by its name or its id', async () => {
      const pool = (await tenant.api.post('/v1/pools', { name: 'pune' })).body;
      for (const name of [pool.id, 'pune']) {
        const [e164] = freshNumbers(1);
        assert.equal((await register(tenant, e164, { pool: name })).body.pool, 'pune');
      }
    });

    it('200: a list shows each DID once, newest first, by pool and status', async () => {
      const other = await newTenant(world);
      await other.api.post('/v1/pools', { name: 'pune' });
      const inPool: Record<string, string[]> = { default: [], pune: [] };
      for (const pool of ['default', 'pune', 'default', 'pune', 'default']) {
        const [e164] = freshNumbers(1);
        inPool[pool]?.push((await register(other, e164, { pool })).body.id);
      }
      const all = [...(inPool.default ?? []), ...(inPool.pune ?? [])];
      await isPagedListOf(other.api, '/v1/dids', all);
      await isPagedListOf(other.api, '/v1/dids?pool=default', inPool.default ?? []);
      await isPagedListOf(other.api, '/v1/dids?pool=pune', inPool.pune ?? []);
      const [retired = '', ...active] = all;
      await other.api.delete(`/v1/dids/${retired}`);
      await isPagedListOf(other.api, '/v1/dids?status=active', active);
      const { data } = (await other.api.get('/v1/dids?status=retired')).body;
      assert.deepEqual(
        data.map((did: any) => did.id),
        [retired],
      );
      assert.deepEqual((await other.api.get('/v1/dids?status=retiring')).body.data, []);
    });

    it('409: a number exists once in the world, whoever has it and however it is written', async () => {
      const [e164 = ''] = freshNumbers(1);
      assert.equal((await register(tenant, e164)).status, 201);
      const other = await newTenant(world);
      await other.api.post('/v1/pools', { name: 'pune' });
      for (const owner of [tenant, other]) {
        for (const written of [e164, `0${e164.slice(3)}`, `00${e164.slice(1)}`]) {
          const reply = await register(owner, written);
          assert.equal(reply.status, 409, reply.text);
          assert.equal(reply.body.code, 'did_already_assigned');
          assert.equal(reply.body.errors[0].pointer, '/e164');
        }
      }
      const operator = apiOf(world, world.operatorToken);
      const body = { e164, provider_account: tenant.account.id };
      assert.equal((await operator.post(`/v1/tenants/${other.id}/dids`, body)).status, 409);
      const { data } = (await other.api.get('/v1/dids')).body;
      assert.deepEqual(data, []);
    });

    it('201: in test mode every tenant has a world of its own, but there too a number exists once', async () => {
      const [e164 = ''] = freshNumbers(1);
      assert.equal((await register(tenant, e164)).status, 201);
      const other = await newTenant(world);
      const otherTest = apiOf(world, (await newKey(world, other.id, { livemode: false })).token);
      for (const api of [test, otherTest]) {
        const body = { e164, provider_account: tenant.account.id };
        assert.equal((await api.post('/v1/dids', body)).status, 201);
        assert.equal((await api.post('/v1/dids', body)).body.code, 'did_already_assigned');
      }
    });

    it('20 tenants at once register one number: exactly one gets it', async () => {
      const [e164 = ''] = freshNumbers(1);
      const tenants = await Promise.all(Array.from({ length: 20 }, () => newTenant(world)));
      const statuses = await Promise.all(tenants.map(async (each) => (await register(each, e164)).status));
      assert.equal(statuses.filter((status) => status === 201).length, 1);
      assert.equal(statuses.filter((status) => status === 409).length, 19);
    });

    it('404: a DID that does not exist', async () => {
      assert.equal((await tenant.api.get('/v1/dids/did_0')).status, 404);
      assert.equal((await tenant.api.delete('/v1/dids/did_0')).status, 404);
    });
  });

  describe('retiring', () => {
    it('a DID that nobody holds is retired at once, again too, and its number may be registered anew', async () => {
      const [e164 = ''] = freshNumbers(1);
      const other = await newTenant(world);
      const { id } = (await register(tenant, e164)).body;
      for (let turn = 0; turn < 2; turn += 1) {
        const reply = await tenant.api.delete(`/v1/dids/${id}`);
        assert.equal(reply.status, 200);
        assert.equal(reply.body.status, 'retired');
      }
      assert.equal((await explain(tenant, e164, A)).reason, 'unknown_did');
      const anew = await register(other, e164);
      assert.equal(anew.status, 201, anew.text);
      assert.equal((await tenant.api.delete(`/v1/dids/${id}`)).body.status, 'retired');
      assert.equal((await other.api.get(`/v1/dids/${anew.body.id}`)).body.status, 'active');
      assert.equal((await explain(other, e164, A)).reason, 'caller_not_allowed');
      assert.equal((await tenant.api.get(`/v1/dids/${id}`)).body.e164, e164);
    });

    it('a DID in use retires slowly: its sessions go on, nobody new gets it, then its number is free', async () => {
      const dids = freshNumbers(3);
      const own = await newTenant(world, { dids });
      const session = await newSession(own, A, B, { cooling_seconds: 60 });
      const m1: string = session.parties.a.masking_number;
      assert.equal((await retire(own, m1)).body.status, 'retiring');
      assert.equal((await retire(own, m1)).body.status, 'retiring');

      assert.equal((await explain(own, m1, A)).reason, 'live_binding');
      const other = await explain(own, session.parties.b.masking_number, B);
      assert.equal(other.reason, 'live_binding');
      assert.equal(other.caller_id, m1);

      const rest = dids.filter((did) => did !== m1).sort();
      for (let n = 0; n < 4; n += 1) {
        const next = await newSession(own, `+91980000010${n}`, `+91980000020${n}`);
        const numbers = [next.parties.a.masking_number, next.parties.b.masking_number];
        assert.deepEqual(numbers.sort(), rest);
      }
      assert.equal((await register(own, m1)).body.code, 'did_already_assigned');

      await own.api.post(`/v1/sessions/${session.id}/end`, {});
      assert.equal((await retire(own, m1)).body.status, 'retiring', 'it still cools');
      assert.equal((await explain(own, m1, A)).reason, 'session_ended');
      await world.sql(`update bindings set free_at = now() where tenant_id = $1 and session_id = $2`, [
        own.id,
        session.id,
      ]);
      for (const job of world.container.jobs) await job.work();
      assert.equal((await own.api.get(`/v1/dids/${await idOf(own, m1)}`)).body.status, 'retired');
      assert.equal((await explain(own, m1, A)).reason, 'unknown_did');
      assert.equal((await register(own, m1)).status, 201);
    });

    it('a masking number of a retired DID still stands in the session that it was in', async () => {
      const own = await newTenant(world, { dids: freshNumbers(2) });
      const session = await newSession(own, A, B, { cooling_seconds: 0 });
      await own.api.post(`/v1/sessions/${session.id}/end`, {});
      for (const side of ['a', 'b']) {
        assert.equal((await retire(own, session.parties[side].masking_number)).body.status, 'retired');
      }
      const { parties } = (await own.api.get(`/v1/sessions/${session.id}`)).body;
      assert.deepEqual(parties, session.parties);
    });

    it('a number that is registered anew knows nothing of its former sessions', async () => {
      const own = await newTenant(world, { dids: freshNumbers(2) });
      const session = await newSession(own, A, B, { cooling_seconds: 0 });
      await own.api.post(`/v1/sessions/${session.id}/end`, {});
      const m1: string = session.parties.a.masking_number;
      await retire(own, m1);
      assert.equal((await register(own, m1)).status, 201);
      assert.equal((await explain(own, m1, A)).reason, 'caller_not_allowed');
    });
  });

  it('a DID cannot be a party, in any spelling; one that has retired can', async () => {
    const own = await newTenant(world, { dids: freshNumbers(3) });
    const session = await newSession(own, A, B);
    const { data } = (await own.api.get('/v1/dids')).body;
    const free = data.find((did: any) => !JSON.stringify(session).includes(did.e164));
    for (const phone of [free.e164, `0${free.e164.slice(3)}`, session.parties.a.masking_number]) {
      const parties = { a: { phone: '+919800000003' }, b: { phone } };
      const replies = [
        await own.api.post('/v1/sessions', { parties }),
        await own.api.patch(`/v1/sessions/${session.id}`, { parties: { b: { phone } } }),
      ];
      for (const reply of replies) {
        assert.equal(reply.status, 422, reply.text);
        assert.equal(reply.body.code, 'phone_is_a_did');
        assert.equal(reply.body.errors[0].pointer, '/parties/b/phone');
      }
    }
    await own.api.delete(`/v1/dids/${free.id}`);
    await newSession(own, '+919800000003', free.e164);
  });
});
