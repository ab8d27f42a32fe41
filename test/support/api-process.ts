import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A start takes one or two seconds; what takes longer on a busy machine is still waited for. */
const startWithinMs = 60_000;

/** The service as a process of its own, which a test may stop, kill and start again under the same address. */
export type ApiProcess = {
  readonly url: string;
  /** Everything that it has printed so far, over all its starts. */
  output(): string;
  /** Starts it, and waits until it takes requests. */
  start(): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** kill -9; resolves when the process is gone. */
  kill(): Promise<void>;
};

/**
 * @param main the file to run, from compileService
 * @param preload modules that are loaded before it
 */
export async function newApiProcess(
  main: string,
  env: Readonly<Record<string, string>>,
  preload: readonly string[] = [],
): Promise<ApiProcess> {
  const port = await quietPort();
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | null = null;
  let output = '';
  // A test file that dies must not leave a service behind.
  process.on('exit', () => child?.kill('SIGKILL'));
  const imports = preload.flatMap((module) => ['--import', module]);

  const api: ApiProcess = {
    url,
    output: () => output,
    async start() {
      const started = spawn(process.execPath, [...imports, main], {
        env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: String(port), ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child = started;
      for (const stream of [started.stdout, started.stderr]) {
        stream.on('data', (chunk) => {
          output += String(chunk);
        });
      }
      for (const giveUpAt = performance.now() + startWithinMs; !(await isReady(url)); await sleep(20)) {
        if (started.exitCode === null && started.signalCode === null && performance.now() < giveUpAt)
          continue;
        throw new Error(`the service is not ready; it printed:\n${output}`);
      }
    },
    signal: (name) => void child?.kill(name),
    async kill() {
      const dying = child;
      child = null;
      if (dying === null || dying.exitCode !== null || dying.signalCode !== null) return;
      const gone = once(dying, 'exit');
      dying.kill('SIGKILL');
      await gone;
    },
  };
  return api;
}

function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/readyz`, { signal: AbortSignal.timeout(1_000) }).then(
    (reply) => reply.ok,
    () => false,
  );
}

/**
 * Below the range that the system takes the ports of outgoing connections from: while the service is down, its clients
 * must not be given its port.
 */
async function quietPort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    const probe = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false));
      probe.listen(port, () => probe.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}
