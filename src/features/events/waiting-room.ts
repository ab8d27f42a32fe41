import { Failure } from '../../kernel/errors.ts';

/** One tenant's readers; a backend needs one or two. */
const MOST_OF_TENANT = 10;
/** All of a process: four looks a second of each are what a core does beside its other work. */
const MOST_WAITERS = 100;

export type WaitingPlace = {
  /** True when the time has passed; false when there is no more reason to wait. */
  pause(ms: number, gone: AbortSignal): Promise<boolean>;
  leave(): void;
};

/** Bounds how many requests of this process wait at the same time. */
export function createWaitingRoom() {
  const counts = new Map<string, number>();
  const closing = new AbortController();
  let all = 0;

  return {
    /** A place, or why there is none. */
    enter(tenantId: string): WaitingPlace | Failure {
      const own = counts.get(tenantId) ?? 0;
      if (own >= MOST_OF_TENANT) {
        return new Failure('rate_limited', `At most ${MOST_OF_TENANT} requests may wait at once.`, {
          retryAfterSeconds: 1,
        });
      }
      if (all >= MOST_WAITERS) {
        return new Failure('unavailable', 'Too many requests wait already. Try again without waiting.', {
          retryAfterSeconds: 1,
        });
      }
      counts.set(tenantId, own + 1);
      all += 1;
      return {
        pause: (ms, gone) => pause(ms, [gone, closing.signal]),
        leave() {
          const left = (counts.get(tenantId) ?? 1) - 1;
          if (left === 0) counts.delete(tenantId);
          else counts.set(tenantId, left);
          all -= 1;
        },
      };
    },
    close: () => closing.abort(),
  };
}

function pause(ms: number, ends: readonly AbortSignal[]): Promise<boolean> {
  if (ends.some((end) => end.aborted)) return Promise.resolve(false);
  return new Promise((resolve) => {
    const settle = (passed: boolean) => {
      clearTimeout(timer);
      for (const end of ends) end.removeEventListener('abort', stop);
      resolve(passed);
    };
    const stop = () => settle(false);
    const timer = setTimeout(() => settle(true), ms);
    for (const end of ends) end.addEventListener('abort', stop);
  });
}
