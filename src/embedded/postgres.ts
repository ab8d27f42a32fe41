import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { StartFault } from '../kernel/start-fault.ts';
import { type Child, startChild } from './child.ts';
import { endOrphans, stopLeftoverPostgres } from './leftover-postgres.ts';
import { findPostgres } from './postgres-binary.ts';
import { ensureCluster } from './postgres-cluster.ts';
import { placePostgres, removeForgottenClusters } from './postgres-place.ts';
import { databaseName, ensureRolesAndDatabase, ownerRole } from './postgres-roles.ts';
import { serverUser } from './reachable.ts';
import { childEnv } from './run-tool.ts';
import { makeSocketFolder, type SocketFolder } from './socket-folder.ts';

export type RunningPostgres = {
  databaseUrl: string;
  adminUrl: string;
  child: Child;
  stop: () => Promise<void>;
};

type Options = { dataDir: string; durable: boolean; log: (line: string) => void };

/** Crash recovery of a large cluster takes a while, and a person sees in the log that it goes on. */
const readyWithinMs = 120_000;

export async function startPostgres({ dataDir, durable, log }: Options): Promise<RunningPostgres> {
  const user = serverUser();
  const place = await placePostgres(dataDir, user);
  if (user !== null) removeForgottenClusters(log);
  const binary = await findPostgres(place.runAs, dataDir, log);
  await stopLeftoverPostgres(place.cluster);
  await ensureCluster(binary, place, durable, log);

  const sockets = await makeSocketFolder(join(dataDir, 'postgres.socket'), place.runAs);
  const logFile = join(dataDir, 'postgres.log');
  let child: Child | null = null;
  const stop = async () => {
    await child?.stop();
    await endOrphans(place.cluster);
    sockets.remove();
  };
  try {
    child = await startChild({
      name: 'Postgres',
      file: binary.postgres,
      args: ['-D', place.cluster, '-k', sockets.path, ...settings(durable)],
      env: childEnv(''),
      runAs: place.runAs,
      logFile,
      stopWith: [
        // Fast mode: open transactions are rolled back, a checkpoint is written.
        { signal: 'SIGINT', waitMs: 10_000 },
        { signal: 'SIGQUIT', waitMs: 3_000 },
        { signal: 'SIGKILL', waitMs: 3_000 },
      ],
    });
    const adminUrl = urlOf(sockets, 'postgres', 'postgres');
    await prepareWhenReady(child, adminUrl, logFile);
    return { databaseUrl: urlOf(sockets, ownerRole, databaseName), adminUrl, child, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Given on the command line, so that a cluster made by an earlier version of Maskplane has today's settings. */
function settings(durable: boolean): string[] {
  const chosen: Record<string, string> = {
    listen_addresses: '',
    unix_socket_permissions: '0700',
    // Test files run side by side, each with pools on an own database.
    max_connections: durable ? '100' : '300',
    shared_buffers: durable ? '256MB' : '128MB',
    // Bindings lie everywhere in their indexes: with many of them most of what is logged is pages that a checkpoint has just
    // seen. They are logged compressed, and checkpoints come by time rather than by size.
    wal_compression: 'on',
    max_wal_size: '2GB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    logging_collector: 'off',
    log_line_prefix: '%m ',
    // A log must never hold a phone number, and the message or detail of an error may quote one ("Key (number)=(…)
    // already exists"). So errors of statements are not logged at all: they reach the client, which may say them.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_statement: 'none',
    log_parameter_max_length: '0',
    log_parameter_max_length_on_error: '0',
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' }),
  };
  return Object.entries(chosen).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function prepareWhenReady(child: Child, adminUrl: string, logFile: string): Promise<void> {
  const giveUpAt = Date.now() + readyWithinMs;
  for (;;) {
    const admin = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 5_000 });
    // A connection that breaks between two queries says so here, and without a listener that ends the process.
    admin.on('error', () => {});
    try {
      await admin.connect();
    } catch {
      if (child.hasEnded())
        throw new StartFault(`Postgres did not start, see ${logFile}.\n${child.lastWords()}`);
      if (Date.now() > giveUpAt)
        throw new StartFault(
          `Postgres is not ready after two minutes, see ${logFile}.\n${child.lastWords()}`,
        );
      await sleep(20);
      continue;
    }
    try {
      return await ensureRolesAndDatabase(admin);
    } catch (error) {
      throw new StartFault(`The database cannot be prepared: ${(error as Error).message}.`, { cause: error });
    } finally {
      await admin.end().catch(() => {});
    }
  }
}

/** The port only names the socket's file; it is written out because node-pg would take it from PGPORT. */
function urlOf(sockets: SocketFolder, user: string, database: string): string {
  return `postgres://${user}@localhost:5432/${database}?host=${encodeURIComponent(sockets.path)}`;
}
