import { type ChildProcess, execFile } from 'node:child_process';
import type { RunAs } from './child.ts';

export type ToolRun = { ok: boolean; stdout: string; said: string };

/**
 * Runs a program that ends by itself (initdb, apt-get, ldd) and never throws: whether a failure matters is for the
 * caller to say. `said` is the end of what it wrote, on one line, for a message to a person.
 */
export function runTool(
  file: string,
  args: string[],
  options: { env: Record<string, string>; timeoutMs: number; cwd?: string; runAs?: RunAs },
): Promise<ToolRun> {
  return new Promise((resolve) => {
    const { env, timeoutMs, cwd = '/', runAs } = options;
    const settings = { env, cwd, timeout: timeoutMs, maxBuffer: 8 * 1024 * 1024, ...(runAs ?? {}) };
    const done = (error: Error | null, stdout: string, stderr: string) => {
      process.off('exit', endWithUs);
      const words = (stderr.trim() || stdout.trim() || error?.message || '').split('\n').slice(-3);
      resolve({
        ok: error === null,
        stdout,
        said: words
          .map((word) => word.trim())
          .join(' | ')
          .slice(-400),
      });
    };
    let tool: ChildProcess | null = null;
    const endWithUs = () => tool?.kill();
    process.on('exit', endWithUs);
    try {
      tool = execFile(file, args, settings, done);
    } catch (error) {
      done(error as Error, '', '');
    }
  });
}

/** Children get this and nothing of ours: our environment holds keys, and a person's locale would change a cluster. */
export function childEnv(path: string): Record<string, string> {
  return { PATH: path, HOME: '/', LANG: 'C', LC_ALL: 'C', TZ: 'UTC' };
}
