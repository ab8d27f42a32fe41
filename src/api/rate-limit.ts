import type { RequestHandler, Response } from 'express';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { Failure } from '../kernel/errors.ts';
import type { RedisClient } from '../redis/client.ts';
import type { Actor } from './contract.ts';

const WINDOW_SECONDS = 60;
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
  const keys = limiter('key', perMinute);
  const guesses = limiter('guess', FAILED_KEYS_PER_WINDOW);
  return {
    perKey: (_req, res, next) => {
      keys.consume((res.locals.actor as Actor).keyId).then(
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

function limited(msBeforeNext: number): Failure {
  const message = 'Too many requests. Wait for as long as Retry-After says.';
  return new Failure('rate_limited', message, { retryAfterSeconds: Math.ceil(msBeforeNext / 1000) });
}

/** IETF draft-ietf-httpapi-ratelimit-headers. */
function setHeaders(res: Response, quota: number, seen: RateLimiterRes): void {
  res.set('RateLimit-Policy', `"default";q=${quota};w=${WINDOW_SECONDS}`);
  res.set(
    'RateLimit',
    `"default";r=${Math.max(0, seen.remainingPoints)};t=${Math.ceil(seen.msBeforeNext / 1000)}`,
  );
}
