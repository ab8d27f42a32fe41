import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { emitEvent } from '../../src/features/events/event-store.ts';
import type { Owner, TenantId } from '../../src/kernel/ids.ts';
import { freshNumbers, newSession, newTenant, type Tenant } from '../support/api.ts';
import { endOf, eventsOf, inTenant, runJob, storyOf } from '../support/events.ts';
import { openWorld, type World } from '../support/world.ts';

describe('an event and its change', () => {
  let world: World;
  let tenant: Tenant;
  let owner: Owner;
  before(async () => {
    world = await openWorld();
    tenant = await newTenant(world, { dids: freshNumbers(4) });
    owner = { tenantId: tenant.id as TenantId, livemode: true };
  });
  after(() => world.close());

  const open = () => {
    const [a = '', b = ''] = freshNumbers(2, '+9198');
    return newSession(tenant, a, b);
  };
  /** An open transaction of somebody who acts for the tenant. */
  const transaction = async () => {
    const client = new pg.Client({ connectionString: world.databaseUrl, options: '-c role=maskplane_app' });
    await client.connect();
    await client.query('begin');
    await client.query(`select set_config('app.tenant_id', $1, true)`, [tenant.id]);
    return {
      query: async (text: string, params: unknown[] = []) => (await client.query(text, params)).rows,
      async finish(how: 'commit' | 'rollback') {
        await client.query(how);
        await client.end();
      },
    };
  };
  const END = 'select end_session($1, $2)';

  it('are committed together: before that nobody sees either, and a rollback leaves neither', async () => {
    const session = await open();
    const undone = await transaction();
    await undone.query(END, [tenant.id, session.id]);
    const [inside] = await undone.query('select count(*) from events where session_id = $1', [session.id]);
    assert.equal(inside.count, '2');
    assert.deepEqual(await storyOf(tenant, session.id), ['session.created']);
    await undone.finish('rollback');
    assert.deepEqual(await storyOf(tenant, session.id), ['session.created']);
    const kept = await transaction();
    await kept.query(END, [tenant.id, session.id]);
    await kept.finish('commit');
    assert.deepEqual(await storyOf(tenant, session.id), ['session.created', 'session.ended']);
  });

  it('a number that was given in a transaction that failed is given again', async () => {
    const session = await open();
    const event = {
      type: 'session.updated' as const,
      session: session.id,
      data: { changed: ['metadata' as const] },
    };
    const failing = inTenant(world, tenant, async (unit) => {
      await emitEvent(unit, owner, event);
      throw new Error('something else failed');
    });
    await assert.rejects(failing, /something else/);
    await inTenant(world, tenant, (unit) => emitEvent(unit, owner, event));
    assert.deepEqual(await storyOf(tenant, session.id), ['session.created', 'session.updated']);
  });

  it('an event of a session that is not there, or is another tenant’s, cannot be left', async () => {
    const other = await newTenant(world, { dids: freshNumbers(2) });
    const theirs = await newSession(other, '+919800000001', '+919800000002');
    for (const session of [theirs.id, 'ses_0']) {
      const event = { type: 'session.updated' as const, session, data: { changed: [] } };
      await assert.rejects(
        inTenant(world, tenant, (unit) => emitEvent(unit, owner, event)),
        /not there/,
      );
    }
    const foreign = { ...owner, tenantId: other.id as TenantId };
    const data = { api_key: 'key_0' };
    await assert.rejects(
      inTenant(world, tenant, (unit) => emitEvent(unit, foreign, { type: 'api_key.revoked', data })),
      /row-level security/,
    );
  });

  it('an allocation that loses its pair leaves no event of the session that did not come to be', async () => {
    const narrow = await newTenant(world, { dids: freshNumbers(2) });
    const [a = '', b = ''] = freshNumbers(2, '+9198');
    await newSession(narrow, a, b);
    const [row] = await world.sql<any>(
      `select s.pool_id, p.did_id as did_a, o.did_id as did_b, array_agg(f.caller_index order by f.side) as callers
         from sessions s
         join session_parties p on p.session_id = s.id and p.side = 'a'
         join session_parties o on o.session_id = s.id and o.side = 'b'
         join session_phones f on f.session_id = s.id
        where s.tenant_id = $1 group by 1, 2, 3`,
      [narrow.id],
    );
    const settle = (callers: Buffer[]) => {
      const session = {
        id: `ses_${callers === row.callers ? '1' : '2'}`,
        pool_id: row.pool_id,
        direction: 'both',
        expires_at: '2100-01-01T00:00:00Z',
        cooling_seconds: 0,
        ring_timeout_seconds: 30,
        max_call_seconds: 60,
        end_after_first_call: false,
        metadata: {},
        created_at: new Date(),
        allocation: {},
        after_end: [],
        grace_seconds: 0,
        did_a: row.did_a,
        did_b: row.did_b,
      };
      return world.container.database.single.rows(
        'select settle_allocation($1, true, null, null, null, $2, $3, $4, $5, $6, 1, false) as outcome',
        [
          narrow.id,
          JSON.stringify(session),
          ['a', 'b'],
          [row.did_a, row.did_b],
          callers,
          [Buffer.from('x'), Buffer.from('y')],
        ],
      );
    };
    const created = async () => (await eventsOf(narrow, 'types=session.created')).length;
    assert.deepEqual(await settle(row.callers), [{ outcome: 'conflict' }]);
    assert.equal(await created(), 1);
    await settle([Buffer.alloc(32, 1), Buffer.alloc(32, 2)]);
    assert.equal(await created(), 2);
  });

  it('a move that loses its pair leaves no event', async () => {
    const session = await open();
    const [row] = await world.sql<any>('select pool_id from sessions where id = $1', [session.id]);
    const [{ id: did }] = await world.sql<any>('select id from dids where tenant_id = $1 limit 1', [
      tenant.id,
    ]);
    const [moved] = await inTenant(world, tenant, (unit) =>
      unit.rows<any>(`select rehome_session($1, $2, $3, $4, 'did_0', '{}', false) as outcome`, [
        tenant.id,
        session.id,
        row.pool_id,
        did,
      ]),
    );
    assert.equal(moved?.outcome, 'conflict');
    assert.deepEqual(await storyOf(tenant, session.id), ['session.created']);
  });

  describe('in the order of publication', () => {
    it('a reader never passes one that was made earlier and is committed later', async () => {
      const [early, late] = [await open(), await open()];
      const start = await endOf(tenant);
      const slow = await transaction();
      await slow.query(END, [tenant.id, early.id]);
      await tenant.api.post(`/v1/sessions/${late.id}/end`, {});
      const first = (await tenant.api.get(`/v1/events?after=${start}`)).body;
      assert.deepEqual(
        first.data.map((event: any) => event.session),
        [late.id],
      );
      await slow.finish('commit');
      const second = (await tenant.api.get(`/v1/events?after=${first.next_after}`)).body;
      assert.deepEqual(
        second.data.map((event: any) => event.session),
        [early.id],
      );
      assert.ok(second.data[0].id < first.data[0].id, 'by their ids they would stand the other way round');
    });

    it('publishers wait for each other, and number each event once without a gap', async () => {
      await world.sql('update events set position = null where tenant_id = $1', [tenant.id]);
      const publish = () =>
        world.container.database.single.rows<{ n: number }>('select publish_events($1, 3) as n', [tenant.id]);
      const counts: number[] = [];
      for (let left = true; left; ) {
        const turns = (await Promise.all(Array.from({ length: 5 }, publish))).map(([row]) => row?.n ?? 0);
        counts.push(...turns);
        left = turns.some((count) => count > 0);
      }
      const rows = await world.sql<{ position: string; id: string }>(
        'select position, id from events where tenant_id = $1 and livemode order by position',
        [tenant.id],
      );
      assert.deepEqual(
        rows.map(({ position }) => Number(position)),
        rows.map((_, place) => place + 1),
      );
      assert.equal(
        counts.reduce((sum, count) => sum + count, 0),
        rows.length,
      );
    });

    it('the job publishes for every tenant, in both modes', async () => {
      await tenant.api.post('/v1/api_keys', { name: 'one' });
      await world.sql('update events set position = null');
      await runJob(world, 'publish_events');
      const [row] = await world.sql<{ n: string }>('select count(*) as n from events where position is null');
      assert.equal(row?.n, '0');
    });
  });

  it('the look for expiries reads an index that holds only what is still to be told', async () => {
    // Of sessions that are told of there are many more than of others; with a handful, one index is as good as another.
    await world.sql(
      `insert into sessions
       select c.* from (select to_jsonb(s) as kept from sessions s limit 1) s cross join generate_series(1, 3000) n
        cross join lateral jsonb_populate_record(null::sessions,
          s.kept || jsonb_build_object('id', 'ses_' || md5(n::text), 'told', 2)) c`,
    );
    await world.sql('analyze sessions');
    const plan = await inTenant(world, tenant, async (unit) => {
      await unit.rows('set local enable_seqscan = off', []);
      return unit.rows<any>(
        `explain select 1 from sessions s where s.tenant_id = $1 and s.told in (0, 1) and s.expires_at <= now()`,
        [tenant.id],
      );
    });
    assert.match(JSON.stringify(plan), /sessions_untold/);
  });

  it('a session that somebody is changing is told of in the next turn', async () => {
    const session = await open();
    await world.sql(`update sessions set expires_at = now() where id = $1`, [session.id]);
    const busy = await transaction();
    await busy.query('select 1 from sessions where id = $1 for no key update', [session.id]);
    await runJob(world, 'tell_expiries');
    assert.deepEqual(await storyOf(tenant, session.id), ['session.created']);
    await busy.finish('rollback');
    await runJob(world, 'tell_expiries');
    assert.deepEqual(await storyOf(tenant, session.id), ['session.created', 'session.ended']);
  });
});
