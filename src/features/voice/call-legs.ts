import stableStringify from 'safe-stable-stringify';
import type { Cost } from '../vobiz/cdr.ts';
import { type HangupReason, hangupReason } from '../vobiz/hangup-reason.ts';
import type { CallFact, EndingFact, KnownFact } from './call-fact.ts';

/** How a leg ended: in our words, and in the provider's. */
export type Hangup = {
  reason: HangupReason;
  code: number | null;
  cause: string | null;
  name: string | null;
  source: string | null;
};

/** A: the caller to us; B: us to a phone of the other party. Times are RFC 3339 in UTC, as the provider has them. */
export type CallLeg = {
  id: string;
  side: 'A' | 'B';
  /** Of the number among those that one Dial rings, from 1. */
  position: number | null;
  last4: string | null;
  index: string | null;
  /** Of the called number. */
  country: string | null;
  startedAt: string | null;
  answeredAt: string | null;
  endedAt: string | null;
  durationSeconds: number | null;
  billedSeconds: number | null;
  hangup: Hangup | null;
  cost: Cost | null;
  /** What its ending is known by; null while it has not ended, as far as anybody knows. */
  confirmedBy: 'event' | 'cdr' | null;
};

export type FactOf<Kind extends CallFact['kind']> = Extract<CallFact, { kind: Kind }>;
type BLegFact = FactOf<'dial_answer' | 'dial_connected' | 'dial_hangup'>;

export type KnownCall = {
  /** The provider's id of the call, which is its A leg's. */
  providerCallId: string;
  decision: string;
  startedAt: string;
};

/** In one order, whatever order they came in; of each only the first that was heard. */
export function inOrder(known: readonly KnownFact[]): KnownFact[] {
  const first = new Map<string, KnownFact>();
  for (const one of known) {
    const text = stableStringify(one.fact);
    const before = first.get(text);
    if (before === undefined || one.at < before.at) first.set(text, one);
  }
  return [...first].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, fact]) => fact);
}

export function factsOf<Kind extends CallFact['kind']>(
  facts: readonly KnownFact[],
  ...kinds: readonly Kind[]
): { at: string; fact: FactOf<Kind> }[] {
  return facts.filter((one): one is { at: string; fact: FactOf<Kind> } =>
    (kinds as readonly string[]).includes(one.fact.kind),
  );
}

/** The legs of a call, from facts in order: the caller's first, the others as they began. */
export function legsOf(call: KnownCall, facts: readonly KnownFact[]): CallLeg[] {
  const heard = factsOf(facts, 'dial_answer', 'dial_connected', 'dial_hangup');
  const records = factsOf(facts, 'cdr').map(({ fact }) => fact);
  const ids = new Set<string>();
  for (const { fact } of heard) if (fact.leg !== null && fact.leg !== call.providerCallId) ids.add(fact.leg);
  for (const { side, leg, bridge } of records) {
    if (side === 'B') ids.add(leg);
    // It is there, and its own record is still to come.
    else if (bridge !== null && bridge !== call.providerCallId) ids.add(bridge);
  }
  const ofA = factsOf(facts, 'hangup').map(({ fact }) => mended(fact, call));
  const a: CallLeg = {
    ...endedLeg(recordOf(records, call.providerCallId), earliest(ofA)),
    id: call.providerCallId,
    side: 'A',
    position: null,
    last4: factsOf(facts, 'answer')[0]?.fact.last4 ?? null,
    index: null,
    country: null,
  };
  const others = [...ids].map((id): CallLeg => {
    const own = heard.filter(({ fact }) => fact.leg === id);
    const endings = own.flatMap(({ fact }) => (fact.kind === 'dial_hangup' ? [mended(fact, call)] : []));
    const ended = endedLeg(recordOf(records, id), earliest(endings));
    const answers = own.filter(({ fact }) => fact.kind !== 'dial_hangup').map(({ at }) => at);
    // Until it has ended nobody says when it was answered: it was when that was first heard of.
    const answeredAt = ended.confirmedBy === null ? (answers.sort()[0] ?? null) : ended.answeredAt;
    const number = numberOf(own.map(({ fact }) => fact));
    const country = recordOf(records, id)?.country ?? number.country;
    return { ...ended, answeredAt, id, side: 'B', ...number, country };
  });
  const place = (leg: CallLeg) => `${leg.startedAt ?? '~'}|${leg.position ?? 0}|${leg.id}`;
  return [a, ...others.sort((one, other) => (place(one) < place(other) ? -1 : 1))];
}

/** The provider's records before what its event said, field by field. */
function endedLeg(record: FactOf<'cdr'> | null, ending: EndingFact | null) {
  const said = record === null && ending === null ? null : { ...ending, ...known(record ?? {}) };
  return {
    startedAt: said?.startedAt ?? null,
    answeredAt: said?.answeredAt ?? null,
    endedAt: said?.endedAt ?? null,
    durationSeconds: said?.durationSeconds ?? null,
    billedSeconds: said?.billedSeconds ?? null,
    hangup: said === null ? null : hangupOf(said),
    cost: record?.cost ?? null,
    confirmedBy: record !== null ? ('cdr' as const) : ending !== null ? ('event' as const) : null,
  };
}

export function hangupOf(said: Partial<EndingFact>): Hangup {
  const { code = null, cause = null, source = null, causeName: name = null } = said;
  return { reason: hangupReason({ code, cause, source }), code, cause, name, source };
}

/** Of several endings of one leg the earliest: nothing ends twice. */
export function earliest<Ending extends EndingFact>(endings: readonly Ending[]): Ending | null {
  const time = ({ endedAt }: Ending) => endedAt ?? '~';
  return endings.reduce<Ending | null>(
    (best, one) => (best === null || time(one) < time(best) ? one : best),
    null,
  );
}

export function recordOf(records: readonly FactOf<'cdr'>[], leg: string): FactOf<'cdr'> | null {
  return earliest(records.filter((record) => record.leg === leg));
}

type NumberField = 'position' | 'last4' | 'index' | 'country';

function numberOf(facts: readonly BLegFact[]): Pick<CallLeg, NumberField> {
  const first = <Field extends NumberField>(field: Field) =>
    facts.map((fact) => fact[field]).find((value) => value !== null && value !== undefined) ?? null;
  return {
    position: first('position'),
    last4: first('last4'),
    index: first('index'),
    country: first('country'),
  };
}

function known<T extends object>(of: T): Partial<T> {
  return Object.fromEntries(Object.entries(of).filter(([, value]) => value !== null)) as Partial<T>;
}

/** What Indian time is ahead of UTC, and how far from that a leg may begin after its call. */
const ZONE_MS = 5.5 * 3_600_000;
const SLACK_MS = 3_600_000;

/**
 * Times of events have no zone and are read as Indian time. When a leg then begins 5.5 hours before or after its call, which
 * our own clock has, the sender meant the other zone: it is moved by that.
 */
export function mended<Ending extends EndingFact>(ending: Ending, call: KnownCall): Ending {
  const began = ending.startedAt ?? ending.answeredAt ?? ending.endedAt;
  if (began === null) return ending;
  const off = Date.parse(began) - Date.parse(call.startedAt);
  if (Math.abs(Math.abs(off) - ZONE_MS) > SLACK_MS) return ending;
  const moved = (time: string | null) =>
    time === null ? null : new Date(Date.parse(time) - Math.sign(off) * ZONE_MS).toISOString();
  return {
    ...ending,
    startedAt: moved(ending.startedAt),
    answeredAt: moved(ending.answeredAt),
    endedAt: moved(ending.endedAt),
  };
}
