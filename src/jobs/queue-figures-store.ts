import type { Db } from '../db/database.ts';

export type TaskFigures = {
  task: string;
  /** Could be done now. */
  ready: number;
  /** Wait for their time. */
  scheduled: number;
  running: number;
  /** Were tried as often as they may be. */
  dead: number;
  /** How long the oldest of the ready ones could have been done already; null when there is none. */
  oldestReadySeconds: number | null;
};

export type QueueFigures = {
  tasks: TaskFigures[];
  /** Age of the oldest event that no tenant can read yet; null when there is none. */
  oldestUnpublishedSeconds: number | null;
};

/** AcrossTenants: for operators. Reads all jobs that there are, so it is for every few seconds, not for every request. */
export async function queueFigures(db: Db): Promise<QueueFigures> {
  const tasks = await db.rows<TaskFigures>(
    `select t.identifier as task,
            count(j.id) filter (where j.is_available and j.run_at <= now())::integer as ready,
            count(j.id) filter (where j.is_available and j.run_at > now())::integer as scheduled,
            count(j.id) filter (where j.locked_at is not null)::integer as running,
            count(j.id) filter (where j.locked_at is null and j.attempts >= j.max_attempts)::integer as dead,
            extract(epoch from now() - min(j.run_at) filter (where j.is_available and j.run_at <= now()))::double precision
              as "oldestReadySeconds"
       from graphile_worker._private_tasks t left join graphile_worker._private_jobs j on j.task_id = t.id
      group by t.identifier order by t.identifier`,
    [],
  );
  const [oldest] = await db.rows<{ seconds: number | null }>(
    'select extract(epoch from clock_timestamp() - oldest_unpublished())::double precision as seconds',
    [],
  );
  return { tasks, oldestUnpublishedSeconds: oldest?.seconds ?? null };
}
