import type { Db } from '../../db/database.ts';
import type { Id, Owner, TenantId } from '../../kernel/ids.ts';
import { graceSecondsOf, type StoredStage } from './after-end.ts';
import type { Allocation, Direction, Session, SessionStatus, Side } from './session.ts';

export type SessionRow = {
  id: Id<'ses'>;
  livemode: boolean;
  pool: string;
  transaction_ref: string | null;
  /** By Postgres' clock. */
  status: SessionStatus;
  direction: Direction;
  expires_at: Date;
  ended_at: Date | null;
  after_end: StoredStage[];
  /** Empty for sessions of the time before it was kept. */
  allocation: Partial<Allocation>;
  grace_ends_at: Date | null;
  cooling_seconds: number;
  ring_timeout_seconds: number;
  max_call_seconds: number;
  sliding_seconds: number | null;
  max_calls: number | null;
  calls_made: number;
  end_after_first_call: boolean;
  pin_enabled: boolean;
  listing_id: string | null;
  voice: Session['voice'];
  metadata: Record<string, string>;
  created_at: Date;
  updated_at: Date;
  a_role: string | null;
  a_number: string;
  b_role: string | null;
  b_number: string;
  /** Of both sides, in the order in which they are tried; sealed is base64. */
  phones: { side: Side; sealed: string; key_version: number }[];
};

const PHASE = 'session_phase(s.ended_at, s.expires_at, s.after_end, now())';

const SELECT = `select s.id, s.livemode, pool.name as pool, s.transaction_ref, phase.status, s.direction, s.expires_at,
    s.ended_at, s.after_end, s.allocation, phase.grace_ends_at, s.cooling_seconds, s.ring_timeout_seconds, s.max_call_seconds,
    s.sliding_seconds, s.max_calls, s.calls_made, s.end_after_first_call, s.voice, s.pin_enabled, s.listing_id, s.metadata, s.created_at, s.updated_at,
    a.role as a_role, da.e164 as a_number, b.role as b_role, db.e164 as b_number,
    (select jsonb_agg(jsonb_build_object('side', f.side, 'sealed', encode(f.sealed, 'base64'),
                                         'key_version', f.key_version) order by f.side, f.position)
       from session_phones f
      where f.tenant_id = s.tenant_id and f.session_id = s.id and f.removed_at is null) as phones
  from sessions s
 cross join lateral ${PHASE} phase
  join pools pool on pool.tenant_id = s.tenant_id and pool.id = s.pool_id
  join session_parties a on a.tenant_id = s.tenant_id and a.session_id = s.id and a.side = 'a'
  join dids da on da.tenant_id = s.tenant_id and da.id = a.did_id
  join session_parties b on b.tenant_id = s.tenant_id and b.session_id = s.id and b.side = 'b'
  join dids db on db.tenant_id = s.tenant_id and db.id = b.did_id`;

export async function findSession(db: Db, owner: Owner, id: string): Promise<SessionRow | null> {
  const [row] = await db.rows<SessionRow>(
    `${SELECT} where s.tenant_id = $1 and s.livemode = $2 and s.id = $3`,
    [owner.tenantId, owner.livemode, id],
  );
  return row ?? null;
}

export async function listSessions(
  db: Db,
  owner: Owner,
  filter: {
    status: SessionStatus | null;
    transactionRef: string | null;
    listing: string | null;
    limit: number;
    startingAfter: string | null;
  },
): Promise<SessionRow[]> {
  return db.rows<SessionRow>(
    `${SELECT} where s.tenant_id = $1 and s.livemode = $2 and ($3::text is null or phase.status = $3)
        and ($4::text is null or s.transaction_ref = $4) and ($6::text is null or s.id < $6)
        and ($7::text is null or s.listing_id = $7)
      order by s.id desc limit $5`,
    [
      owner.tenantId,
      owner.livemode,
      filter.status,
      filter.transactionRef,
      filter.limit,
      filter.startingAfter,
      filter.listing,
    ],
  );
}

/** Nobody else changes the session until this transaction is over. Its status by Postgres' clock, or null: not there. */
export async function lockSession(db: Db, owner: Owner, id: string): Promise<SessionStatus | null> {
  const [row] = await db.rows<{ status: SessionStatus }>(
    // Not joined: when the row was waited for, only what is selected is worked out again from its new version.
    `select (select phase.status from ${PHASE} phase) as status from sessions s
      where s.tenant_id = $1 and s.livemode = $2 and s.id = $3 for no key update`,
    [owner.tenantId, owner.livemode, id],
  );
  return row?.status ?? null;
}

/** The pool of a session that is there. */
export async function findPoolId(db: Db, tenantId: TenantId, id: string): Promise<string> {
  const [row] = await db.rows<{ pool_id: string }>(
    'select pool_id from sessions where tenant_id = $1 and id = $2',
    [tenantId, id],
  );
  if (row === undefined) throw new Error('the session is not there');
  return row.pool_id;
}

export type SessionChange = {
  expiresInSeconds: number | null;
  direction: Direction | null;
  ringTimeoutSeconds: number | null;
  maxCallSeconds: number | null;
  afterEnd: readonly StoredStage[] | null;
  metadata: Record<string, string> | null;
  voice: Session['voice'] | null;
};

/** Null fields stay. A new expiry, or other stages, move the end of the cooling time of every live binding. */
export async function updateSession(
  db: Db,
  tenantId: TenantId,
  id: string,
  change: SessionChange,
): Promise<void> {
  await db.rows(
    `with changed as (
       update sessions
          set expires_at = coalesce(now() + make_interval(secs => $3), expires_at),
              direction = coalesce($4, direction),
              ring_timeout_seconds = coalesce($5, ring_timeout_seconds),
              max_call_seconds = coalesce($6, max_call_seconds),
              metadata = coalesce($7, metadata), after_end = coalesce($8, after_end),
              grace_seconds = coalesce($9, grace_seconds), voice = coalesce($10, voice), updated_at = now()
        where tenant_id = $1 and id = $2
       returning expires_at + make_interval(secs => grace_seconds + cooling_seconds) as free_at
     )
     update bindings b set free_at = changed.free_at
       from changed where b.tenant_id = $1 and b.session_id = $2 and b.released_at is null
        and ($3::integer is not null or $9::integer is not null)`,
    [
      tenantId,
      id,
      change.expiresInSeconds,
      change.direction,
      change.ringTimeoutSeconds,
      change.maxCallSeconds,
      change.metadata === null ? null : JSON.stringify(change.metadata),
      change.afterEnd === null ? null : JSON.stringify(change.afterEnd),
      change.afterEnd === null ? null : graceSecondsOf(change.afterEnd),
      change.voice === null ? null : JSON.stringify(change.voice),
    ],
  );
}

/** Ends a session, once; its stages begin, or, `immediately`, it has none any more and is over. Its bindings cool after that. */
export async function endSession(db: Db, owner: Owner, id: string, immediately: boolean): Promise<void> {
  await db.rows(
    `select end_session($1, s.id, $4) from sessions s where s.tenant_id = $1 and s.livemode = $2 and s.id = $3`,
    [owner.tenantId, owner.livemode, id, immediately],
  );
}

/**
 * Opens a session that is over, or in grace, again, for the caller who has locked it: false, and nothing done, when a binding of one of
 * its phones is gone. While it cools nobody else can have got it; afterwards its DIDs may be with others.
 */
export async function reopenSession(
  db: Db,
  tenantId: TenantId,
  id: string,
  expiresInSeconds: number,
): Promise<boolean> {
  const done = await db.rows(
    `with mine as (
       select b.did_id, b.caller_index from session_phones f
         join session_parties p on p.tenant_id = $1 and p.session_id = $2 and p.side = f.side
         join bindings b on b.tenant_id = $1 and b.did_id = p.did_id and b.caller_index = f.caller_index
          and b.session_id = $2 and b.free_at > now()
        where f.tenant_id = $1 and f.session_id = $2 and f.removed_at is null
        order by b.did_id, b.caller_index for update of b
     ), opened as (
       update sessions s
          set status = 'active', ended_at = null, expires_at = now() + make_interval(secs => $3), updated_at = now(), told = 0,
              grace_seconds = case when s.after_end = '[]' then 0 else s.grace_seconds end
        where s.tenant_id = $1 and s.id = $2
          and (select count(*) from mine) = (select count(*) from session_phones f
                where f.tenant_id = $1 and f.session_id = $2 and f.removed_at is null)
       returning s.expires_at + make_interval(secs => s.grace_seconds + s.cooling_seconds) as free_at
     )
     update bindings b set released_at = null, free_at = opened.free_at
       from opened, mine
      where b.tenant_id = $1 and b.did_id = mine.did_id and b.caller_index = mine.caller_index
     returning 1`,
    [tenantId, id, expiresInSeconds],
  );
  return done.length > 0;
}
