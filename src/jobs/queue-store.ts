import type { Db } from '../db/database.ts';

/** Payloads hold ids only: they are kept as they are, and operators see them. `tenant` names whose the job is. */
export type NewJob = {
  task: string;
  payload: object;
  /** At most one job with the same key waits: a new one takes its place. */
  key?: string;
  /** One that waits already keeps its time, and its pause after a failure. */
  keepRunAt?: boolean;
  /** Of the jobs with the same, one runs at a time. */
  serial?: string;
  runAt?: Date;
};

/** Leaves a job in the transaction of the change that it belongs to: with it, or not at all. */
export type Enqueue = (db: Db, job: NewJob) => Promise<void>;

export const enqueueJob: Enqueue = async (db, job) => {
  await db.rows('select enqueue_job($1, $2, $3, $4, $5, coalesce($6, now()))', [
    job.task,
    JSON.stringify(job.payload),
    job.key ?? null,
    job.keepRunAt ?? false,
    job.serial ?? null,
    job.runAt ?? null,
  ]);
};

/** Says that a worker lives. False: it was not known, because it is new, or because it was given up. */
export async function beatWorker(db: Db, workerId: string): Promise<boolean> {
  const known = await db.rows(
    'update worker_processes set seen_at = clock_timestamp() where id = $1 returning 1',
    [workerId],
  );
  if (known.length > 0) return true;
  await db.rows(
    `insert into worker_processes (id) values ($1)
     on conflict (id) do update set seen_at = clock_timestamp()`,
    [workerId],
  );
  return false;
}

/** Gives back what workers held that were silent for so long; how many jobs it were. */
export async function recoverJobs(db: Db, silentMs: number): Promise<number> {
  const [row] = await db.rows<{ count: number }>('select recover_jobs($1) as count', [silentMs]);
  return row?.count ?? 0;
}

/** A worker hands over what it cannot finish. It was not the fault of the jobs: the attempt does not count. */
export async function giveBackJobs(db: Db, workerId: string): Promise<number> {
  const [row] = await db.rows<{ count: number }>('select give_back_jobs(array[$1::text], false) as count', [
    workerId,
  ]);
  return row?.count ?? 0;
}

export async function forgetWorker(db: Db, workerId: string): Promise<void> {
  await db.rows('delete from worker_processes where id = $1', [workerId]);
}
