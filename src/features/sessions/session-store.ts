import type { Db } from '../../db/database.ts';
import type { Id, Owner, TenantId } from '../../kernel/ids.ts';
import type { Direction, SessionStatus, Side } from './session.ts';

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
  sliding_seconds: number | null;
  max_calls: number | null;
  calls_made: number;
  end_after_first_call: boolean;
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

const STATUS = `case when s.status = 'active' and s.expires_at <= now() then 'expired' else s.status end`;

const SELECT = `select s.id, s.livemode, pool.name as pool, s.transaction_ref, ${STATUS} as status, s.direction,
    s.expires_at, s.ended_at, s.cooling_seconds, s.ring_timeout_seconds, s.max_call_seconds, s.sliding_seconds,
    s.max_calls, s.calls_made, s.end_after_first_call, s.metadata, s.created_at, s.updated_at, a.role as a_role, da.e164 as a_number, b.role as b_role, db.e164 as b_number,
    (select jsonb_agg(jsonb_build_object('side', f.side, 'sealed', encode(f.sealed, 'base64'),
                                         'key_version', f.key_version) order by f.side, f.position)
       from session_phones f
      where f.tenant_id = s.tenant_id and f.session_id = s.id and f.removed_at is null) as phones
  from sessions s
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

/** The callers that each party has now, in the order in which they are tried. */
export async function findCallers(db: Db, tenantId: TenantId, id: string): Promise<Record<Side, Buffer[]>> {
  const rows = await db.rows<{ side: Side; caller_index: Buffer }>(
    `select side, caller_index from session_phones
      where tenant_id = $1 and session_id = $2 and removed_at is null order by side, position`,
    [tenantId, id],
  );
  const of = (side: Side) => rows.filter((row) => row.side === side).map((row) => row.caller_index);
  return { a: of('a'), b: of('b') };
}

/** From now on a party has these phones and no others, in this order. */
export async function setPhones(
  db: Db,
  tenantId: TenantId,
  id: string,
  side: Side,
  phones: readonly { caller: Buffer; sealed: Buffer; keyVersion: number }[],
): Promise<void> {
  const callers = phones.map((phone) => phone.caller);
  await db.rows(
    `update session_phones set removed_at = now()
      where tenant_id = $1 and session_id = $2 and side = $3 and removed_at is null and caller_index <> all ($4)`,
    [tenantId, id, side, callers],
  );
  await db.rows(
    `insert into session_phones (tenant_id, session_id, side, position, caller_index, sealed, key_version)
     select $1, $2, $3, x.place, x.caller, x.sealed, x.version
       from unnest($4::bytea[], $5::bytea[], $6::integer[]) with ordinality as x (caller, sealed, version, place)
     on conflict (tenant_id, session_id, side, caller_index) do update
        set removed_at = null, position = excluded.position, sealed = excluded.sealed,
            key_version = excluded.key_version`,
    [
      tenantId,
      id,
      side,
      callers,
      phones.map((phone) => phone.sealed),
      phones.map((phone) => phone.keyVersion),
    ],
  );
}

/** Ends a session, once; its bindings cool from the moment on which it was off. */
export async function endSession(db: Db, owner: Owner, id: string): Promise<void> {
  await db.rows(
    `select end_session($1, s.id) from sessions s where s.tenant_id = $1 and s.livemode = $2 and s.id = $3`,
    [owner.tenantId, owner.livemode, id],
  );
}

/**
 * Opens a session that is over again, for the caller who has locked it: false, and nothing done, when a binding of one of
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
          set status = 'active', ended_at = null, expires_at = now() + make_interval(secs => $3), updated_at = now()
        where s.tenant_id = $1 and s.id = $2
          and (select count(*) from mine) = (select count(*) from session_phones f
                where f.tenant_id = $1 and f.session_id = $2 and f.removed_at is null)
       returning s.expires_at, s.cooling_seconds
     )
     update bindings b
        set released_at = null, free_at = opened.expires_at + make_interval(secs => opened.cooling_seconds)
       from opened, mine
      where b.tenant_id = $1 and b.did_id = mine.did_id and b.caller_index = mine.caller_index
     returning 1`,
    [tenantId, id, expiresInSeconds],
  );
  return done.length > 0;
}
