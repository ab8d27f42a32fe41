import type { Db } from '../../db/database.ts';
import { Failure } from '../../kernel/errors.ts';
import type { Owner } from '../../kernel/ids.ts';
import { findHoldings, type KeptReply, type Opened, openAllocation } from './allocation-store.ts';
import { bestPairs, type Pair, shortageOf } from './pair-choice.ts';
import type { Side } from './session.ts';

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
  owner: Owner;
  key: string | null;
  pool: string;
  numbers: readonly string[];
  callers: Record<Side, Buffer[]>;
};
export type OpenPool = Opened & { pool: NonNullable<Opened['pool']> };

/**
 * Each failed claim means that another session has taken a pair in the meantime, so this ends by itself; the bound is for a
 * database that misbehaves.
 */
const MOST_ATTEMPTS = 50;

/**
 * Finds a pair and has it settled, in two round trips to Postgres. The Redis lock makes others look elsewhere while we
 * settle, and is let go of when that is committed or undone; when Redis is away Postgres alone decides.
 * Gives the kept answer when the Idempotency-Key was used before. Throws what `check` throws, and pool_exhausted.
 * @param check looks at what was read before anything is chosen
 * @param settle writes the session with this pair: 'conflict' when somebody was quicker with the pair
 */
export async function allocate<T>(
  db: Db,
  parts: { locks: PairLocks; random: () => number },
  request: AllocationRequest,
  check: (opened: Opened) => OpenPool,
  settle: (
    pair: Pair,
    opened: OpenPool,
  ) => Promise<{ outcome: 'settled'; result: T } | { outcome: 'key_taken' | 'conflict' }>,
): Promise<{ outcome: 'settled'; result: T } | { outcome: 'kept'; kept: KeptReply }> {
  const { owner, callers } = request;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const starts = { a: parts.random(), b: parts.random() };
    const read = await openAllocation(db, owner, { ...request, starts });
    if (read.kept !== null) return { outcome: 'kept', kept: read.kept };
    const opened = check(read);
    const pairs = bestPairs(opened.candidates.a, opened.candidates.b);
    const [best] = pairs;
    if (best === undefined) throw await exhausted(db, request, opened.pool.id);
    const lock = await parts.locks.lockFirst(
      owner.tenantId,
      pairs.map((pair) => lockOf(pair, callers)),
    );
    const pair = (lock.outcome === 'locked' ? pairs[lock.index] : undefined) ?? best;
    try {
      const settled = await settle(pair, opened);
      if (settled.outcome === 'settled') return settled;
    } finally {
      if (lock.outcome === 'locked') void lock.release();
    }
  }
  throw new Failure(
    'unavailable',
    'Too many allocations for these phones at once. Nothing was written; try again.',
    {
      retryAfterSeconds: 1,
    },
  );
}

/** A party's first phone stands for the party: two sessions of one phone in another place meet in Postgres only. */
function lockOf(pair: Pair, callers: Record<Side, Buffer[]>) {
  const side = (name: Side) => ({
    didId: pair[name].didId,
    callerIndex: callers[name][0] ?? Buffer.alloc(0),
  });
  return { a: side('a'), b: side('b') };
}

async function exhausted(db: Db, request: AllocationRequest, poolId: string): Promise<Failure> {
  const holdings = await findHoldings(db, request.owner.tenantId, poolId, request.callers);
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
