import { type BindingBook, type Books, bindingOf, type Refusal, seconds, sides, the } from './oracle.ts';
import { isLeftBehind, isWhole, moveFreeAt } from './oracle-bindings.ts';
import { offAt, phaseOf } from './oracle-phase.ts';

/**
 * Once: its stages begin on the moment on which it was off, which may have been its expiry, and its numbers cool after them.
 * @param immediately it has no stages any more, also when it is in one
 */
export function end(books: Books, place: number, immediately = false): void {
  const session = the(books.sessions, place);
  const { status } = phaseOf(session, books.now);
  const isCut = immediately && (status === 'active' || status === 'grace');
  if (!isCut && session.endedAt !== null) return;
  session.endedAt ??= books.now;
  session.updatedAt = books.now;
  if (isCut) {
    session.stages = [];
    // Whole seconds: what began counts.
    session.graceSeconds = Math.max(0, Math.ceil((books.now - offAt(session)) / 1000));
  }
  const releasedAt = offAt(session) + seconds(session.graceSeconds);
  for (const binding of books.bindings.filter((one) => one.session === place)) {
    if (!isToBeReleased(books, binding)) continue;
    binding.releasedAt = releasedAt;
    binding.freeAt = releasedAt + seconds(session.coolingSeconds);
  }
}

function isToBeReleased(books: Books, binding: BindingBook): boolean {
  return !isLeftBehind(books, binding);
}

/** A session comes back with all its numbers or not at all. */
export function refusalOfReopen(books: Books, owner: number, place: number): Refusal | null {
  const session = books.sessions[place];
  if (session === undefined || session.owner !== owner) return { refused: ['not_found'] };
  const isOver = phaseOf(session, books.now).status !== 'active';
  return isOver && isWhole(books, place) ? null : { refused: ['not_reopenable'] };
}

/** Its stages come after its next end again; those that were cut are gone. */
export function reopen(books: Books, place: number, expiresInSeconds: number): void {
  const session = the(books.sessions, place);
  session.endedAt = null;
  session.updatedAt = books.now;
  session.expiresAt = books.now + seconds(expiresInSeconds);
  if (session.stages.length === 0) session.graceSeconds = 0;
  for (const side of sides) {
    for (const phone of session.parties[side].phones) {
      const binding = bindingOf(books, session.parties[side].did, phone);
      if (binding !== null) binding.releasedAt = null;
    }
  }
  moveFreeAt(books, place);
}
