import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { StartFault } from '../kernel/start-fault.ts';
import type { RunAs } from './child.ts';
import { childEnv, runTool } from './run-tool.ts';

/**
 * Postgres refuses to run as root, so for root it runs as `nobody`, a user that every Linux has: none is created.
 * An ordinary user runs it as himself.
 */
export function serverUser(): RunAs {
  if (process.getuid?.() !== 0) return null;
  if (process.platform !== 'linux') {
    throw new StartFault(
      'Postgres does not run as root: start Maskplane as an ordinary user, or set DATABASE_URL.',
    );
  }
  return { uid: 65534, gid: 65534 };
}

/**
 * Whether that user gets into the folder. It is tried, not computed from modes: access lists, user namespaces and
 * the like count too. (Typical no: everything below /root, which is 0700.)
 */
export async function reachableBy(runAs: RunAs, folder: string): Promise<boolean> {
  if (runAs === null) return true;
  const shell = ['-c', 'cd -- "$1"', 'sh', folder];
  return (await runTool('/bin/sh', shell, { env: childEnv('/usr/bin:/bin'), timeoutMs: 10_000, runAs })).ok;
}

/** Makes a folder with exactly this mode, whatever the umask; an existing folder is left as it is. */
export function makeFolder(path: string, mode: number): void {
  try {
    // Not one recursive call: it would give the mode to every parent that it makes as well.
    mkdirSync(dirname(path), { recursive: true });
    mkdirSync(path);
    chmodSync(path, mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
