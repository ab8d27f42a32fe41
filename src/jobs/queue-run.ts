import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { Logger as LibraryLogger, type Runner, run as runLibrary, type WorkerEvents } from 'graphile-worker';
import { QUEUE_SCHEMA } from '../db/migrate.ts';
import { openWorkerPool } from '../db/worker-pool.ts';
import type { Logger } from '../kernel/logger.ts';
import { forgetWorker, giveBackJobs } from './queue-store.ts';
import { performing, type Task } from './task.ts';
import { createWorkerLease, type LeaseTiming } from './worker-lease.ts';

export type QueueTiming = LeaseTiming & {
  /** Longest time of one job. */
  taskMs: number;
};

export type QueueOptions = {
  databaseUrl: string;
  tasks: readonly Task[];
  /** Jobs at once. */
  concurrency: number;
  logger: Logger;
  timing: QueueTiming;
};

/** The library at work, under a name that is good for this one time. */
export type QueueRun = {
  /** The library takes no more jobs: it was stopped, or has given up, since it could not say that a job is done. */
  ended: Promise<void>;
  /** May be asked again, with less patience. */
  stop(deadlineMs: number): Promise<void>;
};

/** Taking and finishing jobs are short statements that share connections; one more listens. */
const CONNECTIONS = 4;
/** When nobody wakes it: jobs whose time has come. */
const POLL_MS = 1_000;
/** By then a job that is done is mostly deleted. */
const LET_GO_MS = 20;
/** In a row, of each of its workers. */
const MOST_REFUSALS = 3;
/** For tasks to notice that they shall end. */
const AFTER_ABORT_MS = 500;
const CLOSE_MS = 1_000;

/** Throws when the database is away. */
export async function startQueueRun(options: QueueOptions): Promise<QueueRun> {
  const { logger, timing } = options;
  const workerId = `worker-${randomBytes(9).toString('hex')}`;
  const { pool, db } = openWorkerPool(options.databaseUrl, {
    workerId,
    connections: Math.min(options.concurrency, CONNECTIONS) + 1,
    onError: (error) => logger.warn({ err: error }, 'database connection of the queue lost'),
  });
  let atWork = new AbortController();
  const abortAll = (why: string) => {
    atWork.abort(new Error(why));
    atWork = new AbortController();
  };
  const lease = createWorkerLease({
    db,
    workerId,
    timing,
    onLost: () => {
      logger.warn({ worker: workerId }, 'this worker was silent for too long, its jobs were given to others');
      abortAll('The job was given to another worker.');
    },
    logger,
  });
  const close = async () => {
    lease.stop();
    if (!pool.ending) await within(CLOSE_MS, pool.end());
  };
  const events: WorkerEvents = new EventEmitter();
  // The library makes up a name by which it locks jobs. It has to be known before the first is locked.
  events.on('pool:create', ({ workerPool }) => {
    workerPool.id = workerId;
  });
  // A worker that has done a job looks for the next before it has let go of the series: whoever comes after would wait for
  // the next regular look.
  events.on('job:complete', ({ worker, job }) => {
    if (job.job_queue_id === null) return;
    setTimeout(() => {
      if (!worker.workerPool._shuttingDown) worker.workerPool.nudge(1);
    }, LET_GO_MS).unref();
  });
  // The library asks once which tasks it has, and when that fails it fails for ever. So it begins anew when it gets no job and
  // no answer that there is none: the database was away, or this process was too busy at its start to connect.
  let runner: Runner | undefined;
  let refusals = 0;
  const answered = () => {
    refusals = 0;
  };
  events.on('worker:getJob:empty', answered);
  events.on('job:start', answered);
  events.on('worker:getJob:error', () => {
    refusals += 1;
    if (refusals === options.concurrency * MOST_REFUSALS) void runner?.stop().catch(() => {});
  });
  const ended = new Promise<void>((resume) => void events.once('pool:gracefulShutdown', () => resume()));

  try {
    await lease.start();
    runner = await runLibrary({
      pgPool: pool,
      schema: QUEUE_SCHEMA,
      concurrency: options.concurrency,
      pollInterval: POLL_MS,
      noHandleSignals: true,
      parsedCronItems: [],
      logger: loggerOf(logger),
      events,
      // Asked before each job is taken. Nobody would give back what a worker takes that is not known to be alive.
      forbiddenFlags: () => lease.hold().then(() => null),
      taskList: Object.fromEntries(
        options.tasks.map((task) => [
          task.name,
          performing(task, { stopSignal: () => atWork.signal, limitMs: timing.taskMs, logger }),
        ]),
      ),
      // Without these two the library does not look after the promise of such a statement: one that failed, because the
      // database was away, would end the process.
      preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    });
  } catch (error) {
    await close();
    throw error;
  }

  const current = runner;
  const finished = current.promise.catch((error: unknown) => {
    logger.error({ err: error }, 'the queue has stopped by itself');
  });

  return {
    ended,
    async stop(deadlineMs) {
      const stopped = Promise.all([current.stop().catch(() => {}), finished]); // it may be stopping already
      if (!(await within(deadlineMs, stopped))) {
        // First given back, then aborted: so what a task makes of that counts neither as done nor as failed.
        const given = await giveBackJobs(db, workerId).catch(() => null);
        logger.warn({ jobs: given }, 'jobs were not done in time, and are given to other workers');
        abortAll('The worker stops.');
        await within(AFTER_ABORT_MS, stopped);
      }
      lease.stop();
      await giveBackJobs(db, workerId)
        .then(() => forgetWorker(db, workerId))
        .catch((error: unknown) => logger.warn({ err: error }, 'a worker left without a word'));
      await close();
    },
  };
}

/** Messages only: what comes with them holds payloads. Failed jobs are logged by us, and done ones are not. */
function loggerOf(logger: Logger): LibraryLogger {
  const levels = { error: 'error', warning: 'warn', info: 'debug', debug: 'trace' } as const;
  return new LibraryLogger(() => (level, message, meta) => {
    if (meta?.failure === true || meta?.success === true) return;
    // It would like a connection for each job. Its statements are short, and tasks have the service's connections.
    if (meta?.concurrency !== undefined) return;
    logger[levels[level]]({ detail: message }, 'queue');
  });
}

/** Whether it was settled before the time was up. */
async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resume) => {
    timer = setTimeout(() => resume(false), ms);
  });
  const done = work.then(
    () => true,
    () => true,
  );
  const isInTime = await Promise.race([done, late]);
  clearTimeout(timer);
  return isInTime;
}
