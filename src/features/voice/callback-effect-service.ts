import { seal } from '../../crypto/sealing.ts';
import type { TenantKeys } from '../../crypto/tenant-keys.ts';
import type { Db } from '../../db/database.ts';
import { newId, type TenantId } from '../../kernel/ids.ts';
import type { VobizEvent } from '../vobiz/events.ts';
import type { CallPath } from './call-path.ts';
import { keepRating } from './call-rating-store.ts';
import { keepRecording } from './recording-store.ts';

type Place = { tenantId: TenantId; callId: string; keys: TenantKeys };

/**
 * What an event at one of our own paths leaves behind, beside the event itself, or null. To be done in the transaction that
 * keeps the event: it may come once only.
 */
export function effectOf(
  path: CallPath,
  event: VobizEvent,
  { tenantId, callId, keys }: Place,
): ((db: Db) => Promise<void>) | null {
  if (path === 'digits') {
    const rating = event.kind === 'digits' && /^[1-5]$/.test(event.digits) ? Number(event.digits) : null;
    return rating === null ? null : (db) => keepRating(db, tenantId, callId, rating);
  }
  if (path !== 'record' && path !== 'voicemail') return null;
  if (event.kind !== 'record_started' && event.kind !== 'record_stopped') return null;
  const { recordingId } = event;
  if (recordingId === null) return null;
  const stopped = event.kind === 'record_stopped' ? event : null;
  const recording = {
    id: newId('rec'),
    provider_recording_id: recordingId,
    kind: path === 'record' ? ('call' as const) : ('voicemail' as const),
    status: stopped === null ? ('recording' as const) : ('ready' as const),
    duration_ms: stopped?.durationMs ?? inMilliseconds(stopped?.durationSeconds ?? null),
    started_at: stopped?.startedAt ?? null,
    ended_at: stopped?.endedAt ?? null,
  };
  const url = stopped?.url ?? null;
  const sealed =
    url === null
      ? null
      : {
          sealed: seal(keys.dataKey, url, `${tenantId}|recordings|${callId}|${recordingId}`),
          keyVersion: keys.version,
        };
  return (db) => keepRecording(db, tenantId, callId, recording, sealed);
}

function inMilliseconds(seconds: number | null): number | null {
  return seconds === null ? null : seconds * 1000;
}
