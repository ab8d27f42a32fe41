import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRedis } from '../../src/embedded/find-redis.ts';
import type { RedisBinary } from '../../src/embedded/redis-binary.ts';

/** A server that has not said it is ready after this long will not. */
const START_LIMIT_MS = 10_000;

/** A Redis of one test's own, which it may pause, freeze and kill. */
export type OwnRedis = {
  /** Path of its unix socket; the same after a restart. */
  readonly url: string;
  /** SIGSTOP and SIGCONT: the connection stays open, nothing is answered. */
  freeze(): void;
  thaw(): void;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** Starts it again, empty, on the same socket. */
  start(): Promise<void>;
  /** Kills it and removes its folder. */
  remove(): Promise<void>;
};

/** Starts a Redis, the one of TEST_REDIS_BINARY if it is set: unix socket only, nothing written to disk. */
export async function startOwnRedis(): Promise<OwnRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'mp-redis-'));
  const url = join(folder, 'r.sock');
  let server: ChildProcess | null = null;
  // A test file that dies must not leave a server behind.
  const onExit = (): void => void server?.kill('SIGKILL');
  process.on('exit', onExit);

  const own: OwnRedis = {
    url,
    freeze: () => void server?.kill('SIGSTOP'),
    thaw: () => void server?.kill('SIGCONT'),
    async kill() {
      const dying = server;
      server = null;
      if (dying === null || dying.exitCode !== null || dying.signalCode !== null) return;
      const gone = once(dying, 'exit');
      dying.kill('SIGKILL');
      await gone;
    },
    async start() {
      await rm(url, { force: true }); // a killed server leaves its socket file
      server = await launch(url, folder);
    },
    async remove() {
      await own.kill();
      process.off('exit', onExit);
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    await own.start();
  } catch (error) {
    await own.remove();
    throw error;
  }
  return own;
}

/** The server that the embedded default would find, so that a machine without one can run the tests too. */
async function redisBinary(folder: string): Promise<RedisBinary> {
  const named = process.env.TEST_REDIS_BINARY;
  if (named !== undefined) return { file: named, env: {} };
  return findRedis({ path: process.env.PATH ?? '', dataDir: folder, log: () => undefined });
}

async function launch(socket: string, folder: string): Promise<ChildProcess> {
  const settings = {
    port: '0',
    unixsocket: socket,
    dir: folder,
    save: '',
    appendonly: 'no',
    daemonize: 'no',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const { file, env } = await redisBinary(folder);
  const server = spawn(file, flags, { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, ...env } });
  await new Promise<void>((resolve, reject) => {
    let said = '';
    const fail = (why: string): void => reject(new Error(`redis-server ${why}: ${said}`));
    const limit = setTimeout(() => fail('is not ready in time'), START_LIMIT_MS);
    server.once('error', (error) => fail(error.message));
    server.once('exit', () => fail('ended'));
    server.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (!/ready to accept connections/i.test(said)) return; // the capital differs between versions
      clearTimeout(limit);
      server.removeAllListeners('exit');
      resolve();
    });
  }).catch((error) => {
    server.kill('SIGKILL');
    throw error;
  });
  return server;
}
