/** The time of the double: milliseconds since 1970; fractions are microseconds, which Vobiz writes into SessionStart. */
export type Clock = {
  now(): number;
  /** Calls `work` after so many milliseconds; the result takes that back. */
  after(milliseconds: number, work: () => void): () => void;
  /** Something that takes real time and no time of this clock: a request. */
  outside<T>(work: () => Promise<T>): Promise<T>;
};

export type RealClock = Clock & { stop(): void };

export type ManualClock = Clock & {
  /** Plays on until nothing is left to happen, or until this moment. */
  play(until?: number): Promise<void>;
  /** Plays on for so many milliseconds. */
  advance(milliseconds: number): Promise<void>;
};

type Timer = { at: number; order: number; work: (() => void) | null };

export function realClock(): RealClock {
  const timers = new Set<NodeJS.Timeout>();
  return {
    now: () => Date.now(),
    after(milliseconds, work) {
      const timer = setTimeout(() => {
        timers.delete(timer);
        work();
      }, milliseconds);
      timers.add(timer);
      return () => {
        clearTimeout(timer);
        timers.delete(timer);
      };
    },
    outside: (work) => work(),
    stop() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}

/**
 * A clock that moves only when it is played, so that a day of calls passes in seconds. It stands still while a request
 * is out, and lets one request out at a time: whatever the machine does, everything happens in the same order.
 */
export function manualClock(startAt: number): ManualClock {
  let now = startAt;
  let added = 0;
  let outstanding = 0;
  let lastRequest: Promise<unknown> = Promise.resolve();
  const timers: Timer[] = [];

  const settled = async () => {
    do {
      await lastRequest;
      // All that follows from what just happened, down to its next wait, happens in microtasks.
      await nextTurn();
    } while (outstanding > 0);
  };

  const play = async (until = Number.POSITIVE_INFINITY) => {
    for (;;) {
      await settled();
      const first = timers[0];
      if (first === undefined || first.at > until) break;
      timers.shift();
      if (first.work === null) continue;
      now = Math.max(now, first.at);
      first.work();
    }
    if (until !== Number.POSITIVE_INFINITY) now = Math.max(now, until);
  };

  return {
    now: () => now,
    after(milliseconds, work) {
      const timer: Timer = { at: now + Math.max(0, milliseconds), order: added, work };
      added += 1;
      timers.splice(placeOf(timers, timer), 0, timer);
      return () => {
        timer.work = null;
      };
    },
    outside<T>(work: () => Promise<T>): Promise<T> {
      outstanding += 1;
      const result = lastRequest.then(work);
      const done = () => {
        outstanding -= 1;
      };
      // The next request waits until all that follows from this one has happened.
      lastRequest = result.then(done, done).then(nextTurn);
      return result;
    },
    play,
    advance: (milliseconds) => play(now + milliseconds),
  };
}

/** By time, and by the order of adding at the same time. */
function placeOf(timers: readonly Timer[], timer: Timer): number {
  let low = 0;
  let high = timers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = timers[middle];
    if (other !== undefined && (other.at < timer.at || (other.at === timer.at && other.order < timer.order)))
      low = middle + 1;
    else high = middle;
  }
  return low;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
