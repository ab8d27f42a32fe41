import type { RequestHandler, Response } from 'express';
import { LRUCache } from 'lru-cache';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { Failure } from '../kernel/errors.ts';
import type { RedisClient } from '../redis/client.ts';
import type { Actor } from './contract.ts';

const WINDOW_SECONDS = 60;
/** Keys that are in use at the same time in one process. */
const MOST_KEYS = 10_000;
/** Guessing keys is hopeless at any rate; this keeps it from costing us database look-ups. */
const FAILED_KEYS_PER_WINDOW = 60;

export type RateLimits = {
  /** Counts a request against its key. After authentication. */
  perKey: RequestHandler;
  /**
   * Counts a wrong key against the address that sent it; gives the refusal when there were too many. Whoever has a valid key
   * is not held up by a neighbour behind the same proxy who guesses.
   */
  wrongKey(address: string): Promise<Failure | null>;
};

/**
 * Limits are counted in Redis for all processes. When Redis is away each process counts alone, with the whole limit: a
 * limiter is a safety control, and one that fails closed turns a lost cache into an outage.
 */
export function createRateLimits(redis: RedisClient, perMinute: number): RateLimits {
  const limiter = (name: 'key' | 'guess', points: number) =>
    new RateLimiterRedis({
      storeClient: redis.raw,
      keyPrefix: redis.keys.rateLimit(name),
      points,
      duration: WINDOW_SECONDS,
      rejectIfRedisNotReady: true,
      inMemoryBlockOnConsumed: points,
      insuranceLimiter: new RateLimiterMemory({ points, duration: WINDOW_SECONDS }),
    });
  const keys = inShares(limiter('key', perMinute), shareOf(perMinute));
  const guesses = limiter('guess', FAILED_KEYS_PER_WINDOW);
  return {
    perKey: (_req, res, next) => {
      keys((res.locals.actor as Actor).keyId).then(
        (seen) => {
          setHeaders(res, perMinute, seen);
          next();
        },
        (refused: unknown) => {
          if (!(refused instanceof RateLimiterRes)) return next();
          setHeaders(res, perMinute, refused);
          next(limited(refused.msBeforeNext));
        },
      );
    },
    wrongKey: (address) =>
      guesses.consume(address).then(
        () => null,
        (refused: unknown) => (refused instanceof RateLimiterRes ? limited(refused.msBeforeNext) : null),
      ),
  };
}

/** Points that a process takes at once: a hundredth of the limit, and at small limits each on its own. */
function shareOf(points: number): number {
  return Math.max(1, Math.floor(points / 100));
}

type Share = { left: number; until: number; remaining: number };

/**
 * Takes points from the common counter by the share and spends them here, so that few requests wait for Redis. What a process
 * has not spent when the window ends is lost to the others: at most one share for each process.
 */
function inShares(
  limiter: RateLimiterRedis,
  share: number,
): (key: string) => Promise<Pick<RateLimiterRes, 'remainingPoints' | 'msBeforeNext'>> {
  if (share === 1) return (key) => limiter.consume(key);
  const shares = new LRUCache<string, Share>({ max: MOST_KEYS });
  const pending = new Map<string, Promise<unknown>>();
  const refill = async (key: string): Promise<void> => {
    const { remainingPoints, msBeforeNext } = await limiter.consume(key, share);
    shares.set(key, { left: share, until: Date.now() + msBeforeNext, remaining: remainingPoints });
  };
  return async (key) => {
    for (;;) {
      const mine = shares.get(key);
      const msBeforeNext = mine === undefined ? 0 : mine.until - Date.now();
      if (mine !== undefined && mine.left > 0 && msBeforeNext > 0) {
        mine.left -= 1;
        return { remainingPoints: mine.remaining + mine.left, msBeforeNext };
      }
      const refilling = pending.get(key) ?? refill(key).finally(() => pending.delete(key));
      pending.set(key, refilling);
      await refilling;
    }
  };
}

function limited(msBeforeNext: number): Failure {
  const message = 'Too many requests. Wait for as long as Retry-After says.';
  return new Failure('rate_limited', message, { retryAfterSeconds: Math.ceil(msBeforeNext / 1000) });
}

/** IETF draft-ietf-httpapi-ratelimit-headers. */
function setHeaders(
  res: Response,
  quota: number,
  seen: Pick<RateLimiterRes, 'remainingPoints' | 'msBeforeNext'>,
): void {
  res.set('RateLimit-Policy', `"default";q=${quota};w=${WINDOW_SECONDS}`);
  res.set(
    'RateLimit',
    `"default";r=${Math.max(0, seen.remainingPoints)};t=${Math.ceil(seen.msBeforeNext / 1000)}`,
  );
}
