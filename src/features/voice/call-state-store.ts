import type { Db } from '../../db/database.ts';
import type { TenantId } from '../../kernel/ids.ts';
import { type CallFact, type KnownFact, tellingKinds } from './call-fact.ts';
import type { KnownCall } from './call-legs.ts';
import { type CallState, callState } from './call-state.ts';
import type { StoredEvent } from './call-store.ts';
import { type Meter, usageOf } from './call-usage.ts';

export type NewCallEvent = StoredEvent & {
  kind: CallFact['kind'];
  fact: CallFact;
  providerCallId: string | null;
  /** Ours, from a URL of ours; null: the call is found by the provider's id. */
  callId: string | null;
};
export type EventRecord = 'recorded' | 'repeated' | 'replayed' | 'stranger';

/** A call that this transaction has locked, and all that is known of it. */
export type LockedCall = KnownCall & { id: string; facts: KnownFact[] };

/**
 * Keeps an event, once. `known` is what its call's state follows from now; null when this event changes nothing of it.
 * In one transaction with `settleCall`: between them the call is locked.
 */
export async function addCallEvent(
  db: Db,
  event: NewCallEvent,
): Promise<{ outcome: EventRecord; known: LockedCall | null }> {
  const [row] = await db.rows<{ outcome: EventRecord; known: LockedCall | null }>(
    'select * from add_call_event($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)',
    [
      event.tenantId,
      event.accountId,
      event.nonces,
      event.key,
      event.kind,
      event.providerCallId,
      event.callId,
      event.sealedPayload,
      event.keyVersion,
      JSON.stringify(event.fact),
      tellingKinds,
    ],
  );
  if (row === undefined) throw new Error('add_call_event gave no row');
  return row;
}

/** What is known of a call, without a new event; locks it. Null when there is no such call. */
export async function knownOfCall(db: Db, tenantId: TenantId, callId: string): Promise<LockedCall | null> {
  const [row] = await db.rows<{ known: LockedCall | null }>('select known_of_call($1, $2, $3) as known', [
    tenantId,
    callId,
    tellingKinds,
  ]);
  return row?.known ?? null;
}

/** Computes the state of a call that this transaction has locked, and writes it with all that follows from it, its usage too. */
export async function settleCall(
  db: Db,
  tenantId: TenantId,
  call: LockedCall,
  meter: Meter<Db, TenantId>,
): Promise<CallState> {
  const state = callState(call, call.facts);
  await db.rows('select settle_call($1, $2, $3)', [tenantId, call.id, JSON.stringify(asRecord(state))]);
  const usage = usageOf(call, state);
  if (usage !== null) await meter.call(db, tenantId, usage);
  return state;
}

function asRecord(state: CallState) {
  const { hangup, legs } = state;
  return {
    status: state.status,
    connected: state.connected,
    answered_at: state.answeredAt,
    ended_at: state.endedAt,
    duration_seconds: state.durationSeconds,
    hangup_cause: legs.find(({ side }) => side === 'A')?.hangup?.cause ?? null,
    hangup_reason: hangup?.reason ?? null,
    hangup_code: hangup?.code ?? null,
    hangup_source: hangup?.source ?? null,
    has_recording: state.hasRecording,
    confirmed_by: state.confirmedBy,
    legs: legs.map((leg) => ({
      leg_id: leg.id,
      side: leg.side,
      position: leg.position,
      number_index: leg.index,
      number_last4: leg.last4,
      started_at: leg.startedAt,
      answered_at: leg.answeredAt,
      ended_at: leg.endedAt,
      duration_seconds: leg.durationSeconds,
      billed_seconds: leg.billedSeconds,
      hangup_reason: leg.hangup?.reason ?? null,
      hangup_code: leg.hangup?.code ?? null,
      hangup_cause: leg.hangup?.cause ?? null,
      hangup_name: leg.hangup?.name ?? null,
      hangup_source: leg.hangup?.source ?? null,
      cost: leg.cost?.amount ?? null,
      cost_micros: leg.cost?.micros ?? null,
      currency: leg.cost?.currency ?? null,
      confirmed_by: leg.confirmedBy,
    })),
  };
}
