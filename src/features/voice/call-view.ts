import type { components } from '../../generated/schema.ts';
import type { CallRow } from './call-store.ts';

type Views = components['schemas'];

/** A call as its tenant sees it. */
export function toCallView(row: CallRow): Views['Call'] {
  return {
    id: row.id,
    livemode: row.livemode,
    direction: row.direction,
    session: row.session_id,
    did: row.did,
    caller_party: row.caller_side,
    decision: row.decision,
    reason: row.reason,
    status: row.status,
    answered: row.connected,
    duration_seconds: row.duration_seconds,
    hangup_cause: row.hangup_cause,
    hangup:
      row.hangup_reason === null
        ? null
        : { reason: row.hangup_reason, code: row.hangup_code, source: row.hangup_source },
    has_recording: row.has_recording,
    rating: row.rating,
    confirmed_by: row.confirmed_by,
    trace: row.trace,
    started_at: row.started_at.toISOString(),
    answered_at: timeOf(row.answered_at),
    ended_at: timeOf(row.ended_at),
  };
}

export function timeOf(time: Date | null): string | null {
  return time?.toISOString() ?? null;
}
