import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
/** The service finishes requests for ten seconds at most; a profile is written after that. */
const STOP_WITHIN_MS = 20_000;

export type Process = { stop(): Promise<void> };

/** Starts a TypeScript file as a process of its own, and waits until it prints what `ready` matches. */
export async function startProcess(
  file: string,
  given: { args?: string[]; nodeArgs?: string[]; env?: Record<string, string>; ready: RegExp },
): Promise<Process> {
  const { args = [], nodeArgs = [], env = {}, ready } = given;
  const child = spawn(process.execPath, [...nodeArgs, '--import', 'tsx', join(root, file), ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // A benchmark that dies must not leave a service behind.
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  const gone = once(child, 'exit').then(() => process.off('exit', kill));
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk) => ready.test(String(chunk)) && resolve());
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
  });
  return {
    async stop() {
      const deadline = setTimeout(kill, STOP_WITHIN_MS);
      child.kill('SIGTERM');
      await gone;
      clearTimeout(deadline);
    },
  };
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
