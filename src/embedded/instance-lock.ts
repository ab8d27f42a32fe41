import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartFault } from '../kernel/start-fault.ts';
import { identityOf, isAlive, type ProcessIdentity, parseIdentity } from './process-identity.ts';

export type InstanceLock = { release: () => void };

/** A takeover is a few file operations; one that is older was left by a process killed right there. */
const takeoverDeadMs = 10_000;

/**
 * One Maskplane per data folder. The lock is a file that names its holder, so it outlives kill -9 and is then seen to
 * be stale. (Node offers no flock, and a lock that the system drops by itself would not tell a person who holds it.)
 */
export async function lockInstance(dataDir: string): Promise<InstanceLock> {
  const path = join(dataDir, 'maskplane.lock');
  const self = identityOf(process.pid);
  if (self === null)
    throw new StartFault('The start time of this process cannot be read (/proc or /bin/ps is missing).');

  const giveUpAt = Date.now() + 2 * takeoverDeadMs;
  for (;;) {
    if (createWhole(path, self)) break;
    const holder = read(path);
    if (holder !== null && isAlive(holder)) {
      throw new StartFault(`Another Maskplane (pid ${holder.pid}) is already running on ${dataDir}.`);
    }
    removeStale(path, self);
    if (Date.now() > giveUpAt) throw new StartFault(`The lock ${path} is stale and cannot be removed.`);
    await sleep(20);
  }
  return {
    release: () => {
      const holder = read(path);
      if (holder?.pid === self.pid && holder.began === self.began) rmSync(path, { force: true });
    },
  };
}

/**
 * Only one may remove a stale lock, or the second of two would remove the fresh lock of the first. The right to do so
 * is a second file, held for the moment in which the first one is read again and removed.
 */
function removeStale(path: string, self: ProcessIdentity): void {
  const right = `${path}.takeover`;
  if (!createWhole(right, self)) {
    const age = Date.now() - (statSync(right, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > takeoverDeadMs) rmSync(right, { force: true });
    return;
  }
  try {
    // A lock that is missing may be made by another at this moment: only one that is there is removed.
    const there = statSync(path, { throwIfNoEntry: false }) !== undefined;
    const holder = read(path);
    if (there && (holder === null || !isAlive(holder))) rmSync(path, { force: true });
  } finally {
    rmSync(right, { force: true });
  }
}

/** Creates the file with its content in one step, so that nobody ever reads half of it; false when it exists. */
function createWhole(path: string, self: ProcessIdentity): boolean {
  const draft = `${path}.${self.pid}`;
  try {
    writeFileSync(draft, JSON.stringify(self), { mode: 0o600 });
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function read(path: string): ProcessIdentity | null {
  try {
    return parseIdentity(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}
