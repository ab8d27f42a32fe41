import type { Db } from '../../db/database.ts';
import type { CallsRow } from '../../generated/tables.ts';
import type { Id, Owner, TenantId } from '../../kernel/ids.ts';
import type { CallFact } from './call-fact.ts';
import type { RouteDecision, RouteReason, RouteStep, Side } from './route.ts';

export type CallStatus = CallsRow['status'];

export type CallRow = {
  id: Id<'call'>;
  livemode: boolean;
  session_id: string | null;
  did: string;
  caller_side: Side | null;
  decision: RouteDecision;
  reason: RouteReason;
  status: CallStatus;
  duration_seconds: number | null;
  hangup_cause: string | null;
  trace: RouteStep[];
  started_at: Date;
  ended_at: Date | null;
};

const SELECT = `select c.id, c.livemode, c.session_id, d.e164 as did, c.caller_side, c.decision, c.reason, c.status,
    c.duration_seconds, c.hangup_cause, c.trace, c.started_at, c.ended_at
  from calls c join dids d on d.tenant_id = c.tenant_id and d.id = c.did_id`;

export async function findCall(db: Db, owner: Owner, id: string): Promise<CallRow | null> {
  const [row] = await db.rows<CallRow>(`${SELECT} where c.tenant_id = $1 and c.livemode = $2 and c.id = $3`, [
    owner.tenantId,
    owner.livemode,
    id,
  ]);
  return row ?? null;
}

export async function listCalls(
  db: Db,
  owner: Owner,
  filter: { session: string | null; limit: number; startingAfter: string | null },
): Promise<CallRow[]> {
  return db.rows<CallRow>(
    `${SELECT} where c.tenant_id = $1 and c.livemode = $2 and ($3::text is null or c.session_id = $3)
        and ($5::text is null or c.id < $5)
      order by c.id desc limit $4`,
    [owner.tenantId, owner.livemode, filter.session, filter.limit, filter.startingAfter],
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
  }>('select * from record_answer($1, $2, $3, $4, $5, $6, $7, $8, $9)', [
    event.tenantId,
    event.accountId,
    event.nonces,
    event.key,
    event.sealedPayload,
    event.keyVersion,
    JSON.stringify(call),
    caller?.index ?? null,
    caller?.sealed ?? null,
  ]);
  if (row === undefined) throw new Error('record_answer gave no row');
  const isLate = row.outcome === 'late';
  if ((isLate || row.outcome === 'recorded') && row.call_id !== null) {
    return { outcome: 'recorded', callId: row.call_id, stands: row.stands, isLate };
  }
  return { outcome: row.outcome === 'replayed' ? 'replayed' : 'over' };
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
