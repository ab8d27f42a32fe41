import type { Db } from '../../db/database.ts';
import type { Id, Owner, TenantId } from '../../kernel/ids.ts';
import type { E164 } from '../../kernel/phone.ts';
import type { Route, Side } from './route-kinds.ts';
import type { SealedNumber } from './route-store.ts';

/** What a call to a party needs: the number that it knows the other one by, and its first phone. */
export type PlacingFacts = {
  sessionId: string;
  did: E164;
  didId: string;
  accountId: string;
  callerIndex: Buffer;
  /** The calls that the session allows are used up. */
  isUsedUp: boolean;
};

/** Locks the session until the transaction is over, so that calls do not pass its limit side by side. */
export async function lockPlacing(
  db: Db,
  owner: Owner,
  sessionId: string,
  side: Side,
): Promise<PlacingFacts | null> {
  const [row] = await db.rows<PlacingFacts>(
    `select s.id as "sessionId", d.e164 as did, d.id as "didId", d.provider_account_id as "accountId",
            f.caller_index as "callerIndex", coalesce(s.calls_made >= s.max_calls, false) as "isUsedUp"
       from sessions s
       join session_parties p on p.tenant_id = s.tenant_id and p.session_id = s.id and p.side = $4
       join dids d on d.tenant_id = s.tenant_id and d.id = p.did_id
       join lateral (select f.caller_index from session_phones f
                      where f.tenant_id = s.tenant_id and f.session_id = s.id and f.side = $4 and f.removed_at is null
                      order by f.position limit 1) f on true
      where s.tenant_id = $1 and s.livemode = $2 and s.id = $3 for no key update of s`,
    [owner.tenantId, owner.livemode, sessionId, side],
  );
  return row ?? null;
}

/** What the provider needs to say how a call came to its end, after the longest that it may last. */
const RECORDS_AFTER_MINUTES = 10;

/** Keeps a call before anybody is rung, and counts it as every other: against the limit, and for a sliding expiry. */
export async function insertPlacedCall(
  db: Db,
  owner: Owner,
  call: { id: Id<'call'>; side: Side; facts: PlacingFacts; route: Route },
): Promise<void> {
  const { id, side, facts, route } = call;
  await db.rows(
    `with before as (
       select s.id, coalesce(s.ended_at is null and s.expires_at > now()
                             and now() + make_interval(secs => s.sliding_seconds) > s.expires_at, false) as slides
         from sessions s where s.tenant_id = $1 and s.id = $4::text
     ), counted as (
       update sessions s
          set calls_made = s.calls_made + 1,
              expires_at = case when before.slides then now() + make_interval(secs => s.sliding_seconds) else s.expires_at end
         from before where s.tenant_id = $1 and s.id = before.id
       returning s.ring_timeout_seconds, s.max_call_seconds, before.slides,
                 s.expires_at + make_interval(secs => s.grace_seconds + s.cooling_seconds) as free_at
     ), kept as (
       update bindings b set free_at = counted.free_at from counted
        where b.tenant_id = $1 and b.session_id = $4::text and b.released_at is null and counted.slides
     )
     insert into calls (tenant_id, id, livemode, provider_account_id, provider_call_id, did_id, session_id, caller_side,
                        caller_index, decision, reason, trace, status, counted_for, settle_at, direction, placement)
     select $1, $2::text, $3, $5, 'unplaced-' || $2::text, $6, $4::text, $7, $8, $9, $10, $11, 'ringing', array[$4::text],
            now() + make_interval(mins => ${RECORDS_AFTER_MINUTES},
                                  secs => 2 * counted.ring_timeout_seconds + counted.max_call_seconds), 'outbound', 'waiting'
       from counted`,
    [
      owner.tenantId,
      id,
      owner.livemode,
      facts.sessionId,
      facts.accountId,
      facts.didId,
      side,
      facts.callerIndex,
      route.decision,
      route.reason,
      JSON.stringify(route.trace),
    ],
  );
}

/** A call that is to be placed now. */
export type PlacingCall = {
  accountId: string;
  did: E164;
  sessionId: string;
  side: Side;
  ringSeconds: number;
  maxCallSeconds: number;
  ageSeconds: number;
  /** Nobody wants it any more, or the session connects nobody now. */
  isUnwanted: boolean;
  /** Null when the party has let go of the phone meanwhile. */
  phone: SealedNumber | null;
};

/** From here on nobody else places this call: whether it rang is not known until something says so. Null: it is not to be placed. */
export async function claimPlacing(db: Db, tenantId: TenantId, callId: string): Promise<PlacingCall | null> {
  const [row] = await db.rows<
    Omit<PlacingCall, 'phone'> & { sealed: Buffer | null; keyVersion: number | null }
  >(
    `with mine as (
       update calls c set placement = 'asked'
        where c.tenant_id = $1 and c.id = $2 and c.placement = 'waiting' and c.ended_at is null
       returning c.*
     )
     select c.provider_account_id as "accountId", d.e164 as did, c.session_id as "sessionId", c.caller_side as side,
            s.ring_timeout_seconds as "ringSeconds", s.max_call_seconds as "maxCallSeconds",
            extract(epoch from now() - c.started_at)::double precision as "ageSeconds",
            c.hangup_requested_at is not null or phase.status not in ('active', 'grace') as "isUnwanted",
            f.sealed, f.key_version as "keyVersion"
       from mine c
       join sessions s on s.tenant_id = $1 and s.id = c.session_id
      cross join lateral session_phase(s.ended_at, s.expires_at, s.after_end, now()) phase
       join dids d on d.tenant_id = $1 and d.id = c.did_id
       left join session_phones f on f.tenant_id = $1 and f.session_id = s.id and f.side = c.caller_side
        and f.caller_index = c.caller_index and f.removed_at is null`,
    [tenantId, callId],
  );
  if (row === undefined) return null;
  const { sealed, keyVersion, ...call } = row;
  return { ...call, phone: sealed === null || keyVersion === null ? null : { sealed, keyVersion } };
}

/** The provider said surely that it did not place it: it may be asked once more. */
export async function releasePlacing(db: Db, tenantId: TenantId, callId: string): Promise<void> {
  await db.rows(
    `update calls set placement = 'waiting' where tenant_id = $1 and id = $2 and placement = 'asked' and ended_at is null`,
    [tenantId, callId],
  );
}

/** It was not placed, or nobody knows: there are no records to be read of it. False when it was placed after all. */
export async function giveUpPlacing(db: Db, tenantId: TenantId, callId: string): Promise<boolean> {
  const rows = await db.rows(
    `update calls set placement = 'not_placed', settle_at = null
      where tenant_id = $1 and id = $2 and placement in ('waiting', 'asked') returning 1`,
    [tenantId, callId],
  );
  return rows.length > 0;
}

/** The provider has named a call that we placed. Safe to repeat. */
export async function namePlacedCall(
  db: Db,
  tenantId: TenantId,
  accountId: string,
  callId: string,
  providerCallId: string,
): Promise<void> {
  await db.rows('select name_placed_call($1, $2, $3, $4)', [tenantId, accountId, callId, providerCallId]);
}
