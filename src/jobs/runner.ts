import type { Logger } from '../kernel/logger.ts';

/** Something that is done again and again. It must be safe to run in several processes at once. */
export type Job = { name: string; everySeconds: number; work: () => Promise<void> };

export type JobRunner = {
  start(): void;
  /** Waits for the jobs that are at work, at most as long as the deadline. */
  stop(deadlineMs: number): Promise<void>;
};

export function createJobRunner(jobs: readonly Job[], logger: Logger): JobRunner {
  const timers = new Map<string, NodeJS.Timeout>();
  const working = new Map<string, Promise<void>>();
  let stopped = false;

  const run = async (job: Job): Promise<void> => {
    try {
      await job.work();
    } catch (error) {
      // The next turn tries again; a job that fails for ever is seen in the log.
      logger.error({ job: job.name, err: error }, 'job failed');
    }
  };

  const plan = (job: Job): void => {
    if (stopped) return;
    // Half to one and a half times the interval, so that replicas drift apart.
    const delayMs = job.everySeconds * 1000 * (0.5 + Math.random());
    const timer = setTimeout(() => {
      const turn = run(job).then(() => plan(job));
      working.set(
        job.name,
        turn.finally(() => working.delete(job.name)),
      );
    }, delayMs);
    timer.unref();
    timers.set(job.name, timer);
  };

  return {
    start: () => jobs.forEach(plan),
    async stop(deadlineMs) {
      stopped = true;
      for (const timer of timers.values()) clearTimeout(timer);
      let deadline: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resume) => {
        deadline = setTimeout(resume, deadlineMs);
      });
      await Promise.race([Promise.all(working.values()), late]);
      clearTimeout(deadline);
    },
  };
}
