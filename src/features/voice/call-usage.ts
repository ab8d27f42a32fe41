import type { KnownCall } from './call-legs.ts';
import type { CallState } from './call-state.ts';

/** What the ledger is told of a call that is over. */
export type CallUsage = {
  callId: string;
  /** Why it is not billable, or null. */
  unbilled: 'not_bridged' | 'not_answered' | null;
  /** Where the called party is, a country; null when nobody has said. */
  destination: string | null;
  /** Answered seconds: of the caller's leg, and of those to the other party that talked. */
  callerSeconds: number;
  talkedSeconds: number[];
  source: 'event' | 'cdr';
};

/** The ledger, as it is handed in. What it writes stands in the transaction of the fact. */
export type Meter<Db, Tenant> = {
  /** What a call came to; again whenever it is settled anew. */
  call(db: Db, tenantId: Tenant, usage: CallUsage): Promise<void>;
  /** Those recordings of a call that are ready. */
  recordings(db: Db, tenantId: Tenant, callId: string): Promise<void>;
};

/** Legs that were answered and yet reached nobody: another phone was quicker, or nobody confirmed. */
const reachedNobody = ['answered_elsewhere', 'rejected'];

/** What a call has come to, from its state; null while it is not over. Billable is what reached somebody. */
export function usageOf(call: KnownCall & { id: string }, state: CallState): CallUsage | null {
  if (state.endedAt === null) return null;
  const isBridged = call.decision === 'bridge' || call.decision === 'forward';
  const a = state.legs.find(({ side }) => side === 'A');
  const others = state.legs.filter(({ side }) => side === 'B');
  const talked = others.filter(
    ({ durationSeconds, hangup }) =>
      (durationSeconds ?? 0) > 0 && !reachedNobody.includes(hangup?.reason ?? ''),
  );
  const known = talked.map(({ durationSeconds }) => durationSeconds ?? 0);
  const callerSeconds = a?.durationSeconds ?? 0;
  const isConnected = isBridged && state.connected;
  const decisive = talked[0] ?? others.find(({ answeredAt }) => answeredAt !== null) ?? others[0];
  return {
    callId: call.id,
    unbilled: !isBridged ? 'not_bridged' : state.connected ? null : 'not_answered',
    destination: decisive?.country ?? null,
    callerSeconds,
    talkedSeconds: !isConnected ? [] : known.length > 0 ? known : [presumed(state, callerSeconds)],
    source: [a, ...talked].every((leg) => leg?.confirmedBy === 'cdr') ? 'cdr' : 'event',
  };
}

/** They talked, and nobody has said yet for how long: from when the answer was heard of, and never longer than the caller was there. */
function presumed(state: CallState, callerSeconds: number): number {
  if (state.answeredAt === null || state.endedAt === null) return callerSeconds;
  const seconds = Math.ceil((Date.parse(state.endedAt) - Date.parse(state.answeredAt)) / 1000);
  return Math.max(0, Math.min(callerSeconds, seconds));
}
