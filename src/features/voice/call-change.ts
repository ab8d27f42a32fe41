import type { VobizEvent } from '../vobiz/events.ts';
import type { CallChange, CallStatus } from './call-store.ts';

const statusOf: Record<string, CallStatus> = {
  completed: 'completed',
  busy: 'busy',
  'no-answer': 'no_answer',
  timeout: 'no_answer',
  cancel: 'canceled',
  canceled: 'canceled',
  cancelled: 'canceled',
  failed: 'failed',
  rejected: 'failed',
};

/** What an event says about the call as a whole; null when it says nothing. */
export function changeOf(event: VobizEvent): CallChange | null {
  switch (event.kind) {
    case 'dial_answer':
    case 'dial_connected':
      return { status: 'in_progress', connected: true, ended: false };
    case 'dial_hangup':
      return { connected: (event.durationSeconds ?? 0) > 0, ended: false };
    case 'dial_action':
      return { connected: event.dialStatus === 'completed', ended: false };
    case 'hangup':
      return {
        status: statusOf[event.callStatus ?? ''] ?? 'completed',
        duration_seconds: event.durationSeconds,
        hangup_cause: event.cause,
        ended: true,
      };
    default:
      return null;
  }
}
