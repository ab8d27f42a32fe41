import { createHash } from 'node:crypto';
import { epochOf, type FormFields, fieldsOf, instantOf, wordOf } from './form-fields.ts';

/** What most events carry. Nothing is verified: `from`, `to` and `forwardedFrom` are raw, not phone numbers yet. */
export type StandardFields = {
  /** The A leg; null when missing or malformed. */
  callUuid: string | null;
  from: string | null;
  to: string | null;
  direction: 'inbound' | 'outbound' | null;
  /** Lower case: `ringing`, `in-progress`, `completed`… */
  callStatus: string | null;
  parentAuthId: string | null;
  forwardedFrom: string | null;
  sessionStart: Date | null;
};

/** How a leg ended. `durationSeconds` is answered time; `billedSeconds` is rounded up to the pulse by Vobiz. */
export type Ending = {
  durationSeconds: number | null;
  billedSeconds: number | null;
  cause: string | null;
  causeCode: number | null;
  causeName: string | null;
  source: string | null;
  startedAt: Date | null;
  answeredAt: Date | null;
  endedAt: Date | null;
};

/** `position` counts the numbers of one Dial from 1. */
export type LegFields = {
  aLegUuid: string | null;
  bLegUuid: string | null;
  bLegFrom: string | null;
  bLegTo: string | null;
  position: number | null;
};

type Of<Kind extends string, Own = unknown> = { kind: Kind } & StandardFields & Own;

export type VobizEvent =
  | Of<'answer', { requestUuid: string | null }>
  | Of<'hangup', Ending & { requestUuid: string | null }>
  | Of<'dial_answer', LegFields>
  | Of<'dial_connected', LegFields>
  | Of<'dial_digits', LegFields & { digits: string; pressedBy: 'aleg' | 'bleg' | null }>
  | Of<'dial_hangup', LegFields & Ending>
  | Of<'dial_action', LegUuids & { dialStatus: string | null; rang: boolean | null; cause: string | null }>
  | Of<'record_started', { recordingId: string | null }>
  | Of<'record_stopped', RecordingFields>
  | Of<'digits', { digits: string; inputType: string | null }>
  | Of<'ring', { requestUuid: string | null }>
  | Of<'redirect'>
  | Of<'transfer'>
  | Of<'other', { name: string | null }>;

type LegUuids = Pick<LegFields, 'aLegUuid' | 'bLegUuid'>;

/** `url` is what the sender claims: check its host before fetching it with credentials. */
type RecordingFields = {
  recordingId: string | null;
  url: string | null;
  durationSeconds: number | null;
  durationMs: number | null;
  startedAt: Date | null;
  endedAt: Date | null;
  endReason: string | null;
};

/** StartTime, AnswerTime and EndTime are Indian local time without saying so; SessionStart is UTC. */
const INDIAN_TIME = '+05:30';
const OVER = new Set([
  'completed',
  'busy',
  'no-answer',
  'cancel',
  'canceled',
  'cancelled',
  'timeout',
  'failed',
]);

const KINDS: Readonly<Record<string, VobizEvent['kind']>> = {
  startapp: 'answer',
  hangup: 'hangup',
  dialanswer: 'dial_answer',
  dialconnected: 'dial_connected',
  dialdigitsmatch: 'dial_digits',
  dialhangup: 'dial_hangup',
  dialaction: 'dial_action',
  record: 'record_started',
  recordstop: 'record_stopped',
  ring: 'ring',
  transfer: 'transfer',
};

/** True once the call has ended, however it did. */
export function isOver(callStatus: string | null): boolean {
  return callStatus !== null && OVER.has(callStatus.toLowerCase());
}

/**
 * Reads the fields of any Vobiz callback, from a form or a query, and never throws: what is missing, malformed,
 * over-long or has control characters is null. Of a repeated parameter the first value counts.
 * (Vobiz documentation: concepts/callbacks, xml/request, xml/dial/dial-status.)
 */
export function readEvent(form: Readonly<Record<string, unknown>>): VobizEvent {
  const fields = fieldsOf(form);
  const { text, id, count } = fields;
  const standard: StandardFields = {
    callUuid: id('CallUUID') ?? id('call_uuid'),
    from: text('From'),
    to: text('To'),
    direction: wordOf(text('Direction'), ['inbound', 'outbound']),
    callStatus: text('CallStatus')?.trim().toLowerCase() ?? null,
    parentAuthId: id('ParentAuthID'),
    forwardedFrom: text('ForwardedFrom'),
    sessionStart: instantOf(text('SessionStart'), 'Z'),
  };
  const requestUuid = id('RequestUUID') ?? id('ALegRequestUUID');
  const leg = { aLegUuid: id('DialALegUUID'), bLegUuid: id('DialBLegUUID') };
  const legFields = (): LegFields => ({
    ...leg,
    bLegFrom: text('DialBLegFrom'),
    bLegTo: text('DialBLegTo'),
    position: count('DialBLegPosition'),
  });
  const kind = kindOf(fields, standard);
  switch (kind) {
    case 'answer':
    case 'ring':
      return { kind, ...standard, requestUuid };
    case 'hangup':
      return { kind, ...standard, ...endingOf(fields, ''), requestUuid };
    case 'dial_answer':
    case 'dial_connected':
      return { kind, ...standard, ...legFields() };
    case 'dial_digits':
      return {
        kind,
        ...standard,
        ...legFields(),
        digits: text('DialDigitsMatch') ?? '',
        pressedBy: wordOf(text('DialDigitsPressedBy'), ['aleg', 'bleg']),
      };
    case 'dial_hangup':
      return { kind, ...standard, ...legFields(), ...endingOf(fields, 'DialBLeg') };
    case 'dial_action': {
      const rang = wordOf(text('DialRingStatus'), ['true', 'false']);
      return {
        kind,
        ...standard,
        ...leg,
        dialStatus: text('DialStatus')?.trim().toLowerCase() ?? null,
        rang: rang === null ? null : rang === 'true',
        cause: text('DialHangupCause'),
      };
    }
    case 'record_started':
      return { kind, ...standard, recordingId: id('RecordingID') ?? id('recording_id') };
    case 'record_stopped':
      return {
        kind,
        ...standard,
        recordingId: id('RecordingID') ?? id('recording_id'),
        url: recordingUrlOf(fields),
        durationSeconds: count('RecordingDuration') ?? count('recording_duration'),
        durationMs: count('RecordingDurationMs') ?? count('recording_duration_ms'),
        startedAt: epochOf(count('RecordingStartMs') ?? count('recording_start_ms')),
        endedAt: epochOf(count('RecordingEndMs') ?? count('recording_end_ms')),
        endReason: text('RecordingEndReason'),
      };
    case 'digits':
      return { kind, ...standard, digits: text('Digits') ?? '', inputType: text('InputType') };
    case 'redirect':
    case 'transfer':
      return { kind, ...standard };
    case 'other':
      return { kind, ...standard, name: text('Event') };
  }
}

/**
 * The identity under which an event is handled once: callbacks are unordered and may repeat. Null without a
 * call: such an event cannot be told from another. `scope` is what our own URL adds (the attempt of a PIN, the
 * number of the Dial): a caller may press the same wrong PIN twice, and two Dials of a call may end alike.
 * Key presses enter as a digest, so that no PIN is read by chance in a table or a log.
 */
export function eventKey(event: VobizEvent, scope = ''): string | null {
  if (event.callUuid === null) return null;
  const parts: (string | number | null)[] = [event.callUuid, event.kind];
  if ('bLegUuid' in event) parts.push(event.bLegUuid);
  if ('position' in event) parts.push(event.position);
  if ('recordingId' in event) parts.push(event.recordingId);
  if ('dialStatus' in event) parts.push(event.dialStatus);
  if ('digits' in event) parts.push(digest(`${event.callUuid}|${event.digits}`));
  if ('name' in event) parts.push(event.name);
  parts.push(scope);
  return parts.map((part) => encodeURIComponent(part ?? '')).join('|');
}

/** `Event` first; where it is missing or says only Redirect, the fields that one kind alone carries. */
function kindOf(fields: FormFields, standard: StandardFields): VobizEvent['kind'] {
  const { text, has } = fields;
  const event = text('Event')?.trim().toLowerCase() ?? null;
  if (event !== null && Object.hasOwn(KINDS, event)) return KINDS[event] ?? 'other';
  // A Dial action says Redirect or DialAction, depending on its redirect attribute and on the page one reads.
  if (text('DialStatus') !== null || text('DialRingStatus') !== null) return 'dial_action';
  if (has('Digits') || has('InputType')) return 'digits';
  if (event === 'redirect') return 'redirect';
  if (event !== null) return 'other';
  if (recordingUrlOf(fields) !== null) return 'record_stopped';
  if (isOver(standard.callStatus)) return 'hangup';
  return standard.from !== null || standard.to !== null ? 'answer' : 'other';
}

/** The pages disagree on the name; a recording that was started over REST reports in snake case. */
function recordingUrlOf({ url }: FormFields): string | null {
  return url('RecordUrl') ?? url('RecordFile') ?? url('record_url');
}

function endingOf({ text, count }: FormFields, prefix: '' | 'DialBLeg'): Ending {
  return {
    durationSeconds: count(`${prefix}Duration`),
    billedSeconds: count(`${prefix}BillDuration`),
    cause: text(`${prefix}HangupCause`),
    causeCode: count(`${prefix}HangupCauseCode`),
    causeName: text(`${prefix}HangupCauseName`),
    source: text(`${prefix}HangupSource`),
    startedAt: instantOf(text('StartTime'), INDIAN_TIME),
    answeredAt: instantOf(text('AnswerTime'), INDIAN_TIME),
    endedAt: instantOf(text('EndTime'), INDIAN_TIME),
  };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
