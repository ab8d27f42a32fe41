import { type Books, isHeld, type Side, sides, the } from './oracle.ts';

/** Who wants a pair, and of which pool. */
export type PairRequest = { owner: number; pool: string; phones: Record<Side, string[]> };
type Ranked = { did: number; kindRank: number; timeRank: number };
/** As the refusal tells it. */
export type Saturation = { party: string; dids_in_pool: number; dids_held: number; dids_needed: number };

/** The active DIDs of a pool, as places in the books. */
function didsOf(books: Books, owner: number, pool: string): number[] {
  return [...books.dids.keys()].filter((place) => {
    const did = the(books.dids, place);
    return did.owner === owner && did.pool === pool && did.status === 'active';
  });
}

function isFree(books: Books, did: number, phones: readonly string[]): boolean {
  return phones.every((phone) => !isHeld(books, did, phone));
}

/**
 * When the last of these phones let go of a DID; minus infinity when none ever had it. Of a session that ran out by itself
 * nobody wrote down an end, and the service counts from the end of its cooling time.
 */
function letGoAt(books: Books, did: number, phones: readonly string[]): number {
  const times = [
    ...books.memories
      .filter((one) => one.did === did && phones.includes(one.phone))
      .map((one) => one.releasedAt),
    ...books.bindings
      .filter((one) => one.did === did && phones.includes(one.phone))
      .map((one) => one.releasedAt ?? one.freeAt),
  ];
  return Math.max(Number.NEGATIVE_INFINITY, ...times);
}

/**
 * What a party may get, with two ranks: how many kinds of DIDs are better than its kind (well, unhealthy), and how many
 * different times of letting go are before its own.
 */
function rankedFor(books: Books, { owner, pool, phones }: PairRequest, side: Side): Ranked[] {
  const free = didsOf(books, owner, pool).filter((did) => isFree(books, did, phones[side]));
  const known = free.map((did) => ({
    did,
    kind: the(books.dids, did).isUnhealthy ? 1 : 0,
    at: letGoAt(books, did, phones[side]),
  }));
  const below = (values: number[], value: number) => new Set(values.filter((one) => one < value)).size;
  return known.map(({ did, kind, at }) => ({
    did,
    kindRank: below(
      known.map((one) => one.kind),
      kind,
    ),
    timeRank: below(
      known.map((one) => one.at),
      at,
    ),
  }));
}

/** A pair is as good as its two sides together: by kind first, then by time. */
function pairsOf(
  books: Books,
  request: PairRequest,
): { a: number; b: number; kinds: number; times: number }[] {
  const forB = rankedFor(books, request, 'b');
  return rankedFor(books, request, 'a').flatMap((a) =>
    forB
      .filter((b) => b.did !== a.did)
      .map((b) => ({
        a: a.did,
        b: b.did,
        kinds: a.kindRank + b.kindRank,
        times: a.timeRank + b.timeRank,
      })),
  );
}

export function isExhausted(books: Books, request: PairRequest): boolean {
  return pairsOf(books, request).length === 0;
}

/** Why this pair may not be given, or null: it has to be free, of two DIDs, and none may be better. */
export function whyNot(books: Books, request: PairRequest, pair: Record<Side, number>): string | null {
  const pairs = pairsOf(books, request);
  const found = pairs.find((one) => one.a === pair.a && one.b === pair.b);
  if (found === undefined) {
    const held = sides.filter((side) => !isFree(books, pair[side], request.phones[side]));
    return `the pair is not to be given (held: ${held.join() || 'none'}, equal: ${pair.a === pair.b})`;
  }
  const better = pairs.find(
    ({ kinds, times }) => kinds < found.kinds || (kinds === found.kinds && times < found.times),
  );
  if (better === undefined) return null;
  return `there was a better pair: ${JSON.stringify(better)} than ${JSON.stringify(found)}`;
}

/** Which party is full, and with how many DIDs there would have been a pair. */
export function saturationOf(books: Books, request: PairRequest): Saturation {
  const all = didsOf(books, request.owner, request.pool);
  const heldBy = (side: Side) => all.filter((did) => !isFree(books, did, request.phones[side])).length;
  const [a, b] = [heldBy('a'), heldBy('b')];
  const full = sides.filter((side) => heldBy(side) === all.length);
  const party = full.length === 1 ? (full[0] ?? '') : 'both';
  // A party that is full needs one more; two that are full need two, since a pair is two numbers.
  const more = full.length === 2 ? 2 : 1;
  const held = party === 'a' ? a : party === 'b' ? b : Math.max(a, b);
  return { party, dids_in_pool: all.length, dids_held: held, dids_needed: all.length + more };
}
