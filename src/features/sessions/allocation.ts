import type { Db, Unit } from '../../db/database.ts';
import { Failure } from '../../kernel/errors.ts';
import type { TenantId } from '../../kernel/ids.ts';
import { claimPair, findCandidates, findHoldings, type PartyClaim } from './binding-store.ts';
import { bestPairs, type Pair, shortageOf } from './pair-choice.ts';

/** The part of redis/pair-locks.ts that allocation uses. */
export type PairLocks = {
  lockFirst(
    tenantId: string,
    candidates: readonly { a: LockSide; b: LockSide }[],
  ): Promise<
    | { outcome: 'locked'; index: number; release(): Promise<void> }
    | { outcome: 'busy' }
    | { outcome: 'unavailable' }
  >;
};
type LockSide = { didId: string; callerIndex: Buffer };

export type AllocationRequest = {
  tenantId: TenantId;
  poolId: string;
  sessionId: string;
  keyVersion: number;
  a: Omit<PartyClaim, 'didId'>;
  b: Omit<PartyClaim, 'didId'>;
};

/**
 * Each failed claim means that another session has taken a pair in the meantime, so this ends by itself; the bound is for a
 * database that misbehaves.
 */
const MOST_ATTEMPTS = 50;

/**
 * Finds and claims a pair for a session that is written but has no parties yet. The Redis lock makes others look elsewhere
 * while we claim; it is held until the transaction is settled, and when Redis is away Postgres alone decides.
 * Throws pool_exhausted; the caller's transaction then undoes the session.
 */
export async function allocatePair(
  unit: Unit,
  locks: PairLocks,
  random: () => number,
  request: AllocationRequest,
): Promise<Pair> {
  const { tenantId, poolId, a, b } = request;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const [forA, forB] = await Promise.all([
      findCandidates(unit, tenantId, poolId, a.caller, random()),
      findCandidates(unit, tenantId, poolId, b.caller, random()),
    ]);
    const pairs = bestPairs(forA, forB);
    const [best] = pairs;
    if (best === undefined) throw await exhausted(unit, request);
    const lock = await locks.lockFirst(
      tenantId,
      pairs.map((pair) => ({
        a: { didId: pair.a.didId, callerIndex: a.caller },
        b: { didId: pair.b.didId, callerIndex: b.caller },
      })),
    );
    if (lock.outcome === 'locked') unit.onSettled(() => void lock.release());
    const pair = (lock.outcome === 'locked' ? pairs[lock.index] : undefined) ?? best;
    if (await claim(unit, request, pair)) return pair;
  }
  throw new Failure(
    'unavailable',
    'Too many allocations for these phones at once. Nothing was written; try again.',
    {
      retryAfterSeconds: 1,
    },
  );
}

function claim(db: Db, request: AllocationRequest, pair: Pair): Promise<boolean> {
  const { tenantId, sessionId, keyVersion, a, b } = request;
  const claimA = { ...a, didId: pair.a.didId };
  const claimB = { ...b, didId: pair.b.didId };
  return claimPair(db, tenantId, sessionId, keyVersion, claimA, claimB);
}

async function exhausted(db: Db, request: AllocationRequest): Promise<Failure> {
  const callers = { a: request.a.caller, b: request.b.caller };
  const holdings = await findHoldings(db, request.tenantId, request.poolId, callers);
  const shortage = shortageOf(holdings);
  const whose = shortage.party === 'both' ? 'The two parties together find' : `Party ${shortage.party} finds`;
  return new Failure(
    'pool_exhausted',
    `${whose} no free pair among the pool's ${holdings.inPool} DIDs; ${shortage.needed} would do.`,
    {
      saturation: {
        party: shortage.party,
        dids_in_pool: holdings.inPool,
        dids_held: shortage.held,
        dids_needed: shortage.needed,
      },
    },
  );
}
