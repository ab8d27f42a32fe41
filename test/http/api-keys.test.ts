import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { checkToken } from '../../src/kernel/tokens.ts';
import { type Api, apiOf, contentOf, isPagedListOf, newKey, newTenant, type Tenant } from '../support/api.ts';
import { openWorld, type World } from '../support/world.ts';

describe('API keys', () => {
  let world: World;
  let operator: Api;
  let tenant: Tenant;
  before(async () => {
    world = await openWorld();
    operator = apiOf(world, world.operatorToken);
    tenant = await newTenant(world);
  });
  after(() => world.close());

  /** A key made with this one, or a failed assertion. */
  const create = async (api: Api, body: object = {}): Promise<any> => {
    const reply = await api.post('/v1/api_keys', body);
    assert.equal(reply.status, 201, reply.text);
    return reply.body;
  };
  const opens = async (token: string): Promise<boolean> =>
    (await apiOf(world, token).get('/v1/api_keys')).status === 200;
  /** What another process has changed is known here within a second. */
  const closesSoon = async (token: string) => {
    const deadline = Date.now() + 3_000;
    while (Date.now() < deadline) if (!(await opens(token))) return true;
    return false;
  };
  const found = async (api: Api, id: string): Promise<any> =>
    (await api.get('/v1/api_keys?limit=100')).body.data.find((key: any) => key.id === id);

  describe('201', () => {
    it('the token says its mode, ends in a checksum and in last4, and opens the API', async () => {
      for (const livemode of [true, false]) {
        const key = await newKey(world, tenant.id, { livemode });
        assert.equal(checkToken(key.token), livemode ? 'mp_live' : 'mp_test');
        assert.equal(key.token.slice(-4), key.last4);
        assert.equal(key.livemode, livemode);
        assert.ok(await opens(key.token));
      }
    });

    it("the operator's key for a tenant is live, has all scopes and does not expire, unless told so", async () => {
      const key = await newKey(world, tenant.id);
      assert.equal(key.name, 'default');
      assert.equal(key.livemode, true);
      assert.equal(key.status, 'active');
      assert.equal(key.expires_at, null);
      assert.equal(key.scopes.length, 17);
    });

    it("a tenant's new key has the mode and the scopes of the key that made it, unless told so", async () => {
      const maker = await newKey(world, tenant.id, { livemode: false, scopes: ['keys:read', 'keys:write'] });
      const key = await create(apiOf(world, maker.token));
      assert.equal(key.livemode, false);
      assert.deepEqual(key.scopes, ['keys:read', 'keys:write']);
      const narrow = await create(apiOf(world, maker.token), { scopes: ['keys:read'], livemode: false });
      assert.deepEqual(narrow.scopes, ['keys:read']);
    });

    it('the token is shown once and stored nowhere in clear', async () => {
      const { token, ...key } = await create(tenant.api);
      assert.deepEqual(await found(tenant.api, key.id), key);
      const list = await operator.get(`/v1/tenants/${tenant.id}/api_keys?limit=100`);
      assert.ok(!list.text.includes(token) && !list.text.includes('token'));
      const tables = ['api_keys', 'api_key_directory', 'idempotency_keys', 'operator_keys'];
      for (const table of tables) {
        const rows = await world.sql<any>(`select t::text as row from ${table} t`);
        const inHex = Buffer.from(token).toString('hex');
        for (const { row } of rows) assert.ok(!row.includes(token) && !row.includes(inHex), table);
      }
      assert.ok(!world.logLines.join().includes(token));
    });

    it('two keys are never the same', async () => {
      const tokens = await Promise.all(
        Array.from({ length: 10 }, async () => (await create(tenant.api)).token),
      );
      assert.equal(new Set(tokens).size, 10);
    });

    it('a key with an expiry works until then, by the clock of Postgres, and no longer', async () => {
      const key = await create(tenant.api, { expires_in_seconds: 3600 });
      const lifeMs = Date.parse(key.expires_at) - Date.parse(key.created_at);
      assert.ok(Math.abs(lifeMs - 3_600_000) < 1_000);
      assert.ok(await opens(key.token));
      await world.sql(`update api_keys set expires_at = now() + interval '1 minute' where id = $1`, [key.id]);
      assert.ok(await opens(key.token));
      await world.sql('update api_keys set expires_at = now() where id = $1', [key.id]);
      assert.ok(await closesSoon(key.token));
      assert.equal((await found(tenant.api, key.id)).status, 'expired');
    });
  });

  describe('rotation', () => {
    it('gives a new key of the same name, scopes and mode; the old one goes on for the overlap', async () => {
      const old = await create(tenant.api, { name: 'backend', scopes: ['keys:read', 'keys:write'] });
      const reply = await tenant.api.post(`/v1/api_keys/${old.id}/rotate`, { overlap_seconds: 600 });
      assert.equal(reply.status, 201, reply.text);
      const { id, token, last4, created_at: _at, ...rest } = reply.body;
      assert.notEqual(id, old.id);
      assert.notEqual(token, old.token);
      assert.equal(token.slice(-4), last4);
      assert.deepEqual(rest, {
        name: 'backend',
        scopes: ['keys:read', 'keys:write'],
        livemode: true,
        status: 'active',
        expires_at: null,
      });
      assert.ok((await opens(old.token)) && (await opens(token)));
      const during = await found(tenant.api, old.id);
      assert.equal(during.status, 'active');
      assert.ok(Math.abs(Date.parse(during.expires_at) - Date.now() - 600_000) < 60_000);
      await world.sql('update api_keys set expires_at = now() where id = $1', [old.id]);
      assert.ok(await closesSoon(old.token));
      assert.ok(await opens(token));
    });

    it('without a time the overlap is a day', async () => {
      const old = await create(tenant.api);
      await tenant.api.post(`/v1/api_keys/${old.id}/rotate`, {});
      const { expires_at } = await found(tenant.api, old.id);
      assert.ok(Math.abs(Date.parse(expires_at) - Date.now() - 86_400_000) < 60_000);
    });

    it('an overlap of 0 ends the old key at once, even the calling one', async () => {
      const old = await create(tenant.api);
      const reply = await apiOf(world, old.token).post(`/v1/api_keys/${old.id}/rotate`, {
        overlap_seconds: 0,
      });
      assert.equal(reply.status, 201);
      assert.ok(!(await opens(old.token)));
      assert.ok(await opens(reply.body.token));
    });

    it("never lengthens the old key's life", async () => {
      const old = await create(tenant.api, { expires_in_seconds: 60 });
      await tenant.api.post(`/v1/api_keys/${old.id}/rotate`, { overlap_seconds: 86_400 });
      assert.equal((await found(tenant.api, old.id)).expires_at, old.expires_at);
    });

    it('a second rotation during the overlap shortens it, and both new keys work', async () => {
      const old = await create(tenant.api);
      const first = await tenant.api.post(`/v1/api_keys/${old.id}/rotate`, { overlap_seconds: 600 });
      const second = await tenant.api.post(`/v1/api_keys/${old.id}/rotate`, { overlap_seconds: 0 });
      assert.ok((await opens(first.body.token)) && (await opens(second.body.token)));
      assert.ok(!(await opens(old.token)));
    });

    it('409: a key that is revoked or expired is not revived by it', async () => {
      const revoked = await create(tenant.api);
      await tenant.api.delete(`/v1/api_keys/${revoked.id}`);
      const expired = await create(tenant.api, { expires_in_seconds: 60 });
      await world.sql('update api_keys set expires_at = now() where id = $1', [expired.id]);
      for (const { id } of [revoked, expired]) {
        const reply = await tenant.api.post(`/v1/api_keys/${id}/rotate`, {});
        assert.equal(reply.status, 409, reply.text);
        assert.equal(reply.body.code, 'key_not_active');
      }
    });

    it('422: a narrow key cannot become a wide one by rotating it', async () => {
      const wide = await create(tenant.api);
      const narrow = await create(tenant.api, { scopes: ['keys:write'] });
      const content = await contentOf(world);
      const reply = await apiOf(world, narrow.token).post(`/v1/api_keys/${wide.id}/rotate`, {});
      assert.equal(reply.status, 422, reply.text);
      assert.deepEqual(await contentOf(world), content);
    });
  });

  describe('revocation', () => {
    it('works at once, for the key itself too, and asking again gives the same answer', async () => {
      const key = await create(tenant.api);
      const own = apiOf(world, key.token);
      const first = await own.delete(`/v1/api_keys/${key.id}`);
      assert.equal(first.status, 200);
      assert.equal(first.body.status, 'revoked');
      assert.equal((await own.get('/v1/api_keys')).status, 401);
      const again = await tenant.api.delete(`/v1/api_keys/${key.id}`);
      assert.equal(again.text, first.text);
      assert.equal((await found(tenant.api, key.id)).status, 'revoked');
    });

    it('is possible for the operator, in both modes', async () => {
      for (const livemode of [true, false]) {
        const key = await newKey(world, tenant.id, { livemode });
        const url = `/v1/tenants/${tenant.id}/api_keys/${key.id}`;
        assert.equal((await operator.delete(url)).body.status, 'revoked');
        assert.ok(!(await opens(key.token)));
        assert.equal((await operator.delete(url)).status, 200);
      }
    });

    it('a revoked key that would have expired since says that it was revoked', async () => {
      const key = await create(tenant.api, { expires_in_seconds: 60 });
      await tenant.api.delete(`/v1/api_keys/${key.id}`);
      await world.sql('update api_keys set expires_at = now() where id = $1', [key.id]);
      assert.equal((await found(tenant.api, key.id)).status, 'revoked');
    });

    it('404: a key that does not exist', async () => {
      assert.equal((await tenant.api.delete('/v1/api_keys/key_0')).status, 404);
      assert.equal((await tenant.api.post('/v1/api_keys/key_0/rotate', {})).status, 404);
      assert.equal((await operator.delete(`/v1/tenants/${tenant.id}/api_keys/key_0`)).status, 404);
    });
  });

  describe('a key hands on no more than it has', () => {
    it('422: a scope that it lacks, or the other mode', async () => {
      const maker = await create(tenant.api, { scopes: ['keys:write', 'sessions:read'] });
      const api = apiOf(world, maker.token);
      const content = await contentOf(world);
      const wrong = [
        ['/scopes', { scopes: ['sessions:write'] }],
        ['/scopes', { scopes: ['sessions:read', 'keys:read'] }],
        ['/livemode', { livemode: false, scopes: ['sessions:read'] }],
      ] as const;
      for (const [pointer, body] of wrong) {
        const reply = await api.post('/v1/api_keys', body);
        assert.equal(reply.status, 422, reply.text);
        assert.equal(reply.body.errors[0].pointer, pointer);
      }
      assert.deepEqual(await contentOf(world), content);
    });

    it('422: the scope of operators, which no tenant can have, and no scope at all', async () => {
      for (const scopes of [['operator'], ['*'], [], ['keys:read', 'keys:read']]) {
        assert.equal((await tenant.api.post('/v1/api_keys', { scopes })).status, 422);
        const byOperator = await operator.post(`/v1/tenants/${tenant.id}/api_keys`, { scopes });
        assert.equal(byOperator.status, 422);
      }
    });
  });

  describe('lists', () => {
    it('show each key once, newest first, in pages of any size; a tenant sees those of its mode', async () => {
      const other = await newTenant(world);
      const live = [(await other.api.get('/v1/api_keys')).body.data[0].id];
      const test: string[] = [];
      for (let n = 0; n < 3; n += 1) {
        live.push((await newKey(world, other.id)).id);
        test.push((await newKey(world, other.id, { livemode: false })).id);
      }
      const testKey = await newKey(world, other.id, { livemode: false });
      test.push(testKey.id);
      await isPagedListOf(other.api, '/v1/api_keys', live);
      await isPagedListOf(apiOf(world, testKey.token), '/v1/api_keys', test);
      await isPagedListOf(operator, `/v1/tenants/${other.id}/api_keys`, [...live, ...test]);
    });
  });
});
