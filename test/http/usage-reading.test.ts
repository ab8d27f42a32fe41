import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { apiOf, freshNumbers, newKey, newSession, newTenant, type Tenant } from '../support/api.ts';
import { playCall } from '../support/call-events.ts';
import { newPlan } from '../support/plans.ts';
import { openWorld, type World } from '../support/world.ts';

describe('reading usage', () => {
  let world: World;
  let tenant: Tenant;
  let calls: string[];
  let sessions: any[];
  before(async () => {
    world = await openWorld();
    tenant = await newTenant(world, { dids: freshNumbers(2) });
    await newPlan(world, {}, tenant.id);
    calls = [];
    sessions = [];
    for (const [seconds, transaction_ref] of [
      ['11', 'ride-1'],
      ['61', 'ride-1'],
      ['5', '=2+3,"x"'],
      ['0', 'ride-2'],
    ]) {
      const [a = '', b = ''] = freshNumbers(2, '+9198');
      const session = await newSession(tenant, a, b, { transaction_ref });
      const call = playCall(world, tenant, session.parties.a.masking_number, a);
      await call.ring();
      if (seconds !== '0') await call.leg('DialHangup', { DialBLegDuration: seconds ?? '' });
      await call.hangup({ Duration: '90' });
      calls.push(call.id());
      sessions.push(session);
    }
  });
  after(() => world.close());

  const sums = async (query = ''): Promise<any[]> => {
    const reply = await tenant.api.get(`/v1/usage?${query}`);
    assert.equal(reply.status, 200, reply.text);
    return reply.body.data;
  };
  const csv = async (query = '', token = tenant.token) =>
    fetch(`${world.url}/v1/usage/records.csv?${query}`, { headers: { Authorization: `Bearer ${token}` } });

  describe('200', () => {
    it('sums by hour, day and month, billable or not, in UTC', async () => {
      const now = new Date().toISOString();
      for (const [granularity, start] of [
        ['hour', `${now.slice(0, 13)}:00:00.000Z`],
        ['day', `${now.slice(0, 10)}T00:00:00.000Z`],
        ['month', `${now.slice(0, 7)}-01T00:00:00.000Z`],
      ]) {
        const rows = await sums(`granularity=${granularity}`);
        const total = (field: string) => rows.reduce((sum, row) => sum + (row[field] ?? 0), 0);
        assert.deepEqual(
          [
            total('quantity'),
            total('billable_quantity'),
            total('seconds'),
            total('billed_seconds'),
            total('amount'),
          ],
          [4, 3, 77, 240, 180],
        );
        assert.ok(rows.every(({ period_start }) => period_start <= `${start}`));
        assert.equal(rows.at(-1)?.period_start, start);
      }
    });

    it('sums by transaction_ref, by pool and by DID, and takes each as a filter', async () => {
      const byRef = new Map(
        (await sums('group_by=transaction_ref')).map((row) => [row.transaction_ref, row]),
      );
      assert.deepEqual([...byRef.keys()].sort(), ['=2+3,"x"', 'ride-1', 'ride-2']);
      assert.equal(byRef.get('ride-1').amount, 135);
      assert.equal((await sums('transaction_ref=ride-1'))[0].amount, 135);
      const [did] = await sums('group_by=did');
      const [pool] = await sums('group_by=pool');
      assert.match(pool.pool, /^pool_/);
      assert.deepEqual(
        [(await sums(`pool=${pool.pool}`)).length, (await sums('pool=pool_0')).length],
        [2, 0],
      );
      const of = (await sums(`did=${did.did}`)).reduce((sum, { quantity }) => sum + quantity, 0);
      assert.ok(of > 0 && of <= 4);
    });

    it('says that there is more than was asked for', async () => {
      const reply = await tenant.api.get('/v1/usage?group_by=transaction_ref&limit=1');
      assert.deepEqual([reply.body.data.length, reply.body.truncated], [1, true]);
    });

    it('lists lines newest first, page by page, of a time', async () => {
      const first = await tenant.api.get('/v1/usage/records?limit=3');
      assert.deepEqual(
        first.body.data.map(({ subject }: any) => subject),
        [...calls].reverse().slice(0, 3),
      );
      assert.equal(first.body.has_more, true);
      const next = await tenant.api.get(`/v1/usage/records?starting_after=${first.body.data[2].id}`);
      assert.deepEqual(
        next.body.data.map(({ subject }: any) => subject),
        [calls[0]],
      );
      const none = await tenant.api.get(
        '/v1/usage/records?start=2020-01-01T00:00:00Z&end=2021-01-01T00:00:00Z',
      );
      assert.deepEqual(none.body.data, []);
    });

    it('exports all lines as CSV, whose amounts are the sums of the others', async () => {
      const reply = await csv();
      assert.equal(reply.status, 200);
      assert.match(reply.headers.get('content-type') ?? '', /^text\/csv/);
      const lines = (await reply.text()).split('\n');
      const head = lines[0]?.split(',') ?? [];
      assert.equal(lines.length, 7);
      assert.deepEqual(lines.slice(-2), ['# complete,4', '']);
      const amounts = lines.slice(1, 3).map((line) => line.split(',')[head.indexOf('amount')]);
      assert.deepEqual(amounts, ['45', '90']);
      assert.ok(lines[3]?.includes(`,"'=2+3,""x""",`), 'what a spreadsheet would run is a text');
    });

    it('exports more lines than one page has, each once', async () => {
      const own = await newTenant(world);
      await world.sql(
        `insert into usage_records (tenant_id, month, id, livemode, kind, entry, provider_account_id, subject_id, revision,
                occurred_at, billable, quantity, seconds, billed_seconds, source)
         select $1, to_char(now() at time zone 'UTC', 'YYYY-MM'), 'use_' || n, true, 'call', 'charge', '', n::text, 1, now(), true,
                1, 1, 60, 'event' from generate_series(1, 2500) n`,
        [own.id],
      );
      const lines = (await (await csv('end=2199-01-01T00:00:00Z', own.token)).text()).trim().split('\n');
      assert.equal(lines.at(-1), '# complete,2500');
      assert.equal(new Set(lines.slice(1, -1).map((line) => line.split(',')[0])).size, 2500);
    });
  });

  describe('404, or nothing', () => {
    it('another tenant, and the test mode, see none of it', async () => {
      const other = await newTenant(world);
      const test = await newKey(world, tenant.id, { name: 'test', livemode: false });
      for (const api of [other.api, apiOf(world, test.token)]) {
        assert.deepEqual((await api.get('/v1/usage')).body.data, []);
        assert.deepEqual((await api.get(`/v1/usage/records?call=${calls[0]}`)).body.data, []);
        assert.deepEqual((await api.get('/v1/usage/estimate')).body.data, []);
      }
      assert.equal((await (await csv('', other.token)).text()).trim().split('\n').at(-1), '# complete,0');
    });
  });

  describe('403 and 422', () => {
    it('refuses a key without the scope, times that are none, and too long a time', async () => {
      const poor = await newKey(world, tenant.id, { name: 'poor', scopes: ['calls:read'] });
      assert.equal((await apiOf(world, poor.token).get('/v1/usage')).status, 403);
      assert.equal((await csv('', poor.token)).status, 403);
      for (const query of [
        'start=yesterday',
        'start=2026-02-01T00:00:00Z&end=2026-01-01T00:00:00Z',
        'granularity=hour&start=2026-01-01T00:00:00Z&end=2026-03-01T00:00:00Z',
        'granularity=week',
      ]) {
        assert.equal((await tenant.api.get(`/v1/usage?${query}`)).status, 422, query);
      }
    });
  });
});

describe('plans', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());

  it('have versions of a name, stay as they are, and are listed newest first', async () => {
    const operator = apiOf(world, world.operatorToken);
    const [first, second] = [await newPlan(world), await newPlan(world)];
    assert.deepEqual([first.version, second.version], [1, 2]);
    assert.deepEqual(first.terms.calls[0].tiers, [], 'defaults are filled in');
    assert.deepEqual((await operator.get(`/v1/plans/${first.id}`)).body, first);
    const ids = (await operator.get('/v1/plans')).body.data.map(({ id }: any) => id);
    assert.deepEqual(ids, [second.id, first.id]);
    assert.equal((await operator.get('/v1/plans/plan_0')).status, 404);
    await assert.rejects(
      world.container.database.transaction({ as: 'operator' }, (unit) => unit.rows('delete from plans', [])),
      /permission denied/,
    );
  });

  it('hold from a time on, until the next one begins; what has begun stays', async () => {
    const operator = apiOf(world, world.operatorToken);
    const tenant = await newTenant(world);
    const plan = await newPlan(world, {}, tenant.id);
    const path = `/v1/tenants/${tenant.id}/plans`;
    const later = '2199-01-01T00:00:00.000Z';
    for (const of of [plan.id, null]) {
      const valid_from = new Date(Date.now() + 86_400_000)
        .toISOString()
        .slice(0, 10)
        .concat('T00:00:00.000Z');
      assert.equal((await operator.post(path, { plan: of, valid_from })).status, 201);
    }
    const [next, now] = (await operator.get(path)).body.data;
    assert.deepEqual(
      [next.plan, next.valid_until, now.plan, now.valid_until],
      [null, null, plan.id, next.valid_from],
    );
    assert.equal((await operator.post(path, { plan: null, valid_from: '2020-01-01T00:00:00Z' })).status, 422);
    assert.equal((await operator.post(path, { plan: null, valid_from: now.valid_from })).status, 422);
    assert.equal((await operator.post(path, { plan: null, valid_from: later })).status, 422);
    assert.equal((await operator.post(path, { plan: 'plan_0' })).body.code, 'unknown_reference');
    await assert.rejects(world.sql('update tenant_plans set plan_id = null'), /holds already/);
  });

  it('are refused when they say a thing twice; and are for operators only', async () => {
    const operator = apiOf(world, world.operatorToken);
    const rate = {
      destination: 'IN',
      price_per_minute_micros: 1,
      initial_seconds: 60,
      increment_seconds: 60,
    };
    const reply = await operator.post('/v1/plans', {
      name: 'x',
      currency: 'INR',
      terms: { calls: [rate, rate] },
    });
    assert.deepEqual(reply.body.errors, [
      { pointer: '/terms/calls/1/destination', message: 'stands there twice' },
    ]);
    const tenant = await newTenant(world);
    assert.equal((await tenant.api.get('/v1/plans')).status, 403);
  });
});
