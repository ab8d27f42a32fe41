import { callerIndex } from '../../crypto/blind-index.ts';
import type { TenantKeys } from '../../crypto/tenant-keys.ts';
import { type CountryCode, candidatesOf, countryOf } from '../../kernel/phone.ts';
import { scrub } from '../../kernel/scrub.ts';
import type { Cdr, Cost } from '../vobiz/cdr.ts';
import type { VobizEvent } from '../vobiz/events.ts';
import type { HangupReason } from '../vobiz/hangup-reason.ts';

/** How a leg ended. Times are RFC 3339 in UTC. */
export type EndingFact = {
  durationSeconds: number | null;
  billedSeconds: number | null;
  cause: string | null;
  code: number | null;
  causeName: string | null;
  source: string | null;
  startedAt: string | null;
  answeredAt: string | null;
  endedAt: string | null;
};

/** The called number only by its last digits, its blind index and its country, which older facts have not. */
export type NumberFact = { last4: string | null; index: string | null; country?: string | null };
type LegFact = { leg: string | null; position: number | null } & NumberFact;
type RecordingFact = { recording: string | null; durationSeconds: number | null; endReason: string | null };

/**
 * What is kept of an event in a form that can be read: never a number in clear, never what somebody pressed, never an
 * address of a recording. The event itself is kept beside it, encrypted.
 */
export type CallFact =
  | { kind: 'answer'; last4: string | null }
  | ({ kind: 'hangup'; status: string | null } & EndingFact)
  | ({ kind: 'dial_answer' | 'dial_connected' } & LegFact)
  | ({ kind: 'dial_digits'; pressedBy: string | null } & LegFact)
  | ({ kind: 'dial_hangup' } & LegFact & EndingFact)
  | { kind: 'dial_action'; leg: string | null; status: string | null; cause: string | null }
  | ({ kind: 'record_started' } & RecordingFact)
  | ({ kind: 'record_stopped' } & RecordingFact)
  | { kind: 'digits' | 'ring' | 'redirect' | 'transfer' }
  | { kind: 'other'; name: string | null }
  /** Not an event: what Vobiz' records say of a leg, when they were asked. */
  | ({
      kind: 'cdr';
      leg: string;
      side: 'A' | 'B';
      bridge: string | null;
      cost: Cost | null;
      country?: string | null;
    } & EndingFact)
  /** Not an event: a call that we wanted to place was not, or nobody knows whether it was. */
  | { kind: 'not_placed'; reason: HangupReason }
  /** Not an event: nobody knows how the call ended, and nobody will. */
  | { kind: 'lost' };

/** A fact and when it was first heard. */
export type KnownFact = { at: string; fact: CallFact };

/** The facts that the state of a call follows from. The others are for its story only. */
export const tellingKinds: readonly CallFact['kind'][] = [
  'answer',
  'hangup',
  'dial_answer',
  'dial_connected',
  'dial_hangup',
  'dial_action',
  'record_stopped',
  'cdr',
  'not_placed',
  'lost',
];

/** @param country how a number is read that does not name its own */
export function factOf(event: VobizEvent, keys: TenantKeys, country: CountryCode): CallFact {
  const number = (text: string | null): NumberFact => {
    const [e164] = candidatesOf(text ?? '', [country]);
    if (e164 === undefined) return { last4: null, index: null };
    const index = callerIndex(keys, e164).toString('hex');
    return { last4: e164.slice(-4), index, country: countryOf(e164) };
  };
  switch (event.kind) {
    case 'answer':
      // The phone of the party whose leg it is, whoever has dialled.
      return {
        kind: event.kind,
        last4: number(event.direction === 'outbound' ? event.to : event.from).last4,
      };
    case 'hangup':
      return { kind: event.kind, status: word(event.callStatus), ...endingFact(event) };
    case 'dial_answer':
    case 'dial_connected':
      return { kind: event.kind, ...legFact(event, number) };
    case 'dial_digits':
      return { kind: event.kind, ...legFact(event, number), pressedBy: event.pressedBy };
    case 'dial_hangup':
      return { kind: event.kind, ...legFact(event, number), ...endingFact(event) };
    case 'dial_action':
      return {
        kind: event.kind,
        leg: event.bLegUuid,
        status: word(event.dialStatus),
        cause: word(event.cause),
      };
    case 'record_started':
      return { kind: event.kind, recording: event.recordingId, durationSeconds: null, endReason: null };
    case 'record_stopped':
      return {
        kind: event.kind,
        recording: event.recordingId,
        durationSeconds: bounded(event.durationSeconds),
        endReason: word(event.endReason),
      };
    case 'digits':
    case 'ring':
    case 'redirect':
    case 'transfer':
      return { kind: event.kind };
    case 'other':
      return { kind: event.kind, name: word(event.name) };
  }
}

export function cdrFact(cdr: Cdr, side: 'A' | 'B'): CallFact {
  return {
    kind: 'cdr',
    leg: cdr.uuid,
    side,
    bridge: cdr.bridgeUuid,
    cost: cdr.cost,
    country: cdr.country,
    ...endingFact(cdr),
  };
}

type Ended = Pick<
  Cdr,
  | 'durationSeconds'
  | 'billedSeconds'
  | 'cause'
  | 'causeCode'
  | 'causeName'
  | 'source'
  | 'startedAt'
  | 'answeredAt'
  | 'endedAt'
>;

function endingFact(ended: Ended): EndingFact {
  return {
    durationSeconds: bounded(ended.durationSeconds),
    billedSeconds: bounded(ended.billedSeconds),
    cause: word(ended.cause),
    code: ended.causeCode !== null && ended.causeCode <= MOST_CODE ? ended.causeCode : null,
    causeName: word(ended.causeName),
    source: word(ended.source),
    startedAt: ended.startedAt?.toISOString() ?? null,
    answeredAt: ended.answeredAt?.toISOString() ?? null,
    endedAt: ended.endedAt?.toISOString() ?? null,
  };
}

function legFact(
  event: Extract<VobizEvent, { position: unknown }>,
  number: (text: string | null) => NumberFact,
) {
  return {
    leg: event.bLegUuid,
    // No Dial rings as many phones at once.
    position: event.position !== null && event.position > 0 && event.position <= 100 ? event.position : null,
    ...number(event.bLegTo),
  };
}

/** Codes have four digits; five leave room, and no column overflows. */
const MOST_CODE = 99_999;
/** Longer than any call: Vobiz ends them after a day. What claims more is no duration. */
const MOST_SECONDS = 7 * 86_400;
const MOST_LETTERS = 80;

function bounded(seconds: number | null): number | null {
  return seconds !== null && seconds <= MOST_SECONDS ? seconds : null;
}

/** Words of the provider, for people to read. They are what a sender claims: no number gets in with them. */
function word(text: string | null): string | null {
  if (text === null || text.length > MOST_LETTERS) return null;
  return scrub(text) === text && !/\d{6}/.test(text) ? text : null;
}
