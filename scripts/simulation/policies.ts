import { bestPairs, type Candidate } from '../../src/features/sessions/pair-choice.ts';
import { type Random, sample } from './random.ts';

/** What one phone remembers: the DIDs that it holds, and when it let go of the others that it had. */
export class Phone {
  readonly live = new Set<number>();
  readonly cooling = new Set<number>();
  readonly releasedAt = new Map<number, number>();

  holds(did: number): boolean {
    return this.live.has(did) || this.cooling.has(did);
  }

  get held(): number {
    return this.live.size + this.cooling.size;
  }

  take(did: number): void {
    this.live.add(did);
    this.releasedAt.delete(did);
  }

  cool(did: number): void {
    this.live.delete(did);
    this.cooling.add(did);
  }

  /** @param endedAt when the session was over: its cooling time does not make the DID younger */
  free(did: number, endedAt: number): void {
    this.live.delete(did);
    this.cooling.delete(did);
    this.releasedAt.set(did, endedAt);
  }
}

export type Choice = { a: number; b: number };
/** Two different DIDs, each not held by its phone; null when there are none. */
export type Policy = (dids: number, a: Phone, b: Phone, random: Random) => Choice | null;

/** As many of each kind as the database offers the service. */
const MOST_OFFERED = 8;

/** What the service is offered by its database: some DIDs that the phone never had, and those it released longest ago. */
function candidatesOf(dids: number, phone: Phone, random: Random): Candidate[] {
  const fresh: number[] = [];
  for (let did = 0; did < dids; did += 1) {
    if (!phone.holds(did) && !phone.releasedAt.has(did)) fresh.push(did);
  }
  const known = [...phone.releasedAt].sort(([, x], [, y]) => x - y).slice(0, MOST_OFFERED);
  return [
    ...sample(random, fresh, 2 * MOST_OFFERED).map((did) => candidate(did, null)),
    ...known.map(([did, releasedAt]) => candidate(did, releasedAt)),
  ];
}

function candidate(did: number, releasedAt: number | null): Candidate {
  return { didId: String(did), e164: '', releasedAt };
}

/** The service's own choice: the same function that allocates. */
const leastRecentlyReleased: Policy = (dids, a, b, random) => {
  const [best] = bestPairs(candidatesOf(dids, a, random), candidatesOf(dids, b, random));
  return best === undefined ? null : { a: Number(best.a.didId), b: Number(best.b.didId) };
};

/** The lowest free DID: what "use as few numbers as possible" comes to. */
const firstFit: Policy = (dids, a, b) => firstPair(freeOf(dids, a), freeOf(dids, b));

const random: Policy = (dids, a, b, random) =>
  firstPair(sample(random, freeOf(dids, a), 2), sample(random, freeOf(dids, b), 2));

function freeOf(dids: number, phone: Phone): number[] {
  const free: number[] = [];
  for (let did = 0; did < dids; did += 1) if (!phone.holds(did)) free.push(did);
  return free;
}

/** Party a has its first choice if any way is left for b. */
function firstPair(forA: readonly number[], forB: readonly number[]): Choice | null {
  for (const a of forA) {
    const b = forB.find((did) => did !== a);
    if (b !== undefined) return { a, b };
  }
  return null;
}

export const policies = { 'first-fit': firstFit, random, lru: leastRecentlyReleased } as const;
export type PolicyName = keyof typeof policies;
export const policyNames = Object.keys(policies) as PolicyName[];
