import { accessSync, constants } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolders } from './reachable.ts';
import { isFit, majorVersion, oldestRedis, unpackedIn } from './redis-binary.ts';
import { childEnv, runTool, type ToolRun } from './run-tool.ts';

export type Unpacked = { folder: string; reason: '' } | { folder: null; reason: string };

const toolPath = '/usr/sbin:/usr/bin:/sbin:/bin';

/** Package lists are some ten megabytes; after this the network is taken for broken. */
const downloadTimeoutMs = 120_000;

/** Libraries of libraries: on the smallest images libsystemd0 needs some that are not there either. */
const mostRounds = 4;

/**
 * On Debian and Ubuntu: takes redis-server out of the system's own package, into a folder of ours. Nothing is
 * installed, no service is started, root is not needed.
 */
export async function unpackRedis(folders: string[], log: (line: string) => void): Promise<Unpacked> {
  const folder = folders.find(canBeMade);
  if (folder === undefined) return { folder: null, reason: 'and there is no folder to unpack one into' };
  for (const tool of ['apt-get', 'dpkg', 'dpkg-deb']) {
    const there = await runTool('/usr/bin/env', [tool, '--version'], {
      env: childEnv(toolPath),
      timeoutMs: 10_000,
    });
    if (!there.ok) return { folder: null, reason: '' };
  }
  log(`Unpacking Redis from the system's packages into ${folder} (once).`);
  const draft = await mkdtemp(`${folder}.draft-`);
  try {
    const reason = await unpackInto(draft);
    if (reason !== null) return { folder: null, reason };
    // Another instance may have been first, and may run on it by now.
    if (await isFit(unpackedIn(folder))) return { folder, reason: '' };
    await rm(folder, { recursive: true, force: true });
    await rename(join(draft, 'root'), folder);
    return { folder, reason: '' };
  } catch (error) {
    return { folder: null, reason: (error as Error).message };
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Fills `<draft>/root`; says what went wrong, or null. */
async function unpackInto(draft: string): Promise<string | null> {
  const root = join(draft, 'root');
  await mkdir(root);
  const apt = await workingApt(draft);
  if (typeof apt === 'string') return apt;

  let wanted = ['redis-tools'];
  const had = new Set<string>();
  for (let round = 0; round < mostRounds && wanted.length > 0; round += 1) {
    const fetched = await fetchAndUnpack(apt, wanted, root);
    if (typeof fetched === 'string') return fetched;
    // Debian ships the server under the name of its checker, and the link to it in a package that starts a service.
    if (round === 0) await symlink('redis-check-rdb', join(root, 'usr', 'bin', 'redis-server'));
    for (const name of wanted) had.add(name);
    const version = await majorVersion(unpackedIn(root));
    if (version !== null) {
      return version >= oldestRedis
        ? null
        : `this system's packages hold Redis ${version}, it takes ${oldestRedis}`;
    }
    wanted = owners(
      await missingLibraries(root),
      fetched.filter((name) => !had.has(name)),
    );
  }
  return 'the redis-tools package of this system does not run';
}

type Apt = { options: string[]; folder: string };

/** With the system's package lists if they will do, else with lists of our own, fetched for this once. */
async function workingApt(draft: string): Promise<Apt | string> {
  const folder = join(draft, 'debs');
  await mkdir(folder);
  const probe = await download({ options: [], folder }, ['redis-tools']);
  if (probe.ok) return { options: [], folder };
  const [lists, cache] = [join(draft, 'lists'), join(draft, 'cache')];
  await mkdir(join(lists, 'partial'), { recursive: true });
  await mkdir(join(cache, 'archives', 'partial'), { recursive: true });
  const options = [
    ...['-o', `Dir::State::lists=${lists}`, '-o', `Dir::Cache=${cache}`, '-o', 'Debug::NoLocking=1'],
    // As root, apt hands the download to a user of its own, who does not get into our folder.
    ...(process.getuid?.() === 0 ? ['-o', 'APT::Sandbox::User=root'] : []),
  ];
  const updated = await aptGet(folder, [...options, 'update']);
  return updated.ok ? { options, folder } : `apt-get update: ${updated.said}`;
}

/** The names of everything that the unpacked packages depend on; or what went wrong. */
async function fetchAndUnpack(apt: Apt, names: string[], root: string): Promise<string[] | string> {
  const fetched = await download(apt, names);
  if (!fetched.ok) return `apt-get download ${names.join(' ')}: ${fetched.said}`;
  const depends: string[] = [];
  for (const file of (await readdir(apt.folder)).filter((name) => name.endsWith('.deb'))) {
    const deb = join(apt.folder, file);
    const options = { env: childEnv(toolPath), timeoutMs: 60_000 };
    const unpacked = await runTool('dpkg', ['-x', deb, root], options);
    if (!unpacked.ok) return `dpkg -x ${file}: ${unpacked.said}`;
    const { stdout } = await runTool('dpkg-deb', ['-f', deb, 'Depends'], options);
    // "libssl3 (>= 3.0.0), libfoo1 | libfoo2": the name, of alternatives the first.
    depends.push(...stdout.split(',').map((one) => one.trim().split(/[\s|:(]/)[0] ?? ''));
    await rm(deb);
  }
  // Never the C library: one that is not the loader's own crashes every program.
  return depends.filter((name) => name !== '' && !/^(libc6|libgcc-s1|gcc-\d+-base)$/.test(name));
}

async function missingLibraries(root: string): Promise<string[]> {
  const { file, env } = unpackedIn(root);
  const asked = await runTool('ldd', [file], { env: { ...childEnv(toolPath), ...env }, timeoutMs: 10_000 });
  return [...asked.stdout.matchAll(/^\s*(\S+) => not found/gm)].map(([, name]) => name ?? '');
}

/** Debian names a library's package after its file: libjemalloc.so.2 is in libjemalloc2, libssl.so.3 in libssl3t64. */
function owners(missing: string[], candidates: string[]): string[] {
  const bare = (name: string) =>
    name.replace(/\.so/, '').replace(/t64$/, '').replaceAll(/[-._]/g, '').toLowerCase();
  const wanted = new Set(missing.map(bare));
  const named = candidates.filter((name) => wanted.has(bare(name)));
  // One that is named otherwise is among the rest.
  return [...new Set(named.length > 0 ? named : candidates.filter((name) => /^lib|^lua/.test(name)))];
}

const download = (apt: Apt, names: string[]) => aptGet(apt.folder, [...apt.options, 'download', ...names]);

function aptGet(cwd: string, args: string[]): Promise<ToolRun> {
  return runTool('apt-get', ['-qq', ...args], { env: childEnv(toolPath), timeoutMs: downloadTimeoutMs, cwd });
}

function canBeMade(folder: string): boolean {
  try {
    makeFolders(dirname(folder));
    accessSync(dirname(folder), constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
