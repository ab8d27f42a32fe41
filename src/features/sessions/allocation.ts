import type { Db } from '../../db/database.ts';
import { Failure, type Saturation } from '../../kernel/errors.ts';
import type { Owner, TenantId } from '../../kernel/ids.ts';
import type { PoolSnapshot } from '../pool/pool-snapshot.ts';
import type { SnapshotOf } from '../pool/pool-snapshot-service.ts';
import { type KeptReply, type Opened, openAllocation, shortenCooling } from './allocation-store.ts';
import { reasonsOf } from './did-candidates.ts';
import { type Allocated, type AllocationInput, climb, type Facts, type Found } from './exhaustion-ladder.ts';
import type { Pair } from './pair-choice.ts';
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

export type AllocationParts = {
  locks: PairLocks;
  random: () => number;
  snapshotOf: SnapshotOf;
  /** Tells the tenant that a pool had no pair, apart from the request, which is undone. Must not throw. */
  tellExhausted(tenantId: TenantId, poolId: string, saturation: Saturation): Promise<void>;
};

export type AllocationRequest = {
  owner: Owner;
  /** A digest of the Idempotency-Key, null for none. */
  key: string | null;
  pool: string;
  numbers: readonly string[];
  callers: Record<Side, Buffer[]>;
  input: AllocationInput;
  /** Within a transaction: locks are kept until it is over. Null: what is settled is committed. */
  onSettled: ((work: () => void) => void) | null;
};

export type Settled<T> = { outcome: 'settled'; result: T } | { outcome: 'key_taken' | 'conflict' };

/**
 * Each failed claim means that another session has taken a pair in the meantime, so this ends by itself; the bound is for a
 * database that misbehaves.
 */
const MOST_ATTEMPTS = 50;

/**
 * Finds a pair and has it settled, in two round trips to Postgres as a rule. The Redis lock makes others look elsewhere while
 * we settle, and is let go of when that is committed or undone; when Redis is away Postgres alone decides.
 * Gives the kept answer when the Idempotency-Key was used before. Throws what `check` throws, pool_exhausted, and
 * unknown_reference for a pool or a required DID.
 * @param check looks at what was read before anything is chosen
 * @param settle writes what was chosen: 'conflict' when somebody was quicker with the pair
 */
export async function allocate<T>(
  db: Db,
  parts: AllocationParts,
  request: AllocationRequest,
  check: (opened: Opened) => void,
  settle: (allocated: Allocated, opened: Opened) => Promise<Settled<T>>,
): Promise<{ outcome: 'settled'; result: T } | { outcome: 'kept'; kept: KeptReply }> {
  const { owner, callers, input } = request;
  const open = () => openAllocation(db, owner, { ...request, affinity: input.affinity ?? null });
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const opened = await open();
    if (opened.kept !== null) return { outcome: 'kept', kept: opened.kept };
    check(opened);
    const poolOf = (id: string, version: string | null = null) =>
      parts.snapshotOf(db, owner.tenantId, id, version);
    const asked = opened.pool === null ? null : await poolOf(opened.pool.id, opened.pool.version);
    if (asked === null) throw new Error('check has let a missing pool pass');
    const shorten = async (poolId: string): Promise<Facts> => {
      await shortenCooling(db, owner.tenantId, poolId, [...callers.a, ...callers.b]);
      return open();
    };
    const ladder = { random: parts.random, poolOf, shorten };
    const found = await climb(ladder, asked, opened, input).catch(async (refusal: unknown) => {
      await tellRefusal(parts, request, asked.id, refusal);
      throw refusal;
    });
    const lock = await parts.locks.lockFirst(
      owner.tenantId,
      found.pairs.map((pair) => lockOf(pair, callers)),
    );
    const release = () => void (lock.outcome === 'locked' && lock.release());
    request.onSettled?.(release);
    try {
      const place = lock.outcome === 'locked' ? lock.index : 0;
      const settled = await settle(allocatedOf(asked, found, place), opened);
      if (settled.outcome === 'settled') return settled;
    } finally {
      if (request.onSettled === null) release();
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

async function tellRefusal(
  parts: AllocationParts,
  { owner, onSettled }: AllocationRequest,
  poolId: string,
  refusal: unknown,
): Promise<void> {
  const saturation = refusal instanceof Failure ? refusal.details.saturation : undefined;
  if (saturation === undefined) return;
  const tell = () => parts.tellExhausted(owner.tenantId, poolId, saturation);
  // Within a transaction a second connection would be held beside the first: enough of these at once wait for each other.
  if (onSettled === null) await tell();
  else onSettled(() => void tell());
}

/** A party's first phone stands for the party: two sessions of one phone in another place meet in Postgres only. */
function lockOf(pair: Pair, callers: Record<Side, Buffer[]>) {
  const side = (name: Side) => ({
    didId: pair[name].didId,
    callerIndex: callers[name][0] ?? Buffer.alloc(0),
  });
  return { a: side('a'), b: side('b') };
}

function allocatedOf(asked: PoolSnapshot, { choice, pairs, steps }: Found, place: number): Allocated {
  const pair = pairs[place];
  if (pair === undefined) throw new Error('a lock was taken for a pair that was not found');
  const reasons = (side: Side) => reasonsOf(pair[side], choice.pool, choice.wishes[side]);
  return {
    pair,
    asked,
    found: choice.pool,
    allocation: { steps, reasons: { a: reasons('a'), b: reasons('b') } },
  };
}

/** Whether the two people's pair is kept in mind: only pools and sessions that care look at it. */
export function isPairRemembered(input: AllocationInput | undefined, { asked }: Allocated): boolean {
  return (input?.affinity ?? asked.rules.affinity) !== 'least_recently_released';
}
