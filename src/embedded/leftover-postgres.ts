import { readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { endProcess } from './end-process.ts';
import { commandOf, identityOf, type ProcessIdentity } from './process-identity.ts';

/** The server that runs on this cluster, if any: named by postmaster.pid, and really a Postgres on this folder. */
export function runningPostmaster(cluster: string): ProcessIdentity | null {
  const named = namedProcess(cluster);
  return named !== null && worksOn(named.pid, cluster) ? named : null;
}

/** Stops what a killed Maskplane, or a killed Postgres, left behind; the lock has shown that nobody uses it any more. */
export async function stopLeftoverPostgres(cluster: string): Promise<void> {
  const named = namedProcess(cluster);
  if (named !== null && worksOn(named.pid, cluster)) {
    await endProcess(named, 'The Postgres', [
      { signal: 'SIGINT', waitMs: 15_000 },
      { signal: 'SIGQUIT', waitMs: 5_000 },
      { signal: 'SIGKILL', waitMs: 5_000 },
    ]);
  } else if (named !== null) {
    // After a reboot another process has the pid; Postgres would take it for its own and refuse to start. When no
    // process has it the file stays: in it Postgres reads whether orphaned backends still hold the memory.
    rmSync(join(cluster, 'postmaster.pid'), { force: true });
  }
  await endOrphans(cluster);
}

/** A backend that computes does not notice that its server was killed, and keeps the next one from starting. */
export async function endOrphans(cluster: string): Promise<void> {
  for (const pid of processesOn(cluster)) {
    const backend = identityOf(pid);
    if (backend !== null)
      await endProcess(backend, 'A Postgres backend', [{ signal: 'SIGKILL', waitMs: 5_000 }]);
  }
}

function namedProcess(cluster: string): ProcessIdentity | null {
  try {
    const [pid = ''] = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
    return identityOf(Number.parseInt(pid, 10));
  } catch {
    return null;
  }
}

/** Its processes stand in the cluster all their life; where the system does not show that, the command names it. */
function worksOn(pid: number, cluster: string): boolean {
  if (process.platform === 'linux') return standsIn(pid, cluster);
  const command = commandOf(pid);
  return command.includes('postgres') && command.includes(`-D ${cluster} `);
}

function standsIn(pid: number, cluster: string): boolean {
  try {
    const program = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
    // A shell in which somebody looks around stands there as well.
    return program === 'postgres' && readlinkSync(`/proc/${pid}/cwd`) === realpathSync(cluster);
  } catch {
    return false;
  }
}

/** Only Linux shows them; elsewhere they end at their next wait, and until then Postgres says what is in its way. */
function processesOn(cluster: string): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && standsIn(pid, cluster));
}
