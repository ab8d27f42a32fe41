import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { StartFault } from '../kernel/start-fault.ts';
import type { PostgresBinary } from './postgres-binary.ts';
import type { PostgresPlace } from './postgres-place.ts';
import { childEnv, runTool } from './run-tool.ts';

/** initdb takes a second or two; a slow disk is given its time. */
const initdbTimeoutMs = 120_000;

/**
 * Makes the cluster if there is none. It is made under another name and renamed, so that a cluster under its own name
 * is always whole, whenever we are killed.
 */
export async function ensureCluster(
  binary: PostgresBinary,
  { cluster, runAs }: PostgresPlace,
  durable: boolean,
  log: (line: string) => void,
): Promise<void> {
  removeDrafts(cluster);
  if (existsSync(cluster) && readdirSync(cluster).length > 0) return checkVersion(binary, cluster);

  log(`Creating the database in ${cluster}.`);
  const draft = mkdtempSync(`${cluster}.draft-`);
  if (runAs !== null) chownSync(draft, runAs.uid, runAs.gid);
  const args = [
    ...['--pgdata', draft, '--username', 'postgres'],
    // No password: only who gets into the socket's folder (mode 0700) can connect at all.
    ...['--auth', 'trust', '--encoding', 'UTF8', '--no-instructions'],
    // The order of text must not depend on the machine's locales.
    ...['--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8', '--locale', 'C'],
    ...(durable ? [] : ['--no-sync']),
  ];
  const made = await runTool(binary.initdb, args, { env: childEnv(''), timeoutMs: initdbTimeoutMs, runAs });
  if (!made.ok) {
    removeDrafts(cluster);
    throw new StartFault(`The database cannot be created in ${cluster}.\n${made.said}`);
  }
  // An empty folder of this name gives way to the renamed one.
  renameSync(draft, cluster);
}

/** An initdb of a killed Maskplane may still be writing in one, hence the retries. */
function removeDrafts(cluster: string): void {
  for (const name of readdirSync(dirname(cluster))) {
    if (!name.startsWith(`${basename(cluster)}.draft-`)) continue;
    rmSync(join(dirname(cluster), name), { recursive: true, force: true, maxRetries: 5 });
  }
}

function checkVersion(binary: PostgresBinary, cluster: string): void {
  const version = existsSync(join(cluster, 'PG_VERSION'))
    ? readFileSync(join(cluster, 'PG_VERSION'), 'utf8').trim()
    : null;
  if (version === null)
    throw new StartFault(
      `The folder ${cluster} holds something else than a Postgres database: move it away.`,
    );
  if (version === binary.major) return;
  throw new StartFault(
    `The database in ${cluster} was made by Postgres ${version}, this is Postgres ${binary.major}: move it over with pg_dump, or set another DATA_DIR.`,
  );
}
