import { randomUUID } from 'node:crypto';
import type { Chance } from '../model/chance.ts';
import { type CdrRow, cdrRow } from './cdr-server.ts';

/**
 * What really happened in a call, drawn first: the events that Vobiz posts, its records, and what must be seen of the call in
 * the end all follow from it, each by itself. Shares no code with the service.
 */
const kinds = [
  'callee_ends',
  'caller_ends',
  'time_limit',
  'race',
  'busy',
  'no_answer',
  'rejected',
  'given_up',
  'announced',
] as const;
type Kind = (typeof kinds)[number];

export type Form = Record<string, string>;
export type Truth = {
  kind: Kind;
  uuid: string;
  legs: string[];
  answer: Form;
  /** By name, so that it is known which were lost. */
  events: Record<string, Form>;
  records: CdrRow[];
};

const words: Record<string, [code: string, cause: string]> = {
  normal: ['4000', 'NORMAL_CLEARING'],
  busy: ['3010', 'USER_BUSY'],
  no_answer: ['6010', 'NO_ANSWER'],
  rejected: ['3020', 'CALL_REJECTED'],
  given_up: ['1000', 'ORIGINATOR_CANCEL'],
  time_limit: ['6000', 'ALLOTTED_TIMEOUT'],
  race: ['9000', 'LOSE_RACE'],
};
const talks: readonly Kind[] = ['callee_ends', 'caller_ends', 'time_limit', 'race'];

/** Seconds after the call came at which it ended, and for how long they talked. */
const ENDS = 60;
const TALK = 40;

export function drawTruth(chance: Chance, numbers: { did: string; from: string }, now: number): Truth {
  const kind = numbers.from === '' ? 'announced' : chance.pick(kinds.filter((one) => one !== 'announced'));
  const uuid = randomUUID();
  const legs = kind === 'announced' ? [] : kind === 'race' ? [randomUUID(), randomUUID()] : [randomUUID()];
  const start = Math.floor(now / 1000) * 1000;
  // One sender in ten has its clock in UTC and does not say so.
  const zone = chance.hit(0.1) ? 0 : 5.5 * 3_600_000;
  const at = (seconds: number) =>
    new Date(start + seconds * 1000 + zone).toISOString().replace('T', ' ').slice(0, 19);
  const iso = (seconds: number) => new Date(start + seconds * 1000).toISOString();
  const from = numbers.from === '' ? 'anonymous' : numbers.from.slice(1);
  const answer = {
    ...{ Event: 'StartApp', CallUUID: uuid, CallStatus: 'ringing', Direction: 'inbound', From: from },
    To: numbers.did.slice(1),
  };
  const isTalk = talks.includes(kind);
  const source =
    { caller_ends: 'Caller', given_up: 'Caller', time_limit: 'Vobiz' }[kind as string] ?? 'Answer XML';
  const [code = '', cause = ''] = words[kind === 'time_limit' ? 'time_limit' : 'normal'] ?? [];
  const hangup = {
    ...answer,
    ...{
      Event: 'Hangup',
      CallStatus: kind === 'given_up' ? 'cancel' : 'completed',
      Duration: String(ENDS - 1),
    },
    ...{ BillDuration: '60', HangupCause: cause, HangupCauseCode: code, HangupSource: source },
    ...{ StartTime: at(0), AnswerTime: at(1), EndTime: at(ENDS) },
  };
  const events: Record<string, Form> = { hangup };
  const records: CdrRow[] = [
    cdrRow(uuid, {
      ...{ bridge_uuid: legs[0] ?? '', start_time: iso(0), answer_time: iso(1), end_time: iso(ENDS) },
      ...{ duration: ENDS, billsec: 60, ring_time: 1, total_cost: '0.45' },
      ...{ hangup_cause: cause, hangup_cause_code: code, hangup_source: source },
    }),
  ];
  for (const [place, id] of legs.entries()) {
    const loses = place === 1;
    const reached = isTalk && !loses;
    const why = loses ? 'race' : kind === 'time_limit' || !isTalk ? kind : 'normal';
    const [legCode = '', legCause = ''] = words[why] ?? [];
    const legSource =
      kind === 'caller_ends' ? 'Caller' : reached && kind !== 'time_limit' ? 'Callee' : 'Vobiz';
    const common = {
      ...{ CallUUID: uuid, DialALegUUID: uuid, DialBLegUUID: id, DialBLegFrom: numbers.did.slice(1) },
      ...{ DialBLegTo: `91980000000${place + 2}`, DialBLegPosition: String(place + 1) },
    };
    if (reached) {
      events.answered = { ...common, Event: 'DialAnswer', DialAction: 'answer' };
      events.connected = { ...common, Event: 'DialConnected', DialAction: 'connected' };
    }
    const [began, ended] = [5, loses ? 20 : ENDS];
    events[loses ? 'lost_race' : 'leg_ended'] = {
      ...common,
      ...{ Event: 'DialHangup', DialBLegDuration: reached ? String(TALK) : '0', DialBLegBillDuration: '60' },
      ...{ DialBLegHangupCause: legCause, DialBLegHangupCauseCode: legCode, DialBLegHangupSource: legSource },
      ...{ StartTime: at(began), AnswerTime: reached ? at(ENDS - TALK) : '', EndTime: at(ended) },
    };
    records.push(
      cdrRow(id, {
        ...{ bridge_uuid: uuid, start_time: iso(began), answer_time: reached ? iso(ENDS - TALK) : '' },
        ...{ end_time: iso(ended), duration: ended - began, billsec: reached ? 60 : 0, ring_time: 15 },
        ...{ total_cost: reached ? '0.45' : '0', hangup_cause: legCause, hangup_cause_code: legCode },
        hangup_source: legSource,
      }),
    );
  }
  if (legs.length > 0) {
    const status = { busy: 'busy', no_answer: 'no-answer', rejected: 'busy', given_up: 'cancel' }[
      kind as string
    ];
    events.action = { ...answer, Event: 'Redirect', DialStatus: status ?? 'completed', DialBLegUUID: '' };
  }
  return { kind, uuid, legs, answer, events, records };
}

export type Seen = {
  status: string;
  reason: string | null;
  answered: boolean;
  seconds: number | null;
  /** When the other side answered and when it was over, in seconds after the call came; null: not yet. */
  ended: number | null;
  confirmed: string | null;
  /** `A 59 hung_up_by_us event`, the caller's first. */
  legs: string[];
};

/** What is to be seen of a call of which only these events have arrived. */
export function expectedFrom(truth: Truth, arrived: readonly string[]): Seen {
  const has = (name: string) => arrived.includes(name);
  const isTalk = talks.includes(truth.kind);
  const answered = isTalk && ['answered', 'connected', 'leg_ended', 'action'].some(has);
  const isOver = has('hangup');
  const [status, reason] = isOver ? endOf(truth.kind, has) : [answered ? 'in_progress' : 'ringing', null];
  return {
    ...{ status, reason, answered },
    seconds: isOver ? ENDS - 1 : null,
    ended: isOver ? ENDS : null,
    confirmed: isOver ? 'event' : null,
    legs: arrived.length === 0 ? [] : legsFrom(truth, has),
  };
}

/** And when the records of all legs were read that are known: a record names one other leg, a second is known by its event. */
export function expectedInTheEnd(truth: Truth, arrived: readonly string[]): Seen {
  const [status, reason] = endOf(truth.kind, () => true);
  const own = { caller_ends: 'caller_hung_up', given_up: 'caller_hung_up', time_limit: 'time_limit' }[
    truth.kind as string
  ];
  const known = truth.legs.filter((_, place) => place === 0 || arrived.includes('lost_race'));
  const others = known.map((_, place) => otherLeg(truth.kind, place)).map((leg) => `B ${leg} cdr`);
  return {
    ...{
      status,
      reason,
      answered: talks.includes(truth.kind),
      seconds: ENDS - 1,
      ended: ENDS,
      confirmed: 'cdr',
    },
    legs: [`A ${ENDS - 1} ${own ?? 'hung_up_by_us'} cdr`, ...others],
  };
}

function endOf(kind: Kind, has: (event: string) => boolean): [status: string, reason: string] {
  switch (kind) {
    case 'callee_ends':
    case 'race':
      return ['completed', has('leg_ended') ? 'callee_hung_up' : 'hung_up_by_us'];
    case 'caller_ends':
      return ['completed', 'caller_hung_up'];
    case 'time_limit':
      return ['completed', 'time_limit'];
    case 'given_up':
      return ['canceled', 'canceled'];
    case 'announced':
      return ['completed', 'hung_up_by_us'];
    case 'rejected':
      if (has('leg_ended')) return ['failed', 'rejected'];
      return has('action') ? ['busy', 'busy'] : ['completed', 'hung_up_by_us'];
    default:
      return has('leg_ended') || has('action') ? [kind, kind] : ['completed', 'hung_up_by_us'];
  }
}

function otherLeg(kind: Kind, place: number): string {
  if (place === 1) return '0 answered_elsewhere';
  const talked = { callee_ends: 'callee_hung_up', race: 'callee_hung_up', caller_ends: 'caller_hung_up' }[
    kind as string
  ];
  if (kind === 'given_up') return '0 canceled';
  return talks.includes(kind) ? `${TALK} ${talked ?? kind}` : `0 ${kind}`;
}

function legsFrom(truth: Truth, has: (event: string) => boolean): string[] {
  const own = { caller_ends: 'caller_hung_up', given_up: 'caller_hung_up', time_limit: 'time_limit' }[
    truth.kind as string
  ];
  const legs = [has('hangup') ? `A ${ENDS - 1} ${own ?? 'hung_up_by_us'} event` : 'A null null null'];
  if (has('leg_ended')) legs.push(`B ${otherLeg(truth.kind, 0)} event`);
  else if (has('answered') || has('connected')) legs.push('B null null null');
  if (has('lost_race')) legs.push(`B ${otherLeg(truth.kind, 1)} event`);
  return legs;
}
