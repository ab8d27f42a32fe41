import type pg from 'pg';
import { type BenchTenant, inBulk } from './tenants.ts';

/** Keeps what one statement holds in memory small. */
const SESSIONS_AT_ONCE = 50_000;

/** Live sessions of callers that nobody asks for again, two bindings each, spread evenly over tenants and DIDs. */
export async function fillLiveSessions(
  admin: pg.Client,
  tenants: readonly BenchTenant[],
  wanted: { bindings: number; dids: number },
): Promise<void> {
  const sessions = Math.floor(wanted.bindings / 2);
  const ids = tenants.map(({ id }) => id);
  const pools = tenants.map(({ poolId }) => poolId);
  for (let from = 1; from <= sessions; from += SESSIONS_AT_ONCE) {
    const to = Math.min(sessions, from + SESSIONS_AT_ONCE - 1);
    await inBulk(
      admin,
      `with s as (
         insert into sessions (tenant_id, id, livemode, pool_id, transaction_ref, direction, expires_at, cooling_seconds,
                               ring_timeout_seconds, max_call_seconds, metadata)
         select ($1::text[])[1 + n % cardinality($1)], 'ses_' || lpad(to_hex(n), 32, '0'), true,
                ($2::text[])[1 + n % cardinality($2)], 'filled-' || n, 'both', now() + interval '1 day', 86400, 30, 3600, '{}'
           from generate_series($3::integer, $4::integer) n
         returning tenant_id, id
       ), p as (
         select s.tenant_id, s.id, x.side, sha256((s.id || x.side)::bytea) as caller,
                'did_' || lpad(to_hex(1 + (hashtext(s.id)::bigint + 2147483648 + x.place) % $5::integer), 32, '0') as did_id
           from s, (values ('a', 0), ('b', 1)) as x (side, place)
       ), parties as (
         insert into session_parties (tenant_id, session_id, side, did_id)
         select tenant_id, id, side, did_id from p
       ), phones as (
         insert into session_phones (tenant_id, session_id, side, position, caller_index, sealed, key_version)
         select tenant_id, id, side, 1, caller, caller || '\\x00010203040506070809'::bytea, 1 from p
       )
       insert into bindings (tenant_id, did_id, caller_index, session_id, side, free_at)
       select tenant_id, did_id, caller, id, side, now() + interval '2 days' from p`,
      [ids, pools, from, to, wanted.dids],
    );
  }
}

/**
 * As autovacuum leaves tables some minutes after a load. An empty table is left alone: once analysed it looks as if it
 * stayed empty, and plans would scan it when it is full.
 */
export async function vacuumFilledTables(admin: pg.Client): Promise<void> {
  const { rows } = await admin.query(
    `select quote_ident(tablename) as name from pg_tables where schemaname = 'public'`,
  );
  for (const { name } of rows) {
    const { rowCount } = await admin.query(`select from ${name} limit 1`);
    if (rowCount === 1) await admin.query(`vacuum analyze ${name}`);
  }
  await admin.query('checkpoint'); // or the first round would share the disk with it
}
