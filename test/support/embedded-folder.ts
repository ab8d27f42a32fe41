import { chmodSync, mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { within } from '../../src/embedded/child.ts';
import { type Embedded, type EmbeddedOptions, startEmbedded } from '../../src/embedded/embedded.ts';
import { processBegan } from '../../src/embedded/process-identity.ts';

/** Enough for a first start on a busy machine; a wait that takes longer is a failure. */
const patienceMs = 30_000;

export type EmbeddedFolder = {
  /** A data folder that does not exist yet, in a temporary folder of its own. */
  dataDir: string;
  /** Starts fast and forgetful servers on it, unless told otherwise; they are stopped with the folder. */
  start: (options?: Partial<EmbeddedOptions>) => Promise<Embedded>;
  /** The servers that its notes name. */
  pids: () => { postgres: number; redis: number };
  remove: () => Promise<void>;
};

export function makeEmbeddedFolder(below: string = openTemporaryFolder()): EmbeddedFolder {
  const dataDir = join(below, 'data');
  const started: Embedded[] = [];
  return {
    dataDir,
    start: async (options = {}) => {
      const path = process.env.PATH ?? '';
      const defaults = { dataDir, postgres: true, redis: true, durable: false, log: () => {}, path };
      const embedded = await startEmbedded({ ...defaults, ...options });
      started.push(embedded);
      return embedded;
    },
    pids: () => ({
      postgres: Number.parseInt(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10),
      redis: (JSON.parse(readFileSync(join(dataDir, 'redis.pid'), 'utf8')) as { pid: number }).pid,
    }),
    remove: async () => {
      for (const embedded of started) await embedded.stop();
      removeOutside(dataDir);
      rmSync(below, { recursive: true, force: true });
    },
  };
}

/** Below a folder that everybody may walk through; mkdtemp's own mode shuts out the user that Postgres gets from root. */
export function openTemporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'maskplane-embedded-'));
  chmodSync(folder, 0o711);
  return folder;
}

export const isRunning = (pid: number): boolean => processBegan(pid) !== null;

export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMs = patienceMs,
): Promise<void> {
  for (const giveUpAt = Date.now() + withinMs; !(await holds()); await sleep(20)) {
    if (Date.now() > giveUpAt) throw new Error(`Waited in vain until ${what}.`);
  }
}

function removeOutside(dataDir: string): void {
  try {
    rmSync(dirname(readlinkSync(join(dataDir, 'postgres'))), { recursive: true, force: true });
  } catch {
    // The cluster is in the data folder itself, or there is none.
  }
}

/** What a server's end is reported as; bounded, because a promise alone keeps no process alive. */
export async function crashOf(embedded: Embedded): Promise<Error> {
  const fault = await within(embedded.crashed, patienceMs);
  if (fault === null) throw new Error('The end of a server was not reported.');
  return fault;
}
