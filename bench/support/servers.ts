import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { migrate } from '../../src/db/migrate.ts';
import { type Embedded, startEmbedded } from '../../src/embedded/embedded.ts';
import { ownerRole } from '../../src/embedded/postgres-roles.ts';

/** A migrated database: `url` as its owner, `admin` connected as superuser. */
export type BenchDatabase = { url: string; admin: pg.Client };

export type Servers = {
  redisUrl: string;
  newDatabase(name: string): Promise<BenchDatabase>;
  /** Runs when the work is done or failed, the last one first and before the servers stop. */
  onClose(close: () => Promise<void>): void;
};

const signals = ['SIGINT', 'SIGTERM'] as const;

/** Does `work` beside a Postgres (with fsync) and a Redis of its own, and leaves nothing behind. */
export async function withServers<T>(work: (servers: Servers) => Promise<T>): Promise<T> {
  const dataDir = mkdtempSync(join(tmpdir(), 'maskplane-bench-'));
  chmodSync(dataDir, 0o711); // for root, whose Postgres runs as another user
  const closers: (() => Promise<void>)[] = [];
  let interrupt = () => {};
  const interrupted = new Promise<never>((_resolve, reject) => {
    interrupt = () => reject(new Error('interrupted'));
  });
  interrupted.catch(() => {}); // it may come before anybody waits for it
  for (const signal of signals) process.on(signal, interrupt);
  try {
    const embedded = await startEmbedded({ dataDir, postgres: true, redis: true, log: () => {} });
    closers.push(embedded.stop);
    const onClose = (close: () => Promise<void>) => void closers.push(close);
    const crashed = embedded.crashed.then((error) => Promise.reject(error));
    return await Promise.race([work(serversOf(embedded, onClose)), interrupted, crashed]);
  } finally {
    for (const close of closers.reverse()) await close().catch((error) => console.error(error));
    for (const signal of signals) process.off(signal, interrupt);
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function serversOf(embedded: Embedded, onClose: Servers['onClose']): Servers {
  const connect = async (database: string): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: ofDatabase(embedded.adminUrl, database) });
    client.on('error', () => {}); // the server may be stopped before it, when something fails
    await client.connect();
    onClose(() => client.end());
    return client;
  };
  return {
    redisUrl: embedded.redisUrl ?? '',
    onClose,
    async newDatabase(name) {
      const server = await connect('postgres');
      await server.query(`create database ${name} owner ${ownerRole}`);
      const url = ofDatabase(embedded.databaseUrl, name);
      await migrate(url);
      return { url, admin: await connect(name) };
    },
  };
}

function ofDatabase(serverUrl: string | null, database: string): string {
  const url = new URL(serverUrl ?? '');
  url.pathname = `/${database}`;
  return url.href;
}
