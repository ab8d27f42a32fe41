import type { Task } from './jobs/queue.ts';

/** What the queue can do: a task stands here with the functions that it needs. Jobs name it, so a name is for ever. */
export function queueTasks(): readonly Task[] {
  return [];
}
