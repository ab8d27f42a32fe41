/** Whether endpoints that failed lately are asked again: a dead one would cost each caller the whole time limit. */
export type EndpointBreaker = {
  /** False while it rests. After that one caller tries it, and the others once that one succeeded. */
  mayTry(endpoint: string): boolean;
  succeeded(endpoint: string): void;
  failed(endpoint: string): void;
};

/** One slow answer is an accident, three in a row are an outage. */
const FAILURES = 3;
/** Of a process: some callers an hour then wait for a dead endpoint, and a recovered one is back soon. */
const REST_MS = 10_000;
/** Those that fail at the same time in one process; the ones that failed longest ago make room. */
const MOST_KNOWN = 10_000;

/** @param nowMs a clock that never steps back */
export function createEndpointBreaker(nowMs: () => number = () => performance.now()): EndpointBreaker {
  const known = new Map<string, { failures: number; restsUntil: number }>();
  return {
    mayTry(endpoint) {
      const state = known.get(endpoint);
      if (state === undefined || state.failures < FAILURES) return true;
      if (nowMs() < state.restsUntil) return false;
      // This caller tries. If nothing is heard of it, another one does later.
      state.restsUntil = nowMs() + REST_MS;
      return true;
    },
    succeeded: (endpoint) => void known.delete(endpoint),
    failed(endpoint) {
      const failures = (known.get(endpoint)?.failures ?? 0) + 1;
      known.delete(endpoint);
      known.set(endpoint, { failures, restsUntil: nowMs() + REST_MS });
      const [oldest] = known.keys();
      if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest);
    },
  };
}
