import type { PoolSnapshot } from '../pool/pool-snapshot.ts';
import {
  type Candidate,
  candidatesOf,
  countOf,
  type History,
  PREFERRED_TIER,
  type Wishes,
} from './did-candidates.ts';
import type { Side } from './session.ts';

export type Pair = Record<Side, Candidate>;

/** As many as one lock script takes at once. */
const MOST_PAIRS = 8;

export type Choice = {
  pool: PoolSnapshot;
  histories: Record<Side, History>;
  wishes: Record<Side, Wishes>;
};

/** The best pairs of a pool for two parties, best first; empty when there is none. */
export function choosePairs({ pool, histories, wishes }: Choice, random: () => number): Pair[] {
  const of = (side: Side) => candidatesOf(pool, histories[side], wishes[side], random);
  const wanted = (side: Side) => (wishes[side].last?.isWanted === true ? wishes[side].last.didId : null);
  return bestPairs(of('a'), of('b'), { a: wanted('a'), b: wanted('b') });
}

/**
 * The best pairs of two different DIDs. What the session prefers by name goes first, then the wanted pair, then what answers
 * the wishes better, then what was released less recently: a DID that the caller never had, then the one that it let go of longest ago. A late redial of an old number then most likely
 * meets nobody, where taking the first free DID would send it to the next session.
 *
 * A pair is as good as the ranks of its two sides together, so that neither party pays for the other; DIDs that a caller let
 * go of at the same time, or never had, are of one rank, and the draw decides.
 * @param wanted the pair that the two people had last, when they are to have it again
 */
export function bestPairs(
  forA: readonly Candidate[],
  forB: readonly Candidate[],
  wanted: Record<Side, string | null> = { a: null, b: null },
): Pair[] {
  const pairs: { pair: Pair; preferred: number; isWanted: boolean; tiers: number; rank: number }[] = [];
  const rankedB = ranked(forB);
  for (const one of ranked(forA)) {
    for (const other of rankedB) {
      const [a, b] = [one.candidate, other.candidate];
      if (a.didId === b.didId) continue;
      const isWanted = a.didId === wanted.a && b.didId === wanted.b;
      pairs.push({
        pair: { a, b },
        preferred: Number(a.tier === PREFERRED_TIER) + Number(b.tier === PREFERRED_TIER),
        isWanted,
        tiers: one.tierRank + other.tierRank,
        rank: one.rank + other.rank,
      });
    }
  }
  return pairs
    .sort(
      (x, y) =>
        y.preferred - x.preferred ||
        Number(y.isWanted) - Number(x.isWanted) ||
        x.tiers - y.tiers ||
        x.rank - y.rank,
    )
    .slice(0, MOST_PAIRS)
    .map(({ pair }) => pair);
}

type Ranked = { candidate: Candidate; tierRank: number; rank: number };

function ranked(candidates: readonly Candidate[]): Ranked[] {
  const tiers = placesOf(candidates.map(({ tier }) => tier));
  const times = placesOf(candidates.map(since));
  return candidates
    .map((candidate) => ({
      candidate,
      tierRank: tiers.get(candidate.tier) ?? 0,
      rank: times.get(since(candidate)) ?? 0,
    }))
    .sort((x, y) => x.tierRank - y.tierRank || x.rank - y.rank || x.candidate.draw - y.candidate.draw);
}

/** Dense ranks: equal values have one place. */
function placesOf(values: readonly number[]): Map<number, number> {
  const sorted = [...new Set(values)].sort((x, y) => (x < y ? -1 : 1));
  return new Map(sorted.map((value, place) => [value, place]));
}

function since(candidate: Candidate): number {
  return candidate.releasedAt ?? Number.NEGATIVE_INFINITY;
}

export type Shortage = { party: Side | 'both'; inPool: number; held: number; needed: number };

/** Why no pair exists and with how many DIDs there would be one. Held: live or cooling. */
export function shortageOf({ pool, histories, wishes }: Choice): Shortage {
  const a = countOf(pool, histories.a, wishes.a);
  const b = countOf(pool, histories.b, wishes.b);
  const [isFullA, isFullB] = [a.held >= a.dids, b.held >= b.dids];
  if (isFullA && isFullB) {
    const inPool = Math.max(a.dids, b.dids);
    return { party: 'both', inPool, held: Math.max(a.held, b.held), needed: inPool + 2 };
  }
  // With one more DID the saturated party takes that one, and the other one of its free ones.
  if (isFullA) return { party: 'a', inPool: a.dids, held: a.held, needed: a.dids + 1 };
  if (isFullB) return { party: 'b', inPool: b.dids, held: b.held, needed: b.dids + 1 };
  // Both have the same single DID left, and a pair needs two.
  const inPool = Math.max(a.dids, b.dids);
  return { party: 'both', inPool, held: Math.max(a.held, b.held), needed: inPool + 1 };
}
