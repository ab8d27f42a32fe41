import type { Db } from '../../src/db/database.ts';
import { createQueueWorker, type QueueWorker, type Task } from '../../src/jobs/queue.ts';
import type { QueueTiming } from '../../src/jobs/queue-run.ts';
import { enqueueJob, type NewJob } from '../../src/jobs/queue-store.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import { until } from './embedded-folder.ts';
import type { World } from './world.ts';

/** As in production, twenty times as fast. */
export const quick: QueueTiming = { beatMs: 100, silentMs: 500, taskMs: 10_000 };

export type Desk = {
  /** A worker in this process, started; stopped by close(). */
  worker(
    tasks: readonly Task[],
    options?: { concurrency?: number; timing?: QueueTiming },
  ): Promise<QueueWorker>;
  enqueue(job: NewJob): Promise<void>;
  /** The rows of the queue, oldest first. */
  jobs(): Promise<any[]>;
  /** Waits until there is no job. */
  untilEmpty(): Promise<void>;
  close(): Promise<void>;
};

export function openDesk(world: World): Desk {
  const workers: QueueWorker[] = [];
  const jobs = () =>
    world.sql(
      `select j.*, t.identifier as task, q.queue_name as serial
         from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
         left join graphile_worker._private_job_queues q on q.id = j.job_queue_id order by j.id`,
    );
  return {
    async worker(tasks, { concurrency = 4, timing = quick } = {}) {
      const { databaseUrl, container } = world;
      const worker = createQueueWorker({
        databaseUrl,
        tasks,
        concurrency,
        logger: container?.logger ?? createLogger('silent'),
        timing,
      });
      workers.push(worker);
      await worker.start();
      return worker;
    },
    enqueue: (job) => enqueueJob(world.container.database.single, job),
    jobs,
    untilEmpty: () => until('the queue is empty', async () => (await jobs()).length === 0),
    async close() {
      await Promise.all(workers.map((worker) => worker.stop(1_000)));
    },
  };
}

/** A task that says what it was given, and that waits, if it is told to, until the test lets go. */
export function heldTask(name: string) {
  const begun: any[] = [];
  const signals: AbortSignal[] = [];
  const gates: (() => void)[] = [];
  let ended = 0;
  const task: Task = {
    name,
    async work(payload, signal) {
      begun.push(payload);
      signals.push(signal);
      await new Promise<void>((resume) => gates.push(resume));
      ended += 1;
    },
  };
  return {
    task,
    begun,
    signals,
    ended: () => ended,
    /** Of those that wait, in the order in which they have begun. */
    letGo: () => gates.shift()?.(),
    untilBegun: (count: number) => until(`${count} jobs have begun`, () => begun.length >= count),
  };
}

/** A task that is done at once. */
export function notedTask(name: string) {
  const done: any[] = [];
  const task: Task = {
    name,
    async work(payload) {
      done.push(payload);
    },
  };
  return {
    task,
    done,
    untilDone: (count: number) => until(`${count} jobs are done`, () => done.length >= count),
  };
}

/** A transaction of the service, with its one statement after the other. */
export function inTransaction<T>(world: World, work: (db: Db) => Promise<T>): Promise<T> {
  return world.container.database.transaction({ as: 'operator' }, work);
}
