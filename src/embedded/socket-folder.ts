import {
  chownSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { RunAs } from './child.ts';
import { reachableBy } from './reachable.ts';

export type SocketFolder = { path: string; remove: () => void };

const prefix = 'maskplane-';

/** The system cuts a socket's path at 103 bytes or more; this leaves room for `.s.PGSQL.5432.lock` and the random end. */
const longestTmp = 60;

/** The files that our servers make there; anything else is not ours to remove. */
const ours = ['.s.PGSQL.5432', '.s.PGSQL.5432.lock', 'redis.sock'];

/**
 * A folder for a server's socket that only its user enters (0700, the whole of the access control), with a short path
 * wherever DATA_DIR is. A note in DATA_DIR lets the next start remove it after we were killed.
 */
export async function makeSocketFolder(note: string, runAs: RunAs): Promise<SocketFolder> {
  if (existsSync(note)) removeFolder(readFileSync(note, 'utf8').trim());
  const usual = tmpdir();
  const parent = usual.length <= longestTmp && (await reachableBy(runAs, usual)) ? usual : '/tmp';
  const path = mkdtempSync(join(parent, prefix));
  if (runAs !== null) chownSync(path, runAs.uid, runAs.gid);
  writeFileSync(note, `${path}\n`, { mode: 0o600 });
  const remove = () => {
    process.off('exit', remove);
    removeFolder(path);
    rmSync(note, { force: true });
  };
  // A server that is told to end as we exit does not miss it.
  process.on('exit', remove);
  return { path, remove };
}

function removeFolder(path: string): void {
  if (!basename(path).startsWith(prefix) || !lstatSync(path, { throwIfNoEntry: false })?.isDirectory())
    return;
  try {
    for (const name of ours) rmSync(join(path, name), { force: true });
    rmdirSync(path);
  } catch {
    // Something else lies in it, or it belongs to another user now: it stays.
  }
}
