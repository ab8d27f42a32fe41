import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { readDailyPeaks } from '../../src/features/pool/capacity-store.ts';
import type { TenantId } from '../../src/kernel/ids.ts';
import { apiOf, freshNumbers, newKey, newSession, newTenant, type Tenant } from '../support/api.ts';
import { openWorld, type World } from '../support/world.ts';

const HOUR = 3_600;
const DAY = 86_400;
const A = '+919800000001';

/**
 * A session of the past, in seconds before now; `phones` stand for callers. `grace`: how long its stages took after it was
 * off; `left`: when its first phone was taken out of it.
 */
type Past = {
  from: number;
  to: number;
  cooling: number;
  phones: [string, string];
  grace?: number;
  left?: number;
};

async function insertPast(
  world: World,
  tenant: Tenant,
  poolName: string,
  past: readonly Past[],
): Promise<void> {
  const rows = past.map((one, place) => ({ ...one, a: one.phones[0], b: one.phones[1], place }));
  await world.sql(
    `with past as (
       select p.*, 'ses_' || lpad(to_hex((extract(epoch from now() - make_interval(secs => p."from")) * 1000)::bigint), 12, '0')
                          || lpad(to_hex(p.place), 20, '0') as id
         from jsonb_to_recordset($3) as p ("from" float8, "to" float8, cooling integer, grace integer, "left" float8,
                                           a text, b text, place integer)
     ), pool as (
       select tenant_id, id, livemode, (select min(d.id) from dids d where d.pool_id = pools.id) as did
         from pools where tenant_id = $1 and name = $2 and livemode
     ), made as (
       insert into sessions (tenant_id, id, livemode, pool_id, direction, expires_at, cooling_seconds, ring_timeout_seconds,
                             max_call_seconds, metadata, created_at, grace_seconds)
       select pool.tenant_id, past.id, pool.livemode, pool.id, 'both', now() - make_interval(secs => past."to"), past.cooling,
              30, 3600, '{}', now() - make_interval(secs => past."from"), coalesce(past.grace, 0)
         from past, pool
     ), sides as (
       select past.id, side, case side when 'a' then a else b end as phone,
              case side when 'a' then now() - make_interval(secs => past."left") end as removed_at from past, (values ('a'), ('b')) s (side)
     ), parties as (
       insert into session_parties (tenant_id, session_id, side, did_id)
       select pool.tenant_id, sides.id, sides.side, pool.did from sides, pool
     )
     insert into session_phones (tenant_id, session_id, side, position, caller_index, sealed, key_version, removed_at)
     select pool.tenant_id, sides.id, sides.side, 0, sha256(sides.phone::bytea), '', 1, sides.removed_at
       from sides, pool`,
    [tenant.id, poolName, JSON.stringify(rows)],
  );
}

function freeAt({ to, cooling, grace = 0, left, phones }: Past, phone: string): number {
  return (left !== undefined && phone === phones[0] ? left : to - grace) - cooling;
}

/** By definition: for each day and phone, how many sessions hold a DID at each moment at which one begins, or at dawn. */
function peaksOf(past: readonly Past[], days: number): number[] {
  const phones = [...new Set(past.flatMap((one) => one.phones))];
  return Array.from({ length: days }, (_, back) => {
    const [dawn, dusk] = [(days - back) * DAY, (days - back - 1) * DAY];
    const moments = [dawn, ...past.map((one) => one.from).filter((at) => at <= dawn && at > dusk)];
    const heldAt = (phone: string, at: number) =>
      past.filter((one) => one.phones.includes(phone) && one.from >= at && freeAt(one, phone) < at).length;
    return Math.max(...phones.flatMap((phone) => moments.map((at) => heldAt(phone, at))));
  });
}

describe('capacity', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());

  describe('POST /v1/capacity/plan', () => {
    let tenant: Tenant;
    before(async () => {
      tenant = await newTenant(world);
    });
    const plan = (body: object) => tenant.api.post('/v1/capacity/plan', body, { idempotencyKey: null });
    const courier = {
      name: 'courier',
      sessions_per_hour: 4,
      duration_seconds: 2_700,
      cooling_seconds: 7_200,
    };

    it('200: DIDs per class and for the pool, and channels for both legs', async () => {
      const customer = {
        ...courier,
        name: 'customer',
        sessions_per_hour: 0.02,
        heavy: { party_share: 0.05, session_share: 0.3 },
      };
      const body = { party_classes: [courier, customer], calls: { per_day: 100_000 }, spare: 0.2 };
      const reply = await plan(body);
      assert.equal(reply.status, 200, reply.text);
      assert.deepEqual(reply.body, {
        dids: {
          party_classes: [
            { name: 'courier', mean: 11, p999: 23, p9999: 25 },
            { name: 'customer', mean: 0.33, p999: 3, p9999: 4 },
          ],
          total: { mean: 11, p999: 28, p9999: 30 },
        },
        channels: { busy_hour_erlangs: 266.67, per_leg: 309, total: 618 },
      });
    });

    it('200: cools for a day unless told otherwise, and plans no channels without calls', async () => {
      const { cooling_seconds: _, ...party } = courier;
      const { body } = await plan({ party_classes: [party] });
      assert.deepEqual(body.dids.total, { mean: 99, p999: 131, p9999: 138 });
      assert.equal(body.channels, null);
    });

    it('200: the largest figures that are taken are answered at once', async () => {
      const classes = Array.from({ length: 20 }, (_, i) => ({
        name: `c${i}`,
        sessions_per_hour: 1_000,
        duration_seconds: 360_000,
        cooling_seconds: 0,
      }));
      const calls = { per_day: 100_000_000, busy_hour_share: 0.12, holding_seconds: 300, blocking: 0.000001 };
      const began = performance.now();
      const reply = await plan({ party_classes: classes, calls });
      assert.equal(reply.status, 200, reply.text);
      assert.ok(performance.now() - began < 2_000);
    });

    it('422: says which figures cannot be', async () => {
      const heavy = (party_share: number, session_share: number) => ({
        party_classes: [courier, { ...courier, name: 'x', heavy: { party_share, session_share } }],
      });
      const calls = { per_day: 100_000_000, busy_hour_share: 1, holding_seconds: 3_600 };
      const cases: [string, object][] = [
        ['/party_classes/1/heavy/session_share', heavy(0.5, 0.1)],
        ['/party_classes/1/sessions_per_hour', heavy(0.0001, 1)],
        ['/party_classes/1/name', { party_classes: [courier, courier] }],
        ['/calls/per_day', { party_classes: [courier], calls }],
        ['/party_classes', { party_classes: [] }],
        ['/party_classes/0/sessions_per_hour', { party_classes: [{ ...courier, sessions_per_hour: 0 }] }],
        ['/party_classes/0/surprise', { party_classes: [{ ...courier, surprise: 1 }] }],
        ['/calls/blocking', { party_classes: [courier], calls: { per_day: 1, blocking: 0 } }],
      ];
      for (const [pointer, body] of cases) {
        const reply = await plan(body);
        assert.equal(reply.status, 422, `${pointer}: ${reply.text}`);
        assert.equal(reply.body.code, 'invalid_request');
        assert.deepEqual(
          reply.body.errors.map((fault: any) => fault.pointer),
          [pointer],
        );
      }
    });

    it('200: a repeated request with the same key gets the stored plan', async () => {
      const replies = [];
      for (const _ of [1, 2]) {
        const body = { party_classes: [courier] };
        replies.push(await tenant.api.post('/v1/capacity/plan', body, { idempotencyKey: 'plan-1' }));
      }
      assert.equal(replies[1]?.headers['idempotent-replayed'], 'true');
      assert.equal(replies[0]?.text, replies[1]?.text);
    });
  });

  describe('GET /v1/pools/{pool_id}/capacity', () => {
    const capacityOf = async (tenant: Tenant, pool = 'default'): Promise<any> => {
      const reply = await tenant.api.get(`/v1/pools/${pool}/capacity`);
      assert.equal(reply.status, 200, reply.text);
      return reply.body;
    };

    it('200: an empty pool needs two DIDs, is not full, and tells no fortune', async () => {
      const tenant = await newTenant(world);
      assert.deepEqual(await capacityOf(tenant), {
        pool: 'default',
        active_dids: 0,
        sessions_live: 0,
        bindings_live: 0,
        bindings_cooling: 0,
        complete: true,
        busiest_callers: [],
        dids_needed_now: 2,
        fill: null,
        forecast: { exhausted_on: null, method: 'none', history_days: 0, growth_per_day: null },
      });
    });

    it('200: counts what lives, what cools, and what the busiest phone holds', async () => {
      const tenant = await newTenant(world, { dids: freshNumbers(5) });
      const others = freshNumbers(6, '+9198');
      const sessions = [];
      for (const b of others.slice(0, 4)) sessions.push(await newSession(tenant, A, b));
      await newSession(tenant, others[4] ?? '', others[5] ?? '');
      await tenant.api.post(`/v1/sessions/${sessions[0].id}/end`, {});
      await world.sql(`update sessions set expires_at = now() where id = $1`, [sessions[1].id]);
      await world.sql(`update bindings set free_at = now() where session_id = $1`, [sessions[2].id]);
      await world.sql(`update sessions set expires_at = now() where id = $1`, [sessions[2].id]);

      const capacity = await capacityOf(tenant);
      const { busiest_callers, forecast: _, ...figures } = capacity;
      assert.deepEqual(figures, {
        pool: 'default',
        active_dids: 5,
        sessions_live: 2,
        bindings_live: 4,
        bindings_cooling: 4,
        complete: true,
        dids_needed_now: 3,
        fill: 0.6,
      });
      assert.equal(busiest_callers[0].dids_held, 3);
      assert.equal(busiest_callers.length, 6);
      const pool = (await tenant.api.get('/v1/pools/default')).body.id;
      assert.deepEqual(await capacityOf(tenant, pool), capacity, 'by id as by name');
    });

    it('200: names the ten busiest callers so that nothing leads back to them', async () => {
      const tenant = await newTenant(world, { dids: freshNumbers(4) });
      const phones = freshNumbers(12, '+9198');
      for (const b of phones.slice(0, 3)) await newSession(tenant, A, b);
      for (let i = 3; i < 11; i += 2) await newSession(tenant, phones[i] ?? '', phones[i + 1] ?? '');
      const { busiest_callers: busiest } = await capacityOf(tenant);
      assert.equal(busiest.length, 10);
      assert.ok(busiest.every(({ caller }: any) => /^caller_[0-9a-f]{12}$/.test(caller)));
      assert.equal(new Set(busiest.map(({ caller }: any) => caller)).size, 10);
      assert.deepEqual((await capacityOf(tenant)).busiest_callers, busiest, 'the same every time');

      const kept = await world.sql<{ text: string }>(
        `select encode(caller_index, 'hex') as text from session_phones where tenant_id = $1`,
        [tenant.id],
      );
      const said = busiest.map(({ caller }: any) => caller.slice('caller_'.length));
      for (const { text } of kept) assert.ok(!said.some((name: string) => text.includes(name)));

      const other = await newTenant(world, { dids: freshNumbers(4) });
      for (const b of phones.slice(0, 3)) await newSession(other, A, b);
      const [theirs] = (await capacityOf(other)).busiest_callers;
      assert.equal(theirs.dids_held, 3);
      assert.notEqual(theirs.caller, busiest[0].caller, 'another tenant has another name for the same phone');
    });

    it('200: a retiring DID carries its sessions, and is none that a phone can get', async () => {
      const tenant = await newTenant(world, { dids: freshNumbers(3) });
      const session = await newSession(tenant, A, '+919800000002');
      const dids = (await tenant.api.get('/v1/dids')).body.data;
      const m1 = dids.find((did: any) => did.e164 === session.parties.a.masking_number);
      await tenant.api.delete(`/v1/dids/${m1.id}`);
      const capacity = await capacityOf(tenant);
      assert.deepEqual([capacity.active_dids, capacity.bindings_live, capacity.sessions_live], [2, 2, 1]);
      assert.deepEqual(
        capacity.busiest_callers.map((each: any) => each.dids_held),
        [1],
      );
    });

    it('200: other pools and the other mode do not count; 404 for a pool that is not there', async () => {
      const tenant = await newTenant(world, { dids: freshNumbers(2) });
      await tenant.api.post('/v1/pools', { name: 'other' });
      await newSession(tenant, A, '+919800000002');
      assert.equal((await capacityOf(tenant, 'other')).bindings_live, 0);
      const test = apiOf(world, (await newKey(world, tenant.id, { livemode: false })).token);
      assert.equal((await test.get('/v1/pools/default/capacity')).body.bindings_live, 0);
      assert.equal((await tenant.api.get('/v1/pools/nowhere/capacity')).status, 404);
    });

    it('200: foretells the day from growing peaks, and not from a short history', async () => {
      const tenant = await newTenant(world, { dids: freshNumbers(20) });
      // One job more each day, all of them open in the evening and gone overnight: 1, 2, … 10.
      const past = Array.from({ length: 10 }, (_, i) => i + 1).flatMap((jobs) =>
        Array.from({ length: jobs }, (_, j): Past => {
          const from = (10 - jobs) * DAY + 10 * HOUR + j;
          return { from, to: from - 2 * HOUR, cooling: HOUR, phones: ['courier', `${jobs}/${j}`] };
        }),
      );
      await insertPast(world, tenant, 'default', past);
      // Nine whole days: the first job came in the middle of the tenth.
      const inTenDays = new Date(Date.now() + 10 * DAY * 1_000).toISOString().slice(0, 10);
      const { forecast } = await capacityOf(tenant);
      assert.deepEqual(forecast, {
        exhausted_on: inTenDays,
        method: 'linear_trend',
        history_days: 9,
        growth_per_day: 1,
      });

      await world.sql(
        `update sessions set created_at = created_at + interval '4 days' where tenant_id = $1`,
        [tenant.id],
      );
      const shorter = (await capacityOf(tenant)).forecast;
      assert.deepEqual([shorter.exhausted_on, shorter.method, shorter.history_days], [null, 'none', 5]);
    });

    it('the daily peaks are those of the definition, whatever overlaps', async () => {
      const tenant = await newTenant(world, { dids: freshNumbers(1) });
      const past: Past[] = [{ from: 12 * DAY, to: 12 * DAY - HOUR, cooling: 0, phones: ['a', 'b'] }];
      let seed = 1;
      const random = (below: number) => {
        seed = (seed * 48_271) % 2_147_483_647;
        return seed % below;
      };
      for (let i = 0; i < 600; i += 1) {
        const from = 1_000 + random(12 * DAY - 2_000);
        const to = from - 60 - random(6 * HOUR);
        const cooling = random(2 * DAY);
        const grace = i % 3 === 0 ? random(DAY) : 0;
        const left = i % 4 === 0 ? to + 30 : undefined;
        // The reader comes a moment after the writer: nothing so near to the end of a day that it would be in the next one.
        if (
          [from, to - cooling, to - grace - cooling, to + 30 - cooling].some(
            (at) => (at + 14 * DAY) % DAY > DAY - 60,
          )
        )
          continue;
        const busy = ['a', 'b', 'c', 'd'][random(4)] ?? 'a';
        const phones: [string, string] = [busy, `x${random(40)}`];
        past.push({ from, to, cooling, grace, ...(left === undefined ? {} : { left }), phones });
      }
      await insertPast(world, tenant, 'default', past);
      const pool = (await tenant.api.get('/v1/pools/default')).body;
      const tenantId = tenant.id as TenantId;
      const owner = { tenantId, livemode: true };
      const { peaks } = await world.container.database.transaction({ as: 'tenant', tenantId }, (unit) =>
        readDailyPeaks(unit, owner, { id: pool.id, effective_cooling_seconds: pool.cooling.seconds }),
      );
      const expected = peaksOf(past, 12);
      assert.ok(Math.max(...expected) > 10);
      assert.deepEqual(peaks, expected);
    });
  });
});
