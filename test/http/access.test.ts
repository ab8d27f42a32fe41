import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, beforeEach, describe, it } from 'node:test';
import { Redis } from 'ioredis';
import supertest from 'supertest';
import { parse } from 'yaml';
import { loadSpec, type Operation, SPEC_FILE } from '../../src/api/spec.ts';
import { newToken } from '../../src/kernel/tokens.ts';
import { apiOf, newKey, newTenant, type Reply, type Tenant, withoutRequestId } from '../support/api.ts';
import { openWorld, type World } from '../support/world.ts';

const document = parse(readFileSync(SPEC_FILE, 'utf8'));
const operations = loadSpec().operations.filter((operation) => operation.access !== null);
const allScopes: string[] = document.components.schemas.Scope.enum;

function accessOf(operation: Operation): { actors: readonly string[]; scope: string } {
  return operation.access ?? { actors: [], scope: '' };
}

/** With ids that name nothing: who may not come in never gets as far as an id. */
function pathOf(operation: Operation): string {
  return operation.path.replaceAll(/\{\w+\}/g, 'x');
}

describe('who may use an operation', () => {
  let world: World;
  let redis: Redis;
  let tenant: Tenant;
  let suspended: Tenant;
  let operatorTokens: { good: string; revoked: string };
  let revoked: string;
  let expired: string;
  const keysWithout = new Map<string, string>();
  const keysWithOnly = new Map<string, string>();
  const refusals = new Set<string>();

  before(async () => {
    world = await openWorld();
    redis = new Redis(process.env.TEST_REDIS_URL ?? '');
    tenant = await newTenant(world);
    suspended = await newTenant(world);
    const operator = apiOf(world, world.operatorToken);
    await operator.patch(`/v1/tenants/${suspended.id}`, { status: 'suspended' });
    for (const scope of allScopes) {
      const others = allScopes.filter((other) => other !== scope);
      keysWithout.set(scope, (await newKey(world, tenant.id, { scopes: others })).token);
      keysWithOnly.set(scope, (await newKey(world, tenant.id, { scopes: [scope] })).token);
    }
    const toRevoke = await newKey(world, tenant.id);
    await operator.delete(`/v1/tenants/${tenant.id}/api_keys/${toRevoke.id}`);
    revoked = toRevoke.token;
    const toExpire = await newKey(world, tenant.id, { expires_in_seconds: 60 });
    await world.sql(`update api_keys set expires_at = now() where id = $1`, [toExpire.id]);
    expired = toExpire.token;
    const another = `mp_op_${'another-operator_key'.repeat(2)}`;
    await world.container.database.transaction({ as: 'operator' }, (unit) =>
      world.container.apiKeys.ensureOperatorKey(unit, another),
    );
    await world.sql(`update operator_keys set revoked_at = now() where last4 = $1`, [another.slice(-4)]);
    operatorTokens = { good: world.operatorToken, revoked: another };
  });
  after(async () => {
    redis.disconnect();
    await world.close();
  });
  // So many wrong keys from one address are refused by the limit for guessing: here they are not to be.
  beforeEach(async () => {
    const counts = await redis.keys(`${world.redisPrefix}*`);
    if (counts.length > 0) await redis.del(...counts);
  });

  const ask = (operation: Operation, key: string | null, headers = {}, query = ''): Promise<Reply> => {
    const api = apiOf(world, key);
    // A stream from a place that does not exist: who is let in hears of that, and need not wait for its end.
    const place = operation.streams === null ? '' : `${query === '' ? '?' : '&'}after=evt_0`;
    const path = pathOf(operation) + query + place;
    if (operation.method === 'post') return api.post(path, {}, { headers });
    if (operation.method === 'patch') return api.patch(path, {}, { headers });
    if (operation.method === 'put') return api.put(path, {}, { headers });
    return operation.method === 'delete' ? api.delete(path, { headers }) : api.get(path, { headers });
  };
  const isUnauthenticated = (reply: Reply, why: string) => {
    assert.equal(reply.status, 401, `${why}: ${reply.text}`);
    assert.equal(reply.body.code, 'unauthenticated', why);
    assert.match(reply.headers['www-authenticate'] ?? '', /^Bearer\b/, why);
    refusals.add(withoutRequestId(reply));
  };
  const isForbidden = (reply: Reply, code: string) => {
    assert.equal(reply.status, 403, reply.text);
    assert.equal(reply.body.code, code);
  };
  const isLetIn = (reply: Reply) => assert.ok(![401, 403, 429].includes(reply.status), reply.text);

  it('is written in openapi.yaml for everything below /v1', () => {
    const documented = Object.entries(document.paths)
      .filter(([path]) => path.startsWith('/v1/'))
      .flatMap(([path, item]) =>
        Object.keys(item as object)
          .filter((name) => name !== 'parameters')
          .map((method) => `${method} ${path}`),
      );
    assert.deepEqual(operations.map(({ method, path }) => `${method} ${path}`).sort(), documented.sort());
    assert.ok(operations.length >= 27);
    for (const operation of operations) {
      const { actors, scope } = accessOf(operation);
      assert.ok(actors.length > 0, operation.id);
      assert.ok(actors.includes('tenant') ? allScopes.includes(scope) : scope === 'operator', operation.id);
    }
  });

  for (const operation of operations) {
    const { actors, scope } = accessOf(operation);
    const isForTenants = actors.includes('tenant');
    const isForOperators = actors.includes('operator');

    describe(`${operation.method.toUpperCase()} ${operation.path}`, () => {
      it('refuses whoever has no valid key, in one and the same way', async () => {
        const mistyped = tenant.token.slice(0, -1) + (tenant.token.endsWith('0') ? '1' : '0');
        const wrong: Record<string, string | null> = {
          'no key': null,
          garbage: 'garbage',
          'a key of the right shape that nobody has': newToken('mp_live'),
          'an operator key that nobody has': newToken('mp_op'),
          "a webhook's secret": newToken('whk'),
          'a wrong checksum': mistyped,
          'a revoked key': revoked,
          'an expired key': expired,
          'a revoked operator key': operatorTokens.revoked,
        };
        for (const [why, key] of Object.entries(wrong)) isUnauthenticated(await ask(operation, key), why);
        const basic = { Authorization: `Basic ${Buffer.from(`${tenant.token}:`).toString('base64')}` };
        isUnauthenticated(await ask(operation, null, basic), 'another scheme');
        isUnauthenticated(await ask(operation, null, { 'X-Api-Key': tenant.token }), 'another header');
        isUnauthenticated(await ask(operation, null, { Authorization: tenant.token }), 'no scheme');
      });

      it('does not take a key from the query or the body, where logs would keep it', async () => {
        const key = isForTenants ? tenant.token : operatorTokens.good;
        isUnauthenticated(await ask(operation, null, {}, `?access_token=${key}`), 'query');
        isUnauthenticated(await ask(operation, key, {}, `?access_token=${key}`), 'query and header');
        if (operation.method === 'get' || operation.method === 'delete') return;
        for (const type of ['json', 'form']) {
          const reply = await supertest(world.url)
            [operation.method](pathOf(operation))
            .type(type)
            .send({ access_token: key });
          isUnauthenticated(reply as unknown as Reply, `body as ${type}`);
        }
      });

      if (isForTenants) {
        it('refuses a key of a suspended tenant', async () => {
          isForbidden(await ask(operation, suspended.token), 'tenant_not_active');
        });

        it(`refuses a key with every scope but ${scope}, and lets in one with only that`, async () => {
          isForbidden(await ask(operation, keysWithout.get(scope) ?? ''), 'insufficient_scope');
          isLetIn(await ask(operation, keysWithOnly.get(scope) ?? ''));
        });
      } else {
        it("refuses a tenant's key, whatever its scopes", async () => {
          isForbidden(await ask(operation, tenant.token), 'insufficient_scope');
        });
      }

      it(isForOperators ? 'lets in an operator' : 'refuses an operator', async () => {
        const reply = await ask(operation, operatorTokens.good);
        if (isForOperators) isLetIn(reply);
        else isForbidden(reply, 'insufficient_scope');
      });
    });
  }

  it('every 401 has the same body but for its request_id', () => {
    assert.equal(refusals.size, 1, [...refusals].join('\n'));
  });

  it('a key of a closed tenant is refused for good', async () => {
    const closed = await newTenant(world);
    await apiOf(world, world.operatorToken).patch(`/v1/tenants/${closed.id}`, { status: 'closed' });
    isForbidden(await closed.api.get('/v1/sessions'), 'tenant_not_active');
  });

  it('a resumed tenant may come in again', async () => {
    const paused = await newTenant(world);
    const operator = apiOf(world, world.operatorToken);
    await operator.patch(`/v1/tenants/${paused.id}`, { status: 'suspended' });
    isForbidden(await paused.api.get('/v1/sessions'), 'tenant_not_active');
    await operator.patch(`/v1/tenants/${paused.id}`, { status: 'active' });
    assert.equal((await paused.api.get('/v1/sessions')).status, 200);
  });
});
