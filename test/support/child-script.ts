import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

export type ChildScript = {
  process: ChildProcessByStdio<Writable, Readable, null>;
  /** The next line that it prints; fails when it ends before. */
  nextLine: () => Promise<string>;
  ended: Promise<void>;
};

/** Runs a script of test/support as a Node process of its own. */
export function runScript(name: string, args: string[]): ChildScript {
  const command = ['--import', 'tsx', join(import.meta.dirname, name), ...args];
  const child = spawn(process.execPath, command, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    process: child,
    nextLine: async () => {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`${name} ended without a word.`);
      return value as string;
    },
    ended: new Promise((resolve) => child.once('exit', () => resolve())),
  };
}
