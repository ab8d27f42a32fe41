import type { Call, Leg, RunningRecording, Stage } from './call.ts';
import type { Method } from './delivery.ts';
import {
  askAside,
  askDocument,
  type Document,
  outgoing,
  readAnswer,
  type Target,
  targetOf,
  trap,
} from './documents.ts';
import { nextOf } from './leg-life.ts';
import { apiRecordingFields, recordStartFields, recordStopFields } from './recording-fields.ts';
import type { XmlElement } from './xml-document.ts';

/** Of the XML attribute and of the REST parameter alike: the reason why both are always set. */
export const DEFAULT_RECORD_SECONDS = 60;
const EVERY_KEY = '1234567890*#';

/** Records the call in the background, or what the caller says. A document, or null for the next verb. */
export async function runRecord(stage: Stage, leg: Leg, element: XmlElement): Promise<Document | null> {
  const { call } = leg;
  const { attributes } = element;
  const isSession = attributes.recordSession === 'true';
  const waitsForBridge = attributes.startOnDialAnswer === 'true';
  if (isSession && attributes.maxLength === undefined) trap(stage, call, 'default_record_length', 'Record');
  const id = stage.nextId();
  const seconds = Number(attributes.maxLength ?? DEFAULT_RECORD_SECONDS);
  const start = () =>
    startRecording(stage, call, {
      id,
      format: attributes.fileFormat === 'wav' ? 'wav' : 'mp3',
      kind: 'xml',
      callback: targetOf(call, element, 'callbackUrl', 'callbackMethod'),
      mostMs: seconds * 1_000,
    });
  const action = targetOf(call, element, 'action', 'method');
  if (action !== null) tellStart(stage, call, id, action, attributes.redirect === 'true');
  if (waitsForBridge) call.onBridge.push(() => void start());
  if (isSession || waitsForBridge) {
    if (!waitsForBridge) start();
    return null;
  }

  const recording = start();
  if (recording === null) return null;
  const finish = attributes.finishOnKey ?? EVERY_KEY;
  const until = stage.clock.now() + seconds * 1_000;
  for (;;) {
    // Whoever is recorded is taken to speak all the time: no silence ends it.
    const message = await nextOf(leg, until);
    if (message === null) break;
    if (message.kind === 'digit' && finish !== 'none' && finish.includes(message.digit)) {
      stopRecording(stage, call, recording, 'FinishedOnKey');
      break;
    }
  }
  stopRecording(stage, call, recording, 'maxLength');
  if (attributes.redirect !== 'true' || action === null) return null;
  const fields = recordStartFields(call, id, stage.switches);
  return askDocument(stage, leg, { kind: 'record', as: 'action', target: action, fields });
}

/** Fires at the start. Where its document is not run, it has to be empty. */
function tellStart(stage: Stage, call: Call, id: string, action: Target, redirect: boolean): void {
  if (redirect) return;
  const event = outgoing(call, 'record', action, recordStartFields(call, id, stage.switches));
  askAside(stage, event, (asked) => {
    if (asked.outcome !== 'document') return;
    const { verbs, isUsable } = readAnswer(stage, call, asked);
    if (!isUsable || verbs.length > 0) trap(stage, call, 'record_action_not_empty', 'Record.action');
  });
}

/** Null when the call is over. */
export function startRecording(
  stage: Stage,
  call: Call,
  of: {
    id: string;
    format: 'mp3' | 'wav';
    kind: 'xml' | 'api';
    callback: { url: string; method: Method } | null;
    mostMs: number;
  },
): RunningRecording | null {
  if (call.leg.endedAt !== null) return null;
  const { id, format, kind, callback } = of;
  const path = `/v1/Account/${call.account.authId}/Recording/${id}.${format}`;
  const recording: RunningRecording = {
    id,
    format,
    kind,
    callback,
    startedAt: stage.clock.now(),
    url: `${stage.mediaBase}${path}`,
    cancelLimit: stage.clock.after(of.mostMs, () => stopRecording(stage, call, recording, 'maxLength')),
  };
  call.recordings.push(recording);
  return recording;
}

export type EndReason = 'RecordingTimeout' | 'maxLength' | 'FinishedOnKey' | 'HungUp';

/** Nothing when it was stopped before. The file is ready some time later, and is told then. */
export function stopRecording(
  stage: Stage,
  call: Call,
  recording: RunningRecording,
  reason: EndReason,
): void {
  const place = call.recordings.indexOf(recording);
  if (place < 0) return;
  call.recordings.splice(place, 1);
  recording.cancelLimit();
  const { id, url, startedAt, format, kind } = recording;
  const endedAt = stage.clock.now();
  const milliseconds = Math.floor(endedAt) - Math.floor(startedAt);
  stage.journal.write({ what: 'recorded', call: call.uuid, recording: id, milliseconds, reason });
  stage.estate.recordings.set(id, {
    id,
    owner: call.account,
    call: call.uuid,
    from: call.from,
    to: call.to,
    format,
    kind,
    url,
    startedAt,
    milliseconds,
  });
  const { callback } = recording;
  if (callback === null) return;
  const ended = { id, url, startedAt, endedAt, reason };
  stage.clock.after(stage.switches.recordingReadyMs, () => {
    const fields =
      kind === 'api' ? apiRecordingFields(stage, call, ended) : recordStopFields(call, ended, stage.switches);
    stage.delivery.tell(outgoing(call, 'record_stop', callback, fields));
  });
}
