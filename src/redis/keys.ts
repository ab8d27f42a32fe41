/**
 * Every key and every lifetime in Redis. Nothing else writes a key name, so this file tells what a flush loses.
 *
 * Keys of one tenant carry `{tenant}` as hash tag: a cluster keeps them in one slot, and a script may touch several.
 */

/**
 * Far longer than an allocation takes (milliseconds), so that a holder that works normally never loses its lock; short
 * enough that the pair of a crashed holder is offered again before a person would notice.
 */
export const PAIR_LOCK_TTL_MS = 2_000;

/** 128 bits of the blind index tell callers apart; a collision would only make a free pair look busy. */
const CALLER_INDEX_BYTES = 16;

/** One side of a pair: a caller, by blind index, on a DID. */
export type PairSide = { didId: string; callerIndex: Buffer };

export type RedisKeys = {
  /** String: the holder's token. Lives `PAIR_LOCK_TTL_MS`. */
  pairLock(tenantId: string, side: PairSide): string;
  /** What rate-limiter-flexible puts before `:<api key id or address>`: a count that lives one window. */
  rateLimit(limit: 'key' | 'guess'): string;
};

/**
 * @param prefix put before every key: empty in production, one per test file so that they may share a Redis
 * @throws if the prefix contains a brace, which would take the place of the tenant as hash tag
 */
export function createKeys(prefix: string): RedisKeys {
  if (/[{}]/.test(prefix)) throw new Error('a key prefix must not contain braces');
  return {
    pairLock(tenantId, { didId, callerIndex }) {
      const caller = callerIndex.subarray(0, CALLER_INDEX_BYTES).toString('hex');
      return `${prefix}mp:{${tenantId}}:lock:${didId}:${caller}`;
    },
    rateLimit: (limit) => `${prefix}mp:rate:${limit}`,
  };
}
