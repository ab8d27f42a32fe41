/** A DID that a caller may get: `releasedAt` in seconds, null when, as far as we know, it never had it. */
export type Candidate = { didId: string; e164: string; releasedAt: number | null };

export type Pair = { a: Candidate; b: Candidate };

/**
 * Least recently released first: a DID that this caller never had, then the one that it let go of longest ago. A late
 * redial of an old number then most likely meets nobody, where taking the first free DID would send it to the next session.
 * Candidates of equal rank keep their order, which the store has made random.
 */
function ranked(candidates: readonly Candidate[]): Candidate[] {
  return [...candidates].sort((x, y) => since(x) - since(y));
}

function since(candidate: Candidate): number {
  return candidate.releasedAt ?? Number.NEGATIVE_INFINITY;
}

/** As many as one lock script takes at once. */
const MOST_PAIRS = 8;

/**
 * The best pairs of two different DIDs, best first; empty when there is none. A pair is as good as the ranks of its two
 * sides together, so that neither party pays for the other; DIDs that a caller let go of at the same time, or never had, are
 * of one rank.
 */
export function bestPairs(forA: readonly Candidate[], forB: readonly Candidate[]): Pair[] {
  const pairs: { pair: Pair; rank: number }[] = [];
  for (const [a, rankA] of ranksOf(ranked(forA))) {
    for (const [b, rankB] of ranksOf(ranked(forB))) {
      if (a.didId !== b.didId) pairs.push({ pair: { a, b }, rank: rankA + rankB });
    }
  }
  return pairs
    .sort((x, y) => x.rank - y.rank)
    .slice(0, MOST_PAIRS)
    .map(({ pair }) => pair);
}

function ranksOf(sorted: readonly Candidate[]): [Candidate, number][] {
  let rank = 0;
  return sorted.map((candidate, place) => {
    const before = sorted[place - 1];
    if (before !== undefined && since(before) !== since(candidate)) rank += 1;
    return [candidate, rank];
  });
}

/** How many DIDs of a pool each party's phone holds, live or cooling. */
export type Holdings = { inPool: number; heldByA: number; heldByB: number };

export type Shortage = { party: 'a' | 'b' | 'both'; held: number; needed: number };

/** Why no pair exists and with how many DIDs in the pool there would be one. */
export function shortageOf({ inPool, heldByA, heldByB }: Holdings): Shortage {
  const isFullA = heldByA >= inPool;
  const isFullB = heldByB >= inPool;
  if (isFullA && isFullB) return { party: 'both', held: inPool, needed: inPool + 2 };
  // With one more DID the saturated party takes that one, and the other one of its free ones.
  if (isFullA) return { party: 'a', held: heldByA, needed: inPool + 1 };
  if (isFullB) return { party: 'b', held: heldByB, needed: inPool + 1 };
  // Both have the same single DID left, and a pair needs two.
  return { party: 'both', held: Math.max(heldByA, heldByB), needed: inPool + 1 };
}
