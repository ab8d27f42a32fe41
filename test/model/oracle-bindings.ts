import {
  type BindingBook,
  type Books,
  bindingOf,
  isHeld,
  type SessionBook,
  type Side,
  seconds,
  the,
} from './oracle.ts';

/** When the numbers of a session that goes on as it is now are free again. */
function freeAtOf(session: SessionBook): number {
  return session.expiresAt + seconds(session.graceSeconds + session.coolingSeconds);
}

/** A phone of a party gets its DID; what it held there before has cooled, or is this session's own. */
export function bind(books: Books, place: number, side: Side, phone: string): void {
  const session = the(books.sessions, place);
  const did = session.parties[side].did;
  books.bindings = books.bindings.filter((one) => one.did !== did || one.phone !== phone);
  books.bindings.push({ did, phone, session: place, side, releasedAt: null, freeAt: freeAtOf(session) });
}

/** It cools from now on. */
export function release(books: Books, binding: BindingBook): void {
  binding.releasedAt = books.now;
  binding.freeAt = books.now + seconds(the(books.sessions, binding.session).coolingSeconds);
}

/** Those that nobody has let go of yet. */
export function liveBindings(books: Books, place: number): BindingBook[] {
  return books.bindings.filter((one) => one.session === place && one.releasedAt === null);
}

/** Whatever moves the end of a session, or of its stages, moves the end of the cooling time of what is live. */
export function moveFreeAt(books: Books, place: number): void {
  for (const binding of liveBindings(books, place)) binding.freeAt = freeAtOf(the(books.sessions, place));
}

/** Its phone is not in its session any more, or its party has another DID: whatever the clock says. */
export function isLeftBehind(books: Books, binding: BindingBook): boolean {
  const party = the(books.sessions, binding.session).parties[binding.side];
  return binding.did !== party.did || !party.phones.includes(binding.phone);
}

/** A phone that comes back to its party finds its own tombstone there, and that is no obstacle. */
export function isHeldByOthers(books: Books, did: number, phone: string, place: number, side: Side): boolean {
  const binding = bindingOf(books, did, phone);
  return isHeld(books, did, phone) && (binding?.session !== place || binding.side !== side);
}

/** It has all the numbers of its phones still: nobody else can have got one of them. */
export function isWhole(books: Books, place: number): boolean {
  return Object.values(the(books.sessions, place).parties).every(({ did, phones }) =>
    phones.every((phone) => isHeld(books, did, phone) && bindingOf(books, did, phone)?.session === place),
  );
}
