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
} from '../support/api.ts';
import { openWorld, type World } from '../support/world.ts';

describe('tenants', () => {
  let world: World;
  let operator: Api;
  before(async () => {
    world = await openWorld();
    operator = apiOf(world, world.operatorToken);
  });
  after(() => world.close());

  const create = async (body: object = { name: 'Acme' }): Promise<any> => {
    const reply = await operator.post('/v1/tenants', body);
    assert.equal(reply.status, 201, reply.text);
    return reply.body;
  };

  describe('201', () => {
    it('a tenant of a name alone is active and gets the documented defaults', async () => {
      const { id, created_at, ...rest } = await create();
      assert.match(id, /^ten_[0-9a-f]{32}$/);
      assert.match(created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      assert.deepEqual(rest, {
        name: 'Acme',
        vertical: 'other',
        default_country: 'IN',
        status: 'active',
        out_of_session_policy: 'announce',
        voice: {},
      });
    });

    it('what is given is kept, and read back the same', async () => {
      const given = {
        name: 'Świt & Söhne 🚕',
        vertical: 'delivery',
        default_country: 'US',
        out_of_session_policy: 'reject',
        voice: { language: 'hi-IN' },
      };
      const made = await create(given);
      const { id: _id, status: _status, created_at: _at, ...rest } = made;
      assert.deepEqual(rest, given);
      assert.deepEqual((await operator.get(`/v1/tenants/${made.id}`)).body, made);
    });

    it('a tenant starts with a pool "default" in live and another in test mode', async () => {
      const { id } = await create();
      const pools: any[] = [];
      for (const livemode of [true, false]) {
        const key = await newKey(world, id, { livemode });
        const { data } = (await apiOf(world, key.token).get('/v1/pools')).body;
        assert.equal(data.length, 1);
        const { name, cooling_seconds, active_dids } = data[0];
        const rest = { name, livemode: data[0].livemode, cooling_seconds, active_dids };
        assert.deepEqual(rest, { name: 'default', livemode, cooling_seconds: 86_400, active_dids: 0 });
        pools.push(data[0].id);
      }
      assert.equal(new Set(pools).size, 2);
    });

    it('two tenants may have the same name', async () => {
      const [one, two] = [await create(), await create()];
      assert.notEqual(one.id, two.id);
    });
  });

  describe('200', () => {
    it('a list shows each tenant once, newest first, in pages of any size', async () => {
      const own = await openWorld();
      try {
        const api = apiOf(own, own.operatorToken);
        const ids: string[] = [];
        for (let n = 0; n < 5; n += 1)
          ids.push((await api.post('/v1/tenants', { name: `Acme ${n}` })).body.id);
        await isPagedListOf(api, '/v1/tenants', ids);
        const empty = await api.get(`/v1/tenants?starting_after=${ids[0]}`);
        assert.deepEqual(empty.body, { data: [], has_more: false });
      } finally {
        await own.close();
      }
    });

    it('a page holds 20 unless asked otherwise', async () => {
      for (let n = 0; n < 21; n += 1) await create();
      const { body } = await operator.get('/v1/tenants');
      assert.equal(body.data.length, 20);
      assert.equal(body.has_more, true);
    });

    it('a change leaves everything else as it is', async () => {
      const before = await create();
      const changes = [
        { name: 'Other' },
        { vertical: 'classifieds' },
        { default_country: 'DE' },
        { out_of_session_policy: 'reject' },
        { status: 'suspended' },
      ];
      let expected = before;
      for (const change of changes) {
        expected = { ...expected, ...change };
        assert.deepEqual((await operator.patch(`/v1/tenants/${before.id}`, change)).body, expected);
      }
      assert.deepEqual((await operator.get(`/v1/tenants/${before.id}`)).body, expected);
    });

    it('numbers are read with the country of the tenant, from the next request on', async () => {
      const [did1 = '', did2 = ''] = freshNumbers(2);
      const tenant = await newTenant(world, { dids: [did1, did2] });
      assert.equal((await newSession(tenant, '09800000001', '9800000002')).parties.a.phone_last4, '0001');
      await operator.patch(`/v1/tenants/${tenant.id}`, { default_country: 'US' });
      const parties = { a: { phone: '(201) 555-0123' }, b: { phone: '09800000002' } };
      const reply = await tenant.api.post('/v1/sessions', { parties });
      assert.deepEqual(
        reply.body.errors.map((fault: any) => fault.pointer),
        ['/parties/b/phone'],
      );
    });

    it('suspending shuts a tenant out and its callers too; resuming undoes both', async () => {
      const tenant = await newTenant(world, { dids: freshNumbers(2) });
      const session = await newSession(tenant, '+919800000001', '+919800000002');
      await operator.patch(`/v1/tenants/${tenant.id}`, { status: 'suspended' });
      assert.equal((await tenant.api.get(`/v1/sessions/${session.id}`)).status, 403);
      // The operator can go on: keys and DIDs may be put in order before the tenant is resumed.
      await newKey(world, tenant.id);
      await operator.patch(`/v1/tenants/${tenant.id}`, { status: 'active' });
      assert.deepEqual((await tenant.api.get(`/v1/sessions/${session.id}`)).body, session);
      const question = { to: session.parties.a.masking_number, from: '+919800000001' };
      assert.equal((await tenant.api.post('/v1/routes/explain', question)).body.reason, 'live_binding');
    });

    it('suspending twice is suspending once', async () => {
      const { id } = await create();
      for (let turn = 0; turn < 2; turn += 1) {
        const reply = await operator.patch(`/v1/tenants/${id}`, { status: 'suspended' });
        assert.equal(reply.body.status, 'suspended');
      }
    });

    it('a closed tenant can still be looked at', async () => {
      const { id } = await create();
      await operator.patch(`/v1/tenants/${id}`, { status: 'closed' });
      assert.equal((await operator.get(`/v1/tenants/${id}`)).body.status, 'closed');
      const { data } = (await operator.get('/v1/tenants?limit=1')).body;
      assert.equal(data[0].id, id);
    });

    it('the keys of a closed tenant can still be listed', async () => {
      const { id } = await create();
      await newKey(world, id);
      await operator.patch(`/v1/tenants/${id}`, { status: 'closed' });
      const reply = await operator.get(`/v1/tenants/${id}/api_keys`);
      assert.equal(reply.status, 200, reply.text);
    });

    it("a DID that the operator assigns is the tenant's own, in the mode that was asked for", async () => {
      const tenant = await newTenant(world);
      const test = apiOf(world, (await newKey(world, tenant.id, { livemode: false })).token);
      for (const [livemode, api] of [[undefined, tenant.api] as const, [false, test] as const]) {
        const [e164 = ''] = freshNumbers(1);
        const body = {
          e164,
          provider_account: tenant.account.id,
          ...(livemode === undefined ? {} : { livemode }),
        };
        const made = await operator.post(`/v1/tenants/${tenant.id}/dids`, body);
        assert.equal(made.status, 201, made.text);
        assert.equal(made.body.livemode, livemode ?? true);
        assert.deepEqual((await api.get(`/v1/dids/${made.body.id}`)).body, made.body);
      }
    });
  });

  describe('404', () => {
    it('everything of a tenant that does not exist', async () => {
      const did = { e164: freshNumbers(1)[0], provider_account: 'pac_0' };
      const replies = [
        await operator.get('/v1/tenants/ten_0'),
        await operator.patch('/v1/tenants/ten_0', { name: 'x' }),
        await operator.get('/v1/tenants/ten_0/api_keys'),
        await operator.post('/v1/tenants/ten_0/api_keys', {}),
        await operator.delete('/v1/tenants/ten_0/api_keys/key_0'),
        await operator.post('/v1/tenants/ten_0/dids', did),
        await operator.get('/v1/tenants/key_0'),
      ];
      for (const reply of replies) assert.equal(reply.body.code, 'not_found', reply.text);
    });
  });

  describe('409', () => {
    it('closed is final: a closed tenant can neither be changed nor get anything new', async () => {
      const tenant = await newTenant(world);
      await operator.patch(`/v1/tenants/${tenant.id}`, { status: 'closed' });
      const did = { e164: freshNumbers(1)[0], provider_account: tenant.account.id };
      const replies = [
        await operator.patch(`/v1/tenants/${tenant.id}`, { status: 'active' }),
        await operator.patch(`/v1/tenants/${tenant.id}`, { name: 'x' }),
        await operator.post(`/v1/tenants/${tenant.id}/api_keys`, {}),
        await operator.post(`/v1/tenants/${tenant.id}/dids`, did),
      ];
      for (const reply of replies) {
        assert.equal(reply.status, 409, reply.text);
        assert.equal(reply.body.code, 'tenant_closed');
      }
      assert.equal((await operator.get(`/v1/tenants/${tenant.id}`)).body.name, 'Acme');
    });
  });

  describe('422', () => {
    it('a country without a numbering plan, a blank name, an unknown vertical or status', async () => {
      const { id } = await create();
      const wrong = [
        ['/default_country', { default_country: 'ZZ' }],
        ['/default_country', { default_country: 'in' }],
        ['/name', { name: ' \t ' }],
        ['/name', { name: 'x'.repeat(101) }],
        ['/vertical', { vertical: 'banking' }],
        ['/status', { status: 'gone' }],
      ] as const;
      for (const [pointer, body] of wrong) {
        const replies = [
          await operator.patch(`/v1/tenants/${id}`, body),
          await operator.post('/v1/tenants', { name: 'Acme', ...body }),
        ];
        for (const reply of replies) {
          assert.equal(reply.status, 422, reply.text);
          assert.equal(reply.body.errors[0].pointer, pointer);
        }
      }
    });
  });
});
