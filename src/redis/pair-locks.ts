import { randomBytes } from 'node:crypto';
import { inSpan } from '../kernel/tracing.ts';
import { type Breaker, createBreaker } from './breaker.ts';
import type { RedisClient } from './client.ts';
import { PAIR_LOCK_TTL_MS, type PairSide } from './keys.ts';

/** Eight candidates are sixteen keys; if all of them are busy the pool is near its end, and Postgres decides. */
const MOST_CANDIDATES = 8;
/** 128 bits: no two holders ever share a token. */
const TOKEN_BYTES = 16;

/** Both callers of a session, each on the DID that it would be served by. */
export type PairKey = { a: PairSide; b: PairSide };

export type LockOutcome =
  /** `index` is the 0-based place among the candidates. `release` never throws; calling it again does nothing. */
  | { outcome: 'locked'; index: number; release(): Promise<void> }
  /** Others are at work on every candidate. */
  | { outcome: 'busy' }
  /** Redis did not answer: go on with Postgres alone. */
  | { outcome: 'unavailable' };

export type PairLocks = {
  /**
   * Locks the first free pair among the candidates (the first eight count) for at most 2 s. Never throws and never
   * takes much longer than the command timeout of Redis.
   */
  lockFirst(tenantId: string, candidates: readonly PairKey[]): Promise<LockOutcome>;
  /**
   * Answers since the start, by outcome: each attempt to allocate gets one. `unavailable` counts those that went on with
   * Postgres alone because Redis did not answer, `busy` those that did because others hold every candidate.
   */
  stats(): { locked: number; busy: number; unavailable: number };
  /** Connections that are not used for now, because Redis failed on them and has not answered since. */
  openBreakers(): number;
};

/**
 * Locks that keep two allocations from working on the same pair. They save wasted attempts and guarantee nothing:
 * the unique constraint in Postgres does.
 */
export function createPairLocks(redis: RedisClient): PairLocks {
  const counts = { locked: 0, busy: 0, unavailable: 0 };
  // One for each connection: a node of a cluster that stalls must not cost the tenants of the others their locks.
  const breakers = new WeakMap<object, Breaker>();
  const connections = new Set<WeakRef<object>>();
  const breakerOf = (connection: object): Breaker => {
    const known = breakers.get(connection);
    if (known !== undefined) return known;
    const made = createBreaker();
    breakers.set(connection, made);
    connections.add(new WeakRef(connection));
    return made;
  };

  /** The 1-based place of the locked pair, 0 if all are busy, null if Redis did not answer. */
  const lock = async (pairs: readonly KeyPair[], token: string): Promise<number | null> => {
    try {
      return await redis.raw.lockFirstPair(pairs.length * 2, ...pairs.flat(), token, PAIR_LOCK_TTL_MS);
    } catch {
      return null;
    }
  };

  const unlock = async ([keyA, keyB]: KeyPair, token: string, breaker: Breaker): Promise<void> => {
    try {
      await redis.raw.unlockPair(keyA, keyB, token);
    } catch {
      breaker.failed(); // the lock dies by its lifetime
    }
  };

  const attempt = async (pairs: readonly KeyPair[]): Promise<LockOutcome> => {
    const [first] = pairs;
    if (first === undefined) return { outcome: 'busy' };
    // All keys are of one tenant, so one connection is for all of them. Not connected costs nothing to find out, so it
    // needs no breaker.
    const connection = redis.connectionFor(first[0]);
    if (connection === null) return { outcome: 'unavailable' };
    const breaker = breakerOf(connection);
    if (!breaker.mayTry()) return { outcome: 'unavailable' };
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const locked = await lock(pairs, token);
    if (locked === null) {
      breaker.failed();
      // The script may still run once Redis goes on, and this caller will not hold what it takes. Sent on the same
      // connection, these run after it. Not awaited: the caller has waited long enough.
      for (const pair of pairs) void unlock(pair, token, breaker);
      return { outcome: 'unavailable' };
    }
    breaker.succeeded();
    const pair = pairs[locked - 1];
    if (pair === undefined) return { outcome: 'busy' };
    return { outcome: 'locked', index: locked - 1, release: () => unlock(pair, token, breaker) };
  };

  return {
    async lockFirst(tenantId, candidates) {
      const pairs = candidates
        .slice(0, MOST_CANDIDATES)
        .map(({ a, b }): KeyPair => [redis.keys.pairLock(tenantId, a), redis.keys.pairLock(tenantId, b)]);
      const outcome = await inSpan('redis lock pair', { 'db.system.name': 'redis' }, () => attempt(pairs));
      counts[outcome.outcome] += 1;
      return outcome;
    },
    stats: () => ({ ...counts }),
    openBreakers() {
      let open = 0;
      for (const reference of connections) {
        const connection = reference.deref();
        if (connection === undefined) connections.delete(reference);
        else if (breakers.get(connection)?.isOpen() === true) open += 1;
      }
      return open;
    },
  };
}

type KeyPair = readonly [keyA: string, keyB: string];
