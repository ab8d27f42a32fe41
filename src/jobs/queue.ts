import { type QueueOptions, type QueueRun, type QueueTiming, startQueueRun } from './queue-run.ts';

export type { Enqueue } from './queue-store.ts';
export type { Task } from './task.ts';

/**
 * A lost worker's jobs go on within 13 s: at most 10 s since it was heard of, and 2.5 s until the next look. Missing three beats
 * in a row is more than a busy machine does; half as much would be too close to a failover of Postgres.
 * Five minutes is for jobs that talk to slow endpoints, one after the other; a job that knows better ends sooner.
 */
const TIMING: QueueTiming = { beatMs: 2_000, silentMs: 10_000, taskMs: 300_000 };

/** Half to one and a half of it, until the database is there again. */
const AGAIN_MS = 2_000;
/** What was at work when the library gave up may come to its end meanwhile. */
const LEFTOVER_MS = 30_000;

export type QueueWorker = {
  /** Resolves when it takes jobs, or when that failed for now: it goes on trying. */
  start(): Promise<void>;
  /** Takes no more jobs, and waits for those at work; what is not done by the deadline is given to other workers. */
  stop(deadlineMs: number): Promise<void>;
};

/** Does the jobs of the queue. Any number of them share the work. Without tasks there is nothing to do. */
export function createQueueWorker(
  options: Omit<QueueOptions, 'timing'> & { timing?: QueueTiming },
): QueueWorker {
  const { logger } = options;
  /** Mostly one. More when the library has given up and what was at work is not over. */
  const runs = new Set<QueueRun>();
  let beginning: Promise<void> = Promise.resolve();
  let again: NodeJS.Timeout | undefined;
  let isStopped = options.tasks.length === 0;

  const begin = async (): Promise<void> => {
    if (isStopped) return;
    try {
      const run = await startQueueRun({ ...options, timing: options.timing ?? TIMING });
      runs.add(run);
      void followed(run);
    } catch (error) {
      logger.error({ err: error }, 'the queue cannot start for now');
      later();
    }
  };

  /** The library gives up when it cannot tell the database that a job is done: then all begins anew, beside what is at work. */
  const followed = async (run: QueueRun): Promise<void> => {
    await run.ended;
    if (isStopped) return;
    logger.warn('the queue has lost its database, and begins anew');
    later();
    await run.stop(LEFTOVER_MS);
    runs.delete(run);
  };

  const later = (): void => {
    if (isStopped) return;
    again = setTimeout(
      () => {
        beginning = begin();
      },
      AGAIN_MS * (0.5 + Math.random()),
    );
    again.unref();
  };

  return {
    start() {
      beginning = begin();
      return beginning;
    },
    async stop(deadlineMs) {
      isStopped = true;
      clearTimeout(again);
      await beginning;
      await Promise.all([...runs].map((run) => run.stop(deadlineMs)));
    },
  };
}
