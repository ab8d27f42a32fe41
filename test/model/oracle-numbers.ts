import { type Books, type Refusal, seconds, the } from './oracle.ts';

/** A memory older than this changes no choice any more, and is dropped. */
const MEMORY_SECONDS = 90 * 86_400;
/** An Idempotency-Key is kept for longer than the promised day, then forgotten by a job. */
const KEY_SECONDS = 72 * 3_600;

/** A number exists once in the real world, and once in each tenant's test mode. */
export function refusalOfRegister(books: Books, owner: number, number: string): Refusal | null {
  const mine = the(books.owners, owner);
  const isTaken = books.dids.some((did) => {
    const theirs = the(books.owners, did.owner);
    const isSameWorld = mine.livemode ? theirs.livemode : did.owner === owner;
    return did.number === number && did.status !== 'retired' && isSameWorld;
  });
  return isTaken ? { refused: ['did_already_assigned'] } : null;
}

export function register(books: Books, owner: number, number: string, pool: string): void {
  books.dids.push({ owner, number, pool, status: 'active', isUnhealthy: false });
}

export function refusalOfRetire(books: Books, owner: number, did: number): Refusal | null {
  return books.dids[did]?.owner === owner ? null : { refused: ['not_found'] };
}

/** No new bindings from now on; out of service once nobody holds it, which may be now. */
export function retire(books: Books, did: number): void {
  const book = the(books.dids, did);
  if (book.status === 'active') book.status = 'retiring';
  finishRetiring(books, the(books.owners, book.owner).tenant);
}

function finishRetiring(books: Books, tenant: number): void {
  for (const [place, did] of books.dids.entries()) {
    if (did.status !== 'retiring' || the(books.owners, did.owner).tenant !== tenant) continue;
    const isHeld = books.bindings.some((one) => one.did === place && one.freeAt > books.now);
    if (!isHeld) did.status = 'retired';
  }
}

/** The housekeeping: cooled bindings become memories, old memories and keys go, DIDs that nobody holds retire. */
export function sweep(books: Books): void {
  for (const binding of books.bindings.filter((one) => one.freeAt <= books.now)) {
    const { did, phone, releasedAt, freeAt } = binding;
    books.memories = books.memories.filter((one) => one.did !== did || one.phone !== phone);
    books.memories.push({ did, phone, releasedAt: releasedAt ?? freeAt });
  }
  books.bindings = books.bindings.filter((one) => one.freeAt > books.now);
  books.memories = books.memories.filter((one) => one.releasedAt >= books.now - seconds(MEMORY_SECONDS));
  books.keys = books.keys.filter((one) => one.at >= books.now - seconds(KEY_SECONDS));
  for (const tenant of books.tenants.keys()) finishRetiring(books, tenant);
}
