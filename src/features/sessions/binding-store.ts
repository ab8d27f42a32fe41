import type { Db } from '../../db/database.ts';
import type { TenantId } from '../../kernel/ids.ts';
import type { Side } from './session.ts';

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
     select $1, p.did_id, $4, s.id, p.side, s.expires_at + make_interval(secs => s.grace_seconds + s.cooling_seconds)
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

/** Two people who had nothing to do with each other for so long have no old numbers. */
export async function forgetPairs(db: Db, tenantId: TenantId, most: number): Promise<number> {
  const gone = await db.rows(
    `delete from pair_history where ctid = any (array(
       select ctid from pair_history
        where tenant_id = $1 and used_at < now() - make_interval(days => $2) limit $3))
     returning 1`,
    [tenantId, HISTORY_DAYS, most],
  );
  return gone.length;
}
