import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A pid alone is reused by the system; together with the moment it began it names one process for ever. */
export type ProcessIdentity = { pid: number; began: string };

/** When the process with this pid began, as an opaque word; null when there is no such process. */
export function processBegan(pid: number): string | null {
  if (!Number.isSafeInteger(pid) || pid <= 0) return null;
  return process.platform === 'linux' ? beganFromProc(pid) : beganFromPs(pid);
}

export function identityOf(pid: number): ProcessIdentity | null {
  const began = processBegan(pid);
  return began === null ? null : { pid, began };
}

export function isAlive(identity: ProcessIdentity): boolean {
  return processBegan(identity.pid) === identity.began;
}

/** The command line, split where the system lets us; empty when there is no such process. */
export function commandOf(pid: number): string {
  if (process.platform === 'linux') return readOrEmpty(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
  return ps(pid, 'command');
}

export function parseIdentity(value: unknown): ProcessIdentity | null {
  if (typeof value !== 'object' || value === null) return null;
  const { pid, began } = value as Record<string, unknown>;
  return typeof pid === 'number' && typeof began === 'string' ? { pid, began } : null;
}

function beganFromProc(pid: number): string | null {
  const stat = readOrEmpty(`/proc/${pid}/stat`);
  // The second field is the program's name in brackets and may hold blanks: the rest is counted from its end.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  const ticksSinceBoot = fields[19];
  // A zombie has ended; only its parent has not asked yet.
  if (ticksSinceBoot === undefined || state === 'Z' || state === 'X') return null;
  // Ticks start again at every boot, so the boot belongs to the name.
  return `${readOrEmpty('/proc/sys/kernel/random/boot_id').trim()}:${ticksSinceBoot}`;
}

function beganFromPs(pid: number): string | null {
  if (ps(pid, 'stat').startsWith('Z')) return null;
  return ps(pid, 'lstart') || null;
}

function ps(pid: number, column: string): string {
  const found = spawnSync('/bin/ps', ['-o', `${column}=`, '-p', String(pid)], {
    encoding: 'utf8',
    env: { LC_ALL: 'C', TZ: 'UTC' },
    timeout: 5_000,
  });
  return found.status === 0 ? found.stdout.trim() : '';
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
