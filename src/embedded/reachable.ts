import { chmodSync, existsSync, mkdirSync } from 'node:fs';
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
  makeFolders(dirname(path));
  try {
    mkdirSync(path);
    chmodSync(path, mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/**
 * Makes a folder and those above it, as the umask says. Not by mkdir's `recursive`: that never returns where a folder
 * exists and nothing can be made in it (/proc, an automounter's folder), because the system calls that ENOENT.
 */
export function makeFolders(path: string): void {
  if (existsSync(path)) return;
  makeFolders(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
