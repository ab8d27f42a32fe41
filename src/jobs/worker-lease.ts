import type { Db } from '../db/database.ts';
import type { Logger } from '../kernel/logger.ts';
import { beatWorker, recoverJobs } from './queue-store.ts';

export type LeaseTiming = {
  /** How often a worker says that it lives. */
  beatMs: number;
  /** Who was silent for so long counts as lost. */
  silentMs: number;
};

/** A worker's right to hold jobs: for as long as it is heard of, again and again. */
export type WorkerLease = {
  /** From here on the worker is known. Throws when the database is away. */
  start(): Promise<void>;
  /** Resolves when the worker counts as alive, after a beat if the last one is long ago. Throws when the database is away. */
  hold(): Promise<void>;
  stop(): void;
};

/**
 * Beats, and looks after the jobs of others: each worker gives back what lost ones held.
 * @param onLost this worker was silent for too long itself, and its jobs were given to others
 */
export function createWorkerLease(parts: {
  db: Db;
  workerId: string;
  timing: LeaseTiming;
  onLost: () => void;
  logger: Logger;
}): WorkerLease {
  const { db, workerId, logger } = parts;
  const { beatMs, silentMs } = parts.timing;
  let timer: NodeJS.Timeout | undefined;
  let beating: Promise<void> | null = null;
  let isStopped = false;
  let isKnown = false;
  let lastBeat = Number.NEGATIVE_INFINITY;
  /** Since when no beat of ours was missed. */
  let steadySince = 0;

  const once = async (): Promise<void> => {
    const wasKnown = await beatWorker(db, workerId);
    const now = performance.now();
    if (now - lastBeat > silentMs / 2) steadySince = now;
    lastBeat = now;
    if (isKnown && !wasKnown) parts.onLost();
    isKnown = true;
    // When it was the database that was away, all were silent. Only who could be heard all the while may judge others.
    if (now - steadySince < silentMs) return;
    const count = await recoverJobs(db, silentMs);
    if (count > 0) logger.warn({ jobs: count }, 'a worker was lost, its jobs were given back');
  };

  const beat = (): Promise<void> => {
    beating ??= once().finally(() => {
      beating = null;
    });
    return beating;
  };

  const plan = (): void => {
    if (isStopped) return;
    timer = setTimeout(
      async () => {
        await beat().catch((error: unknown) => {
          logger.warn({ err: error }, 'a worker could not say that it lives');
        });
        plan();
      },
      beatMs * (0.75 + Math.random() / 2),
    );
    timer.unref();
  };

  return {
    async start() {
      await beat();
      plan();
    },
    async hold() {
      if (performance.now() - lastBeat > silentMs / 2) await beat();
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
