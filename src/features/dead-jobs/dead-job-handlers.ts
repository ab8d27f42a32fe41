import type { Handlers } from '../../api/contract.ts';
import { listView, pageOf, pageQuery } from '../../api/pagination.ts';
import type { components } from '../../generated/schema.ts';
import type { DeadJob, DeadJobService } from './dead-job-service.ts';

type DeadJobOperations = 'listDeadJobs' | 'retryDeadJob' | 'deleteDeadJob';

function toDeadJobView(job: DeadJob): components['schemas']['DeadJob'] {
  return {
    id: job.id,
    task: job.task,
    tenant: job.tenant,
    attempts: job.attempts,
    last_error: job.last_error,
    created_at: job.created_at.toISOString(),
    failed_at: job.failed_at.toISOString(),
  };
}

export function deadJobHandlers(deadJobs: DeadJobService): Pick<Handlers, DeadJobOperations> {
  return {
    async listDeadJobs({ unit, query }) {
      const page = pageQuery(query);
      const rows = await deadJobs.list(unit, page.limit + 1, page.startingAfter);
      return { status: 200, body: listView(pageOf(rows, page), toDeadJobView) };
    },
    async retryDeadJob({ unit, params }) {
      return { status: 200, body: toDeadJobView(await deadJobs.retry(unit, params.job_id)) };
    },
    async deleteDeadJob({ unit, params }) {
      return { status: 200, body: toDeadJobView(await deadJobs.remove(unit, params.job_id)) };
    },
  };
}
