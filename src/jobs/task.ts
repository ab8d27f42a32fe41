import type { Task as LibraryTask } from 'graphile-worker';
import type { Logger } from '../kernel/logger.ts';
import { scrub } from '../kernel/scrub.ts';

export type Task = {
  name: string;
  /**
   * Does the job, at least once: after a crash, or when this process was stopped for a while, again, and perhaps while it is
   * still at it; so it must be safe to repeat. `signal` is aborted when it shall not go on: it takes too long, the
   * process ends, or the job was given to another. A failure is tried again, later each time.
   */
  work(payload: unknown, signal: AbortSignal): Promise<void>;
};

/** What an operator reads of a failure: enough to know what it was. */
const LONGEST_ERROR = 500;
/** Keys of ours, secrets of endpoints, and what stands before the host in a URL. */
const SECRETS = /\b(?:mp_(?:op|live|test)|whk|whsec)_[\w+/=-]+|(?<=:\/\/)[^/\s@]+(?=@)/g;

/** An error as it may be kept and shown: no number, no secret, no more than a few lines. */
export function errorText(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return scrub(text.replace(SECRETS, '[secret]')).slice(0, LONGEST_ERROR) || 'It failed without a word.';
}

/** The task as the library calls it: with a limit of time, and with nothing in its failures that must not be kept. */
export function performing(
  task: Task,
  parts: { stopSignal: () => AbortSignal; limitMs: number; logger: Logger },
): LibraryTask {
  return async (payload, { job }) => {
    const stop = parts.stopSignal();
    const own = new AbortController();
    const onStop = () => own.abort(stop.reason);
    stop.addEventListener('abort', onStop, { once: true });
    if (stop.aborted) onStop();
    let limit: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      limit = setTimeout(() => {
        const error = new Error(`It was not done within ${parts.limitMs / 1_000} s.`);
        own.abort(error);
        reject(error);
      }, parts.limitMs);
    });
    try {
      await Promise.race([(async () => task.work(payload, own.signal))(), late]);
    } catch (error) {
      const isDead = job.attempts >= job.max_attempts;
      parts.logger[isDead ? 'error' : 'warn'](
        { task: task.name, job: String(job.id), attempt: job.attempts, detail: errorText(error) },
        isDead ? 'a job is dead' : 'a job failed, and will be tried again',
      );
      throw new Error(errorText(error));
    } finally {
      clearTimeout(limit);
      stop.removeEventListener('abort', onStop);
    }
  };
}
