/** Long enough that a stall is paid for once per second and not per request, short enough to come back unnoticed. */
const OPEN_MS = 1_000;

/** Decides whether a resource that failed lately is worth another attempt. */
export type Breaker = {
  /** False while open. After that it lets one caller through, and the others once that one succeeded. */
  mayTry(): boolean;
  succeeded(): void;
  failed(): void;
  /** Since it failed last, nobody has succeeded. */
  isOpen(): boolean;
};

/** @param nowMs a clock that never steps back: a wall clock set back would keep the breaker open */
export function createBreaker(nowMs: () => number = () => performance.now()): Breaker {
  let openUntil: number | null = null;
  return {
    mayTry() {
      if (openUntil === null) return true;
      if (nowMs() < openUntil) return false;
      // Half-open: this caller probes. If it never reports back, the next one probes a while later.
      openUntil = nowMs() + OPEN_MS;
      return true;
    },
    succeeded() {
      openUntil = null;
    },
    failed() {
      // Jitter, so that many instances do not probe a recovering Redis in step.
      openUntil = nowMs() + OPEN_MS * (0.75 + Math.random() / 2);
    },
    isOpen: () => openUntil !== null,
  };
}
