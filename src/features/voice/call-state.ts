import type { CallsRow } from '../../generated/tables.ts';
import type { HangupReason } from '../vobiz/hangup-reason.ts';
import type { KnownFact } from './call-fact.ts';
import {
  type CallLeg,
  earliest,
  type FactOf,
  factsOf,
  type Hangup,
  hangupOf,
  inOrder,
  type KnownCall,
  legsOf,
  mended,
  recordOf,
} from './call-legs.ts';

export type CallStatus = CallsRow['status'];

/** What a call is, as far as is known. Times are RFC 3339 in UTC. */
export type CallState = {
  status: CallStatus;
  /** Whether the other side was reached, by whatever says so first: once true it stays so. */
  connected: boolean;
  answeredAt: string | null;
  endedAt: string | null;
  /** Answered seconds of the caller's leg. */
  durationSeconds: number | null;
  hangup: Hangup | null;
  hasRecording: boolean;
  /** What the end is known by; null when nobody knows it. */
  confirmedBy: 'event' | 'cdr' | null;
  legs: CallLeg[];
};

/**
 * The state of a call from all that is known of it. The facts are a set: their order, and how often each comes, change
 * nothing. Where they contradict each other, the provider's records count before the hangup event of a leg, that before the
 * events of the Dial, and a call that is lost is so only while nothing else says how it ended.
 */
export function callState(call: KnownCall, known: readonly KnownFact[]): CallState {
  const facts = inOrder(known);
  const legs = legsOf(call, facts);
  const connected = isConnected(facts);
  const a = legs.find(({ side }) => side === 'A');
  const ends = factsOf(facts, 'hangup', 'not_placed', 'lost').map(({ at }) => at);
  const records = factsOf(facts, 'cdr').filter(({ fact }) => fact.leg === call.providerCallId);
  const heardAt = [...ends, ...records.map(({ at }) => at)].sort()[0] ?? null;
  const answers = legs.filter(({ side }) => side === 'B').flatMap(({ answeredAt }) => answeredAt ?? []);
  const common = {
    connected,
    answeredAt: answers.sort()[0] ?? null,
    durationSeconds: a?.durationSeconds ?? null,
    hasRecording: factsOf(facts, 'record_stopped').length > 0,
    confirmedBy: a?.confirmedBy ?? null,
    legs,
  };
  if (heardAt === null) {
    return { ...common, status: connected ? 'in_progress' : 'ringing', endedAt: null, hangup: null };
  }
  const b = decisive(call, facts);
  const ofA = a?.hangup ?? notPlaced(facts);
  const end = outcome(call, facts, connected, ofA?.reason ?? 'unknown', b);
  return {
    ...common,
    status: end.status,
    endedAt: a?.endedAt ?? heardAt,
    hangup: whyOver(end, connected, ofA, b),
  };
}

/** Of a call that never came to be there is no leg that could say anything. */
function notPlaced(facts: readonly KnownFact[]): Hangup | null {
  const [said] = factsOf(facts, 'not_placed');
  return said === undefined
    ? null
    : { reason: said.fact.reason, code: null, cause: null, name: null, source: null };
}

function isConnected(facts: readonly KnownFact[]): boolean {
  return facts.some(({ fact }) => {
    switch (fact.kind) {
      case 'dial_answer':
      case 'dial_connected':
        return true;
      case 'dial_hangup':
        return (fact.durationSeconds ?? 0) > 0;
      case 'dial_action':
        return fact.status === 'completed';
      case 'cdr':
        return fact.side === 'B' && hasTalked(fact);
      default:
        return false;
    }
  });
}

function hasTalked({ durationSeconds }: FactOf<'cdr' | 'dial_hangup'>): boolean {
  return (durationSeconds ?? 0) > 0;
}

/** How the leg to the other party ended that decides on the call: the last one that was not given up for another. */
function decisive(call: KnownCall, facts: readonly KnownFact[]): Hangup | null {
  const records = factsOf(facts, 'cdr').map(({ fact }) => fact);
  const heard = factsOf(facts, 'dial_hangup').map(({ fact }) => mended(fact, call));
  const endings = [
    ...new Set(records.filter(({ side }) => side === 'B').map(({ leg }) => recordOf(records, leg))),
    ...heard.filter(({ leg }) => leg === null || recordOf(records, leg) === null),
  ].flatMap((ending) => {
    if (ending === null) return [];
    const position = 'position' in ending ? (ending.position ?? 0) : 0;
    return [{ hangup: hangupOf(ending), at: ending.endedAt ?? '', position }];
  });
  const wanted = endings.filter(({ hangup }) => hangup.reason !== 'answered_elsewhere');
  const later = (one: (typeof endings)[number], other: (typeof endings)[number]) =>
    one.at === other.at ? one.position > other.position : one.at > other.at;
  const [first, ...others] = wanted;
  if (first === undefined) return null;
  return others.reduce((best, one) => (later(one, best) ? one : best), first).hangup;
}

type Outcome = { status: CallStatus; saidBy: 'caller_leg' | 'other_leg' };

const saidByHangup: Readonly<Record<string, CallStatus>> = {
  busy: 'busy',
  'no-answer': 'no_answer',
  timeout: 'no_answer',
  cancel: 'canceled',
  canceled: 'canceled',
  cancelled: 'canceled',
  failed: 'failed',
  rejected: 'failed',
};

const saidByDial: readonly (readonly [status: string, means: CallStatus])[] = [
  ['busy', 'busy'],
  ['no-answer', 'no_answer'],
  ['timeout', 'no_answer'],
  ['cancel', 'canceled'],
  ['failed', 'failed'],
];

/** What a leg that was not answered has come to. */
const unanswered: Readonly<Record<HangupReason, CallStatus | null>> = {
  caller_hung_up: 'canceled',
  callee_hung_up: 'failed',
  hung_up_by_us: null,
  busy: 'busy',
  no_answer: 'no_answer',
  rejected: 'failed',
  canceled: 'canceled',
  answered_elsewhere: null,
  time_limit: null,
  unreachable: 'failed',
  blocked: 'failed',
  no_capacity: 'failed',
  out_of_credit: 'failed',
  our_document: 'failed',
  provider_error: 'failed',
  unknown: null,
};

function outcome(
  call: KnownCall,
  facts: readonly KnownFact[],
  connected: boolean,
  reasonOfA: HangupReason,
  b: Hangup | null,
): Outcome {
  const records = factsOf(facts, 'cdr').map(({ fact }) => fact);
  if (records.some((record) => record.side === 'B' && hasTalked(record))) {
    return { status: 'completed', saidBy: 'other_leg' };
  }
  const record = recordOf(records, call.providerCallId);
  const hangup = earliest(factsOf(facts, 'hangup').map(({ fact }) => mended(fact, call)));
  let said: CallStatus = 'completed';
  if (record !== null) said = hasTalked(record) ? 'completed' : (unanswered[reasonOfA] ?? 'completed');
  else if (hangup !== null) said = saidByHangup[hangup.status ?? ''] ?? 'completed';
  else return { status: reasonOfA === 'canceled' ? 'canceled' : 'failed', saidBy: 'caller_leg' };
  const isForSomebody = call.decision === 'bridge' || call.decision === 'forward';
  if (said !== 'completed' || !isForSomebody || connected) return { status: said, saidBy: 'caller_leg' };
  // The caller was talked to by us; what is asked is whether anybody else was reached.
  const byLeg = b === null ? null : unanswered[b.reason];
  const byAction = saidByDial.find(([status]) =>
    factsOf(facts, 'dial_action').some(({ fact }) => fact.status === status),
  )?.[1];
  const status = byLeg ?? byAction ?? null;
  return status === null ? { status: said, saidBy: 'caller_leg' } : { status, saidBy: 'other_leg' };
}

const fromStatus: Readonly<Partial<Record<CallStatus, HangupReason>>> = {
  busy: 'busy',
  no_answer: 'no_answer',
  canceled: 'canceled',
};

/**
 * The leg that decided says why; when it says nothing of use, the other one does. That our own document hung up is of no use:
 * it does so whenever a call is over.
 */
function whyOver(end: Outcome, connected: boolean, a: Hangup | null, b: Hangup | null): Hangup {
  const ofB = end.status === 'completed' && !connected ? null : b;
  const both = end.saidBy === 'other_leg' && end.status !== 'completed' ? [ofB, a] : [a, ofB];
  const legs = both.filter((hangup) => hangup !== null);
  const useful = legs.find(({ reason }) => reason !== 'unknown' && reason !== 'hung_up_by_us');
  const said = useful ?? legs.find(({ reason }) => reason !== 'unknown') ?? legs[0];
  const found = useful?.reason ?? fromStatus[end.status] ?? said?.reason ?? 'unknown';
  // Whoever hangs up before anybody has answered gives up, whichever leg tells of it.
  const reason = end.status === 'canceled' && found === 'caller_hung_up' ? 'canceled' : found;
  return { ...(said ?? { code: null, cause: null, name: null, source: null }), reason };
}
