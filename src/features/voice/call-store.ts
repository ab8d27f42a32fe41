import type { Db } from '../../db/database.ts';
import type { CallLegsRow, CallsRow } from '../../generated/tables.ts';
import type { Id, Owner, TenantId } from '../../kernel/ids.ts';
import type { CallFact } from './call-fact.ts';
import type { Hangup } from './call-legs.ts';
import type { RouteDecision, RouteReason, RouteStep, Side } from './route-kinds.ts';

export type CallStatus = CallsRow['status'];

export type CallRow = {
  id: Id<'call'>;
  livemode: boolean;
  /** outbound: placed by us, at the tenant's wish. */
  direction: CallsRow['direction'];
  provider_call_id: string;
  session_id: string | null;
  did: string;
  caller_side: Side | null;
  decision: RouteDecision;
  reason: RouteReason;
  status: CallStatus;
  connected: boolean;
  duration_seconds: number | null;
  hangup_cause: string | null;
  hangup_reason: Hangup['reason'] | null;
  hangup_code: number | null;
  hangup_source: string | null;
  has_recording: boolean;
  rating: number | null;
  confirmed_by: CallsRow['confirmed_by'];
  trace: RouteStep[];
  started_at: Date;
  answered_at: Date | null;
  ended_at: Date | null;
};

const SELECT = `select c.id, c.livemode, c.direction, c.provider_call_id, c.session_id, d.e164 as did, c.caller_side, c.decision, c.reason, c.status,
    c.connected, c.duration_seconds, c.hangup_cause, c.hangup_reason, c.hangup_code, c.hangup_source, c.has_recording, c.rating,
    c.confirmed_by, c.trace, c.started_at, c.answered_at, c.ended_at
  from calls c join dids d on d.tenant_id = c.tenant_id and d.id = c.did_id`;

export async function findCall(db: Db, owner: Owner, id: string): Promise<CallRow | null> {
  const [row] = await db.rows<CallRow>(`${SELECT} where c.tenant_id = $1 and c.livemode = $2 and c.id = $3`, [
    owner.tenantId,
    owner.livemode,
    id,
  ]);
  return row ?? null;
}

/** Null: whatever it is. */
export type CallFilter = {
  session: string | null;
  /** Its id, or its number. */
  did: string | null;
  status: CallStatus | null;
  callerParty: Side | null;
  /** This moment included, RFC 3339. */
  startedFrom: string | null;
  /** This moment not included. */
  startedTo: string | null;
};

/** An id is made some milliseconds before its call is kept, by another clock. */
const CLOCKS_APART = '1 hour';

/** The bounds of the ids say nothing new: with them the index is read from and to where they are. */
export async function listCalls(
  db: Db,
  owner: Owner,
  filter: CallFilter & { limit: number; startingAfter: string | null },
): Promise<CallRow[]> {
  return db.rows<CallRow>(
    `${SELECT} where c.tenant_id = $1 and c.livemode = $2 and ($3::text is null or c.session_id = $3)
        and ($5::text is null or c.id < $5)
        and ($6::text is null or d.id = $6 or d.e164 = $6) and ($7::text is null or c.status = $7)
        and ($8::text is null or c.caller_side = $8)
        and ($9::timestamptz is null or (c.started_at >= $9 and c.id >= 'call_' || lpad(to_hex(
              (extract(epoch from $9::timestamptz - interval '${CLOCKS_APART}') * 1000)::bigint), 12, '0')))
        and ($10::timestamptz is null or (c.started_at < $10 and c.id < 'call_' || lpad(to_hex(
              (extract(epoch from $10::timestamptz + interval '${CLOCKS_APART}') * 1000)::bigint), 12, '0')))
      order by c.id desc limit $4`,
    [
      owner.tenantId,
      owner.livemode,
      filter.session,
      filter.limit,
      filter.startingAfter,
      filter.did,
      filter.status,
      filter.callerParty,
      filter.startedFrom,
      filter.startedTo,
    ],
  );
}

export type LegRow = Omit<CallLegsRow, 'tenant_id' | 'call_id' | 'number_index' | 'hangup_reason'> & {
  hangup_reason: Hangup['reason'] | null;
};

/** More than a call can ring. */
const MOST_LEGS = 100;

export async function listLegs(db: Db, owner: Owner, callId: string): Promise<LegRow[]> {
  return db.rows<LegRow>(
    `select leg_id, side, position, number_last4, started_at, answered_at, ended_at, duration_seconds, billed_seconds,
            hangup_reason, hangup_code, hangup_cause, hangup_name, hangup_source, cost, cost_micros, currency, confirmed_by
       from call_legs where tenant_id = $1 and call_id = $2 order by side, started_at nulls last, position, leg_id
      limit ${MOST_LEGS}`,
    [owner.tenantId, callId],
  );
}

/** `fact` is null for events of a time when none was kept. */
export type StoryRow = { received_at: Date; kind: string; fact: CallFact | null };

/** A call of an hour with all that may happen in it has some dozens. */
const MOST_EVENTS = 200;

/** What was heard of a call, in the order in which it came. */
export async function listCallEvents(db: Db, owner: Owner, callId: string): Promise<StoryRow[]> {
  return db.rows<StoryRow>(
    `select received_at, kind, facts as fact from call_events
      where tenant_id = $1 and call_id = $2 order by received_at, event_key limit ${MOST_EVENTS}`,
    [owner.tenantId, callId],
  );
}

/** An event as it is kept: its identity, and its payload sealed with the tenant's key. */
export type StoredEvent = {
  tenantId: TenantId;
  accountId: string;
  nonces: readonly string[];
  key: string;
  sealedPayload: Buffer;
  keyVersion: number;
};

export type NewCall = {
  id: Id<'call'>;
  livemode: boolean;
  provider_call_id: string;
  did_id: string;
  session_id: string | null;
  caller_side: Side | null;
  decision: RouteDecision;
  reason: RouteReason;
  trace: readonly RouteStep[];
  /** The stage after the end in which the decision was taken; null for any other phase of the session. */
  stage: number | null;
  fact: CallFact;
};
export type SealedCaller = { index: Buffer; sealed: Buffer };

export type AnswerRecord =
  /**
   * `stands`: false when nobody is connected after all, since the session was not in the same phase any more. `isLate`: events
   * of the call came before it, and its state is to be computed from them.
   */
  | { outcome: 'recorded'; callId: string; stands: boolean; isLate: boolean }
  /** The call has ended before: a late repeat. */
  | { outcome: 'over' }
  /** A nonce was used before; nothing is written. */
  | { outcome: 'replayed' };

/** Keeps a call with the decision that it gets. Committed when it returns. */
export async function recordAnswer(
  db: Db,
  event: StoredEvent,
  call: NewCall,
  caller: SealedCaller | null,
): Promise<AnswerRecord> {
  const [row] = await db.rows<{
    outcome: AnswerRecord['outcome'] | 'late';
    call_id: string | null;
    stands: boolean;
  }>(
    `select * from ${isOfSupport(call) ? 'record_forward' : 'record_answer'}($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      event.tenantId,
      event.accountId,
      event.nonces,
      event.key,
      event.sealedPayload,
      event.keyVersion,
      JSON.stringify(call),
      caller?.index ?? null,
      caller?.sealed ?? null,
    ],
  );
  if (row === undefined) throw new Error('record_answer gave no row');
  const isLate = row.outcome === 'late';
  if ((isLate || row.outcome === 'recorded') && row.call_id !== null) {
    return { outcome: 'recorded', callId: row.call_id, stands: row.stands, isLate };
  }
  return { outcome: row.outcome === 'replayed' ? 'replayed' : 'over' };
}

/** What is forwarded without a session goes to the tenant's support number: no session can be over for it. */
function isOfSupport(call: NewCall): boolean {
  return call.decision === 'forward' && call.session_id === null;
}

/** For an event that is not kept. False when one of them was used before. */
export async function burnNonces(db: Db, accountId: string, nonces: readonly string[]): Promise<boolean> {
  const [row] = await db.rows<{ fresh: boolean }>('select burn_nonces($1, $2) as fresh', [accountId, nonces]);
  return row?.fresh === true;
}

/**
 * A signature has no date, so a forgotten nonce could be used again with it. By then its call is long over, and over calls
 * are not bridged again; the secret in the URL has to be known all the same.
 */
const NONCE_DAYS = 90;

export async function forgetNonces(db: Db, most: number): Promise<number> {
  const gone = await db.rows(
    `delete from webhook_nonces where ctid = any (array(
       select ctid from webhook_nonces where seen_at < now() - make_interval(days => $1) limit $2))
     returning 1`,
    [NONCE_DAYS, most],
  );
  return gone.length;
}
