import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { createKeys, type RedisKeys } from './keys.ts';
import { watchConnection } from './watchdog.ts';

/**
 * Redis answers in under 1 ms; what takes 50 ms is a stall, and going on with Postgres alone is then faster than
 * waiting. It also bounds the handshake: a Redis that is farther away than this is never used.
 */
const COMMAND_TIMEOUT_MS = 50;
/** A host in the same region that does not accept within a second is down. */
const CONNECT_TIMEOUT_MS = 1_000;
/** After FIN to a dead peer, the socket is destroyed after this; the default of 2 s would delay every recovery. */
const DISCONNECT_TIMEOUT_MS = 200;
/** First and longest pause between connection attempts; the longest bounds how late a recovered Redis is noticed. */
const RETRY_FIRST_MS = 50;
const RETRY_LONGEST_MS = 2_000;
/** With three misses, a dead connection is replaced within 8 s; each PING costs nothing. */
const WATCH_EVERY_MS = 2_000;

/** The ioredis client, with each Lua script as a typed method. */
export type ScriptedRedis = Redis & {
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
  /** Ends the connection and all retries. Never throws. */
  close(): Promise<void>;
};

/**
 * Starts to connect and returns at once; it goes on trying for ever, because Redis may come late, leave and return.
 *
 * @param url `redis://`, `rediss://` or the path of a unix socket
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
  const raw = open(url);
  // Without a listener ioredis prints to the console, and an EventEmitter would throw.
  raw.on('error', (error: Error) => report.tell(nameOf(error)));
  raw.on('ready', report.reset);
  raw.defineCommand('lockFirstPair', { lua: readScript('lock-first-pair-n.lua') });
  raw.defineCommand('unlockPair', { lua: readScript('unlock-pair-2.lua'), numberOfKeys: 2 });
  const stopWatching = watchConnection(raw, WATCH_EVERY_MS, () =>
    report.tell('the connection went silent, connecting anew'),
  );

  return {
    raw: raw as ScriptedRedis, // the two methods were defined above
    keys,
    isReady: () => raw.status === 'ready' && raw.stream.writable,
    async close() {
      stopWatching();
      raw.disconnect();
    },
  };
}

function open(url: string): Redis {
  try {
    return new Redis(url, {
      commandTimeout: COMMAND_TIMEOUT_MS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      disconnectTimeout: DISCONNECT_TIMEOUT_MS,
      // Everything in Redis is advice for this very moment: a command that cannot be sent now is refused now, and one
      // that was cut off is neither waited for nor sent again (a lock that arrives late would only be in the way).
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      // Half fixed, half random: instances that lost Redis together do not come back together.
      retryStrategy(attempt) {
        const ceiling = Math.min(RETRY_FIRST_MS * 2 ** Math.min(attempt - 1, 10), RETRY_LONGEST_MS);
        return ceiling * (0.5 + Math.random() / 2);
      },
    });
  } catch {
    throw new Error('the Redis address can not be read');
  }
}

/** Scripts lie beside this file, in the sources as in the build. */
function readScript(file: string): string {
  return readFileSync(new URL(`./lua/${file}`, import.meta.url), 'utf8');
}

/** A refused connection to a name with several addresses has an empty message, but a code. */
function nameOf(error: Error & { code?: unknown }): string {
  return error.message || String(error.code ?? error.name);
}

/** A Redis that is down fails at every attempt; a line for each would drown the log. */
function onceUntilReset(onError: (message: string) => void): { tell(message: string): void; reset(): void } {
  const told = new Set<string>();
  return {
    tell(message) {
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
