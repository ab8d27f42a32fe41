/**
 * Runs the tests on a real Postgres and a real Redis, started for this one run and thrown away after it.
 *
 *   npm test [-- file ...]     all tests, or only these files
 *   npm run test:fast          unit, database, and the main job with its calls, in seconds
 *
 * Test files read TEST_ADMIN_URL (superuser), TEST_DATABASE_URL (owner) and TEST_REDIS_URL, and clone the migrated
 * database "maskplane_template".
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import pg from 'pg';
import { migrate } from '../src/db/migrate.ts';
import { type Embedded, startEmbedded } from '../src/embedded/embedded.ts';
import { StartFault } from '../src/kernel/start-fault.ts';

const root = join(import.meta.dirname, '..');
const template = 'maskplane_template';
/** The rules, the schema, and the main job with its calls: what breaks most often, without the long generated matrices. */
const fast = /^test\/(unit|database)\/|^test\/http\/(main-job|webhook-\w+|session-life)\./;

/**
 * A test, and a whole file, that takes longer hangs: it is ended and counts as failed. The games of the model take some
 * minutes on two cores; a million steps, and faults at full length, take as long as they take.
 */
const testTimeoutMs =
  process.env.CHAOS_FULL === '1' || process.env.MODEL_STEPS !== undefined ? 7_200_000 : 900_000;

let stopSignal: NodeJS.Signals | null = null;
let runner: ChildProcess | null = null;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    stopSignal ??= signal;
    signalRunner('SIGTERM');
    // A runner that does not listen is not waited for.
    setTimeout(signalRunner, 5_000, 'SIGKILL').unref();
  });
}

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const named = args.filter((arg) => !arg.startsWith('--'));
  const unknown = args.filter((arg) => arg.startsWith('--') && arg !== '--fast');
  if (unknown.length > 0)
    return fail(`Unknown option ${unknown[0]}: only --fast and file names are understood.`);
  const files =
    named.length > 0 ? named.map((file) => resolve(file)) : testFiles(args.includes('--fast') ? fast : /./);
  const missing = files.find((file) => !existsSync(file));
  if (missing !== undefined) return fail(`There is no test file ${missing}.`);
  if (files.length === 0) return fail('No test file was found.');

  const dataDir = mkdtempSync(join(tmpdir(), 'maskplane-test-'));
  // As root, Postgres runs as another user, who has to get into the folder.
  chmodSync(dataDir, 0o711);
  let embedded: Embedded | null = null;
  try {
    const began = performance.now();
    embedded = await startEmbedded({
      dataDir,
      postgres: true,
      redis: true,
      durable: false,
      log: console.log,
      ...(process.env.PATH === undefined ? {} : { path: process.env.PATH }),
    });
    void embedded.crashed.then((fault) => console.error(fault.message));
    await prepareTemplate(embedded);
    console.log(`Postgres and Redis are ready after ${Math.round(performance.now() - began)} ms.`);
    return stopSignal === null ? await runTests(files, embedded) : 128 + constants.signals[stopSignal];
  } catch (error) {
    return fail(error instanceof StartFault ? error.message : error);
  } finally {
    await embedded?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Migrated once; a test file clones it in some tens of milliseconds. */
async function prepareTemplate(embedded: Embedded): Promise<void> {
  const admin = new pg.Client({ connectionString: embedded.adminUrl ?? '' });
  await admin.connect();
  try {
    await admin.query(`create database ${template} owner maskplane_owner`);
    const url = new URL(embedded.databaseUrl ?? '');
    url.pathname = `/${template}`;
    await migrate(url.href);
    // A connection to it would stop every clone: there is none from here on.
    await admin.query(`alter database ${template} with is_template true allow_connections false`);
  } finally {
    await admin.end();
  }
}

function runTests(files: string[], embedded: Embedded): Promise<number> {
  const options = [
    ...['--import', 'tsx', '--test', '--test-reporter=spec'],
    ...['--test-concurrency=2', `--test-timeout=${testTimeoutMs}`],
  ];
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    TEST_ADMIN_URL: embedded.adminUrl ?? '',
    TEST_DATABASE_URL: embedded.databaseUrl ?? '',
    TEST_REDIS_URL: embedded.redisUrl ?? '',
  };
  // Set when we are ourselves run by a test; it would turn the report into a wire format.
  delete env.NODE_TEST_CONTEXT;
  return new Promise((done) => {
    // A process group of its own: the files' processes are ended with it, whoever got the signal.
    runner = spawn(process.execPath, [...options, ...files], {
      cwd: root,
      env,
      stdio: 'inherit',
      detached: true,
    });
    runner.once('error', (error) => done(fail(error)));
    runner.once('exit', (code, signal) => {
      // Test files that outlive it (they may ignore SIGTERM) would go on against servers that are gone.
      signalRunner('SIGKILL');
      const by = stopSignal ?? signal;
      done(by === null ? (code ?? 1) : 128 + constants.signals[by]);
    });
  });
}

function signalRunner(signal: NodeJS.Signals): void {
  if (runner?.pid === undefined) return;
  try {
    process.kill(-runner.pid, signal);
  } catch {
    // None of them is left.
  }
}

function testFiles(wanted: RegExp): string[] {
  return readdirSync(join(root, 'test'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((file) => wanted.test(file))
    .sort();
}

function fail(why: unknown): number {
  console.error(why);
  return 1;
}
