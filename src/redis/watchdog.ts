import { Cluster, type Redis } from 'ioredis';

/** One lost answer is a hiccup, three in a row are a dead connection. */
const MISSES_BEFORE_RECONNECT = 3;

/**
 * Finds a connection that is open but dead (a host that vanished, a firewall that forgot it): TCP alone would tell
 * after minutes. When nothing was received for one interval it sends a PING; after three unanswered ones it reconnects.
 * Received bytes count, not the PING's success: a slow or refusing Redis is alive, and reconnecting would not help it.
 *
 * @param redis one connection, or a cluster with one for each node
 * @param everyMs interval between checks
 * @param onStale called before each reconnection that it forces
 * @returns stops the watch
 */
export function watchConnection(redis: Redis | Cluster, everyMs: number, onStale: () => void): () => void {
  const known = new WeakMap<Redis, { received: number; misses: number }>();

  const check = async (connection: Redis): Promise<void> => {
    const past = known.get(connection) ?? { received: 0, misses: 0 };
    known.set(connection, past);
    /** Whether something arrived since the last call; a new socket starts at another count and passes for alive. */
    const heardSomething = (): boolean => {
      const now = connection.stream.bytesRead;
      const heard = now !== past.received;
      past.received = now;
      return heard;
    };
    if (connection.status !== 'ready' || heardSomething()) {
      past.misses = 0;
      return;
    }
    await connection.ping().catch(() => undefined);
    past.misses = heardSomething() ? 0 : past.misses + 1;
    if (past.misses < MISSES_BEFORE_RECONNECT || connection.status !== 'ready') return;
    past.misses = 0;
    onStale();
    // A cluster drops a node's connection and opens another one at its next look at the topology.
    connection.disconnect(true);
  };

  const timer = setInterval(() => {
    for (const connection of redis instanceof Cluster ? redis.nodes() : [redis]) void check(connection);
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
