import type { Db } from '../../db/database.ts';

/** A job that was tried as often as it may be. It stays until somebody tries it again or deletes it. */
export type DeadJobRow = {
  id: string;
  task: string;
  tenant: string | null;
  attempts: number;
  last_error: string | null;
  created_at: Date;
  failed_at: Date;
};

const COLUMNS = `j.id, t.identifier as task, j.payload->>'tenant' as tenant, j.attempts, j.last_error, j.created_at,
  j.updated_at as failed_at`;
/** One that is at work is in its last attempt. */
const IS_DEAD = 'j.attempts >= j.max_attempts and j.locked_at is null';

/** AcrossTenants: for the operator. Newest first, before this one. */
export async function listDeadJobs(db: Db, limit: number, before: string | null): Promise<DeadJobRow[]> {
  return db.rows<DeadJobRow>(
    `select ${COLUMNS} from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
      where ${IS_DEAD} and ($2::bigint is null or j.id < $2) order by j.id desc limit $1`,
    [limit, before],
  );
}

/** AcrossTenants: for the operator. The job as it was; null when it is not there, or not dead. */
export async function retryDeadJob(db: Db, id: string): Promise<DeadJobRow | null> {
  const [row] = await db.rows<DeadJobRow>(
    `with dead as (
       select ${COLUMNS} from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
        where j.id = $1 and ${IS_DEAD} for update of j
     ), retried as (
       update graphile_worker._private_jobs j set attempts = 0, run_at = now(), updated_at = now()
         from dead where j.id = dead.id returning j.id
     )
     select dead.*, pg_notify('jobs:insert', '{"count":1}') from dead join retried using (id)`,
    [id],
  );
  return row ?? null;
}

/** AcrossTenants: for the operator. The job as it was; null when it is not there, or not dead. */
export async function deleteDeadJob(db: Db, id: string): Promise<DeadJobRow | null> {
  const [row] = await db.rows<DeadJobRow>(
    `delete from graphile_worker._private_jobs j using graphile_worker._private_tasks t
      where t.id = j.task_id and j.id = $1 and ${IS_DEAD} returning ${COLUMNS}`,
    [id],
  );
  return row ?? null;
}
