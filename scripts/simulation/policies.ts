import type { PoolDid, PoolSnapshot } from '../../src/features/pool/pool-snapshot.ts';
import type { History, Wishes } from '../../src/features/sessions/did-candidates.ts';
import { choosePairs } from '../../src/features/sessions/pair-choice.ts';
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

const pools = new Map<number, PoolSnapshot>();

/** A pool of this many DIDs that are all alike. */
function poolOf(count: number): PoolSnapshot {
  const known = pools.get(count);
  if (known !== undefined) return known;
  const dids = Array.from({ length: count }, (_, did): PoolDid => {
    const alike = { region: null, carrier: null, isReserved: false, health: 1, load: 0 };
    return { didId: String(did), e164: '', ...alike };
  });
  const pool: PoolSnapshot = {
    id: '',
    name: '',
    version: '1',
    rules: {
      affinity: 'least_recently_released',
      regions: [],
      regionMatch: 'prefer',
      carriers: [],
      exhaustion: [],
      coolingSeconds: 0,
      budgetCoolingSeconds: null,
    },
    dids,
    byId: new Map(dids.map((did) => [did.didId, did])),
    byNumber: new Map(),
    groups: new Map(),
    meanLoad: 0,
  };
  pools.set(count, pool);
  return pool;
}

const noWishes: Wishes = {
  regions: [],
  isRegionRequired: false,
  carriers: [],
  preferred: new Set(),
  required: null,
  last: null,
};

/** What the service's database would tell about the phone. */
function historyOf(phone: Phone): History {
  const history = new Map<string, number | null>();
  for (const [did, releasedAt] of phone.releasedAt) history.set(String(did), releasedAt);
  for (const did of [...phone.live, ...phone.cooling]) history.set(String(did), null);
  return history;
}

/** The service's own choice: the same function that allocates. */
const leastRecentlyReleased: Policy = (dids, a, b, random) => {
  const histories = { a: historyOf(a), b: historyOf(b) };
  const wishes = { a: noWishes, b: noWishes };
  const [best] = choosePairs({ pool: poolOf(dids), histories, wishes }, random);
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
