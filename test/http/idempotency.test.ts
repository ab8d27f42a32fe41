import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { loadSpec } from '../../src/api/spec.ts';
import { apiOf, freshNumbers, newKey, newTenant, type Reply, type Tenant } from '../support/api.ts';
import { deliveriesOf, newEndpoint, publish } from '../support/webhooks.ts';
import { openWorld, type World } from '../support/world.ts';

const A = '+919800000001';
const B = '+919800000002';

describe('Idempotency-Key', () => {
  let world: World;
  let tenant: Tenant;
  before(async () => {
    // Nobody is asked there: no job is done in this test.
    world = await openWorld({ vobizApiBase: 'http://127.0.0.1:1/api/v1' });
    tenant = await newTenant(world, { dids: freshNumbers(40) });
  });
  after(() => world.close());

  let phones = 0;
  /** A session of two phones that no other test has. */
  const freshSession = (more: object = {}) => {
    phones += 2;
    const phone = (offset: number) => `+9198${String(10_000_000 + phones + offset)}`;
    return { parties: { a: { phone: phone(0) }, b: { phone: phone(1) } }, ...more };
  };
  const isReplayOf = (reply: Reply, first: Reply) => {
    assert.equal(reply.status, first.status);
    assert.equal(reply.text, first.text);
    assert.equal(first.headers['idempotent-replayed'], undefined);
    assert.equal(reply.headers['idempotent-replayed'], 'true');
  };
  const isRefused = (reply: Reply, status: number, code: string) => {
    assert.equal(reply.status, status, reply.text);
    assert.equal(reply.body.code, code);
    assert.equal(reply.headers['idempotent-replayed'], undefined);
  };
  const count = async (table: string): Promise<number> => {
    const [row] = await world.sql<{ n: number }>(`select count(*)::integer as n from ${table}`);
    return row?.n ?? -1;
  };

  it('replays the answer of every POST byte for byte, and does nothing again', async () => {
    const operator = apiOf(world, world.operatorToken);
    const key = await newKey(world, tenant.id);
    const toEnd = await tenant.api.post('/v1/sessions', freshSession());
    const toCall = await tenant.api.post('/v1/sessions', freshSession());
    const toReopen = await tenant.api.post('/v1/sessions', freshSession());
    await tenant.api.post(`/v1/sessions/${toReopen.body.id}/end`, {});
    const [did1, did2] = freshNumbers(2);
    const courier = { name: 'courier', sessions_per_hour: 4, duration_seconds: 2_700 };
    const account = { provider: 'vobiz', auth_id: 'MA_X', auth_token: 'test_token' };
    const hook = await newEndpoint(tenant, { url: 'http://127.0.0.1:1/' });
    await tenant.api.post(`/v1/webhook_endpoints/${hook.id}/test`, {});
    await publish(world);
    const [delivery] = await deliveriesOf(tenant, hook);
    await world.sql(`update graphile_worker._private_jobs set attempts = max_attempts`);
    const [dead] = (await operator.get('/v1/dead_jobs')).body.data;
    const url = 'https://hooks.acme.example/';
    const since = new Date(Date.now() - 3_600_000).toISOString();
    const second = { initial_seconds: 1, increment_seconds: 1 };
    const terms = { calls: [{ destination: '*', price_per_minute_micros: 1, ...second }] };
    const plan = { name: 'replayed', currency: 'INR', terms };
    const { id: planId } = (await operator.post('/v1/plans', plan)).body;
    const listing = { seller: { phone: '+919700000001' }, expires_in_seconds: 600 };
    const { id: toClose } = (await tenant.api.post('/v1/listings', listing)).body;
    const asking = { action: 'ask', url, on_failure: 'reject' };
    const policy = (await tenant.api.put('/v1/out_of_session_policies', asking)).body;
    const ofOperator: [string, object, string][] = [
      ['/v1/plans', { ...plan, name: 'another' }, 'plans'],
      [`/v1/tenants/${tenant.id}/plans`, { plan: planId }, 'tenant_plans'],
      [`/v1/dead_jobs/${dead.id}/retry`, {}, 'graphile_worker._private_jobs'],
      ['/v1/tenants', { name: 'Acme' }, 'tenants'],
      [`/v1/tenants/${tenant.id}/api_keys`, {}, 'api_keys'],
      [`/v1/tenants/${tenant.id}/dids`, { e164: did1, provider_account: tenant.account.id }, 'dids'],
      ['/v1/provider_accounts', account, 'provider_accounts'],
    ];
    const budget = { number_budget: { amount_minor: 1_000, currency: 'INR' } };
    const { id: rich } = (await tenant.api.post('/v1/provider_accounts', { ...account, ...budget })).body;
    const order = {
      provider_account: rich,
      country: 'IN',
      quantity: 1,
      max_cost_minor: 1_000,
      currency: 'INR',
    };
    const ofTenant: [string, object, string][] = [
      [`/v1/listings/${toClose}/end`, {}, 'listings'],
      ['/v1/listings', { ...listing, seller: { phone: '+919700000002' } }, 'listings'],
      ['/v1/blocks', { phone: '+919700000003' }, 'blocks'],
      [`/v1/out_of_session_policies/${policy.id}/rotate_secret`, {}, 'out_of_session_policies'],
      [`/v1/sessions/${toCall.body.id}/calls`, { from: 'a' }, 'calls'],
      [`/v1/provider_accounts/${rich}/rotate_webhook_token`, {}, 'webhook_directory'],
      [`/v1/provider_accounts/${rich}/import`, {}, 'operations'],
      ['/v1/number_orders', order, 'operations'],
      ['/v1/provider_accounts', account, 'provider_accounts'],
      ['/v1/api_keys', {}, 'api_keys'],
      [`/v1/api_keys/${key.id}/rotate`, {}, 'api_keys'],
      ['/v1/pools', { name: 'replayed' }, 'pools'],
      ['/v1/dids', { e164: did2, provider_account: tenant.account.id }, 'dids'],
      ['/v1/sessions', freshSession(), 'sessions'],
      ['/v1/sessions/batch', { sessions: [freshSession()] }, 'sessions'],
      [`/v1/sessions/${toEnd.body.id}/end`, {}, 'sessions'],
      [`/v1/sessions/${toReopen.body.id}/reopen`, {}, 'sessions'],
      [`/v1/sessions/${toReopen.body.id}/rehome`, {}, 'bindings'],
      ['/v1/routes/explain', { to: did2, from: A }, 'calls'],
      ['/v1/capacity/plan', { party_classes: [courier] }, 'pools'],
      ['/v1/webhook_endpoints', { url }, 'webhook_endpoints'],
      [`/v1/webhook_endpoints/${hook.id}/rotate_secret`, {}, 'webhook_endpoints'],
      [`/v1/webhook_endpoints/${hook.id}/test`, {}, 'events'],
      [`/v1/webhook_endpoints/${hook.id}/deliveries/${delivery.id}/redeliver`, {}, 'webhook_deliveries'],
      [`/v1/webhook_endpoints/${hook.id}/replay`, { since }, 'webhook_replays'],
    ];
    // To hang up once more asks for what is done already, and needs somebody at Vobiz to ask.
    const documented = loadSpec().operations.filter(
      ({ id, method, access }) => method === 'post' && access && id !== 'hangUpCall',
    );
    assert.equal(new Set([...ofOperator, ...ofTenant].map(([path]) => path)).size, documented.length);
    for (const [api, cases] of [[operator, ofOperator] as const, [tenant.api, ofTenant] as const]) {
      for (const [path, body, table] of cases) {
        const idempotencyKey = randomUUID();
        const first = await api.post(path, body, { idempotencyKey });
        assert.ok(first.status < 300, `${path}: ${first.text}`);
        const rows = await count(table);
        isReplayOf(await api.post(path, body, { idempotencyKey }), first);
        isReplayOf(await api.post(path, body, { idempotencyKey }), first);
        assert.equal(await count(table), rows, path);
      }
    }
  });

  it('a replay tells the token of a new API key again, and the token works', async () => {
    const options = { idempotencyKey: randomUUID() };
    const first = await tenant.api.post('/v1/api_keys', { name: 'lost' }, options);
    const again = await tenant.api.post('/v1/api_keys', { name: 'lost' }, options);
    assert.match(again.body.token, /^mp_live_/);
    assert.equal(again.body.token, first.body.token);
    assert.equal((await apiOf(world, again.body.token).get('/v1/sessions')).status, 200);
  });

  it('the replay is the answer of then, even when the object has changed since', async () => {
    const options = { idempotencyKey: randomUUID() };
    const body = freshSession();
    const first = await tenant.api.post('/v1/sessions', body, options);
    await tenant.api.post(`/v1/sessions/${first.body.id}/end`, {});
    isReplayOf(await tenant.api.post('/v1/sessions', body, options), first);
  });

  it('neither the order of keys nor white space makes another body', async () => {
    const options = { idempotencyKey: randomUUID(), headers: { 'Content-Type': 'application/json' } };
    const { parties } = freshSession();
    const { a, b } = parties;
    const first = await tenant.api.post(
      '/v1/sessions',
      JSON.stringify({ transaction_ref: 'r', parties: { a, b }, metadata: { x: '1', y: '2' } }),
      options,
    );
    assert.equal(first.status, 201);
    const reordered = { metadata: { y: '2', x: '1' }, parties: { b, a }, transaction_ref: 'r' };
    isReplayOf(await tenant.api.post('/v1/sessions', JSON.stringify(reordered, null, 4), options), first);
  });

  it('another body is refused: also one that differs by a default, a side or an order in a list', async () => {
    const options = { idempotencyKey: randomUUID() };
    const body = freshSession();
    const first = await tenant.api.post('/v1/sessions', body, options);
    assert.equal(first.status, 201);
    const { a, b } = body.parties;
    for (const other of [
      freshSession(),
      { ...body, transaction_ref: 'other' },
      { ...body, metadata: {} },
      { parties: { a: b, b: a } },
    ]) {
      const reply = await tenant.api.post('/v1/sessions', other, options);
      isRefused(reply, 422, 'idempotency_key_reused');
      assert.equal(reply.body.errors[0].pointer, '/headers/idempotency-key');
    }
    isReplayOf(await tenant.api.post('/v1/sessions', body, options), first);
    const keyOptions = { idempotencyKey: randomUUID() };
    await tenant.api.post('/v1/api_keys', { scopes: ['keys:read', 'calls:read'] }, keyOptions);
    const turned = await tenant.api.post('/v1/api_keys', { scopes: ['calls:read', 'keys:read'] }, keyOptions);
    isRefused(turned, 422, 'idempotency_key_reused');
  });

  it('another path is refused, and so is the same operation on another object', async () => {
    const options = { idempotencyKey: randomUUID() };
    const [one, two] = await Promise.all([
      tenant.api.post('/v1/sessions', freshSession()),
      tenant.api.post('/v1/sessions', freshSession()),
    ]);
    assert.equal((await tenant.api.post(`/v1/sessions/${one?.body.id}/end`, {}, options)).status, 200);
    const other = await tenant.api.post(`/v1/sessions/${two?.body.id}/end`, {}, options);
    isRefused(other, 422, 'idempotency_key_reused');
    assert.equal((await tenant.api.get(`/v1/sessions/${two?.body.id}`)).body.status, 'active');
    isRefused(await tenant.api.post('/v1/api_keys', {}, options), 422, 'idempotency_key_reused');
  });

  it('is required for a session, which would otherwise be allocated twice, and optional elsewhere', async () => {
    const rows = await count('sessions');
    const reply = await tenant.api.post('/v1/sessions', freshSession(), { idempotencyKey: null });
    isRefused(reply, 400, 'idempotency_key_required');
    assert.equal(reply.body.errors[0].pointer, '/headers/idempotency-key');
    assert.equal(await count('sessions'), rows);
    assert.equal((await tenant.api.post('/v1/pools', { name: 'p1' }, { idempotencyKey: null })).status, 201);
  });

  it('bare and quoted are the same key', async () => {
    const key = randomUUID();
    const body = freshSession();
    const first = await tenant.api.post('/v1/sessions', body, { idempotencyKey: key });
    isReplayOf(await tenant.api.post('/v1/sessions', body, { idempotencyKey: `"${key}"` }), first);
    const other = await tenant.api.post('/v1/sessions', freshSession(), { idempotencyKey: `"${key}"` });
    isRefused(other, 422, 'idempotency_key_reused');
  });

  it('a key of 255 characters is taken, and keys differ by case', async () => {
    const long = 'k'.repeat(255);
    const body = freshSession();
    const first = await tenant.api.post('/v1/sessions', body, { idempotencyKey: long });
    assert.equal(first.status, 201);
    isReplayOf(await tenant.api.post('/v1/sessions', body, { idempotencyKey: long }), first);
    const upper = await tenant.api.post('/v1/pools', { name: 'p2' }, { idempotencyKey: long.toUpperCase() });
    assert.equal(upper.status, 201);
  });

  it('an empty key, bare or quoted, is no key', async () => {
    for (const idempotencyKey of ['""', '']) {
      const reply = await tenant.api.post('/v1/sessions', freshSession(), { idempotencyKey });
      assert.ok([400, 422].includes(reply.status), `${idempotencyKey}: ${reply.text}`);
      assert.equal(reply.body.errors[0].pointer, '/headers/idempotency-key');
    }
  });

  it('thirty requests at once with one key make one session', async () => {
    const options = { idempotencyKey: randomUUID() };
    const body = freshSession({ transaction_ref: 'at-once' });
    const replies = await Promise.all(
      Array.from({ length: 30 }, () => tenant.api.post('/v1/sessions', body, options)),
    );
    const made = replies.filter((reply) => reply.status === 201);
    const first = made.find((reply) => reply.headers['idempotent-replayed'] === undefined);
    assert.ok(first, 'nobody made the session');
    for (const reply of replies.filter((each) => each !== first)) {
      if (reply.status === 201) isReplayOf(reply, first);
      else {
        isRefused(reply, 409, 'idempotency_key_in_use');
        assert.ok(Number(reply.headers['retry-after']) >= 1);
      }
    }
    const list = await tenant.api.get('/v1/sessions?transaction_ref=at-once');
    assert.deepEqual(
      list.body.data.map((session: any) => session.id),
      [first.body.id],
    );
    isReplayOf(await tenant.api.post('/v1/sessions', body, options), first);
  });

  it('a refused request leaves nothing: the same key works once the reason is gone', async () => {
    const poor = await newTenant(world, { dids: freshNumbers(1) });
    const options = { idempotencyKey: randomUUID() };
    const body = freshSession();
    for (let turn = 0; turn < 2; turn += 1) {
      isRefused(await poor.api.post('/v1/sessions', body, options), 409, 'pool_exhausted');
    }
    const [e164] = freshNumbers(1);
    await poor.api.post('/v1/dids', { e164, provider_account: poor.account.id });
    const reply = await poor.api.post('/v1/sessions', body, options);
    assert.equal(reply.status, 201);
    assert.equal(reply.headers['idempotent-replayed'], undefined);
    isReplayOf(await poor.api.post('/v1/sessions', body, options), reply);
  });

  it('a refused request does not tie the key to its body', async () => {
    const options = { idempotencyKey: randomUUID() };
    const same = { parties: { a: { phone: A }, b: { phone: A } } };
    isRefused(await tenant.api.post('/v1/sessions', same, options), 422, 'same_phone');
    assert.equal((await tenant.api.post('/v1/sessions', freshSession(), options)).status, 201);
  });

  it('neither the key nor what is stored of an answer can be read in the database', async () => {
    const own = await newTenant(world, { dids: freshNumbers(2) });
    await world.sql('delete from idempotency_keys where tenant_id = $1', [own.id]);
    const key = `call-${A}`;
    const made = await own.api.post('/v1/api_keys', {}, { idempotencyKey: key });
    const session = await own.api.post(
      '/v1/sessions',
      { parties: { a: { phone: A, role: 'driver' }, b: { phone: B } }, transaction_ref: 'secret-ride' },
      { idempotencyKey: `${key}-session` },
    );
    assert.equal(session.status, 201);
    const rows = await world.sql<any>('select * from idempotency_keys where tenant_id = $1', [own.id]);
    assert.equal(rows.length, 2);
    const secrets = [made.body.token, made.body.id, A, B, A.slice(1), A.slice(3), 'secret-ride', 'driver'];
    for (const row of rows) {
      assert.ok(row.sealed_reply.length > 50);
      for (const stored of [row.sealed_reply, row.fingerprint, Buffer.from(row.key)]) {
        for (const secret of secrets) {
          const inBase64 = Buffer.from(secret).toString('base64').slice(0, -4);
          assert.ok(!stored.includes(secret) && !stored.includes(inBase64), secret);
        }
      }
    }
  });

  it('keys are separate per tenant, per mode, and for the operator', async () => {
    const idempotencyKey = 'order-1';
    const test = apiOf(world, (await newKey(world, tenant.id, { livemode: false })).token);
    const other = await newTenant(world);
    const made: Reply[] = [];
    for (const api of [tenant.api, test, other.api]) {
      const reply = await api.post('/v1/pools', { name: 'same' }, { idempotencyKey });
      assert.equal(reply.status, 201, reply.text);
      assert.equal(reply.headers['idempotent-replayed'], undefined);
      made.push(reply);
    }
    const operator = apiOf(world, world.operatorToken);
    assert.equal((await operator.post('/v1/tenants', { name: 'Same' }, { idempotencyKey })).status, 201);
    assert.equal(new Set(made.map((reply) => reply.body.id)).size, 3);
    // Two keys of one tenant share them: a retry after a rotation is still a retry.
    const second = apiOf(world, (await newKey(world, tenant.id)).token);
    const [first] = made;
    assert.ok(first);
    isReplayOf(await second.post('/v1/pools', { name: 'same' }, { idempotencyKey }), first);
  });

  it('a key is kept for more than 24 hours, and forgotten some time after', async () => {
    const [day, month] = await Promise.all([newTenant(world), newTenant(world)]);
    const options = { idempotencyKey: 'order-1' };
    const first = await day.api.post('/v1/pools', { name: 'p' }, options);
    await month.api.post('/v1/pools', { name: 'p' }, options);
    const age = 'update idempotency_keys set created_at = now() - $2::interval where tenant_id = $1';
    await world.sql(age, [day.id, '25 hours']);
    await world.sql(age, [month.id, '30 days']);
    for (const job of world.container.jobs) await job.work();
    isReplayOf(await day.api.post('/v1/pools', { name: 'p' }, options), first);
    const anew = await month.api.post('/v1/pools', { name: 'another' }, options);
    assert.equal(anew.status, 201);
  });
});
