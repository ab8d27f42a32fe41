import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { fetchCdr } from '../../src/features/vobiz/rest-cdr-adapter.ts';
import { connectRest } from '../../src/features/vobiz/rest-client.ts';
import { freshNumbers, newSession, newTenant, type Tenant } from '../support/api.ts';
import { type Played, playCall } from '../support/call-events.ts';
import { type CdrServer, cdrRow, reset, silence, startCdrServer, status } from '../support/cdr-server.ts';
import { runJob, storyOf } from '../support/events.ts';
import { openWorld, type World } from '../support/world.ts';

describe('calls that are settled from the records of Vobiz', () => {
  let records: CdrServer;
  let world: World;
  let tenant: Tenant;
  before(async () => {
    records = await startCdrServer();
    world = await openWorld({ vobizApiBase: records.base });
    tenant = await newTenant(world, { dids: freshNumbers(2) });
  });
  after(async () => {
    await world.close();
    await records.close();
  });
  beforeEach(async () => {
    await world.sql('update calls set settle_at = null');
    records.faults.clear();
    records.asked.length = 0;
  });

  /** A bridged call of a session of its own. */
  const bridged = async (more: object = {}, of = tenant) => {
    const [a = '', b = ''] = freshNumbers(2, '+9198');
    const session = await newSession(of, a, b, more);
    const call = playCall(world, of, session.parties.a.masking_number, a);
    await call.ring();
    return Object.assign(call, { session: session.id as string });
  };
  /** As if this much of its time were over. */
  const due = (call: Played, age = '2 hours') =>
    world.sql(
      `update calls set settle_at = now() - interval '1 second', started_at = now() - $2::interval where id = $1`,
      [call.id(), age],
    );
  const settle = () => runJob(world, 'settle_calls');
  const get = async (call: Played, of = tenant) => (await of.api.get(`/v1/calls/${call.id()}`)).body;
  /** Seconds until it is looked into again; null: never. */
  const nextIn = async (call: Played) => {
    const [row] = await world.sql<{ seconds: number | null }>(
      'select extract(epoch from settle_at - now())::float as seconds from calls where id = $1',
      [call.id()],
    );
    return row?.seconds ?? null;
  };
  /** Both legs, which end by the caller. */
  const keep = (call: Played, more: Record<string, unknown> = {}) => {
    records.rows.set(call.uuid, cdrRow(call.uuid, { bridge_uuid: call.legUuid, ...more }));
    records.rows.set(
      call.legUuid,
      cdrRow(call.legUuid, { bridge_uuid: call.uuid, cost: 0.5, total_cost: 0.5 }),
    );
  };

  it('a call without its hangup event ends as its record says, with the cost of each leg', async () => {
    const call = await bridged();
    keep(call);
    await due(call);
    await settle();
    const body = await get(call);
    assert.deepEqual([body.status, body.answered, body.confirmed_by], ['completed', true, 'cdr']);
    assert.equal(body.ended_at, '2026-06-08T06:07:56.000Z');
    assert.deepEqual(body.hangup, { reason: 'caller_hung_up', code: 4000, source: 'Caller' });
    assert.equal(body.duration_seconds, 11, 'without the ringing');
    assert.deepEqual(
      body.legs.map(({ id, side, billed_seconds, cost, confirmed_by }: any) => [
        ...[id, side, billed_seconds, cost.amount, cost.amount_micros, cost.currency, confirmed_by],
      ]),
      [
        [call.uuid, 'A', 60, '0.45000', 450_000, 'INR', 'cdr'],
        [call.legUuid, 'B', 60, '0.5', 500_000, 'INR', 'cdr'],
      ],
    );
    assert.deepEqual(body.cost, { amount_micros: 950_000, currency: 'INR' });
    assert.deepEqual(await storyOf(tenant, call.session), [
      ...['session.created', 'call.ringing', 'call.answered', 'call.completed'],
    ]);
    assert.equal(await nextIn(call), null);
    assert.deepEqual(
      records.asked.map(({ path, authId, authToken }) => [path, authId, authToken]),
      [call.uuid, call.legUuid].map((id) => [
        `/api/v1/Account/MA_XXXXXXXX/cdr/${id}`,
        'MA_XXXXXXXX',
        'test_token',
      ]),
    );
    assert.doesNotMatch(JSON.stringify(world.logLines), /test_token|9800000001/);
  });

  it('a session that ends after its first call ends with it', async () => {
    const call = await bridged({ end_after_first_call: true });
    keep(call);
    await due(call);
    await settle();
    assert.equal((await tenant.api.get(`/v1/sessions/${call.session}`)).body.status, 'ended');
  });

  it('a call that is over gets its cost, keeps what its events said beyond that, and is told of once', async () => {
    const call = await bridged();
    await call.leg('DialConnected');
    await call.leg('DialHangup', { DialBLegDuration: '11', DialBLegHangupSource: 'Callee' });
    await call.hangup();
    keep(call, { hangup_source: 'Answer XML' });
    await due(call);
    await settle();
    const body = await get(call);
    assert.deepEqual([body.confirmed_by, body.cost.amount_micros], ['cdr', 950_000]);
    assert.equal(body.legs[1].phone_last4, '0002');
    const told = await storyOf(tenant, call.session);
    assert.deepEqual(told.filter((type) => type === 'call.completed').length, 1);
    await due(call);
    await settle();
    assert.deepEqual(await storyOf(tenant, call.session), told, 'once more changes nothing');
  });

  it('nothing is asked for before a call must be over, nor for calls of test mode', async () => {
    const call = await bridged({ max_call_seconds: 600, ring_timeout_seconds: 30 });
    const wait = (
      await world.sql<{ s: number }>(
        'select extract(epoch from settle_at - started_at)::float as s from calls where id = $1',
        [call.id()],
      )
    )[0]?.s;
    assert.equal(wait, 600 + 30 + 600);
    await settle();
    const tests = await newTenant(world, { livemode: false });
    const account = {
      provider: 'vobiz',
      auth_id: 'MA_TEST',
      auth_token: 'test_token',
      default_country: 'IN',
    };
    const own = await tests.api.post('/v1/provider_accounts', account);
    for (const e164 of freshNumbers(2)) {
      assert.equal((await tests.api.post('/v1/dids', { e164, provider_account: own.body.id })).status, 201);
    }
    tests.account = { id: own.body.id, webhookPath: own.body.webhook_url.slice(world.publicUrl.length) };
    const played = await bridged({}, tests);
    assert.equal((await get(played, tests)).status, 'ringing');
    assert.equal(await nextIn(played), null);
    await settle();
    assert.deepEqual(records.asked, []);
  });

  it('what Vobiz does not know yet is asked for again, later each time; after a day the call has failed', async () => {
    const call = await bridged();
    const waits: number[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      await due(call);
      await settle();
      assert.equal((await get(call)).status, 'ringing');
      waits.push((await nextIn(call)) ?? 0);
    }
    for (const [turn, wait] of waits.entries()) {
      const planned = 60 * 2 ** turn;
      assert.ok(wait > planned * 0.5 - 5 && wait < planned * 1.5 + 1, `${turn}: ${wait}`);
    }
    await due(call, '25 hours');
    await settle();
    const body = await get(call);
    assert.deepEqual([body.status, body.hangup.reason, body.confirmed_by], ['failed', 'unknown', null]);
    assert.equal(body.timeline.at(-1).kind, 'lost');
    assert.equal((await storyOf(tenant, call.session)).at(-1), 'call.failed');
    assert.equal(await nextIn(call), null);
  });

  it('a call that has ended is not lost when Vobiz has no record of it', async () => {
    const call = await bridged();
    await call.hangup({ HangupSource: 'Caller' });
    await due(call, '25 hours');
    await settle();
    const body = await get(call);
    assert.deepEqual([body.status, body.hangup.reason, body.cost], ['completed', 'caller_hung_up', null]);
    assert.equal(await nextIn(call), null);
  });

  it('the record of the other leg may come later: the call ends at once, its cost follows', async () => {
    const call = await bridged();
    keep(call);
    records.rows.delete(call.legUuid);
    await due(call);
    await settle();
    const before = await get(call);
    assert.deepEqual([before.status, before.cost, before.legs.length], ['completed', null, 2]);
    assert.ok(((await nextIn(call)) ?? 0) > 0);
    keep(call);
    await due(call);
    await settle();
    assert.equal((await get(call)).cost.amount_micros, 950_000);
    assert.equal(await nextIn(call), null);
  });

  it('legs in several currencies have no common cost', async () => {
    const call = await bridged();
    keep(call, { currency: 'USD' });
    await due(call);
    await settle();
    const body = await get(call);
    assert.deepEqual([body.cost, body.legs.map(({ cost }: any) => cost.currency)], [null, ['USD', 'INR']]);
  });

  const faults: [string, Parameters<CdrServer['faults']['set']>[1]][] = [
    ['500', status(500, { error: { code: 'internal', message: 'x' } })],
    ['503 without JSON', status(503, '<html>')],
    ['200 that is not JSON', status(200, '<html>sorry</html>')],
    ['200 of another leg', status(200, { data: cdrRow('someone-else') })],
    ['a closed connection', reset],
    ['a redirect', status(302, '', { Location: 'http://127.0.0.1:1/' })],
  ];
  for (const [name, fault] of faults) {
    it(`${name}: the call stays as it is, and is asked for again`, async () => {
      const call = await bridged();
      keep(call);
      records.faults.set(call.uuid, fault);
      await due(call, '25 hours');
      await settle();
      assert.equal((await get(call)).status, 'ringing', 'a fault is no word that there is no such call');
      assert.ok(((await nextIn(call)) ?? 0) > 20);
      records.faults.clear();
      await due(call);
      await settle();
      assert.equal((await get(call)).status, 'completed');
    });
  }

  it('429: nobody is asked before the time that was named, and the others of the account rest too', async () => {
    const calls = [];
    for (let count = 0; count < 8; count += 1) calls.push(await bridged());
    for (const call of calls) await due(call);
    records.faults.set('*', status(429, { error: 'Too many requests' }, { 'Retry-After': '1800' }));
    await settle();
    assert.ok(records.asked.length <= 4, `${records.asked.length} were asked for at once`);
    const waits = await Promise.all(calls.map(nextIn));
    assert.ok(waits.every((wait) => wait !== null && wait > 20));
    const named = waits.filter((wait) => wait !== null && wait > 1800);
    assert.equal(named.length, records.asked.length);
  });

  it('credentials that Vobiz refuses do not end a call', async () => {
    const call = await bridged();
    await due(call, '25 hours');
    records.faults.set('*', status(401, { error: 'Unauthorised' }));
    await settle();
    assert.equal((await get(call)).status, 'ringing');
    assert.ok(((await nextIn(call)) ?? 0) > 1_700);
  });

  it('one turn asks for some calls and leaves the others to the next; two at once share them', async () => {
    const calls = [];
    for (let count = 0; count < 30; count += 1) calls.push(await bridged());
    for (const call of calls) {
      keep(call);
      await due(call);
    }
    await Promise.all([settle(), settle()]);
    const paths = records.asked.map(({ path }) => path);
    assert.equal(new Set(paths).size, paths.length, 'none was asked for twice');
    assert.equal(paths.length, 60);
    for (const call of calls) assert.equal((await get(call)).status, 'completed');
  });

  it('without the address of Vobiz there is no such job', async () => {
    const silent = await openWorld();
    assert.ok(!silent.container.jobs.some(({ name }) => name === 'settle_calls'));
    await silent.close();
  });
});

describe('a record that is waited for', () => {
  it('is given up after a time', { timeout: 20_000 }, async (context) => {
    const records = await startCdrServer();
    const credentialsOf = async () => ({ authId: 'MA_XXXXXXXX', authToken: 'test_token' });
    const rest = connectRest({ base: records.base, credentialsOf, timeoutMs: 200 });
    // Also when it fails, or what is still open would keep the file from ending.
    context.after(() => Promise.all([rest.close(), records.close()]));
    records.faults.set('*', silence);
    assert.deepEqual(await fetchCdr(rest, 'pac_1', 'x'), { kind: 'failed', reason: 'timeout' });
    records.faults.set('*', status(200, { status: 'error', error: { code: 'NOT_FOUND', message: 'no' } }));
    assert.deepEqual(await fetchCdr(rest, 'pac_1', 'x'), { kind: 'unknown' });
    records.faults.set('*', status(429, { error: { details: { retryAfter: 12 } } }));
    assert.deepEqual(await fetchCdr(rest, 'pac_1', 'x'), { kind: 'limited', retryAfterSeconds: 12 });
    records.faults.set('*', status(200, { data: cdrRow('x', { pad: 'x'.repeat(1_200_000) }) }));
    assert.equal((await fetchCdr(rest, 'pac_1', 'x')).kind, 'failed', 'longer than any record');
    const none = connectRest({ base: records.base, credentialsOf: async () => null });
    records.asked.length = 0;
    assert.deepEqual(await fetchCdr(none, 'pac_1', 'x'), { kind: 'refused', status: 401 });
    assert.deepEqual(records.asked, [], 'nobody is asked without credentials');
    await records.close();
    const away = await fetchCdr(rest, 'pac_1', 'x');
    assert.deepEqual(away, { kind: 'failed', reason: 'connection' });
    await none.close();
  });
});
