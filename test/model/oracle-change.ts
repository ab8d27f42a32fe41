import { type Books, type Refusal, type Side, seconds, sides, the } from './oracle.ts';
import { bind, isHeldByOthers, liveBindings, moveFreeAt, release } from './oracle-bindings.ts';
import { type Controls, hasOwnDid, isTwice, type PartyBody, phonesOf, stagesOf } from './oracle-create.ts';
import { isExhausted } from './oracle-pairs.ts';
import { phaseOf, totalOf } from './oracle-phase.ts';

export type ChangeBody = Controls & { parties?: { [side in Side]?: PartyBody } };

function whyNotActive(books: Books, owner: number, place: number): Refusal | null {
  const session = books.sessions[place];
  if (session === undefined || session.owner !== owner) return { refused: ['not_found'] };
  return phaseOf(session, books.now).status === 'active' ? null : { refused: ['session_over'] };
}

/** Why a session is not changed, or null. Nothing of a refused change is done. */
export function refusalOfChange(
  books: Books,
  owner: number,
  place: number,
  body: ChangeBody,
): Refusal | null {
  const over = whyNotActive(books, owner, place);
  if (over !== null) return over;
  const session = the(books.sessions, place);
  const refused = new Set<string>();
  const after = { a: phonesOf(body.parties?.a), b: phonesOf(body.parties?.b) };
  const given = [...after.a, ...after.b];
  for (const side of sides) if (after[side].length === 0) after[side] = session.parties[side].phones;
  if (isTwice(given) || (given.length > 0 && isTwice([...after.a, ...after.b]))) refused.add('same_phone');
  if (hasOwnDid(books, owner, given, body.after_end)) refused.add('phone_is_a_did');
  for (const side of sides) {
    const { did, phones } = session.parties[side];
    const fresh = after[side].filter((phone) => !phones.includes(phone));
    if (fresh.some((phone) => isHeldByOthers(books, did, phone, place, side)))
      refused.add('phone_busy_on_did');
  }
  return refused.size === 0 ? null : { refused: [...refused] };
}

export function change(books: Books, place: number, body: ChangeBody): void {
  const session = the(books.sessions, place);
  session.updatedAt = books.now;
  session.direction = body.direction ?? session.direction;
  session.ringTimeoutSeconds = body.ring_timeout_seconds ?? session.ringTimeoutSeconds;
  session.maxCallSeconds = body.max_call_seconds ?? session.maxCallSeconds;
  session.metadata = body.metadata ?? session.metadata;
  if (body.after_end !== undefined) {
    session.stages = stagesOf(body.after_end);
    session.graceSeconds = totalOf(session.stages);
  }
  if (body.expires_in_seconds !== undefined) {
    session.expiresAt = books.now + seconds(body.expires_in_seconds);
  }
  moveFreeAt(books, place);
  for (const side of sides) {
    const party = session.parties[side];
    party.role = body.parties?.[side]?.role ?? party.role;
    const phones = phonesOf(body.parties?.[side]);
    if (phones.length === 0) continue;
    for (const binding of liveBindings(books, place)) {
      if (binding.side === side && !phones.includes(binding.phone)) release(books, binding);
    }
    for (const fresh of phones.filter((phone) => !party.phones.includes(phone))) {
      bind(books, place, side, fresh);
    }
    party.phones = phones;
  }
}

/** For numbers that are chosen as if the session were new, and held by its phones already. */
export function refusalOfRehome(books: Books, owner: number, place: number): Refusal | null {
  const over = whyNotActive(books, owner, place);
  if (over !== null) return over;
  return isExhausted(books, rehomeRequest(books, place)) ? { refused: ['pool_exhausted'] } : null;
}

export function rehomeRequest(books: Books, place: number) {
  const { owner, pool, parties } = the(books.sessions, place);
  return { owner, pool, phones: { a: parties.a.phones, b: parties.b.phones } };
}

/** Both parties get another DID, with the pair that the service chose; what they had cools. */
export function rehome(books: Books, place: number, pair: Record<Side, number>): void {
  const session = the(books.sessions, place);
  session.updatedAt = books.now;
  for (const binding of liveBindings(books, place)) release(books, binding);
  for (const side of sides) {
    session.parties[side].did = pair[side];
    for (const phone of session.parties[side].phones) bind(books, place, side, phone);
  }
}
