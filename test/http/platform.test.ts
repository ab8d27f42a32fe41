import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import supertest from 'supertest';
import { parse } from 'yaml';
import { SPEC_FILE } from '../../src/api/spec.ts';
import { createApp } from '../../src/app.ts';
import { catalogue } from '../../src/kernel/errors.ts';
import { newToken } from '../../src/kernel/tokens.ts';
import { apiOf, contentOf, newKey, newTenant, type Reply, type Tenant } from '../support/api.ts';
import { openWorld, type World } from '../support/world.ts';

const specText = readFileSync(SPEC_FILE, 'utf8');
const paths: [string, string[]][] = Object.entries(parse(specText).paths).map(([path, item]) => [
  path,
  Object.keys(item as object).filter((name) => name !== 'parameters'),
]);
const allMethods = ['get', 'post', 'put', 'patch', 'delete', 'options'] as const;

describe('the service itself', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());

  const get = (path: string) => supertest(world.url).get(path);
  const isProblem = (reply: supertest.Response, status: number, code: string) => {
    assert.equal(reply.status, status, `${reply.status} ${reply.text}`);
    assert.match(reply.headers['content-type'] ?? '', /^application\/problem\+json/);
    assert.equal(reply.body.code, code);
    assert.equal(reply.body.status, status);
    assert.equal(reply.body.request_id, reply.headers['x-request-id']);
  };

  it('is alive and ready, without a key', async () => {
    for (const path of ['/livez', '/readyz']) {
      const reply = await get(path);
      assert.equal(reply.status, 200);
      assert.deepEqual(reply.body, { status: 'ok' });
    }
  });

  it('is alive but not ready while it starts and while it drains', async () => {
    for (const state of ['starting', 'draining'] as const) {
      const app = createApp(world.container, { state: () => state, trustedProxies: 0 });
      assert.equal((await supertest(app).get('/livez')).status, 200);
      const reply = await supertest(app).get('/readyz');
      assert.equal(reply.status, 503);
      assert.deepEqual(reply.body, { status: state });
    }
  });

  it('hands out openapi.yaml as it is', async () => {
    const reply = await fetch(`${world.url}/openapi.yaml`);
    assert.equal(reply.status, 200);
    assert.match(reply.headers.get('content-type') ?? '', /^application\/yaml/);
    assert.equal(await reply.text(), specText);
  });

  it('shows its documentation, with everything that the page needs from this same server', async () => {
    const page = await get('/docs');
    assert.equal(page.status, 200);
    assert.match(page.headers['content-type'] ?? '', /^text\/html/);
    const parts = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url ?? '');
    assert.ok(parts.length >= 3);
    for (const url of parts) {
      assert.match(url, /^\//, 'nothing from elsewhere');
      const part = await get(url);
      assert.equal(part.status, 200, url);
      assert.match(part.headers['content-type'] ?? '', url.endsWith('.css') ? /css/ : /javascript/);
    }
    assert.ok(!/<script>|onload=/.test(page.text), 'the content security policy forbids inline scripts');
    assert.match(page.headers['content-security-policy'] ?? '', /script-src 'self'/);
  });

  it('explains every error code on the page that problems point to, and no other', async () => {
    for (const code of Object.keys(catalogue)) {
      const page = await get(`/docs/errors/${code}`);
      assert.equal(page.status, 200, code);
      assert.match(page.headers['content-type'] ?? '', /^text\/markdown/);
      assert.ok(page.text.includes(code));
    }
    for (const code of [
      'nothing',
      '__proto__',
      '..%2f..%2fpackage',
      'not_found.md',
      'not_found%00',
      '%E0%A4%A',
    ]) {
      isProblem(await get(`/docs/errors/${code}`), 404, 'not_found');
    }
  });

  it('says 404 in a problem document for every path that it does not know', async () => {
    const unknown = [
      '/',
      '/v1',
      '/v1/nothing',
      '/v2/sessions',
      '/V1/sessions',
      '/v1/sessions/x/y',
      '/metrics',
    ];
    const strange = [
      '/%00',
      '/%E0%A4%A',
      '/..%2f..%2fetc%2fpasswd',
      '/docs/assets/nothing.js',
      '/docs/assets/%2e%2e/x',
    ];
    for (const path of [...unknown, ...strange, `/${'x'.repeat(5_000)}`]) {
      isProblem(await get(path), 404, 'not_found');
    }
    isProblem(await supertest(world.url).post('/v1/nothing').send({}), 404, 'not_found');
  });

  for (const [path, methods] of paths.filter(([each]) => !each.startsWith('/webhooks'))) {
    it(`405: ${path} takes ${methods.join(', ')} and says so`, async () => {
      for (const method of allMethods.filter((each) => !methods.includes(each))) {
        const reply = await supertest(world.url)[method](path.replaceAll(/\{\w+\}/g, 'x'));
        isProblem(reply, 405, 'method_not_allowed');
        const allow = (reply.headers.allow ?? '').toLowerCase().split(/, */);
        assert.deepEqual(allow.sort(), [...methods].sort());
      }
    });
  }

  it('every reply has an X-Request-Id of its own, whatever became of the request', async () => {
    const { token } = await newTenant(world);
    const bearer = { Authorization: `Bearer ${token}` };
    const post = (path: string) => supertest(world.url).post(path);
    const replies = [
      await get('/livez'),
      await get('/docs'),
      await get('/docs/assets/swagger-ui.css'),
      await get('/nothing'),
      await get('/v1/sessions'),
      await get('/v1/sessions').set(bearer),
      await get('/v1/sessions/ses_0').set(bearer),
      await get('/v1/tenants').set(bearer),
      await supertest(world.url).put('/v1/sessions'),
      await post('/v1/pools').set(bearer).send({}),
      await post('/v1/pools').set(bearer).type('json').send('{'),
      await post('/v1/pools').set(bearer).type('text').send('x'),
      await post('/v1/pools')
        .set(bearer)
        .send({ name: 'x'.repeat(200_000) }),
      await post('/v1/pools').set(bearer).send({ name: 'made' }),
      await post('/webhooks/vobiz/whk_unknown').type('form').send({ Event: 'StartApp' }),
      await get('/webhooks/vobiz/whk_unknown'),
    ];
    const ids = replies.map((reply) => reply.headers['x-request-id'] ?? '');
    for (const id of ids) assert.match(id, /^req_[0-9a-f]{32}$/);
    assert.equal(new Set(ids).size, replies.length);
    for (const reply of replies) assert.equal(reply.headers['x-powered-by'], undefined);
  });
});

/** What a client sees who goes on until it is refused. */
async function untilRefused(tenant: Tenant): Promise<Reply> {
  for (let left = 4; left >= 0; left -= 1) {
    const reply = await tenant.api.get('/v1/sessions');
    assert.equal(reply.status, 200, reply.text);
    assert.match(reply.headers['ratelimit-policy'] ?? '', /^"default";q=5;w=60$/);
    const [, remaining, seconds] = /^"default";r=(\d+);t=(\d+)$/.exec(reply.headers.ratelimit ?? '') ?? [];
    assert.equal(Number(remaining), left);
    assert.ok(Number(seconds) >= 1 && Number(seconds) <= 60);
  }
  return tenant.api.get('/v1/sessions');
}

function isLimited(reply: Reply): void {
  assert.equal(reply.status, 429, reply.text);
  assert.equal(reply.body.code, 'rate_limited');
  const seconds = Number(reply.headers['retry-after']);
  assert.ok(Number.isInteger(seconds) && seconds >= 1 && seconds <= 60, reply.headers['retry-after']);
  assert.match(reply.headers.ratelimit ?? '', /^"default";r=0;t=\d+$/);
}

for (const [where, options] of [
  ['with Redis', {}],
  ['when Redis cannot be reached', { redisUrl: '/nonexistent.sock' }],
] as const) {
  describe(`a limit of five requests per minute and key, ${where}`, () => {
    let world: World;
    let tenant: Tenant;
    before(async () => {
      world = await openWorld({ rateLimitPerMinute: 5, ...options });
      // Three of the operator's own five requests.
      tenant = await newTenant(world);
    });
    after(() => world.close());

    it('counts down in RateLimit, then refuses with 429 and Retry-After, and writes nothing', async () => {
      isLimited(await untilRefused(tenant));
      const content = await contentOf(world);
      isLimited(await tenant.api.post('/v1/pools', { name: 'x' }));
      isLimited(await tenant.api.get('/v1/pools'));
      assert.deepEqual(await contentOf(world), content);
    });

    it('is for each key: another one goes on', async () => {
      const key = await newKey(world, tenant.id);
      assert.equal((await apiOf(world, key.token).get('/v1/sessions')).status, 200);
    });

    it('counts refused requests too, wrong ones and those for which the scope is missing', async () => {
      const { token } = await newKey(world, tenant.id, { scopes: ['sessions:read'] });
      const api = apiOf(world, token);
      for (let n = 0; n < 2; n += 1) assert.equal((await api.get('/v1/sessions?limit=0')).status, 422);
      for (let n = 0; n < 3; n += 1) assert.equal((await api.get('/v1/pools')).status, 403);
      isLimited(await api.get('/v1/sessions'));
    });
  });
}

describe('guessing keys', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());

  it('an address that sends wrong keys all the time is refused with 429 and Retry-After', async () => {
    for (let n = 0; n < 100; n += 1) {
      const reply = await apiOf(world, newToken('mp_live')).get('/v1/sessions');
      if (reply.status === 429) {
        assert.ok(n >= 10, 'a typing error must not lock out a whole office');
        assert.equal(reply.body.code, 'rate_limited');
        assert.ok(Number(reply.headers['retry-after']) >= 1);
        return;
      }
      assert.equal(reply.status, 401);
    }
    assert.fail('a hundred wrong keys were looked up');
  });

  it('does not shut out whoever has a valid key, from the same address', async () => {
    const api = apiOf(world, newToken('mp_live'));
    for (let n = 0; n < 100; n += 1) if ((await api.get('/v1/sessions')).status === 429) break;
    assert.equal((await apiOf(world, world.operatorToken).get('/v1/tenants')).status, 200);
  });
});
