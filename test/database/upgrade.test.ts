import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import knexModule from 'knex';
import pg from 'pg';
import { migrate, unmigrate } from '../../src/db/migrate.ts';
import { callState } from '../../src/features/voice/call-state.ts';
import { openWorld, type World } from '../support/world.ts';

const migrations = join(import.meta.dirname, '../../migrations');
/** The last migration of the version that is upgraded from. */
const LAST = '20261124090600_create_allocation_functions.js';

/**
 * A migration runs as the owner of the tables, whom row-level security holds too: an update that forgets it changes nothing,
 * and on an empty database nobody sees that.
 */
describe('a database with rows in it', () => {
  let world: World;
  let url: string;
  let admin: pg.Client;
  const name = `upgrade_${randomBytes(6).toString('hex')}`;
  const rows = async (text: string) => (await admin.query(text)).rows;

  before(async () => {
    world = await openWorld();
    await world.sql(`create database ${name} owner maskplane_owner`);
    const of = (base: string) => {
      const address = new URL(base);
      address.pathname = `/${name}`;
      return address.href;
    };
    url = of(process.env.TEST_DATABASE_URL ?? '');
    admin = new pg.Client({ connectionString: of(process.env.TEST_ADMIN_URL ?? '') });
    await admin.connect();
    await migrateTo(url);
    await admin.query(`
      insert into tenants (id, name, vertical, default_country, out_of_session_policy)
      values ('ten_1', 'Acme', 'other', 'IN', 'announce');
      insert into pools (tenant_id, id, livemode, name, cooling_seconds) values ('ten_1', 'pool_1', true, 'default', 3600);
      set session_replication_role = replica;
      insert into dids (tenant_id, id, livemode, pool_id, provider_account_id, e164)
      values ('ten_1', 'did_1', true, 'pool_1', 'pac_1', '+917900000001');
      insert into sessions (tenant_id, id, livemode, pool_id, direction, expires_at, cooling_seconds, ring_timeout_seconds,
                            max_call_seconds, metadata)
      values ('ten_1', 'ses_live', true, 'pool_1', 'both', now() + interval '1 hour', 3600, 30, 3600, '{}'),
             ('ten_1', 'ses_past', true, 'pool_1', 'both', now() - interval '1 hour', 3600, 30, 3600, '{}');
      insert into calls (tenant_id, id, livemode, provider_account_id, provider_call_id, did_id, session_id, decision, reason,
                         trace, status)
      values ('ten_1', 'call_bridged', true, 'pac_1', 'x', 'did_1', 'ses_live', 'bridge', 'live_binding', '[]', 'ringing'),
             ('ten_1', 'call_announced', true, 'pac_1', 'y', 'did_1', null, 'announce', 'unknown_did', '[]', 'ringing');
      update calls set connected = true, status = 'in_progress' where id = 'call_bridged';
      update calls set status = 'no_answer', duration_seconds = 0, hangup_cause = 'NO_ANSWER', ended_at = '2026-06-08T06:07:34Z'
       where id = 'call_announced';
      insert into call_events (tenant_id, provider_account_id, event_key, kind, call_id, sealed_payload, key_version)
      values ('ten_1', 'pac_1', 'x1', 'dial_answer', 'call_bridged', '', 1),
             ('ten_1', 'pac_1', 'x2', 'digits', 'call_bridged', '', 1),
             ('ten_1', 'pac_1', 'y1', 'hangup', 'call_announced', '', 1);
      set session_replication_role = origin;
    `);
    await migrate(url);
  });
  after(async () => {
    await admin.end();
    await world.sql(`drop database if exists ${name} with (force)`);
    await world.close();
  });

  it('keeps in mind which calls were counted', async () => {
    assert.deepEqual(await rows('select id, counted_for from calls order by id'), [
      { id: 'call_announced', counted_for: [] },
      { id: 'call_bridged', counted_for: ['ses_live'] },
    ]);
  });

  it('knows of calls what it knew, also when their state is computed from their events', async () => {
    const known = await rows(
      `select call_id, jsonb_build_object('at', event_time(received_at), 'fact', facts) as fact
         from call_events where facts is not null order by 1`,
    );
    const stateOf = (id: string) => {
      const call = { providerCallId: 'x', decision: 'bridge', startedAt: '2026-06-08T06:00:00.000Z' };
      const own = known.filter(({ call_id }) => call_id === id).map(({ fact }) => fact);
      const { status, connected, durationSeconds, endedAt } = callState(call, own);
      return [status, connected, durationSeconds, endedAt];
    };
    assert.deepEqual(stateOf('call_bridged'), ['in_progress', true, null, null]);
    assert.deepEqual(stateOf('call_announced'), ['no_answer', false, 0, '2026-06-08T06:07:34.000Z']);
    const due = await rows('select id from calls where settle_at is not null');
    assert.deepEqual(due, [{ id: 'call_bridged' }]);
  });

  it('will tell of the end of sessions that are live, and of no others', async () => {
    assert.deepEqual(await rows('select id, told from sessions order by id'), [
      { id: 'ses_live', told: 0 },
      { id: 'ses_past', told: 2 },
    ]);
  });

  it('goes back with the cooling time that a budget had come to', async () => {
    await admin.query(
      'update pools set cooling_seconds = null, misroute_budget = 0.001, budget_cooling_seconds = 149208',
    );
    const older = readdirSync(migrations).filter((file) => file > LAST).length;
    await migrateBack(url, older);
    assert.deepEqual(await rows('select cooling_seconds from pools'), [{ cooling_seconds: 149_208 }]);
    await unmigrate(url);
  });
});

const options = (url: string, directory: string) => ({
  client: 'pg',
  connection: url,
  pool: { min: 0, max: 1 },
  migrations: { directory, loadExtensions: ['.js'], tableName: 'schema_migrations' },
});

/** As the version of LAST does it. */
async function migrateTo(url: string): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'maskplane-migrations-'));
  for (const file of readdirSync(migrations).filter((each) => each <= LAST)) {
    cpSync(join(migrations, file), join(directory, file));
  }
  const knex = knexModule(options(url, directory));
  try {
    await knex.migrate.latest();
  } finally {
    await knex.destroy();
    rmSync(directory, { recursive: true });
  }
}

async function migrateBack(url: string, steps: number): Promise<void> {
  const knex = knexModule(options(url, migrations));
  try {
    for (let step = 0; step < steps; step += 1) await knex.migrate.down();
  } finally {
    await knex.destroy();
  }
}
