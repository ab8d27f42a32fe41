import type { Db } from '../../db/database.ts';
import { notFound } from '../../kernel/errors.ts';
import { deadJobId, readJobId, shownError } from './dead-job.ts';
import { type DeadJobRow, deleteDeadJob, listDeadJobs, retryDeadJob } from './dead-job-store.ts';

/** A row, with an id and an error as they are shown. */
export type DeadJob = DeadJobRow;

export type DeadJobService = {
  /** Newest first. After what is no id of a job nothing comes. */
  list(db: Db, limit: number, startingAfter: string | null): Promise<DeadJob[]>;
  /** The job as it was; it is done again now, with all its attempts. Throws not_found. */
  retry(db: Db, id: string): Promise<DeadJob>;
  /** The job as it was. Throws not_found. */
  remove(db: Db, id: string): Promise<DeadJob>;
};

export function createDeadJobService(): DeadJobService {
  const shown = (row: DeadJobRow): DeadJob => ({
    ...row,
    id: deadJobId(row.id),
    last_error: shownError(row.last_error),
  });
  const found = async (id: string, look: (queueId: string) => Promise<DeadJobRow | null>) => {
    const queueId = readJobId(id);
    const row = queueId === null ? null : await look(queueId);
    if (row === null) throw notFound();
    return shown(row);
  };
  return {
    async list(db, limit, startingAfter) {
      const before = startingAfter === null ? null : readJobId(startingAfter);
      if (startingAfter !== null && before === null) return [];
      return (await listDeadJobs(db, limit, before)).map(shown);
    },
    retry: (db, id) => found(id, (queueId) => retryDeadJob(db, queueId)),
    remove: (db, id) => found(id, (queueId) => deleteDeadJob(db, queueId)),
  };
}
