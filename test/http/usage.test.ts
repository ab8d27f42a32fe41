import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createUsageClosing } from '../../src/features/usage/usage-closing-service.ts';
import { readTenantId } from '../../src/kernel/ids.ts';
import { apiOf, freshNumbers, newKey, newSession, newTenant, type Tenant } from '../support/api.ts';
import { type Played, playCall } from '../support/call-events.ts';
import { newPlan } from '../support/plans.ts';
import { openWorld, type World } from '../support/world.ts';

const ended = { DialBLegDuration: '11', DialBLegBillDuration: '60', DialBLegHangupCauseCode: '4000' };

describe('usage', () => {
  let world: World;
  let tenant: Tenant;
  let plan: any;
  before(async () => {
    world = await openWorld();
    tenant = await newTenant(world, { dids: freshNumbers(2) });
    plan = await newPlan(world, {}, tenant.id);
  });
  after(() => world.close());

  const newCall = async (of: Tenant = tenant, more: object = {}): Promise<Played & { session: any }> => {
    const [a = '', b = ''] = freshNumbers(2, '+9198');
    const session = await newSession(of, a, b, more);
    const call = playCall(world, of, session.parties.a.masking_number, a);
    await call.ring();
    return { ...call, session };
  };
  const talked = async (of: Tenant = tenant, more: object = {}, seconds = '11') => {
    const call = await newCall(of, more);
    await call.leg('DialAnswer');
    await call.leg('DialHangup', { ...ended, DialBLegDuration: seconds });
    await call.hangup();
    return call;
  };
  const linesOf = async (call: Played, of: Tenant = tenant): Promise<any[]> =>
    (await of.api.get(`/v1/usage/records?call=${call.id()}&limit=100`)).body.data.reverse();
  const inTenant = <T>(work: Parameters<World['container']['database']['transaction']>[1], of = tenant) => {
    const tenantId = readTenantId(of.id);
    assert.ok(tenantId);
    return world.container.database.transaction({ as: 'tenant', tenantId }, work) as Promise<T>;
  };

  describe('a call', () => {
    it('that was bridged and answered is one line, with the call behind it', async () => {
      const call = await talked(tenant, { transaction_ref: 'ride-1' });
      const [line, ...others] = await linesOf(call);
      assert.deepEqual(others, []);
      assert.match(line.id, /^use_[0-9a-f]{32}$/);
      const { id, occurred_at: at, recorded_at: _recorded, call: behind, ...rest } = line;
      assert.deepEqual(
        [behind.id, behind.status, behind.started_at, behind.confirmed_by],
        [call.id(), 'completed', at, 'event'],
      );
      const [pool] = (await tenant.api.get('/v1/pools')).body.data;
      const did = (await tenant.api.get(`/v1/dids`)).body.data.find(
        (one: any) => one.e164 === call.session.parties.a.masking_number,
      );
      assert.deepEqual(rest, {
        ...{ kind: 'call', entry: 'charge', livemode: true, corrects: null, source: 'event' },
        ...{ session: call.session.id, transaction_ref: 'ride-1', did: did.id, pool: pool.id },
        ...{ subject: call.id(), destination: 'IN', billable: true, reason: null, quantity: 1 },
        ...{ seconds: 11, billed_seconds: 60, legs: { caller_seconds: 21, talked_seconds: [11] } },
        ...{ currency: 'INR', amount: 45, plan: plan.id, rate: 'calls/IN' },
      });
      assert.ok(id);
    });

    it('has no line before it is over, and one however often its end is told', async () => {
      const call = await newCall();
      await call.leg('DialAnswer');
      assert.deepEqual(await linesOf(call), []);
      for (let times = 0; times < 3; times += 1) await call.hangup();
      for (let times = 0; times < 3; times += 1) await call.leg('DialAnswer');
      assert.equal((await linesOf(call)).length, 1);
    });

    it('that nobody answered, or that was not bridged, is a line that says why it is not billable', async () => {
      const unanswered = await newCall();
      await unanswered.action('no-answer');
      await unanswered.hangup();
      const [line] = await linesOf(unanswered);
      assert.deepEqual(
        [line.billable, line.reason, line.amount, line.quantity],
        [false, 'not_answered', null, 1],
      );
      const [stranger = ''] = freshNumbers(1, '+9198');
      const wrong = playCall(world, tenant, unanswered.session.parties.a.masking_number, stranger);
      await wrong.ring();
      await wrong.hangup();
      assert.deepEqual(
        (await linesOf(wrong)).map(({ reason }) => reason),
        ['not_bridged'],
      );
    });

    it('of which more is learnt later is taken back and charged anew, and the lines add up', async () => {
      const call = await newCall();
      await call.leg('DialAnswer');
      await call.hangup({ Duration: '130' });
      await call.leg('DialHangup', { ...ended, DialBLegDuration: '121' });
      const lines = await linesOf(call);
      assert.deepEqual(
        lines.map(({ entry }) => entry),
        ['charge', 'reversal', 'charge'],
      );
      assert.deepEqual(
        lines.map(({ corrects }) => corrects),
        [null, lines[0].id, lines[0].id],
      );
      assert.equal(lines[0].amount + lines[1].amount, 0);
      assert.equal(lines[0].billed_seconds + lines[1].billed_seconds, 0);
      assert.equal(lines[2].amount, 135);
      await call.leg('DialHangup', { ...ended, DialBLegDuration: '121', DialBLegHangupSource: 'Callee' });
      assert.equal((await linesOf(call)).length, 3, 'what changes nothing writes nothing');
    });

    it('to another country has the rate of that country', async () => {
      const call = await newCall();
      await call.leg('DialHangup', { ...ended, DialBLegTo: '4930901820' });
      await call.hangup();
      const [line] = await linesOf(call);
      assert.deepEqual(
        [line.destination, line.rate, line.billed_seconds, line.amount],
        ['DE', 'calls/*', 30, 450],
      );
    });

    it('of the test mode is recorded and costs nothing; of a tenant without a plan it has no amount', async () => {
      const key = await newKey(world, tenant.id, { name: 'test', livemode: false });
      const test = { ...tenant, api: apiOf(world, key.token) };
      const own = await test.api.post('/v1/provider_accounts', {
        ...{ provider: 'vobiz', auth_id: 'MA_TEST', auth_token: 'test_token', signature_mode: 'off' },
      });
      assert.equal(own.status, 201, own.text);
      const account = { id: own.body.id, webhookPath: new URL(own.body.webhook_url).pathname };
      for (const e164 of freshNumbers(2)) {
        assert.equal((await test.api.post('/v1/dids', { e164, provider_account: account.id })).status, 201);
      }
      const call = await talked({ ...test, account });
      const [line] = await linesOf(call, test);
      assert.deepEqual(
        [line.livemode, line.billable, line.reason, line.amount],
        [false, false, 'test_mode', null],
      );
      assert.deepEqual(await linesOf(call), [], 'and a live key does not see it');

      const poor = await newTenant(world, { dids: freshNumbers(2) });
      const [unpriced] = await linesOf(await talked(poor), poor);
      assert.deepEqual(
        [unpriced.billable, unpriced.reason, unpriced.amount, unpriced.seconds],
        [true, 'no_plan', null, 11],
      );
    });

    it('and its line are written in one transaction: neither without the other', async () => {
      const call = await newCall();
      await call.leg('DialHangup', ended);
      await world.sql(`alter table usage_records add constraint broken check (call_id <> '${call.id()}')`);
      assert.equal((await call.hangup()).status, 503);
      const over = () => world.sql('select 1 from calls where id = $1 and ended_at is not null', [call.id()]);
      assert.equal((await over()).length, 0);
      await world.sql('alter table usage_records drop constraint broken');
      assert.equal((await call.hangup()).status, 200);
      assert.equal((await over()).length, 1);
      assert.equal((await linesOf(call)).length, 1);
    });

    it('that is recorded has a line for each recording', async () => {
      const call = await talked();
      const path = `${tenant.account.webhookPath}/tenants/${tenant.id}/calls/${call.id()}/record`;
      const form = new URLSearchParams({
        ...{ Event: 'RecordStop', CallUUID: call.uuid, RecordingID: `r-${call.uuid}` },
        ...{ RecordUrl: 'https://media.vobiz.ai/r.mp3', RecordingDurationMs: '61020' },
      });
      for (let times = 0; times < 2; times += 1) {
        assert.equal((await fetch(`${world.url}${path}`, { method: 'POST', body: form })).status, 200);
      }
      const lines = (await linesOf(call)).filter(({ kind }) => kind === 'recording');
      assert.deepEqual(
        lines.map(({ seconds, amount, rate }) => [seconds, amount, rate]),
        [[62, 20, 'recordings']],
      );
    });
  });

  describe('the ledger', () => {
    it('is never changed and never deleted, by the service or by its owner', async () => {
      await talked();
      const refused = /permission denied/;
      for (const text of ['update usage_records set amount = 0', 'delete from usage_records']) {
        await assert.rejects(
          inTenant((unit) => unit.rows(text, [])),
          refused,
          text,
        );
        await assert.rejects(world.sql(text), /never changed/, text);
      }
      await assert.rejects(world.sql('truncate usage_records'), /never changed/);
    });

    it('counts a thing once: a second first line is refused by Postgres itself', async () => {
      await talked();
      await assert.rejects(
        world.sql(
          `insert into usage_records select (jsonb_populate_record(u, '{"id": "use_0"}')).* from usage_records u limit 1`,
        ),
        /usage_counted_once/,
      );
    });
  });

  describe('a month', () => {
    it('within its allowance costs nothing, whatever the order, and is adjusted once', async () => {
      const own = await newTenant(world, { dids: freshNumbers(2) });
      const free = await newPlan(
        world,
        { free_seconds_per_month: 120, tiers: [{ from_seconds: 180, price_per_minute_micros: 300_000 }] },
        own.id,
      );
      for (const seconds of ['11', '61', '59']) await talked(own, {}, seconds);
      // 240 s billed at 45: 120 are free, 60 cost 45, and 60 cost 30.
      const estimate = (await own.api.get('/v1/usage/estimate')).body.data;
      assert.deepEqual(estimate, [{ currency: 'INR', recorded: 180, adjustments: -105, amount: 75 }]);
      const later = new Date();
      later.setUTCMonth(later.getUTCMonth() + 1, 20);
      const close = async () => {
        const tenantId = readTenantId(own.id);
        assert.ok(tenantId);
        await inTenant((unit) => createUsageClosing(() => later).closeMonths(unit, tenantId), own);
      };
      await close();
      await close();
      const adjustments = async () =>
        (await own.api.get(`/v1/usage/records?kind=month_adjustment&end=${later.toISOString()}`)).body.data;
      const [line, ...others] = await adjustments();
      assert.deepEqual(others, []);
      assert.deepEqual(
        [line.entry, line.amount, line.subject, line.reason],
        ['adjustment', -105, `${free.id}/calls/IN`, 'allowance_and_tiers'],
      );
      // A correction that comes after the close is adjusted by what it changes.
      const call = await newCall(own);
      await call.leg('DialHangup', ended);
      await call.hangup();
      await Promise.all([close(), close()]);
      assert.deepEqual(
        (await adjustments()).map(({ amount, corrects }: any) => [amount, corrects]),
        [
          [-15, line.id],
          [-105, null],
        ],
      );
      const month = await own.api.get(`/v1/usage?granularity=month&end=${later.toISOString()}`);
      const sum = month.body.data.reduce((total: number, row: any) => total + (row.amount ?? 0), 0);
      assert.equal(sum, 105);
    });

    it('has one line for each DID that was in service in it', async () => {
      const own = await newTenant(world, { dids: freshNumbers(2) });
      await newPlan(world, {}, own.id);
      const tenantId = readTenantId(own.id);
      assert.ok(tenantId);
      const closing = createUsageClosing(() => new Date());
      const work = () => inTenant((unit) => closing.recordDids(unit, tenantId), own);
      await Promise.all([work(), work()]);
      await work();
      const rows = (await own.api.get('/v1/usage/records?kind=did_month')).body.data;
      assert.deepEqual(
        rows.map(({ reason }: any) => reason),
        ['no_plan', 'no_plan'],
        'they came before the plan',
      );
      const later = new Date();
      later.setUTCMonth(later.getUTCMonth() + 1, 1);
      await inTenant((unit) => createUsageClosing(() => later).recordDids(unit, tenantId), own);
      const next = (await own.api.get(`/v1/usage/records?kind=did_month&end=2199-01-01T00:00:00Z`)).body.data;
      assert.deepEqual(
        next.map(({ amount }: any) => amount),
        [50_000, 50_000, null, null],
      );
    });
  });
});
