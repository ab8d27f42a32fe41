/**
 * The process clock. It is only used for things that end with the process (caches, log lines, signatures);
 * whether a session is over is decided by Postgres' own now(), never by this clock.
 */
export type Clock = { now(): number };

export const systemClock: Clock = { now: () => Date.now() };
