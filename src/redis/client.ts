import { readFileSync } from 'node:fs';
import { type Cluster, Redis } from 'ioredis';
import { isUp, openCluster } from './cluster.ts';
import { createKeys, type RedisKeys } from './keys.ts';
import { connectionOptions, retryPauseMs, WATCH_EVERY_MS } from './timeouts.ts';
import { watchConnection } from './watchdog.ts';

/** The ioredis client, of one server or of a cluster, with each Lua script as a typed method. */
export type ScriptedRedis = (Redis | Cluster) & {
  /** `lock-first-pair-n.lua`: number of keys, then the keys, token and lifetime in ms. */
  lockFirstPair(keyCount: number, ...keysAndArguments: (string | number)[]): Promise<number>;
  /** `unlock-pair-2.lua` */
  unlockPair(keyA: string, keyB: string, token: string): Promise<number>;
};

export type RedisClient = {
  /** Commands reject within 50 ms when Redis does not answer, and at once when it is not connected. */
  readonly raw: ScriptedRedis;
  readonly keys: RedisKeys;
  /** Whether a command sent now has a chance; false while connecting, loading or closed. */
  isReady(): boolean;
  /**
   * What a command on this key would be sent on, null when that is not open: in a cluster a lost master concerns its own
   * keys only. It is the same object for as long as the connection (of a single server: the client) lives.
   */
  connectionFor(key: string): object | null;
  /** Ends the connections and all retries. Never throws. */
  close(): Promise<void>;
};

type Opened = Pick<RedisClient, 'isReady' | 'connectionFor'> & { raw: Redis | Cluster; close(): void };
type Report = { tell(error: Error, node?: string): void; reset(): void };

/**
 * Starts to connect and returns at once; it goes on trying for ever, because Redis may come late, leave and return.
 *
 * @param url `redis://`, `rediss://` or the path of a unix socket; or several of the first two with commas between, which
 *   are nodes of one cluster
 * @param options.prefix put before every key (see `createKeys`)
 * @param options.onError told about connection faults, each text once until the connection is up again
 * @throws only if the url cannot be read; the message does not repeat it, since it may hold a password
 */
export function connectRedis(
  url: string,
  options: { prefix: string; onError(message: string): void },
): RedisClient {
  const keys = createKeys(options.prefix);
  const report = onceUntilReset(options.onError);
  const { raw, isReady, connectionFor, close } = open(url, report);
  raw.defineCommand('lockFirstPair', { lua: readScript('lock-first-pair-n.lua') });
  raw.defineCommand('unlockPair', { lua: readScript('unlock-pair-2.lua'), numberOfKeys: 2 });
  const stopWatching = watchConnection(raw, WATCH_EVERY_MS, () =>
    report.tell(new Error('the connection went silent, connecting anew')),
  );

  return {
    raw: raw as ScriptedRedis, // the two methods were defined above
    keys,
    isReady,
    connectionFor,
    async close() {
      stopWatching();
      close();
    },
  };
}

function open(url: string, report: Report): Opened {
  // A comma that no address follows is part of a password.
  const [first = '', ...others] = url.split(/\s*,\s*(?=rediss?:\/\/)/);
  try {
    if (others.length === 0) return openSingle(first, report);
    return openCluster([first, ...others], { onTrouble: report.tell, onWhole: report.reset });
  } catch {
    throw new Error('the Redis address can not be read');
  }
}

function openSingle(url: string, report: Report): Opened {
  const raw = new Redis(url, {
    ...connectionOptions,
    // A command that cannot be sent now is refused now.
    enableOfflineQueue: false,
    retryStrategy: (attempt) => retryPauseMs(attempt),
  });
  // Without a listener ioredis prints to the console, and an EventEmitter would throw.
  raw.on('error', (error: Error) => report.tell(error));
  raw.on('ready', report.reset);
  return {
    raw,
    isReady: () => isUp(raw),
    connectionFor: () => (isUp(raw) ? raw : null),
    close: () => raw.disconnect(),
  };
}

/** Scripts lie beside this file, in the sources as in the build. */
function readScript(file: string): string {
  return readFileSync(new URL(`./lua/${file}`, import.meta.url), 'utf8');
}

/** A refused connection to a name with several addresses has an empty message, but a code. */
function textOf(error: Error & { code?: unknown }): string {
  return error.message || String(error.code ?? error.name);
}

/** A Redis that is down fails at every attempt; a line for each would drown the log. */
function onceUntilReset(onError: (message: string) => void): Report {
  const told = new Set<string>();
  return {
    tell(error, node) {
      const message = node === undefined ? textOf(error) : `${node}: ${textOf(error)}`;
      if (told.has(message)) return;
      told.add(message);
      try {
        onError(message);
      } catch {
        // A failing logger must not become an uncaught exception of a socket event.
      }
    },
    reset: () => told.clear(),
  };
}
