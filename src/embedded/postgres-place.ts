import { randomBytes } from 'node:crypto';
import {
  chownSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { StartFault } from '../kernel/start-fault.ts';
import type { RunAs } from './child.ts';
import { runningPostmaster } from './leftover-postgres.ts';
import { systemFolder } from './postgres-binary.ts';
import { makeFolder, reachableBy } from './reachable.ts';

/** Where the cluster is, and as whom it runs. */
export type PostgresPlace = { cluster: string; runAs: RunAs };

/** A cluster whose whole data folder has vanished is kept so long: a disk may only be unplugged, a project moved. */
const forgottenAfterMs = 30 * 24 * 60 * 60 * 1000;

/**
 * The cluster is DATA_DIR/postgres. Where `nobody` cannot get in there, that name is a symlink to a folder in
 * /var/lib/maskplane. It is made first, so that no clean-up ever takes a cluster in the making for a forgotten one.
 */
export async function placePostgres(dataDir: string, user: RunAs): Promise<PostgresPlace> {
  const named = join(dataDir, 'postgres');
  const there = lstatSync(named, { throwIfNoEntry: false });
  if (there === undefined && (await reachableBy(user, dataDir))) return { cluster: named, runAs: user };
  if (there === undefined) symlinkSync(join(systemFolder, randomBytes(8).toString('hex'), 'postgres'), named);

  const isLink = there === undefined || there.isSymbolicLink();
  const cluster = isLink ? resolve(dataDir, readlinkSync(named)) : named;
  if (user !== null && dirname(dirname(cluster)) === systemFolder) prepareOutside(cluster, dataDir);

  const runAs = ownerOf(cluster, user);
  if (!(await reachableBy(runAs, dirname(cluster)))) {
    throw new StartFault(
      `The database in ${cluster} is in a folder that its user (uid ${runAs?.uid}) cannot enter: move DATA_DIR, or set DATABASE_URL.`,
    );
  }
  return { cluster, runAs };
}

/** Postgres insists on being the owner of its cluster: root becomes that owner, anybody else cannot. */
function ownerOf(cluster: string, user: RunAs): RunAs {
  const there = statSync(cluster, { throwIfNoEntry: false });
  if (there === undefined) return user;
  if (!there.isDirectory())
    throw new StartFault(`${cluster} is not a folder: move it away, it is where Postgres keeps its data.`);
  if (user === null && there.uid !== process.getuid?.()) {
    throw new StartFault(
      `The database in ${cluster} belongs to another user (uid ${there.uid}): start as that user or as root.`,
    );
  }
  if (user === null) return null;
  if (there.uid === 0) chownSync(cluster, user.uid, user.gid);
  return there.uid === 0 ? user : { uid: there.uid, gid: there.gid };
}

function prepareOutside(cluster: string, dataDir: string): void {
  makeFolder(systemFolder, 0o755);
  makeFolder(dirname(cluster), 0o755);
  // Written at every start: the project may have been moved, and its time says when it was last used.
  writeFileSync(join(dirname(cluster), 'owner'), `${dataDir}\n`, { mode: 0o644 });
}

/**
 * Removes clusters outside that no data folder names any more, as after `rm -rf .maskplane`. One that still runs, or
 * that we cannot say much about, stays.
 */
export function removeForgottenClusters(log: (line: string) => void): void {
  for (const entry of readOr([], () => readdirSync(systemFolder, { withFileTypes: true }))) {
    const folder = join(systemFolder, entry.name);
    if (!entry.isDirectory() || !/^[0-9a-f]{16}$/.test(entry.name)) continue;
    // False when another instance is just removing it.
    if (!readOr(false, () => isForgotten(folder))) continue;
    if (runningPostmaster(join(folder, 'postgres')) !== null) continue;
    log(`Removing the database in ${folder}, which no data folder names any more.`);
    rmSync(folder, { recursive: true, force: true });
  }
}

function isForgotten(folder: string): boolean {
  const ownerFile = statSync(join(folder, 'owner'), { throwIfNoEntry: false });
  const old = Date.now() - (ownerFile ?? statSync(folder)).mtimeMs > forgottenAfterMs;
  if (ownerFile === undefined) return old;
  const dataDir = readFileSync(join(folder, 'owner'), 'utf8').trim();
  if (statSync(dataDir, { throwIfNoEntry: false }) === undefined) return old;
  const target = readOr(null, () => resolve(dataDir, readlinkSync(join(dataDir, 'postgres'))));
  return target !== join(folder, 'postgres');
}

function readOr<T>(otherwise: T, read: () => T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
