import type { Clock } from './clock.ts';

/** What happens to somebody, in order. One reader at a time. */
export type Mailbox<T> = {
  put(message: T): void;
  /** The next message, or null when none has come until this moment. */
  next(deadline: number): Promise<T | null>;
  /** The next message if there is one already. */
  take(): T | null;
};

export function mailbox<T>(clock: Clock): Mailbox<T> {
  const kept: T[] = [];
  let waiting: ((message: T | null) => void) | null = null;
  return {
    put(message) {
      if (waiting === null) kept.push(message);
      else waiting(message);
    },
    take: () => kept.shift() ?? null,
    next(deadline) {
      const first = kept.shift();
      if (first !== undefined) return Promise.resolve(first);
      return new Promise((resolve) => {
        const cancel =
          deadline === Number.POSITIVE_INFINITY
            ? () => {}
            : clock.after(deadline - clock.now(), () => finish(null));
        const finish = (message: T | null) => {
          cancel();
          waiting = null;
          resolve(message);
        };
        waiting = finish;
      });
    },
  };
}
