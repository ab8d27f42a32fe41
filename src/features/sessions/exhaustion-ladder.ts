import { Failure, type Fault } from '../../kernel/errors.ts';
import type { ExhaustionStep, PoolRules } from '../pool/pool-rules.ts';
import type { PoolSnapshot } from '../pool/pool-snapshot.ts';
import type { History, Wishes } from './did-candidates.ts';
import { type Choice, choosePairs, type Pair, shortageOf } from './pair-choice.ts';
import { type Allocation, type AllocationStep, type Side, sides } from './session.ts';

/** What a session wants of its pair; what it says nothing about is as its pool says. DIDs by id or number. */
export type AllocationInput = {
  regions?: string[];
  carriers?: string[];
  affinity?: PoolRules['affinity'];
  preferred_dids?: { [side in Side]?: string[] };
  required_dids?: { [side in Side]?: string[] };
};

export type Facts = {
  histories: Record<Side, History>;
  /** What the two people had in their last session; null when they had none, or nobody asked. */
  lastPair: Record<Side, string> | null;
};

export type Ladder = {
  random: () => number;
  /** The pool with this id, as it is now; null when it is gone. */
  poolOf(poolId: string): Promise<PoolSnapshot | null>;
  /** Lets the parties' tombstones in a pool go as early as its budget allows; what they hold then. */
  shorten(poolId: string): Promise<Facts>;
};

/** A pair that nobody held when it was looked for, in the pool that the request named or in one that stood in for it. */
export type Allocated = { pair: Pair; asked: PoolSnapshot; found: PoolSnapshot; allocation: Allocation };

export type Found = { choice: Choice; pairs: Pair[]; steps: AllocationStep[] };

/**
 * Looks for pairs in the pool and, when there is none, goes through the pool's steps for that case in their order. Each step
 * allows something more, and what it allows stays allowed for those after it: another pool is searched in the further
 * regions when those were allowed before, and the further regions of both pools when they are allowed after it.
 * Throws pool_exhausted, and unknown_reference for a required DID.
 */
export async function climb(
  ladder: Ladder,
  pool: PoolSnapshot,
  facts: Facts,
  input: AllocationInput,
): Promise<Found> {
  const { isNamed, choiceOf } = choosing(pool, input);
  const allowed = { pools: [pool], furtherRegions: false, shorterCooling: false };
  const steps: AllocationStep[] = [];
  const shortened = new Set<PoolSnapshot>();
  let now = facts;

  const pairsIn = (at: PoolSnapshot) => {
    const choice = choiceOf(at, now, allowed.furtherRegions);
    return { choice, pairs: choosePairs(choice, ladder.random) };
  };
  const search = async (step: AllocationStep['step'], at: PoolSnapshot): Promise<Found | null> => {
    let found = pairsIn(at);
    if (found.pairs.length === 0 && allowed.shorterCooling && hasBudget(at) && !shortened.has(at)) {
      shortened.add(at);
      now = await ladder.shorten(at.id);
      found = pairsIn(at);
    }
    const outcome = found.pairs.length > 0 ? 'found' : 'exhausted';
    steps.push({ step, pool: at.name, outcome });
    return outcome === 'found' ? { ...found, steps } : null;
  };
  /** Allows what a step allows; where there may be something new then. */
  const take = async ({ step, pool: otherId }: ExhaustionStep): Promise<PoolSnapshot[]> => {
    if (step === 'shorter_cooling') {
      allowed.shorterCooling = true;
      return allowed.pools.filter(hasBudget);
    }
    if (isNamed) return [];
    if (step === 'other_region') {
      allowed.furtherRegions = true;
      return hasFurtherRegions(pool, input) ? allowed.pools : [];
    }
    const other = otherId === undefined ? null : await ladder.poolOf(otherId);
    if (other === null) return [];
    allowed.pools.push(other);
    return [other];
  };

  const first = await search('pool', pool);
  if (first !== null) return first;
  for (const rung of pool.rules.exhaustion) {
    const searched = await take(rung);
    if (searched.length === 0) steps.push({ step: rung.step, pool: pool.name, outcome: 'not_applicable' });
    for (const at of searched) {
      const found = await search(rung.step, at);
      if (found !== null) return found;
    }
  }
  throw exhausted(choiceOf(pool, facts, false), steps);
}

function hasBudget(pool: PoolSnapshot): boolean {
  return pool.rules.budgetCoolingSeconds !== null;
}

/** What the session and the pool that it names want, of whichever pool. `isNamed`: it requires DIDs by name. */
function choosing(pool: PoolSnapshot, input: AllocationInput) {
  const required = requiredDids(pool, input);
  const preferred = { a: idsOf(pool, input.preferred_dids?.a), b: idsOf(pool, input.preferred_dids?.b) };
  const affinity = input.affinity ?? pool.rules.affinity;
  const choiceOf = (at: PoolSnapshot, now: Facts, isWidened: boolean): Choice => {
    const wishes = (side: Side): Wishes => ({
      ...regionsOf(pool, input, isWidened),
      carriers: input.carriers ?? pool.rules.carriers,
      preferred: preferred[side],
      required: required[side],
      last:
        affinity === 'least_recently_released' || now.lastPair === null
          ? null
          : { didId: now.lastPair[side], isWanted: affinity === 'sticky' },
    });
    return { pool: at, histories: now.histories, wishes: { a: wishes('a'), b: wishes('b') } };
  };
  return { isNamed: required.a !== null || required.b !== null, choiceOf };
}

function regionsOf(
  pool: PoolSnapshot,
  input: AllocationInput,
  isWidened: boolean,
): { regions: readonly string[]; isRegionRequired: boolean } {
  const regions = input.regions ?? pool.rules.regions;
  const isRegionRequired = pool.rules.regionMatch === 'require';
  return {
    regions: isRegionRequired && !isWidened ? regions.slice(0, 1) : regions,
    isRegionRequired: isRegionRequired && regions.length > 0,
  };
}

function hasFurtherRegions(pool: PoolSnapshot, input: AllocationInput): boolean {
  return pool.rules.regionMatch === 'require' && (input.regions ?? pool.rules.regions).length > 1;
}

/** A name that is none of the pool's DIDs in service is passed over. */
function idsOf(pool: PoolSnapshot, names: readonly string[] | undefined): Set<string> {
  return new Set((names ?? []).flatMap((name) => idOf(pool, name) ?? []));
}

function requiredDids(pool: PoolSnapshot, input: AllocationInput): Record<Side, Set<string> | null> {
  const faults: Fault[] = [];
  for (const side of sides) {
    for (const [place, name] of (input.required_dids?.[side] ?? []).entries()) {
      if (idOf(pool, name) !== null) continue;
      const pointer = `/allocation/required_dids/${side}/${place}`;
      faults.push({ pointer, message: 'is not the id or number of a DID in service in the pool' });
    }
  }
  if (faults.length > 0) {
    throw new Failure('unknown_reference', 'A required DID is not in the pool.', { faults });
  }
  const of = (side: Side) => {
    const names = input.required_dids?.[side];
    return names === undefined ? null : idsOf(pool, names);
  };
  return { a: of('a'), b: of('b') };
}

function idOf(pool: PoolSnapshot, name: string): string | null {
  return (pool.byId.get(name) ?? pool.byNumber.get(name))?.didId ?? null;
}

function exhausted(asked: Choice, steps: readonly AllocationStep[]): Failure {
  const { party, inPool, held, needed } = shortageOf(asked);
  const whose = party === 'both' ? 'The two parties together find' : `Party ${party} finds`;
  return new Failure(
    'pool_exhausted',
    `${whose} no free pair among the ${inPool} DIDs that the session may have; ${needed} would do.`,
    {
      saturation: { party, dids_in_pool: inPool, dids_held: held, dids_needed: needed },
      steps,
    },
  );
}
