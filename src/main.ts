import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createApp, createHealthApp } from './app.ts';
import { type Config, ConfigFault, loadConfig } from './config.ts';
import { type Container, createContainer } from './container.ts';
import { whyUnfit } from './db/database.ts';
import { migrate, pendingMigrations } from './db/migrate.ts';
import { isUnusableAddress } from './db/sqlstate.ts';
import { type Embedded, startEmbedded } from './embedded/embedded.ts';
import { isMasterKeyOf } from './features/tenants/master-key-service.ts';
import { firstSteps } from './first-steps.ts';
import { createQueueWorker } from './jobs/queue.ts';
import { createJobRunner } from './jobs/runner.ts';
import { createLogger } from './kernel/logger.ts';
import { StartFault } from './kernel/start-fault.ts';
import { keptMasterKey } from './master-key-file.ts';

/** A call is decided in milliseconds; whatever is still open after this is not worth waiting for. */
const DRAIN_MS = 10_000;
/** Longer than the idle time of common load balancers (60 s), or they would reuse connections that we just closed. */
const KEEP_ALIVE_MS = 75_000;

/** A second wish to stop within this time is the echo of the first. */
const AGAIN_MS = 1_000;

const say = (line: string) => void process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const config = loadConfig(process.env, (path) => readFileSync(path, 'utf8'));
  const closers: (() => Promise<void>)[] = [];
  const closeAll = async () => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  let stoppingSince: number | null = null;
  const stop = (code: number, sentence: string | null) => {
    if (stoppingSince !== null) {
      // One Ctrl-C comes twice, from the terminal and from npm; whoever presses again later does not want to wait.
      if (performance.now() - stoppingSince > AGAIN_MS) process.exit(1);
      return;
    }
    stoppingSince = performance.now();
    if (sentence !== null) process.stderr.write(`${sentence}\n`);
    closeAll().then(
      () => process.exit(code),
      () => process.exit(1),
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop(0, null));
  try {
    await start(config, closers, (error) => stop(1, error.message));
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function start(
  config: Config,
  closers: (() => Promise<void>)[],
  onCrash: (error: Error) => void,
): Promise<void> {
  let state: 'starting' | 'ok' | 'draining' = 'starting';
  const server = createServer((_req, res) => {
    res.writeHead(503, { 'Retry-After': '1' }).end();
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  // First of all: a port that is taken is cheap to find out now.
  if (config.role !== 'migrate') await listen(server, config.port);
  closers.push(() => closeServer(server));

  const embedded = await startOwnServers(config);
  closers.push(embedded.stop);
  embedded.crashed.then(onCrash);
  const databaseUrl = config.databaseUrl ?? embedded.databaseUrl;
  const redisUrl = config.redisUrl ?? embedded.redisUrl;
  if (databaseUrl === null || redisUrl === null) throw new Error('a server of our own gave no address');

  await prepareSchema(config, config.migrationDatabaseUrl ?? databaseUrl);
  if (config.role === 'migrate') return closeServers(closers, 'The database is migrated.');

  const logger = createLogger(config.logLevel);
  if (config.traceEndpoint !== null) {
    const { startTracing } = await import('./tracing.ts'); // the SDK is read only where it is wanted
    const ofTraces = { endpoint: config.traceEndpoint, role: config.role, percent: config.tracePercent };
    closers.push(startTracing(ofTraces).stop);
  }
  const master = config.masterKey ?? keptMasterKey(config.dataDir);
  const container = createContainer({ ...config, databaseUrl, redisUrl, master, logger });
  closers.push(container.close);
  const newOperatorKey = await checkDatabase(container, config);

  let startJobs = async (): Promise<void> => {};
  if (config.role !== 'api') {
    const jobs = createJobRunner(container.jobs, logger);
    const { tasks } = container;
    const queue = createQueueWorker({ databaseUrl, tasks, concurrency: config.jobConcurrency, logger });
    closers.push(async () => void (await Promise.all([jobs.stop(DRAIN_MS), queue.stop(DRAIN_MS)])));
    startJobs = () => {
      jobs.start();
      return queue.start();
    };
  }
  const { metrics } = container;
  const showMetrics = () => metrics.text();
  if (config.metricsPort !== null) {
    const inside = createServer(createHealthApp(logger, () => state, showMetrics));
    await listen(inside, config.metricsPort);
    closers.push(() => closeServer(inside));
  }
  // On the port that the world sees only where the world is one laptop.
  const here = config.databaseUrl === null && config.metricsPort === null ? showMetrics : null;
  const ofApp = { state: () => state, trustedProxies: config.trustedProxies, metrics: here };
  server.removeAllListeners('request');
  server.on(
    'request',
    config.role === 'worker' ? createHealthApp(logger, ofApp.state, here) : createApp(container, ofApp),
  );
  closers.push(async () => {
    state = 'draining';
    container.stopWaiting();
    // Of a worker the health is asked until its jobs are done.
    if (config.role !== 'worker') await closeServer(server);
  });
  // Not before: while the app reads its document, connections of theirs would run into their time limits.
  await startJobs();
  state = 'ok';
  say(firstSteps(config, newOperatorKey));
}

async function prepareSchema(config: Config, url: string): Promise<void> {
  try {
    if (config.role === 'all' || config.role === 'migrate') await migrate(url);
    if ((await pendingMigrations(url)).length === 0) return;
  } catch (error) {
    if (!isUnusableAddress(error)) throw error;
    throw new StartFault(`Postgres cannot be used: ${(error as Error).message || 'no connection'}.`);
  }
  throw new StartFault('The database is not migrated to this version; run ROLE=migrate first.');
}

async function startOwnServers(config: Config): Promise<Embedded> {
  const needs = { postgres: config.databaseUrl === null, redis: config.redisUrl === null };
  if (!needs.postgres && !needs.redis) {
    const never = new Promise<Error>(() => {});
    return { databaseUrl: null, adminUrl: null, redisUrl: null, crashed: never, stop: async () => {} };
  }
  const path = process.env.PATH;
  return startEmbedded({
    dataDir: config.dataDir,
    ...needs,
    log: say,
    ...(path === undefined ? {} : { path }),
  });
}

/** What must be true before the first request. Gives the operator key if one was made. */
async function checkDatabase(container: Container, config: Config): Promise<string | null> {
  const unfit = await whyUnfit(container.database.single);
  if (unfit !== null) throw new StartFault(`DATABASE_URL cannot be used: ${unfit}.`);
  return container.database.transaction({ as: 'operator' }, async (unit) => {
    if (!(await isMasterKeyOf(unit, container.master))) {
      throw new StartFault('MASTER_KEY is not the key that this database was made with.');
    }
    return container.apiKeys.ensureOperatorKey(unit, config.operatorApiKey);
  });
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE')
        reject(new StartFault(`Port ${port} is in use; set PORT to another one.`));
      else if (error.code === 'EACCES') reject(new StartFault(`Port ${port} may not be used by this user.`));
      else reject(error);
    });
    server.listen(port, resolve);
  });
}

/** No new requests; those under way are answered, the rest is cut at the deadline. */
function closeServer(server: Server): Promise<void> {
  if (!server.listening) return Promise.resolve();
  return new Promise((resolve) => {
    const deadline = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    server.close(() => {
      clearTimeout(deadline);
      resolve();
    });
    server.closeIdleConnections();
  });
}

async function closeServers(closers: (() => Promise<void>)[], line: string): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
  say(line);
}

main().catch((error: unknown) => {
  const isForPeople = error instanceof StartFault || error instanceof ConfigFault;
  process.stderr.write(`${isForPeople ? error.message : (error as Error).stack}\n`);
  process.exit(1);
});
