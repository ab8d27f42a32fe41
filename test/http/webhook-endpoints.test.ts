import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Api, apiOf, isPagedListOf, newKey, newTenant, type Tenant } from '../support/api.ts';
import { eventsOf } from '../support/events.ts';
import { newEndpoint } from '../support/webhooks.ts';
import { openWorld, type World } from '../support/world.ts';

const URL_OF_HOOK = 'https://hooks.acme.example/maskplane';

describe('webhook endpoints', () => {
  let world: World;
  let tenant: Tenant;
  before(async () => {
    world = await openWorld({ outboundAllowedNetworks: [] });
    tenant = await newTenant(world);
  });
  after(() => world.close());

  const path = (endpoint: { id: string }, more = '') => `/v1/webhook_endpoints/${endpoint.id}${more}`;
  const refused = async (body: object, code: string, pointer: string, at = '/v1/webhook_endpoints') => {
    const reply = at.includes('whe_') ? await tenant.api.patch(at, body) : await tenant.api.post(at, body);
    assert.equal(reply.status, 422, reply.text);
    assert.equal(reply.body.code, code);
    assert.deepEqual(
      reply.body.errors.map((error: any) => error.pointer),
      [pointer],
    );
  };

  it('201: a new one wants all events, five at once, in any order, and shows its secret this once', async () => {
    const reply = await tenant.api.post('/v1/webhook_endpoints', { url: URL_OF_HOOK });
    assert.equal(reply.status, 201, reply.text);
    const { secret, ...endpoint } = reply.body;
    assert.match(endpoint.id, /^whe_[0-9a-f]{32}$/);
    assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
    assert.deepEqual(
      [endpoint.types, endpoint.ordering, endpoint.max_concurrency, endpoint.status],
      [null, 'none', 5, 'enabled'],
    );
    assert.deepEqual((await tenant.api.get(path(endpoint))).body, endpoint);
    assert.ok(!(await tenant.api.get('/v1/webhook_endpoints')).text.includes('secret"'));
  });

  it('a secret is at rest only sealed, and in no log line', async () => {
    const { secret } = await newEndpoint(tenant, { url: URL_OF_HOOK });
    const rows = await world.sql<{ row: string }>(
      'select row_to_json(w)::text as row from webhook_endpoints w',
    );
    const hex = Buffer.from(secret).toString('hex');
    assert.ok(rows.length > 0 && rows.every(({ row }) => !row.includes(secret) && !row.includes(hex)));
    assert.ok(world.logLines.every((line) => !line.includes(secret)));
  });

  it('200: what is named is changed, what is not stays, and null clears', async () => {
    const types = ['session.ended', 'call.completed'];
    const endpoint = await newEndpoint(tenant, { url: URL_OF_HOOK, types, description: 'ours' });
    const change = async (body: object) => {
      const reply = await tenant.api.patch(path(endpoint), body);
      assert.equal(reply.status, 200, reply.text);
      return reply.body;
    };
    const first = await change({ ordering: 'session', max_concurrency: 1 });
    assert.deepEqual([first.types, first.description, first.url], [types, 'ours', URL_OF_HOOK]);
    assert.deepEqual([first.ordering, first.max_concurrency], ['session', 1]);
    const second = await change({ types: null, description: null, url: `${URL_OF_HOOK}/2` });
    assert.deepEqual(
      [second.types, second.description, second.url, second.ordering],
      [null, null, `${URL_OF_HOOK}/2`, 'session'],
    );
    const off = await change({ status: 'disabled' });
    assert.deepEqual([off.status, off.disabled_reason], ['disabled', 'tenant']);
    const on = await change({ status: 'enabled' });
    assert.deepEqual([on.status, on.disabled_reason], ['enabled', null]);
  });

  it('200: deleted is gone, with everything below it, and its place is free', async () => {
    const endpoint = await newEndpoint(tenant, { url: URL_OF_HOOK });
    assert.deepEqual((await tenant.api.delete(path(endpoint))).body, { id: endpoint.id, deleted: true });
    for (const more of ['', '/deliveries']) {
      assert.equal((await tenant.api.get(path(endpoint, more))).status, 404, more);
    }
    assert.equal((await tenant.api.delete(path(endpoint))).status, 404);
    assert.ok(!(await tenant.api.get('/v1/webhook_endpoints?limit=100')).text.includes(endpoint.id));
  });

  it('lists page newest first', async () => {
    const own = await newTenant(world);
    const ids: string[] = [];
    for (let i = 0; i < 4; i += 1) ids.push((await newEndpoint(own, { url: URL_OF_HOOK })).id);
    await isPagedListOf(own.api, '/v1/webhook_endpoints', ids);
  });

  it('409: 20 of a tenant in a mode and no more, also when many come at once; the other mode has its own', async () => {
    const own = await newTenant(world);
    const replies = await Promise.all(
      Array.from({ length: 25 }, () => own.api.post('/v1/webhook_endpoints', { url: URL_OF_HOOK })),
    );
    const refusals = replies.filter(({ status }) => status === 409);
    assert.equal(refusals.length, 5);
    assert.ok(refusals.every(({ body }) => body.code === 'webhook_endpoint_limit'));
    const inTest = apiOf(world, (await newKey(world, own.id, { livemode: false })).token);
    assert.equal((await inTest.post('/v1/webhook_endpoints', { url: URL_OF_HOOK })).status, 201);
    const [first] = replies.filter(({ status }) => status === 201);
    await own.api.delete(path(first?.body));
    assert.equal((await own.api.post('/v1/webhook_endpoints', { url: URL_OF_HOOK })).status, 201);
  });

  it('201 again: a repeated creation gets the stored answer with the same secret', async () => {
    const options = { idempotencyKey: 'once' };
    const first = await tenant.api.post('/v1/webhook_endpoints', { url: URL_OF_HOOK }, options);
    const again = await tenant.api.post('/v1/webhook_endpoints', { url: URL_OF_HOOK }, options);
    assert.deepEqual(again.body, first.body);
    assert.equal(again.headers['idempotent-replayed'], 'true');
  });

  describe('422', () => {
    for (const url of [
      'http://hooks.acme.example/',
      'ftp://hooks.acme.example/',
      'https://user:password@hooks.acme.example/',
      'https://hooks.acme.example:8080/',
      'https://localhost/',
      'https://10.0.0.1/',
      'https://169.254.169.254/latest/meta-data',
      'https://[::1]/',
      'https://0x7f000002/',
      'nothing',
    ]) {
      it(`for ${url}, when it is created and when it is changed`, async () => {
        await refused({ url }, 'webhook_url_refused', '/url');
        const endpoint = await newEndpoint(tenant, { url: URL_OF_HOOK });
        await refused({ url }, 'webhook_url_refused', '/url', path(endpoint));
        await tenant.api.delete(path(endpoint));
      });
    }

    const wrong: [object, string][] = [
      [{}, '/url'],
      [{ url: URL_OF_HOOK, types: ['session.begun'] }, '/types/0'],
      [{ url: URL_OF_HOOK, types: [] }, '/types'],
      [{ url: URL_OF_HOOK, ordering: 'global' }, '/ordering'],
      [{ url: URL_OF_HOOK, max_concurrency: 21 }, '/max_concurrency'],
      [{ url: URL_OF_HOOK, max_concurrency: 0 }, '/max_concurrency'],
      [{ url: URL_OF_HOOK, secret: 'whsec_x' }, '/secret'],
    ];
    for (const [body, pointer] of wrong) {
      it(`for ${JSON.stringify(body)}`, () => refused(body, 'invalid_request', pointer));
    }

    it('for a rotation that overlaps more than a week, and a replay of a time that is none', async () => {
      const endpoint = await newEndpoint(tenant, { url: URL_OF_HOOK });
      const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
      const cases: [string, object, string][] = [
        ['/rotate_secret', { overlap_seconds: 604_801 }, '/overlap_seconds'],
        ['/replay', {}, '/since'],
        ['/replay', { since: ago(31) }, '/since'],
        ['/replay', { since: ago(-1) }, '/since'],
        ['/replay', { since: ago(1), until: ago(2) }, '/since'],
        ['/replay', { since: 'yesterday' }, '/since'],
        ['/replay', { since: '2026-06-30T23:59:60Z' }, '/since'],
      ];
      for (const [more, body, pointer] of cases) {
        const reply = await tenant.api.post(path(endpoint, more), body);
        assert.equal(reply.status, 422, `${more} ${reply.text}`);
        assert.equal(reply.body.errors[0].pointer, pointer);
      }
    });
  });

  it('403: reading needs webhooks:read, changing webhooks:write', async () => {
    const endpoint = await newEndpoint(tenant, { url: URL_OF_HOOK });
    const keyOf = async (scopes: string[]): Promise<Api> =>
      apiOf(world, (await newKey(world, tenant.id, { scopes })).token);
    const reader = await keyOf(['webhooks:read', 'events:read']);
    const writer = await keyOf(['webhooks:write']);
    assert.equal((await reader.get(path(endpoint))).status, 200);
    assert.equal((await reader.patch(path(endpoint), { max_concurrency: 2 })).status, 403);
    for (const more of ['/test', '/replay', '/rotate_secret']) {
      assert.equal((await reader.post(path(endpoint, more), {})).status, 403, more);
    }
    assert.equal((await writer.get(path(endpoint))).status, 403);
    assert.equal((await writer.patch(path(endpoint), { max_concurrency: 2 })).status, 200);
  });

  it('409: a disabled one takes no test, no replay and no redelivery', async () => {
    const endpoint = await newEndpoint(tenant, { url: URL_OF_HOOK });
    await tenant.api.post(path(endpoint, '/test'));
    await eventsOf(tenant); // reading publishes
    const [delivery] = (await tenant.api.get(path(endpoint, '/deliveries'))).body.data;
    await tenant.api.patch(path(endpoint), { status: 'disabled' });
    const since = new Date(Date.now() - 60_000).toISOString();
    for (const [more, body] of [
      ['/test', undefined],
      ['/replay', { since }],
      [`/deliveries/${delivery.id}/redeliver`, undefined],
    ] as const) {
      const reply = await tenant.api.post(path(endpoint, more), body);
      assert.deepEqual([reply.status, reply.body.code], [409, 'webhook_endpoint_disabled'], more);
    }
  });

  it('200: a rotated secret is another one; the old one is good until its time, at once gone with 0', async () => {
    const endpoint = await newEndpoint(tenant, { url: URL_OF_HOOK });
    const first = (await tenant.api.post(path(endpoint, '/rotate_secret'))).body;
    assert.notEqual(first.secret, endpoint.secret);
    const hours = (Date.parse(first.previous_secret_expires_at) - Date.now()) / 3_600_000;
    assert.ok(hours > 23.9 && hours <= 24.1, String(hours));
    const second = (await tenant.api.post(path(endpoint, '/rotate_secret'), { overlap_seconds: 0 })).body;
    assert.equal(second.previous_secret_expires_at, null);
  });
});
