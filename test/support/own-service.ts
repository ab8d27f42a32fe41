import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

export type OwnService = {
  port: number;
  url: string;
  dataDir: string;
  /** Everything that it has printed so far. */
  output(): string;
  process: ChildProcess;
  exited: Promise<number | null>;
  /** Ctrl-C, and the exit code. */
  stop(): Promise<number | null>;
  remove(): Promise<void>;
};

export function newDataDir(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'maskplane-e2e-'));
  chmodSync(dataDir, 0o711);
  return dataDir;
}

/** The service as `npm start` runs it, with nothing but PATH and HOME in its environment. */
export function startService(options: {
  dataDir: string;
  port: number;
  env?: Record<string, string>;
}): OwnService {
  const child = spawn('npm', ['start'], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PORT: String(options.port),
      DATA_DIR: options.dataDir,
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      output += String(chunk);
    });
  }
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const stop = async () => {
    // A terminal sends Ctrl-C to the whole group.
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
      process.kill(-child.pid, 'SIGINT');
    }
    return exited;
  };
  return {
    port: options.port,
    url: `http://localhost:${options.port}`,
    dataDir: options.dataDir,
    output: () => output,
    process: child,
    exited,
    stop,
    async remove() {
      await stop();
      rmSync(options.dataDir, { recursive: true, force: true });
    },
  };
}

/** Waits until it listens, or fails with what it printed. */
export async function untilReady(service: OwnService): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    if (service.process.exitCode !== null || service.process.signalCode !== null) break;
    const ready = await fetch(`${service.url}/readyz`).then(
      (reply) => reply.ok,
      () => false,
    );
    if (ready) return;
    await new Promise((resume) => setTimeout(resume, 100));
  }
  throw new Error(`not ready; it printed:\n${service.output()}`);
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** The processes that work in this folder or have it in their command line. Only Linux tells; elsewhere there are none. */
export function processesOf(dataDir: string): { pid: number; command: string }[] {
  const pids = existsSync('/proc') ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : [];
  return pids
    .map((pid) => ({ pid: Number(pid), command: commandOf(pid) }))
    .filter(({ pid, command }) => command.includes(dataDir) || folderOf(pid).startsWith(dataDir));
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return ''; // it has ended meanwhile
  }
}

/** Redis rewrites its command line, so it is known by where it works. */
function folderOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}
