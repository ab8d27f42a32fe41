import type { Db } from '../../db/database.ts';
import type { SessionsRow } from '../../generated/tables.ts';
import type { Id, Owner, TenantId } from '../../kernel/ids.ts';
import type { Side } from './binding-store.ts';

export type Direction = SessionsRow['direction'];
/** `expired` is never stored: an active session becomes it when its time comes. */
export type SessionStatus = SessionsRow['status'] | 'expired';

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
  cooling_seconds: number;
  ring_timeout_seconds: number;
  max_call_seconds: number;
  metadata: Record<string, string>;
  created_at: Date;
  updated_at: Date;
  a_role: string | null;
  a_number: string;
  a_sealed: Buffer;
  a_key_version: number;
  b_role: string | null;
  b_number: string;
  b_sealed: Buffer;
  b_key_version: number;
};

const STATUS = `case when s.status = 'active' and s.expires_at <= now() then 'expired' else s.status end`;

const SELECT = `select s.id, s.livemode, pool.name as pool, s.transaction_ref, ${STATUS} as status, s.direction,
    s.expires_at, s.ended_at, s.cooling_seconds, s.ring_timeout_seconds, s.max_call_seconds, s.metadata,
    s.created_at, s.updated_at,
    a.role as a_role, da.e164 as a_number, fa.sealed as a_sealed, fa.key_version as a_key_version,
    b.role as b_role, db.e164 as b_number, fb.sealed as b_sealed, fb.key_version as b_key_version
  from sessions s
  join pools pool on pool.tenant_id = s.tenant_id and pool.id = s.pool_id
  join session_parties a on a.tenant_id = s.tenant_id and a.session_id = s.id and a.side = 'a'
  join dids da on da.tenant_id = s.tenant_id and da.id = a.did_id
  join session_phones fa on fa.tenant_id = s.tenant_id and fa.session_id = s.id and fa.side = 'a' and fa.removed_at is null
  join session_parties b on b.tenant_id = s.tenant_id and b.session_id = s.id and b.side = 'b'
  join dids db on db.tenant_id = s.tenant_id and db.id = b.did_id
  join session_phones fb on fb.tenant_id = s.tenant_id and fb.session_id = s.id and fb.side = 'b' and fb.removed_at is null`;

export type NewSession = {
  id: Id<'ses'>;
  poolId: string;
  transactionRef: string | null;
  direction: Direction;
  expiresInSeconds: number;
  coolingSeconds: number;
  ringTimeoutSeconds: number;
  maxCallSeconds: number;
  metadata: Record<string, string>;
};

export async function insertSession(db: Db, owner: Owner, session: NewSession): Promise<void> {
  await db.rows(
    `insert into sessions (tenant_id, id, livemode, pool_id, transaction_ref, direction, expires_at, cooling_seconds,
                           ring_timeout_seconds, max_call_seconds, metadata)
     values ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7), $8, $9, $10, $11)`,
    [
      owner.tenantId,
      session.id,
      owner.livemode,
      session.poolId,
      session.transactionRef,
      session.direction,
      session.expiresInSeconds,
      session.coolingSeconds,
      session.ringTimeoutSeconds,
      session.maxCallSeconds,
      JSON.stringify(session.metadata),
    ],
  );
}

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
    limit: number;
    startingAfter: string | null;
  },
): Promise<SessionRow[]> {
  return db.rows<SessionRow>(
    `${SELECT} where s.tenant_id = $1 and s.livemode = $2 and ($3::text is null or ${STATUS} = $3)
        and ($4::text is null or s.transaction_ref = $4) and ($6::text is null or s.id < $6)
      order by s.id desc limit $5`,
    [
      owner.tenantId,
      owner.livemode,
      filter.status,
      filter.transactionRef,
      filter.limit,
      filter.startingAfter,
    ],
  );
}

/** Nobody else changes the session until this transaction is over. Its status by Postgres' clock, or null: not there. */
export async function lockSession(db: Db, owner: Owner, id: string): Promise<SessionStatus | null> {
  const [row] = await db.rows<{ status: SessionStatus }>(
    `select ${STATUS} as status from sessions s
      where s.tenant_id = $1 and s.livemode = $2 and s.id = $3 for no key update`,
    [owner.tenantId, owner.livemode, id],
  );
  return row?.status ?? null;
}

export type SessionChange = {
  expiresInSeconds: number | null;
  direction: Direction | null;
  ringTimeoutSeconds: number | null;
  maxCallSeconds: number | null;
  metadata: Record<string, string> | null;
};

/** Null fields stay. A new expiry moves the end of the cooling time of every live binding with it. */
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
              metadata = coalesce($7, metadata), updated_at = now()
        where tenant_id = $1 and id = $2
       returning expires_at, cooling_seconds
     )
     update bindings b set free_at = changed.expires_at + make_interval(secs => changed.cooling_seconds)
       from changed where b.tenant_id = $1 and b.session_id = $2 and b.released_at is null and $3::integer is not null`,
    [
      tenantId,
      id,
      change.expiresInSeconds,
      change.direction,
      change.ringTimeoutSeconds,
      change.maxCallSeconds,
      change.metadata === null ? null : JSON.stringify(change.metadata),
    ],
  );
}

export async function updateRole(
  db: Db,
  tenantId: TenantId,
  id: string,
  side: Side,
  role: string,
): Promise<void> {
  await db.rows(
    'update session_parties set role = $4 where tenant_id = $1 and session_id = $2 and side = $3',
    [tenantId, id, side, role],
  );
}

/** Which caller each party has now. */
export async function findCallers(db: Db, tenantId: TenantId, id: string): Promise<Record<Side, Buffer>> {
  const rows = await db.rows<{ side: Side; caller_index: Buffer }>(
    `select side, caller_index from session_phones where tenant_id = $1 and session_id = $2 and removed_at is null`,
    [tenantId, id],
  );
  const of = (side: Side): Buffer => {
    const row = rows.find((phone) => phone.side === side);
    if (row === undefined) throw new Error('a session lacks a phone');
    return row.caller_index;
  };
  return { a: of('a'), b: of('b') };
}

export async function replacePhone(
  db: Db,
  tenantId: TenantId,
  id: string,
  side: Side,
  phone: { caller: Buffer; sealed: Buffer; keyVersion: number },
): Promise<void> {
  await db.rows(
    `update session_phones set removed_at = now()
      where tenant_id = $1 and session_id = $2 and side = $3 and removed_at is null`,
    [tenantId, id, side],
  );
  await db.rows(
    `insert into session_phones (tenant_id, session_id, side, caller_index, sealed, key_version)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (tenant_id, session_id, side, caller_index) do update
        set removed_at = null, sealed = excluded.sealed, key_version = excluded.key_version`,
    [tenantId, id, side, phone.caller, phone.sealed, phone.keyVersion],
  );
}

/**
 * Ends a session, once. Its bindings cool from the moment on which it was off: now, or its expiry if that came first.
 */
export async function endSession(db: Db, owner: Owner, id: string): Promise<void> {
  await db.rows(
    `with over as (
       update sessions set status = 'ended', ended_at = now(), updated_at = now()
        where tenant_id = $1 and livemode = $2 and id = $3 and status = 'active'
       returning id, least(now(), expires_at) as off_at, cooling_seconds
     )
     update bindings b
        set released_at = over.off_at, free_at = over.off_at + make_interval(secs => over.cooling_seconds)
       from over where b.tenant_id = $1 and b.session_id = over.id and b.released_at is null`,
    [owner.tenantId, owner.livemode, id],
  );
}
