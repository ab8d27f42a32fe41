import type { Call, Stage } from './call.ts';
import type { Fields } from './delivery.ts';
import { standardFields } from './event-fields.ts';
import type { Switches } from './switches.ts';

/** The action, at the start. */
export function recordStartFields(call: Call, recordingId: string, switches: Switches): Fields {
  return { Event: 'Record', RecordingID: recordingId, ...standardFields(call, switches) };
}

export type EndedRecording = { id: string; url: string; startedAt: number; endedAt: number; reason: string };

export function recordStopFields(call: Call, recording: EndedRecording, switches: Switches): Fields {
  const milliseconds = Math.floor(recording.endedAt) - Math.floor(recording.startedAt);
  return {
    Event: 'RecordStop',
    CallUUID: call.uuid,
    RecordingID: recording.id,
    [switches.recordUrlField]: recording.url,
    RecordingDuration: String(Math.floor(milliseconds / 1_000)),
    RecordingDurationMs: String(milliseconds),
    RecordingStartMs: String(Math.floor(recording.startedAt)),
    RecordingEndMs: String(Math.floor(recording.endedAt)),
    RecordingEndReason: recording.reason,
  };
}

/** A recording that was started over REST reports in snake case. */
export function apiRecordingFields(stage: Stage, call: Call, recording: EndedRecording): Fields {
  const milliseconds = Math.floor(recording.endedAt) - Math.floor(recording.startedAt);
  return {
    api_id: stage.nextId(),
    call_uuid: call.uuid,
    recording_id: recording.id,
    record_url: recording.url,
    recording_duration: String(Math.floor(milliseconds / 1_000)),
    recording_duration_ms: String(milliseconds),
    recording_start_ms: String(Math.floor(recording.startedAt)),
    recording_end_ms: String(Math.floor(recording.endedAt)),
  };
}
