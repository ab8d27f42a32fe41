import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { StartFault } from '../kernel/start-fault.ts';
import { isFit, type RedisBinary, unpackedIn } from './redis-binary.ts';
import { unpackRedis } from './redis-unpack.ts';

type Search = { path: string; dataDir: string; log: (line: string) => void };

/** Homebrew's folders: a window that was opened before `brew install` does not have them in its PATH. */
const furtherFolders = ['/opt/homebrew/bin', '/usr/local/bin'];

const howToInstall = [
  'No Redis (7 or later) was found: install one and start again, or set REDIS_URL.',
  '  Debian, Ubuntu:  apt-get install redis-server',
  '  macOS:           brew install redis',
].join('\n');

/** A Redis (7 or later, or Valkey) that runs on this machine: installed, unpacked earlier, or unpacked now. */
export async function findRedis({ path, dataDir, log }: Search): Promise<RedisBinary> {
  for (const folder of [...path.split(':').filter((part) => part !== ''), ...furtherFolders]) {
    for (const name of ['redis-server', 'valkey-server']) {
      const found = { file: resolve(folder, name), env: {} };
      if (isExecutable(found.file) && (await isFit(found))) return found;
    }
  }
  const caches = [projectCache(), join(dataDir, 'bin', 'redis')].filter((folder) => folder !== null);
  for (const folder of caches) {
    const found = unpackedIn(folder);
    if (existsSync(found.file) && (await isFit(found))) return found;
  }
  const unpacked = await unpackRedis(caches, log);
  if (unpacked.folder === null)
    throw new StartFault(unpacked.reason === '' ? howToInstall : `${howToInstall}\n(${unpacked.reason})`);
  return unpackedIn(unpacked.folder);
}

/** Goes away with `npm ci` and serves every DATA_DIR of this project meanwhile. */
function projectCache(): string | null {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const modules = join(folder, 'node_modules');
    if (existsSync(modules)) return join(modules, '.cache', 'maskplane', 'redis');
  }
  return null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
