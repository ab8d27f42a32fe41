import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { StartFault } from '../kernel/start-fault.ts';
import type { Child } from './child.ts';
import { lockInstance } from './instance-lock.ts';
import { startPostgres } from './postgres.ts';
import { makeFolder } from './reachable.ts';
import { startRedis } from './redis.ts';

export type EmbeddedOptions = {
  /** Made absolute at once: the servers work in folders of their own. */
  dataDir: string;
  postgres: boolean;
  redis: boolean;
  /** Short progress lines for a person. */
  log: (line: string) => void;
  /** False for tests: what is committed may be lost when the machine stops, and everything is faster. */
  durable?: boolean;
  /** Where redis-server is looked for, as in PATH. */
  path?: string;
};

export type Embedded = {
  /** As the role that owns the database, no superuser. */
  databaseUrl: string | null;
  /** As superuser, for tests and backups only. */
  adminUrl: string | null;
  redisUrl: string | null;
  /** Resolves when a server ended that nobody stopped; never rejects. Waiting for it keeps no process alive. */
  crashed: Promise<Error>;
  stop: () => Promise<void>;
};

const usualPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Starts the real Postgres and the real Redis of the embedded default, both kept under one folder. */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const { log, durable = true, path = usualPath } = options;
  const dataDir = resolve(options.dataDir);
  prepareDataDir(dataDir);
  const lock = await lockInstance(dataDir).catch((error) => Promise.reject(asFault(error)));

  // Side by side: a first start waits for initdb and perhaps for a download of Redis.
  const [postgres, redis] = await Promise.allSettled([
    options.postgres ? startPostgres({ dataDir, durable, log }) : null,
    options.redis ? startRedis({ dataDir, durable, path, log }) : null,
  ]);
  const running = [redis, postgres].map((one) => (one.status === 'fulfilled' ? one.value : null));

  let stopping: Promise<void> | null = null;
  const stopAll = async () => {
    try {
      for (const one of running) await one?.stop();
    } finally {
      lock.release();
    }
  };
  const stop = () => {
    stopping ??= stopAll();
    return stopping;
  };

  for (const one of [postgres, redis]) {
    if (one.status === 'fulfilled') continue;
    await stop();
    throw asFault(one.reason);
  }

  const crashed = Promise.race(
    running.map((one) =>
      one === null ? new Promise<never>(() => {}) : untimelyEnd(one.child, () => stopping !== null),
    ),
  );
  const postgresUrls = postgres.status === 'fulfilled' ? postgres.value : null;
  const redisUrl = redis.status === 'fulfilled' ? redis.value : null;
  return {
    databaseUrl: postgresUrls?.databaseUrl ?? null,
    adminUrl: postgresUrls?.adminUrl ?? null,
    redisUrl: redisUrl?.redisUrl ?? null,
    crashed,
    stop,
  };
}

async function untimelyEnd(child: Child, isStopping: () => boolean): Promise<StartFault> {
  const how = await child.ended;
  // We stopped it: nothing to report, for ever.
  if (isStopping()) return new Promise<never>(() => {});
  return new StartFault(`${child.name} has ended unexpectedly (${how}), see ${child.logFile}.`);
}

function prepareDataDir(dataDir: string): void {
  try {
    // For root the folder can be walked through, not listed: Postgres runs as another user, on a folder inside.
    makeFolder(dataDir, process.getuid?.() === 0 ? 0o711 : 0o700);
    if (!statSync(dataDir).isDirectory())
      throw new StartFault(`DATA_DIR (${dataDir}) is a file, not a folder.`);
    accessSync(dataDir, constants.W_OK | constants.X_OK);
  } catch (error) {
    if (error instanceof StartFault) throw error;
    throw new StartFault(`DATA_DIR (${dataDir}) cannot be written: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

function asFault(error: unknown): StartFault {
  if (error instanceof StartFault) return error;
  return new StartFault(`The embedded servers cannot be started: ${(error as Error).message}.`, {
    cause: error,
  });
}
