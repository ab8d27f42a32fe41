import { Cluster, type Redis } from 'ioredis';
import { slotOf } from './slot.ts';
import { CONNECT_TIMEOUT_MS, connectionOptions, retryPauseMs } from './timeouts.ts';

/** MOVED to the new owner, ASK while the slot moves, and one to spare. More is a cluster at odds with itself. */
const MOST_REDIRECTIONS = 3;
/** A node that says "try again" is moving the keys of a slot; the command timeout ends the tries. */
const TRY_AGAIN_AFTER_MS = 10;
/** How late a change is noticed that broke no connection, like a failover away from a frozen node. */
const LOOK_EVERY_MS = 2_000;
/** Longest pause while a node is lost: a look is one short connection, and until it finds the replica there are no locks. */
const LOOK_AGAIN_WITHIN_MS = 500;

export type OpenCluster = {
  raw: Cluster;
  /** The connection to the master of this key's slot; null while there is none that can be written to. */
  connectionFor(key: string): Redis | null;
  isReady(): boolean;
  close(): void;
};

/**
 * Opens a cluster by any of its nodes, each `redis://` or `rediss://`; user and password are taken from the first.
 *
 * @param hooks.onTrouble told about each fault of a node
 * @param hooks.onWhole called while every node is connected
 * @throws if an address cannot be read
 */
export function openCluster(
  addresses: readonly string[],
  hooks: { onTrouble(error: Error, node?: string): void; onWhole(): void },
): OpenCluster {
  const urls = addresses.map((address) => new URL(address));
  const [first] = urls;
  const cluster = new Cluster(
    urls.map((url) => ({ host: hostOf(url), port: Number(url.port || 6379) })),
    {
      enableOfflineQueue: false,
      // It would ask a node whose connection is still being opened, and give up. A cluster that is down says so itself.
      enableReadyCheck: false,
      scaleReads: 'master',
      maxRedirections: MOST_REDIRECTIONS,
      // A command whose node is lost, or whose slot has no master, is refused at once: Postgres goes on alone.
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
      retryDelayOnTryAgain: TRY_AGAIN_AFTER_MS,
      slotsRefreshTimeout: CONNECT_TIMEOUT_MS,
      clusterRetryStrategy: (attempt) => retryPauseMs(attempt),
      // Names stay names, so that a certificate can be checked and each new connection asks where the name leads now.
      dnsLookup: (name, found) => found(null, name),
      redisOptions: {
        ...connectionOptions,
        ...(first?.username ? { username: decodeURIComponent(first.username) } : {}),
        ...(first?.password ? { password: decodeURIComponent(first.password) } : {}),
        ...(first?.protocol === 'rediss:' ? { tls: {} } : {}),
      },
    },
  );
  // Without a listener ioredis prints to the console.
  cluster.on('error', (error: Error) => hooks.onTrouble(error));
  cluster.on('node error', (error: Error, node: string) => hooks.onTrouble(error, node));
  const stopFollowing = followTopology(cluster, hooks.onWhole);
  return {
    raw: cluster,
    connectionFor(key) {
      const owner = cluster.slots[slotOf(key)]?.[0];
      if (owner === undefined || cluster.status !== 'ready') return null;
      return cluster.nodes().find((node) => nameOf(node) === owner && isUp(node)) ?? null;
    },
    isReady: () => cluster.status === 'ready' && cluster.nodes('master').some(isUp),
    close() {
      stopFollowing();
      cluster.disconnect();
    },
  };
}

export function isUp(connection: Redis): boolean {
  return connection.status === 'ready' && connection.stream.writable;
}

/**
 * Keeps a connection open to every node and the map of slots current. ioredis forgets a node whose connection ends; each
 * look at the topology brings it back if it still serves slots, or its replica in its place. When all nodes are gone,
 * ioredis starts again from the addresses that it was given.
 *
 * (Its own timer for this, slotsRefreshInterval, may outlive the client: closing during a look starts it once more.)
 */
function followTopology(cluster: Cluster, onWhole: () => void): () => void {
  let losses = 0;
  let lossesBefore = 0;
  let again: NodeJS.Timeout | null = null;
  let stopped = false;
  const look = (): void => {
    if (cluster.status === 'ready') cluster.refreshSlotsCache();
  };

  // At once: a connection that is opened by its first command keeps that command waiting, and sends it even after its
  // caller gave up.
  cluster.on('+node', (node: Redis) => void node.connect().catch(() => undefined));
  cluster.on('-node', () => {
    if (stopped || again !== null) return;
    losses += 1;
    again = setTimeout(
      () => {
        again = null;
        look();
      },
      retryPauseMs(losses, LOOK_AGAIN_WITHIN_MS),
    );
    again.unref();
  });
  const timer = setInterval(() => {
    const nodes = cluster.nodes();
    // A lost node is forgotten between two looks, so that the others being up is not enough.
    const calm = losses === lossesBefore;
    if (calm && cluster.status === 'ready' && nodes.length > 0 && nodes.every(isUp)) {
      losses = 0;
      onWhole();
    }
    lossesBefore = losses;
    look();
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => {
    stopped = true;
    clearInterval(timer);
    if (again !== null) clearTimeout(again);
  };
}

/** As in the map of slots. */
function nameOf({ options }: Redis): string {
  return `${options.host}:${options.port}`;
}

/** Brackets around an IPv6 address belong to the URL. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}
