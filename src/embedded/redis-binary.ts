import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { childEnv, runTool } from './run-tool.ts';

/** The program, and what its environment needs so that it finds its libraries. */
export type RedisBinary = { file: string; env: Record<string, string> };

/** Debian's program lies in usr/bin, its libraries in one folder per machine type. */
export function unpackedIn(folder: string): RedisBinary {
  const libraries = ['usr/lib', 'lib']
    .map((part) => join(folder, part))
    .filter((part) => existsSync(part))
    .flatMap((part) => readdirSync(part).map((name) => join(part, name)));
  return { file: join(folder, 'usr', 'bin', 'redis-server'), env: { LD_LIBRARY_PATH: libraries.join(':') } };
}

/** Redis 7 is the oldest that our scripts are written for; Valkey began at 7.2. */
export const oldestRedis = 7;

export async function isFit(binary: RedisBinary): Promise<boolean> {
  return ((await majorVersion(binary)) ?? 0) >= oldestRedis;
}

/** Null when it does not run here, for want of a library for one. */
export async function majorVersion(binary: RedisBinary): Promise<number | null> {
  const asked = await runTool(binary.file, ['--version'], {
    env: { ...childEnv(''), ...binary.env },
    timeoutMs: 10_000,
  });
  const [, major] = /v=(\d+)/.exec(asked.stdout) ?? [];
  return asked.ok && major !== undefined ? Number(major) : null;
}
