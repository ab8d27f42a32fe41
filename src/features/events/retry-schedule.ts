/**
 * How long to wait after each failed attempt, as Standard Webhooks has it: ten attempts in three days and three and a half
 * hours, so that a receiver that breaks on a Friday evening has all its events on Monday.
 */
export const RETRY_SECONDS: readonly number[] = [
  5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400,
];

/** So that what has failed at the same moment does not come back at the same moment. */
const JITTER = 0.1;

/** What a receiver may ask for at most; see Retry-After. */
const MOST_HOLD_SECONDS = 86_400;

/** With these statuses a receiver says that it is too much for it, or down, and may say until when. */
const OVERLOADED: readonly number[] = [429, 502, 503, 504];
const GONE = 410;

/**
 * Seconds until the next attempt, or null when that was the last.
 * @param attempts how many there have been
 * @param random from 0 to 1
 */
export function secondsToRetry(schedule: readonly number[], attempts: number, random: number): number | null {
  const seconds = schedule[attempts - 1];
  return seconds === undefined ? null : seconds * (1 - JITTER + 2 * JITTER * random);
}

/** What an answer of a receiver says beside how this delivery went. Only 2xx is a yes: nobody follows a redirect here. */
export function meaningOf(answer: { status: number; retryAfterSeconds: number | null }): {
  delivered: boolean;
  gone: boolean;
  holdSeconds: number;
} {
  const { status, retryAfterSeconds } = answer;
  const isHeld = OVERLOADED.includes(status) && retryAfterSeconds !== null;
  return {
    delivered: status >= 200 && status < 300,
    gone: status === GONE,
    holdSeconds: isHeld ? Math.min(retryAfterSeconds, MOST_HOLD_SECONDS) : 0,
  };
}
