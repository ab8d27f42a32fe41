import {
  type Books,
  type Direction,
  isOwnDid,
  poolOf,
  type Refusal,
  type SessionBook,
  type Side,
  type StageBook,
  seconds,
  sides,
} from './oracle.ts';
import { bind } from './oracle-bindings.ts';
import { isExhausted } from './oracle-pairs.ts';
import { totalOf } from './oracle-phase.ts';

export type PartyBody = { phone?: string; phones?: string[]; role?: string };
export type StageBody = { seconds: number; allow: StageBook['allow']; forward_to?: string };
export type Controls = {
  expires_in_seconds?: number;
  direction?: Direction;
  ring_timeout_seconds?: number;
  max_call_seconds?: number;
  after_end?: StageBody[];
  metadata?: Record<string, string>;
};
export type CreateBody = Controls & {
  transaction_ref?: string;
  pool: string;
  parties: Record<Side, PartyBody>;
  cooling_seconds?: number;
  sliding_seconds?: number;
  max_calls?: number;
  end_after_first_call?: boolean;
};

export function phonesOf(party: PartyBody | undefined): string[] {
  return party?.phones ?? (party?.phone === undefined ? [] : [party.phone]);
}

export function stagesOf(bodies: readonly StageBody[] | undefined): StageBook[] {
  return (bodies ?? []).map(({ seconds: count, allow, forward_to }) => ({
    seconds: count,
    allow,
    forwardTo: forward_to ?? null,
  }));
}

export function isTwice(phones: readonly string[]): boolean {
  return new Set(phones).size < phones.length;
}

/** A call to one of these would come back to us. */
export function hasOwnDid(
  books: Books,
  owner: number,
  phones: readonly string[],
  stages: Controls['after_end'],
) {
  const forwards = (stages ?? []).flatMap((stage) => stage.forward_to ?? []);
  return [...phones, ...forwards].some((number) => isOwnDid(books, owner, number));
}

/** Why no session is made, or null. */
export function refusalOfCreate(books: Books, owner: number, body: CreateBody): Refusal | null {
  const phones = { a: phonesOf(body.parties.a), b: phonesOf(body.parties.b) };
  const all = [...phones.a, ...phones.b];
  const refused = [
    ...(isTwice(all) ? ['same_phone'] : []),
    ...(hasOwnDid(books, owner, all, body.after_end) ? ['phone_is_a_did'] : []),
    ...(poolOf(books, owner, body.pool) === null ? ['unknown_reference'] : []),
  ];
  if (refused.length === 0 && isExhausted(books, { owner, pool: body.pool, phones })) {
    refused.push('pool_exhausted');
  }
  return refused.length === 0 ? null : { refused };
}

/** Writes a session with the pair that the service chose. Its place in the books. */
export function create(books: Books, owner: number, body: CreateBody, pair: Record<Side, number>): number {
  const party = (side: Side) => ({
    did: pair[side],
    phones: phonesOf(body.parties[side]),
    role: body.parties[side].role ?? null,
  });
  const stages = stagesOf(body.after_end);
  const session: SessionBook = {
    owner,
    pool: body.pool,
    transactionRef: body.transaction_ref ?? null,
    direction: body.direction ?? 'both',
    createdAt: books.now,
    updatedAt: books.now,
    expiresAt: books.now + seconds(body.expires_in_seconds ?? 3600),
    endedAt: null,
    stages,
    graceSeconds: totalOf(stages),
    coolingSeconds: body.cooling_seconds ?? poolOf(books, owner, body.pool)?.coolingSeconds ?? 0,
    ringTimeoutSeconds: body.ring_timeout_seconds ?? 30,
    maxCallSeconds: body.max_call_seconds ?? 3600,
    slidingSeconds: body.sliding_seconds ?? null,
    maxCalls: body.max_calls ?? null,
    callsMade: 0,
    endAfterFirstCall: body.end_after_first_call ?? false,
    metadata: body.metadata ?? {},
    parties: { a: party('a'), b: party('b') },
  };
  books.sessions.push(session);
  const place = books.sessions.length - 1;
  for (const side of sides) {
    for (const phone of session.parties[side].phones) bind(books, place, side, phone);
  }
  return place;
}
