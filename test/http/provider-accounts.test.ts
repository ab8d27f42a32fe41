import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  type Api,
  apiOf,
  freshNumbers,
  isPagedListOf,
  newKey,
  newTenant,
  type Tenant,
} from '../support/api.ts';
import { answerEvent, postForm, signatureOf } from '../support/vobiz.ts';
import { openWorld, type World } from '../support/world.ts';

const ACCOUNT = { provider: 'vobiz', auth_id: 'MA_XXXXXXXX', auth_token: 'first_auth_token' };

describe('provider accounts', () => {
  let world: World;
  let operator: Api;
  let tenant: Tenant;
  before(async () => {
    world = await openWorld();
    operator = apiOf(world, world.operatorToken);
    tenant = await newTenant(world);
  });
  after(() => world.close());

  const create = async (api: Api, more: object = {}): Promise<any> => {
    const reply = await api.post('/v1/provider_accounts', { ...ACCOUNT, ...more });
    assert.equal(reply.status, 201, reply.text);
    return reply.body;
  };

  describe('201', () => {
    it('an account has the documented defaults and a webhook URL with a secret of its own', async () => {
      for (const [api, owner] of [[operator, 'operator'] as const, [tenant.api, 'tenant'] as const]) {
        const made = await create(api);
        const { id, webhook_url, created_at: _at, ...rest } = made;
        assert.match(id, /^pac_[0-9a-f]{32}$/);
        assert.match(webhook_url, /^https:\/\/masking\.example\.com\/webhooks\/vobiz\/whk_[0-9A-Za-z]{38}$/);
        assert.deepEqual(rest, {
          provider: 'vobiz',
          owner,
          auth_id: 'MA_XXXXXXXX',
          signature_mode: 'if_present',
          allowed_ips: [],
          default_country: 'IN',
          drift_repair: 'repair',
          number_budget: null,
          provisioning: { status: 'none', reason: null },
        });
        assert.deepEqual((await api.get(`/v1/provider_accounts/${id}`)).body, made);
        assert.notEqual((await create(api)).webhook_url, webhook_url);
      }
    });

    it('what is given is kept', async () => {
      const given = {
        signature_mode: 'required',
        allowed_ips: ['192.0.2.1', '198.51.100.0/24', '2001:db8::/32'],
        default_country: 'US',
      };
      const made = await create(tenant.api, given);
      const { signature_mode, allowed_ips, default_country } = made;
      assert.deepEqual({ signature_mode, allowed_ips, default_country }, given);
    });

    it('the auth token never comes back and is stored nowhere in clear', async () => {
      const auth_token = 'a-very-secret-auth-token';
      const made = await tenant.api.post('/v1/provider_accounts', { ...ACCOUNT, auth_token });
      const url = `/v1/provider_accounts/${made.body.id}`;
      const changed = await tenant.api.patch(url, { auth_token: `${auth_token}-2` });
      const replies = [
        made,
        changed,
        await tenant.api.get(url),
        await tenant.api.get('/v1/provider_accounts'),
      ];
      for (const reply of replies) assert.ok(!reply.text.includes(auth_token), reply.text);
      const secrets = [auth_token, made.body.webhook_url.split('/').at(-1)];
      for (const table of ['provider_accounts', 'webhook_directory', 'idempotency_keys']) {
        for (const { row } of await world.sql<any>(`select t::text as row from ${table} t`)) {
          for (const secret of secrets) {
            assert.ok(!row.includes(secret) && !row.includes(Buffer.from(secret).toString('hex')), table);
          }
        }
      }
      const log = world.logLines.join();
      for (const secret of secrets) assert.ok(!log.includes(secret));
    });
  });

  describe('200', () => {
    it("a tenant sees the operator's account without what only the operator may know", async () => {
      const shared = await create(operator, { allowed_ips: ['192.0.2.1'] });
      const expected = { ...shared, auth_id: null, webhook_url: null, allowed_ips: [] };
      assert.deepEqual((await tenant.api.get(`/v1/provider_accounts/${shared.id}`)).body, expected);
      const list = await tenant.api.get('/v1/provider_accounts?limit=100');
      assert.deepEqual(
        list.body.data.find((account: any) => account.id === shared.id),
        expected,
      );
      assert.ok(!list.text.includes(shared.webhook_url));
    });

    it('lists show each account once, newest first: the shared ones, and those of the own mode', async () => {
      const own = await openWorld();
      try {
        const boss = apiOf(own, own.operatorToken);
        const other = await newTenant(own);
        const test = apiOf(own, (await newKey(own, other.id, { livemode: false })).token);
        const shared = [other.account.id, (await create(boss)).id];
        const live = [(await create(other.api)).id, (await create(other.api)).id];
        const inTest = [(await create(test)).id];
        await isPagedListOf(boss, '/v1/provider_accounts', shared);
        await isPagedListOf(other.api, '/v1/provider_accounts', [...shared, ...live]);
        await isPagedListOf(test, '/v1/provider_accounts', [...shared, ...inTest]);
      } finally {
        await own.close();
      }
    });

    it('a change leaves everything else as it is, the webhook URL above all', async () => {
      for (const api of [operator, tenant.api]) {
        let expected = await create(api);
        const url = `/v1/provider_accounts/${expected.id}`;
        for (const change of [
          { signature_mode: 'off' },
          { allowed_ips: ['192.0.2.1'] },
          { allowed_ips: [] },
          { default_country: 'DE' },
        ]) {
          expected = { ...expected, ...change };
          assert.deepEqual((await api.patch(url, change)).body, expected);
        }
        assert.deepEqual((await api.patch(url, { auth_token: 'second_auth_token' })).body, expected);
        assert.deepEqual((await api.get(url)).body, expected);
      }
    });

    it('signatures of the token before the last change are still right, older ones are not', async () => {
      const account = await create(operator, { signature_mode: 'required', auth_token: 'first_auth_token' });
      const [e164 = ''] = freshNumbers(1);
      await tenant.api.post('/v1/dids', { e164, provider_account: account.id });
      const path = account.webhook_url.slice(world.publicUrl.length);
      const status = async (token: string) => {
        const event = answerEvent(e164, '919800000009');
        return (await postForm(world, path, event, signatureOf(account.webhook_url, token))).status;
      };
      const rotate = (auth_token: string) =>
        operator.patch(`/v1/provider_accounts/${account.id}`, { auth_token });
      assert.equal(await status('first_auth_token'), 200);
      assert.notEqual(await status('second_auth_token'), 200);
      await rotate('second_auth_token');
      assert.equal(await status('first_auth_token'), 200);
      assert.equal(await status('second_auth_token'), 200);
      await operator.patch(`/v1/provider_accounts/${account.id}`, { default_country: 'IN' });
      assert.equal(await status('first_auth_token'), 200, 'another change forgets no token');
      await rotate('third_auth_token');
      assert.notEqual(await status('first_auth_token'), 200);
      assert.equal(await status('second_auth_token'), 200);
      assert.equal(await status('third_auth_token'), 200);
    });

    it('setting the same auth token again does not push out the one before it', async () => {
      const account = await create(operator, { signature_mode: 'required', auth_token: 'first_auth_token' });
      const url = `/v1/provider_accounts/${account.id}`;
      for (let turn = 0; turn < 2; turn += 1) await operator.patch(url, { auth_token: 'second_auth_token' });
      const path = account.webhook_url.slice(world.publicUrl.length);
      const signed = signatureOf(account.webhook_url, 'first_auth_token');
      assert.equal((await postForm(world, path, answerEvent('+917900000000', '9'), signed)).status, 200);
    });
  });

  it('404: an account that does not exist', async () => {
    for (const api of [operator, tenant.api]) {
      assert.equal((await api.get('/v1/provider_accounts/pac_0')).status, 404);
      assert.equal((await api.patch('/v1/provider_accounts/pac_0', { signature_mode: 'off' })).status, 404);
    }
  });

  it('422: addresses, countries, providers and tokens that cannot be', async () => {
    const { id } = await create(operator);
    const changes = [
      ['/allowed_ips/1', { allowed_ips: ['192.0.2.1', '192.0.2.256'] }],
      ['/allowed_ips/0', { allowed_ips: ['192.0.2.0/33'] }],
      ['/allowed_ips/0', { allowed_ips: ['example.com'] }],
      ['/allowed_ips', { allowed_ips: ['192.0.2.1', '192.0.2.1'] }],
      ['/default_country', { default_country: 'ZZ' }],
      ['/signature_mode', { signature_mode: 'maybe' }],
      ['/auth_token', { auth_token: 'short' }],
      ['/auth_token', { auth_token: 'with blanks in it' }],
    ] as const;
    const onlyNew = [
      ['/provider', { provider: 'twilio' }],
      ['/auth_id', { auth_id: 'MA XX' }],
      ['/auth_id', { auth_id: '' }],
    ] as const;
    for (const [pointer, body] of [...changes, ...onlyNew]) {
      const reply = await operator.post('/v1/provider_accounts', { ...ACCOUNT, ...body });
      assert.equal(reply.status, 422, reply.text);
      assert.equal(reply.body.errors[0].pointer, pointer);
    }
    for (const [pointer, body] of changes) {
      const reply = await operator.patch(`/v1/provider_accounts/${id}`, body);
      assert.equal(reply.status, 422, reply.text);
      assert.equal(reply.body.errors[0].pointer, pointer);
    }
    for (const fixed of [{ auth_id: 'MA_OTHER' }, { provider: 'vobiz' }]) {
      assert.equal((await operator.patch(`/v1/provider_accounts/${id}`, fixed)).status, 422);
    }
  });
});
