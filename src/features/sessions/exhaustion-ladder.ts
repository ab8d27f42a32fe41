import { Failure, type Fault } from '../../kernel/errors.ts';
import type { PoolRules } from '../pool/pool-rules.ts';
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
 * Looks for pairs in the pool and, when there is none, goes through the pool's steps for that case in their order. What a
 * step allows stays allowed for those after it. Throws pool_exhausted, and unknown_reference for a required DID.
 */
export async function climb(
  ladder: Ladder,
  pool: PoolSnapshot,
  facts: Facts,
  input: AllocationInput,
): Promise<Found> {
  const required = requiredDids(pool, input);
  const isNamed = required.a !== null || required.b !== null;
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

  const steps: AllocationStep[] = [];
  const asked = choiceOf(pool, facts, false);
  let [at, now, isWidened] = [pool, facts, false];
  for (const { step, pool: otherId } of [
    { step: 'pool', pool: undefined } as const,
    ...pool.rules.exhaustion,
  ]) {
    let isApplicable = true;
    if (step === 'other_region') {
      isApplicable = !isNamed && !isWidened && hasFurtherRegions(pool, input);
      isWidened = true;
    } else if (step === 'shorter_cooling') {
      isApplicable = at.rules.budgetCoolingSeconds !== null;
      if (isApplicable) now = await ladder.shorten(at.id);
    } else if (step === 'other_pool') {
      const other = isNamed || otherId === undefined ? null : await ladder.poolOf(otherId);
      isApplicable = other !== null;
      at = other ?? at;
    }
    const choice = choiceOf(at, now, isWidened);
    const pairs = isApplicable ? choosePairs(choice, ladder.random) : [];
    const found = pairs.length > 0;
    steps.push({
      step,
      pool: at.name,
      outcome: found ? 'found' : isApplicable ? 'exhausted' : 'not_applicable',
    });
    if (found) return { choice, pairs, steps };
  }
  throw exhausted(asked, steps);
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
  if (pool.byId.has(name)) return name;
  return name.startsWith('+') ? (pool.dids.find((did) => did.e164 === name)?.didId ?? null) : null;
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
