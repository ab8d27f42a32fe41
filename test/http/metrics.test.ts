import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { freshNumbers, newSession, newTenant, type Tenant } from '../support/api.ts';
import { metric, samplesIn } from '../support/metrics.ts';
import { answerEvent, postForm } from '../support/vobiz.ts';
import { openWorld, type World } from '../support/world.ts';

const A = '+919800000001';
const B = '+919800000002';

describe('the figures of a process', () => {
  let world: World;
  let tenant: Tenant;
  let session: any;
  before(async () => {
    world = await openWorld();
    tenant = await newTenant(world, { dids: freshNumbers(2) });
    session = await newSession(tenant, A, B);
  });
  after(() => world.close());

  const call = (to: string, from: string) =>
    postForm(world, tenant.account.webhookPath, answerEvent(to, from, {}));
  const requests = (operation: string, status: string) =>
    metric(world, 'maskplane_http_request_duration_seconds_count', { operation, status });

  it('requests are counted by operation and class of status, also those that are refused before a handler', async () => {
    assert.equal(await requests('createSession', '2xx'), 1);
    const headers = { 'Content-Type': 'application/json', Authorization: 'Bearer nobody' };
    const reply = await fetch(`${world.url}/v1/sessions`, { method: 'POST', headers, body: '{}' });
    assert.equal(reply.status, 401);
    assert.equal(await requests('createSession', '4xx'), 1);
    await fetch(`${world.url}/v1/nothing`);
    assert.equal(await requests('none', '4xx'), 1);
  });

  it('calls are counted by what was decided and why, and timed', async () => {
    const m1 = session.parties.a.masking_number;
    assert.equal((await call(m1, A)).dial?.number, B);
    await call(m1, '+919800000077');
    await call('+912200000000', A);
    const routes = (reason: string) => metric(world, 'maskplane_route_decisions_total', { reason });
    assert.equal(await routes('live_binding'), 1);
    assert.equal(await routes('caller_not_allowed'), 1);
    assert.equal(await routes('unknown_did'), 1);
    assert.equal(await metric(world, 'maskplane_answer_duration_seconds_count', { decision: 'bridge' }), 1);
    assert.equal(await metric(world, 'maskplane_misroutes_total'), 0);
  });

  it('allocations are counted by what became of them, with the steps on their way', async () => {
    const body = {
      pool: 'default',
      expires_in_seconds: 60,
      parties: { a: { phone: A }, b: { phone: '+919800000003' } },
    };
    const full = await tenant.api.post('/v1/sessions', { ...body, transaction_ref: 'more' });
    assert.equal(full.status, 201, full.text);
    const taken = await tenant.api.post('/v1/sessions', { ...body, transaction_ref: 'most' });
    assert.equal(taken.body.code, 'pool_exhausted');
    const outcome = (name: string) =>
      metric(world, 'maskplane_allocation_duration_seconds_count', { kind: 'session', outcome: name });
    assert.equal(await outcome('exhausted'), 1);
    assert.equal(await outcome('settled'), 2);
    assert.equal(await outcome('failed'), 0);
    const steps = await metric(world, 'maskplane_allocation_steps_total', { step: 'pool', outcome: 'found' });
    assert.equal(steps, await outcome('settled'));
  });

  it('pools, DIDs, connections and Postgres itself are told of', async () => {
    assert.equal(await metric(world, 'maskplane_database_up'), 1);
    assert.equal(await metric(world, 'maskplane_dids', { state: 'active' }), 2);
    assert.equal(await metric(world, 'maskplane_pools', { state: 'ok' }), 1);
    // On a machine that is busy, Redis may not have answered in time a moment ago.
    assert.ok([0, 1].includes((await metric(world, 'maskplane_redis_breakers_open')) ?? -1));
    assert.equal(await metric(world, 'maskplane_database_connections', { state: 'waiting' }), 0);
  });

  it('what the dashboard and the alerts ask for is there', async () => {
    const text = await world.container.metrics.text();
    const known = new Set([...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name));
    for (const file of ['helm/dashboards/maskplane.json', 'helm/alerts/rules.yaml']) {
      const source = readFileSync(join(import.meta.dirname, '..', '..', file), 'utf8');
      const asked = source.match(/\b(maskplane|nodejs|process)_[a-z0-9_]+\b(?!:)/g) ?? [];
      assert.ok(asked.length > 10, file);
      for (const name of asked) {
        const family = name.replace(/_(bucket|count|sum)$/, '');
        assert.ok(known.has(name) || known.has(family), `${file} asks for ${name}`);
      }
    }
  });

  it('no label holds a number, an id, or anything else that tenants choose', async () => {
    const few = /^(\+Inf|\d(\.\d+)?|\d+|[a-zA-Z][a-zA-Z_ ]*|v[\d.]+|[2-5]xx|space|[\d.e-]+)$/;
    for (const { name, labels } of samplesIn(await world.container.metrics.text())) {
      for (const [label, value] of Object.entries(labels)) {
        assert.match(value, few, `${name}{${label}}`);
        assert.doesNotMatch(value, /\d{5}|^(ten|did|pool|ses|call|whk|key)_/, `${name}{${label}}`);
      }
    }
  });
});

describe('the last look before anybody is connected', () => {
  let world: World;
  let tenant: Tenant;
  let session: any;
  let stranger: any;
  before(async () => {
    world = await openWorld();
    tenant = await newTenant(world, { dids: freshNumbers(3) });
    session = await newSession(tenant, A, B);
    stranger = await newSession(tenant, '+919800000008', '+919800000009');
  });
  after(() => world.close());

  const call = () =>
    postForm(
      world,
      tenant.account.webhookPath,
      answerEvent(session.parties.a.masking_number, A.slice(1), {}),
    );
  /** Has the facts of every decision say something else, as a fault of ours would. */
  const broken = async (from: string, to: string, work: () => Promise<void>) => {
    const [row] = await world.sql<{ text: string }>(
      "select pg_get_functiondef(oid) as text from pg_proc where proname = 'route_facts'",
    );
    const right = row?.text ?? '';
    assert.equal(right.split(from).length, 2, `route_facts does not hold ${from} once`);
    await world.sql(right.replace(from, () => to));
    await work();
    await world.sql(right);
  };

  it('a caller ID that is not what the session shows this party is refused, counted, and rings nobody', async () => {
    const dids = [session.parties.a.masking_number, session.parties.b.masking_number];
    const [other] = await world.sql<{ e164: string }>('select e164 from dids where e164 <> all ($1)', [dids]);
    for (const number of [other?.e164, session.parties.a.masking_number, '+919800000042']) {
      const counted = (await metric(world, 'maskplane_misroutes_total')) ?? 0;
      await broken('od.e164::text', `'${number}'::text`, async () => {
        const reply = await call();
        assert.equal(reply.status, 200);
        assert.equal(reply.dial, null);
        assert.equal(await metric(world, 'maskplane_misroutes_total'), counted + 1);
      });
    }
    const failed = { decision: 'failed' };
    assert.equal(await metric(world, 'maskplane_answer_duration_seconds_count', failed), 3);
    const webhook = { operation: 'vobizWebhook', status: '5xx' };
    assert.equal(await metric(world, 'maskplane_http_request_duration_seconds_count', webhook), 3);
  });

  it('a right call is connected as before', async () => {
    assert.equal((await call()).dial?.number, B);
  });

  it('phones of another session, or of the caller, never fit', async () => {
    const rows = await world.sql<{ session_id: string; side: string; e164: string; phone: Buffer }>(
      `select b.session_id, b.side, d.e164, b.caller_index as phone from bindings b join dids d on d.id = b.did_id`,
    );
    const belongs = async (sessionId: string, side: string, number: string, phones: Buffer[]) => {
      const asked = 'select dial_belongs($1, $2, $3, $4, $5) as fits';
      const [row] = await world.sql<{ fits: boolean }>(asked, [tenant.id, sessionId, side, number, phones]);
      return row?.fits;
    };
    assert.equal(rows.length, 4);
    for (const one of rows) {
      for (const other of rows) {
        const fits = await belongs(one.session_id, one.side, one.e164, [other.phone]);
        assert.equal(fits, one === other);
        assert.equal(
          await belongs(one.session_id, one.side, one.e164, [one.phone, other.phone]),
          one === other,
        );
      }
      assert.equal(await belongs(one.session_id, one.side, one.e164, []), false);
    }
    assert.notEqual(stranger.id, session.id);
  });
});
