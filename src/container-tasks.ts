import { deadJobHandlers } from './features/dead-jobs/dead-job-handlers.ts';
import { createDeadJobService } from './features/dead-jobs/dead-job-service.ts';
import type { Task } from './jobs/queue.ts';

/** What the queue can do, by whose it is. Jobs name a task, so a name is for ever. */
export function queueTasks(...ofFeatures: readonly (readonly Task[])[]): readonly Task[] {
  return ofFeatures.flat();
}

/** And what the operator reads of it. */
export function deadJobsOn() {
  return deadJobHandlers(createDeadJobService());
}
