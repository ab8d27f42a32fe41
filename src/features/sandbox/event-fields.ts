import type { Call, Leg } from './call.ts';
import type { Fields } from './delivery.ts';
import { type Account, mainOf } from './estate.ts';
import { talkSeconds } from './leg-life.ts';
import type { Switches } from './switches.ts';
import { billedSeconds, localTime, plainDigits, sessionStart } from './wire-formats.ts';

/** The fields of each event, as captured or documented; what a capture does not have is not here either. */

const notInIndia = { STIRAttestation: 'Not Applicable', STIRVerification: 'Not Applicable' };

/** What is known of a call before anybody has answered it. */
export type Announced = Pick<
  Call,
  | 'uuid'
  | 'account'
  | 'direction'
  | 'from'
  | 'to'
  | 'callerName'
  | 'forwardedFrom'
  | 'sipHeaders'
  | 'requestUuid'
  | 'startedAt'
>;

/** The answer URL, and the fallback, which has no mark of its own. */
export function answerFields(call: Announced, switches: Switches): Fields {
  const common = {
    BillRate: call.direction === 'inbound' ? '0' : '0.00000',
    CallStatus: call.direction === 'inbound' ? 'ringing' : 'in-progress',
    CallUUID: call.uuid,
    Direction: call.direction,
    Event: 'StartApp',
    From: call.from,
    To: call.to,
    SessionStart: sessionStart(call.startedAt),
    ParentAuthID: mainOf(call.account).authId,
    ...extras(call.account, call.startedAt, switches),
  };
  if (call.direction === 'outbound') return { ...requestFields(call), ...common };
  return {
    ...common,
    ...callerName(call),
    // SIP legs are told from the telephone network by these two.
    CountryCode: switches.from === 'sip' ? 'IN' : '',
    RouteType: switches.from === 'sip' ? 'sip' : switches.routeType,
    ...notInIndia,
    ...(call.forwardedFrom === null ? {} : { ForwardedFrom: call.forwardedFrom }),
    ...call.sipHeaders,
  };
}

export function hangupFields(call: Call, switches: Switches): Fields {
  const { leg } = call;
  const zone = switches.localTime;
  const isInbound = call.direction === 'inbound';
  return {
    AnswerTime: localTime(leg.answeredAt, zone),
    BillDuration: String(billedOf(leg)),
    BillRate: isInbound ? '0' : '0.00000',
    CallStatus: statusOf(call),
    CallUUID: call.uuid,
    ...(isInbound ? callerName(call) : requestFields(call)),
    Direction: call.direction,
    Duration: String(talkSeconds(leg)),
    EndTime: localTime(leg.endedAt, zone),
    Event: 'Hangup',
    From: call.from,
    HangupCause: leg.ending?.cause.word ?? '',
    HangupCauseCode: String(leg.ending?.cause.code ?? ''),
    HangupCauseName: leg.ending?.cause.name ?? '',
    HangupSource: leg.ending?.source ?? 'Unknown',
    ParentAuthID: mainOf(call.account).authId,
    ...notInIndia,
    SessionStart: sessionStart(call.startedAt),
    StartTime: localTime(leg.startedAt, zone),
    To: call.to,
    TotalCost: '0.00000',
    ...extras(call.account, leg.endedAt ?? call.startedAt, switches),
  };
}

/** What most other events have, as the documents that are asked for on the way do. */
export function standardFields(call: Call, switches: Switches): Fields {
  return {
    CallUUID: call.uuid,
    CallStatus: call.leg.endedAt === null ? 'in-progress' : 'completed',
    Direction: call.direction,
    From: call.from,
    To: call.to,
    ...extras(call.account, call.leg.endedAt ?? call.leg.answeredAt ?? call.startedAt, switches),
  };
}

export function redirectFields(call: Call, switches: Switches): Fields {
  return { Event: 'Redirect', ...standardFields(call, switches), ...callerName(call) };
}

export function transferFields(call: Call, switches: Switches): Fields {
  return { Event: 'Transfer', ...standardFields(call, switches) };
}

export function ringFields(call: Call): Fields {
  return {
    Event: 'Ring',
    CallStatus: 'ringing',
    Direction: 'outbound',
    RequestUUID: call.requestUuid ?? '',
    ALegRequestUUID: call.requestUuid ?? '',
    CallUUID: call.uuid,
    From: call.from,
    To: call.to,
    SessionStart: sessionStart(call.startedAt),
    STIRAttestation: 'Not Applicable',
  };
}

/** Of one B leg. There is none for its ringing. */
export function legFields(leg: Leg, action: 'answer' | 'connected' | 'digits' | 'hangup'): Fields {
  const events = {
    answer: 'DialAnswer',
    connected: 'DialConnected',
    digits: 'DialDigitsMatch',
    hangup: 'DialHangup',
  };
  return {
    Event: events[action],
    DialAction: action,
    ...(action === 'digits' ? {} : { DialBLegStatus: action }),
    CallUUID: leg.call.uuid,
    DialALegUUID: leg.call.uuid,
    DialBLegUUID: leg.uuid,
    DialBLegFrom: plainDigits(leg.shown),
    DialBLegTo: plainDigits(leg.party),
    DialBLegPosition: String(leg.position),
  };
}

export function legHangupFields(leg: Leg, switches: Switches): Fields {
  const zone = switches.localTime;
  return {
    ...legFields(leg, 'hangup'),
    DialBLegDuration: String(talkSeconds(leg)),
    DialBLegBillDuration: String(billedOf(leg)),
    DialBLegHangupCause: leg.ending?.cause.word ?? '',
    DialBLegHangupCauseCode: String(leg.ending?.cause.code ?? ''),
    DialBLegHangupCauseName: leg.ending?.cause.name ?? '',
    DialBLegHangupSource: leg.ending?.source ?? 'Unknown',
    StartTime: localTime(leg.startedAt, zone),
    AnswerTime: localTime(leg.answeredAt, zone),
    EndTime: localTime(leg.endedAt, zone),
    STIRVerification: 'Not Applicable',
  };
}

export type DialResult = {
  status: 'completed' | 'busy' | 'failed' | 'cancel' | 'timeout' | 'no-answer';
  cause: string;
  hasRung: boolean;
  leg: Leg | null;
};

export function dialActionFields(
  call: Call,
  result: DialResult,
  redirect: boolean,
  switches: Switches,
): Fields {
  const saysRedirect = redirect && switches.dialActionEvent === 'redirect';
  return {
    Event: saysRedirect ? 'Redirect' : 'DialAction',
    ...standardFields(call, switches),
    DialStatus: result.status,
    DialRingStatus: String(result.hasRung),
    DialHangupCause: result.cause,
    DialALegUUID: call.uuid,
    DialBLegUUID: switches.dialActionLeg === 'empty' ? '' : (result.leg?.uuid ?? ''),
  };
}

/** Has no Event. */
export function gatherFields(call: Call, digits: string, inputType: string, switches: Switches): Fields {
  return {
    ...standardFields(call, switches),
    InputType: inputType,
    Digits: digits,
    Speech: '',
    SpeechConfidenceScore: '',
    BilledAmount: '',
  };
}

/** The call's own status once it is over. */
function statusOf(call: Call): string {
  const { leg } = call;
  if (leg.answeredAt !== null) return 'completed';
  switch (leg.ending?.cause.code) {
    case 1000:
      return 'cancel';
    case 3010:
    case 3020:
      return 'busy';
    case 6010:
      return 'no-answer';
    default:
      return 'failed';
  }
}

function billedOf(leg: Leg): number {
  if (leg.answeredAt === null) return 0;
  return billedSeconds(Math.max(talkSeconds(leg), 1), mainOf(leg.call.account).pulseSeconds);
}

function requestFields(call: Announced): Fields {
  const id = call.requestUuid ?? '';
  return { ALegRequestUUID: id, ALegUUID: call.uuid, RequestUUID: id };
}

function callerName(call: Pick<Call, 'callerName'>): Fields {
  return call.callerName === null ? {} : { CallerName: call.callerName };
}

function extras(account: Account, at: number, { accountFields }: Switches): Fields {
  if (!accountFields) return {};
  return { auth_id: account.authId, timestamp: new Date(Math.floor(at)).toISOString() };
}
