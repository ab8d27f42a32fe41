import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { emitEvent } from '../../src/features/events/event-store.ts';
import { didMeasuring } from '../../src/features/pool/did-measuring-service.ts';
import type { TenantId } from '../../src/kernel/ids.ts';
import { freshNumbers, newSession, newTenant, type Tenant } from '../support/api.ts';
import { answerEvent, postForm } from '../support/vobiz.ts';
import { openWorld, type World } from '../support/world.ts';

const measureDids = didMeasuring(emitEvent);

describe('measuring DIDs', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());

  const inTenant = <T>(tenant: Tenant, work: Parameters<World['container']['database']['transaction']>[1]) =>
    world.container.database.transaction(
      { as: 'tenant', tenantId: tenant.id as TenantId },
      work,
    ) as Promise<T>;
  /** All that is due, as the job does it. */
  const measure = async (tenant: Tenant): Promise<number> => {
    let turns = 1;
    while (await inTenant<boolean>(tenant, (unit) => measureDids(unit, tenant.id as TenantId))) turns += 1;
    return turns;
  };
  const due = (tenant: Tenant) =>
    world.sql(`update dids set measured_at = now() - interval '61 seconds' where tenant_id = $1`, [
      tenant.id,
    ]);
  const measureAgain = async (tenant: Tenant) => {
    await due(tenant);
    await measure(tenant);
  };
  const didsOf = async (tenant: Tenant): Promise<any[]> =>
    (await tenant.api.get('/v1/dids?limit=100')).body.data;
  const didOf = async (tenant: Tenant, e164: string): Promise<any> =>
    (await didsOf(tenant)).find((did) => did.e164 === e164);
  const versionOf = async (tenant: Tenant): Promise<number> => {
    const [row] = await world.sql<{ version: string }>(
      `select version from pools where tenant_id = $1 and livemode and name = 'default'`,
      [tenant.id],
    );
    return Number(row?.version);
  };
  /** Calls of the past: of `calls`, the first `answered` were, and of those the first `short` were over at once. */
  const insertCalls = (
    did: { id: string },
    { calls, answered = 0, short = 0, hoursAgo = 1, decision = 'bridge', isOver = true }: any,
  ) =>
    world.sql(
      `insert into calls (tenant_id, id, livemode, provider_account_id, provider_call_id, did_id, decision, reason, trace,
                          status, connected, duration_seconds, started_at, ended_at)
       select d.tenant_id, 'call_' || md5(random()::text), d.livemode, d.provider_account_id, md5(random()::text), d.id, $5,
              'live_binding', '[]', 'completed', n <= $3, case when n <= $4 then 5 when n <= $3 then 6 else 0 end, at,
              case when $7 then at end
         from dids d, generate_series(1, $2) n, lateral (select now() - make_interval(hours => $6) as at) t where d.id = $1`,
      [did.id, calls, answered, short, decision, hoursAgo, isOver],
    );

  describe('live bindings', () => {
    it('are those of sessions that are not over, of each phone', async () => {
      const tenant = await newTenant(world, { dids: freshNumbers(2) });
      const phones = freshNumbers(6, '+9198');
      const [first, second] = [
        await newSession(tenant, phones[0] ?? '', phones[1] ?? ''),
        await newSession(tenant, phones[2] ?? '', phones[3] ?? ''),
      ];
      await newSession(tenant, phones[4] ?? '', phones[5] ?? '');
      const load = async () => (await didsOf(tenant)).map((did) => did.live_bindings);
      assert.deepEqual(await load(), [0, 0]);
      await measure(tenant);
      assert.deepEqual(await load(), [3, 3]);
      await tenant.api.post(`/v1/sessions/${first.id}/end`, {});
      await measureAgain(tenant);
      assert.deepEqual(await load(), [2, 2], 'what cools is not live');
      await world.sql(`update sessions set expires_at = now() where id = $1`, [second.id]);
      await measureAgain(tenant);
      assert.deepEqual(await load(), [1, 1], 'what has expired is not live');
      await world.sql(`update sessions set grace_seconds = 600 where id = $1`, [second.id]);
      await measureAgain(tenant);
      assert.deepEqual(await load(), [2, 2], 'in grace a session is not over');
    });

    it('of a DID that has retired are none', async () => {
      const tenant = await newTenant(world, { dids: freshNumbers(2) });
      const session = await newSession(tenant, '+919800000001', '+919800000002', { cooling_seconds: 0 });
      await measure(tenant);
      const did = await didOf(tenant, session.parties.a.masking_number);
      assert.equal(did.live_bindings, 1);
      await tenant.api.delete(`/v1/dids/${did.id}`);
      await tenant.api.post(`/v1/sessions/${session.id}/end`, {});
      for (const job of world.container.jobs) await job.work();
      const retired = (await tenant.api.get(`/v1/dids/${did.id}`)).body;
      assert.deepEqual([retired.status, retired.live_bindings], ['retired', 0]);
    });
  });

  describe('health', () => {
    it('counts calls that were bridged and are over, by what their caller dialled', async () => {
      const tenant = await newTenant(world, { dids: freshNumbers(2) });
      const session = await newSession(tenant, '+919800000001', '+919800000002');
      const { a, b } = session.parties;
      /** Of so many seconds when it is answered, and never picked up when null. */
      const call = async (to: string, from: string, seconds: number | null) => {
        const event = answerEvent(to, from);
        const { dial } = await postForm(world, tenant.account.webhookPath, event);
        const leg = { CallUUID: event.CallUUID ?? '', DialBLegUUID: 'b-leg', DialBLegTo: '919800000002' };
        if (seconds !== null) {
          const connected = {
            ...leg,
            Event: 'DialConnected',
            DialAction: 'connected',
            DialBLegStatus: 'connected',
          };
          await postForm(world, String(dial?.callbackUrl).slice(world.publicUrl.length), connected);
        }
        const over = { Event: 'Hangup', CallStatus: 'completed', Duration: String(seconds ?? 20) };
        await postForm(world, tenant.account.webhookPath, { ...event, ...over });
      };
      await call(a.masking_number, '+919800000001', 60);
      await call(a.masking_number, '+919800000001', 3);
      await call(a.masking_number, '+919800000001', null);
      await call(b.masking_number, '+919800000002', 60);
      await postForm(world, tenant.account.webhookPath, answerEvent(a.masking_number, '+919800000001'));
      await measure(tenant);
      const health = async (e164: string) => {
        const { calls, answered, short } = (await didOf(tenant, e164)).health;
        return { calls, answered, short };
      };
      assert.deepEqual(await health(a.masking_number), { calls: 3, answered: 2, short: 1 });
      assert.deepEqual(await health(b.masking_number), { calls: 1, answered: 1, short: 0 });
    });

    it('is about the newest thousand calls of the last day', async () => {
      const tenant = await newTenant(world, { dids: freshNumbers(1) });
      const [did] = await didsOf(tenant);
      await insertCalls(did, { calls: 50, hoursAgo: 25 });
      await insertCalls(did, { calls: 50, decision: 'announce' });
      await insertCalls(did, { calls: 50, isOver: false });
      await measure(tenant);
      assert.equal((await didsOf(tenant))[0].health.calls, 0);
      await insertCalls(did, { calls: 900, hoursAgo: 20 });
      await insertCalls(did, { calls: 300, answered: 300, hoursAgo: 2 });
      await measureAgain(tenant);
      const { calls, answered, short } = (await didsOf(tenant))[0].health;
      assert.deepEqual({ calls, answered, short }, { calls: 1_000, answered: 300, short: 0 });
    });

    it('a DID that nobody answers stands out in its pool, and in no other', async () => {
      const tenant = await newTenant(world, { dids: freshNumbers(4) });
      await tenant.api.post('/v1/pools', { name: 'other' });
      const [bad, ...good] = await didsOf(tenant);
      const alone = good.pop();
      await tenant.api.patch(`/v1/dids/${alone.id}`, { pool: 'other' });
      await insertCalls(bad, { calls: 100, answered: 5 });
      for (const did of good) await insertCalls(did, { calls: 100, answered: 60, short: 2 });
      await insertCalls(alone, { calls: 100, answered: 5 });
      await measure(tenant);
      const score = async ({ e164 }: any) => (await didOf(tenant, e164)).health.score;
      assert.ok((await score(bad)) < 0.5);
      for (const did of [...good, alone]) assert.equal(await score(did), 1);
    });
  });

  describe('what is written', () => {
    it('is when it was measured, at most once a minute', async () => {
      const tenant = await newTenant(world, { dids: freshNumbers(1) });
      const at = async () => (await didsOf(tenant))[0].health.measured_at;
      assert.equal(await at(), null);
      await measure(tenant);
      const first = await at();
      assert.ok(Math.abs(Date.parse(first) - Date.now()) < 60_000);
      await measure(tenant);
      assert.equal(await at(), first);
      await measureAgain(tenant);
      assert.ok((await at()) > first);
    });

    it('moves the version of the pool only when a choice may come out differently', async () => {
      const tenant = await newTenant(world, { dids: freshNumbers(2) });
      const [did, other] = await didsOf(tenant);
      await insertCalls(did, { calls: 100, answered: 60 });
      await insertCalls(other, { calls: 100, answered: 60 });
      const before = await versionOf(tenant);
      await measure(tenant);
      assert.equal(await versionOf(tenant), before, 'as well as before');
      await insertCalls(did, { calls: 2 });
      await measureAgain(tenant);
      assert.equal(await versionOf(tenant), before, 'hardly worse');
      assert.equal((await didOf(tenant, did.e164)).health.calls, 102, 'the counts are shown all the same');
      await insertCalls(did, { calls: 100 });
      await measureAgain(tenant);
      const worse = await versionOf(tenant);
      assert.ok(worse > before);
      await newSession(tenant, '+919800000001', '+919800000002');
      await measureAgain(tenant);
      assert.ok((await versionOf(tenant)) > worse, 'a first session counts');
    });

    it('covers any number of DIDs, in turns', async () => {
      const tenant = await newTenant(world, { dids: freshNumbers(60) });
      assert.equal(await measure(tenant), 3);
      assert.ok((await didsOf(tenant)).every((did) => did.health.measured_at !== null));
    });

    it('waits for nobody who is using a DID, and is written the next time', async () => {
      const tenant = await newTenant(world, { dids: freshNumbers(3) });
      const [used, ...free] = await didsOf(tenant);
      await inTenant(tenant, async (unit) => {
        await unit.rows('select 1 from dids where tenant_id = $1 and id = $2 for share', [
          tenant.id,
          used.id,
        ]);
        const began = performance.now();
        await measure(tenant);
        assert.ok(performance.now() - began < 2_000);
      });
      assert.equal((await didOf(tenant, used.e164)).health.measured_at, null);
      for (const did of free) assert.ok((await didOf(tenant, did.e164)).health.measured_at !== null);
      await measure(tenant);
      assert.ok((await didOf(tenant, used.e164)).health.measured_at !== null);
    });
  });
});
