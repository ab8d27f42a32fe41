import type { Redis } from 'ioredis';

/** One lost answer is a hiccup, three in a row are a dead connection. */
const MISSES_BEFORE_RECONNECT = 3;

/**
 * Finds a connection that is open but dead (a host that vanished, a firewall that forgot it): TCP alone would tell
 * after minutes. When nothing was received for one interval it sends a PING; after three unanswered ones it reconnects.
 * Received bytes count, not the PING's success: a slow or refusing Redis is alive, and reconnecting would not help it.
 *
 * @param everyMs interval between checks
 * @param onStale called before each reconnection that it forces
 * @returns stops the watch
 */
export function watchConnection(redis: Redis, everyMs: number, onStale: () => void): () => void {
  let received = 0;
  let misses = 0;

  /** Whether something arrived since the last call; a new socket starts at another count and passes for alive. */
  const heardSomething = (): boolean => {
    const now = redis.stream.bytesRead;
    const heard = now !== received;
    received = now;
    return heard;
  };

  const check = async (): Promise<void> => {
    if (redis.status !== 'ready' || heardSomething()) {
      misses = 0;
      return;
    }
    await redis.ping().catch(() => undefined);
    misses = heardSomething() ? 0 : misses + 1;
    if (misses < MISSES_BEFORE_RECONNECT || redis.status !== 'ready') return;
    misses = 0;
    onStale();
    redis.disconnect(true);
  };

  const timer = setInterval(() => void check(), everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
