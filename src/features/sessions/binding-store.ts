import type { Db } from '../../db/database.ts';
import type { BindingsRow } from '../../generated/tables.ts';
import type { TenantId } from '../../kernel/ids.ts';
import type { Candidate, Holdings } from './pair-choice.ts';

export type Side = BindingsRow['side'];

/** `start`: a random number from 0 to 1, where in the pool the search for DIDs that the caller never had begins. */
export async function findCandidates(
  db: Db,
  tenantId: TenantId,
  poolId: string,
  caller: Buffer,
  start: number,
): Promise<Candidate[]> {
  const rows = await db.rows<{ did_id: string; e164: string; released_at: Date | null }>(
    'select * from allocation_candidates($1, $2, $3, $4)',
    [tenantId, poolId, caller, start],
  );
  return rows.map((row) => ({ didId: row.did_id, e164: row.e164, releasedAt: row.released_at }));
}

export type PartyClaim = {
  didId: string;
  caller: Buffer;
  sealedPhone: Buffer;
  role: string | null;
};

/**
 * Claims both bindings of a session and writes its parties, or nothing: false when another session holds one of the two,
 * or a DID has begun to retire. The constraint decides; a tombstone whose time is over counts as free.
 * Rows are taken in one order by everybody, so that two claims cannot wait for each other.
 */
export async function claimPair(
  db: Db,
  tenantId: TenantId,
  sessionId: string,
  keyVersion: number,
  a: PartyClaim,
  b: PartyClaim,
): Promise<boolean> {
  const [row] = await db.rows<{ complete: boolean }>(
    `with chosen (side, did_id, caller_index, sealed, role) as (
       values ('a', $3::text, $4::bytea, $5::bytea, $6::text), ('b', $7::text, $8::bytea, $9::bytea, $10::text)
     ), usable as (
       select d.id from dids d where d.tenant_id = $1 and d.id in ($3, $7) and d.status = 'active'
        order by d.id for share
     ), claimed as (
       insert into bindings as held (tenant_id, did_id, caller_index, session_id, side, free_at)
       select $1, c.did_id, c.caller_index, s.id, c.side, s.expires_at + make_interval(secs => s.cooling_seconds)
         from chosen c join sessions s on s.tenant_id = $1 and s.id = $2
        where (select count(*) from usable) = 2
        order by c.did_id, c.caller_index
       on conflict (tenant_id, did_id, caller_index) do update
          set session_id = excluded.session_id, side = excluded.side, released_at = null, free_at = excluded.free_at
        where held.free_at <= now()
       returning 1
     ), outcome as (
       select count(*) = 2 as complete from claimed
     ), parties as (
       insert into session_parties (tenant_id, session_id, side, did_id, role)
       select $1, $2, c.side, c.did_id, c.role from chosen c, outcome where outcome.complete
     ), phones as (
       insert into session_phones (tenant_id, session_id, side, caller_index, sealed, key_version)
       select $1, $2, c.side, c.caller_index, c.sealed, $11 from chosen c, outcome where outcome.complete
     )
     select complete from outcome`,
    [
      tenantId,
      sessionId,
      a.didId,
      a.caller,
      a.sealedPhone,
      a.role,
      b.didId,
      b.caller,
      b.sealedPhone,
      b.role,
      keyVersion,
    ],
  );
  if (row?.complete === true) return true;
  await db.rows('delete from bindings where tenant_id = $1 and session_id = $2', [tenantId, sessionId]);
  return false;
}

/** Gives a party one more caller on its DID; false when that caller holds the DID for another session or side. */
export async function bindPhone(
  db: Db,
  tenantId: TenantId,
  sessionId: string,
  side: Side,
  caller: Buffer,
): Promise<boolean> {
  const made = await db.rows(
    `insert into bindings as held (tenant_id, did_id, caller_index, session_id, side, free_at)
     select $1, p.did_id, $4, s.id, p.side, s.expires_at + make_interval(secs => s.cooling_seconds)
       from sessions s join session_parties p on p.tenant_id = $1 and p.session_id = s.id and p.side = $3
      where s.tenant_id = $1 and s.id = $2
     on conflict (tenant_id, did_id, caller_index) do update
        set session_id = excluded.session_id, side = excluded.side, released_at = null, free_at = excluded.free_at
      where held.free_at <= now() or (held.session_id = excluded.session_id and held.side = excluded.side)
     returning 1`,
    [tenantId, sessionId, side, caller],
  );
  return made.length === 1;
}

/** One phone leaves a live session; its binding cools from now on. */
export async function releasePhone(
  db: Db,
  tenantId: TenantId,
  sessionId: string,
  side: Side,
  caller: Buffer,
): Promise<void> {
  await db.rows(
    `update bindings b set released_at = now(), free_at = now() + make_interval(secs => s.cooling_seconds)
       from sessions s
      where b.tenant_id = $1 and b.session_id = $2 and b.side = $3 and b.caller_index = $4 and b.released_at is null
        and s.tenant_id = $1 and s.id = $2`,
    [tenantId, sessionId, side, caller],
  );
}

/** For the refusal of an allocation: how full the pool is for these two callers. */
export async function findHoldings(
  db: Db,
  tenantId: TenantId,
  poolId: string,
  callers: { a: Buffer; b: Buffer },
): Promise<Holdings> {
  const [row] = await db.rows<Holdings>(
    `select count(*)::integer as "inPool",
            count(*) filter (where exists (select from bindings b where b.tenant_id = $1 and b.caller_index = $3
                                             and b.did_id = d.id and b.free_at > now()))::integer as "heldByA",
            count(*) filter (where exists (select from bindings b where b.tenant_id = $1 and b.caller_index = $4
                                             and b.did_id = d.id and b.free_at > now()))::integer as "heldByB"
       from dids d where d.tenant_id = $1 and d.pool_id = $2 and d.status = 'active'`,
    [tenantId, poolId, callers.a, callers.b],
  );
  if (row === undefined) throw new Error('a count gave no row');
  return row;
}

/** Deletes bindings whose cooling time is over, at most `most`, and remembers when each caller let go of each DID. */
export async function purgeBindings(db: Db, tenantId: TenantId, most: number): Promise<number> {
  const gone = await db.rows(
    `with due as (
       select did_id, caller_index from bindings where tenant_id = $1 and free_at <= now()
        order by did_id, caller_index limit $2 for update skip locked
     ), gone as (
       delete from bindings b using due
        where b.tenant_id = $1 and b.did_id = due.did_id and b.caller_index = due.caller_index
       returning b.did_id, b.caller_index, coalesce(b.released_at, b.free_at) as released_at
     )
     insert into caller_history (tenant_id, caller_index, did_id, released_at)
     select $1, caller_index, did_id, released_at from gone
     on conflict (tenant_id, caller_index, did_id) do update set released_at = excluded.released_at
     returning 1`,
    [tenantId, most],
  );
  return gone.length;
}

/** Older memories than this change no choice any more: every DID of the pool was used since, or it is idle. */
const HISTORY_DAYS = 90;

export async function forgetHistory(db: Db, tenantId: TenantId, most: number): Promise<number> {
  const gone = await db.rows(
    `delete from caller_history where ctid = any (array(
       select ctid from caller_history
        where tenant_id = $1 and released_at < now() - make_interval(days => $2) limit $3))
     returning 1`,
    [tenantId, HISTORY_DAYS, most],
  );
  return gone.length;
}
