/**
 * Redis answers in under 1 ms; what takes 50 ms is a stall, and going on with Postgres alone is then faster than
 * waiting. It also bounds the handshake: a Redis that is farther away than this is never used.
 */
const COMMAND_TIMEOUT_MS = 50;
/** A host in the same region that does not accept within a second is down. */
export const CONNECT_TIMEOUT_MS = 1_000;
/** After FIN to a dead peer, the socket is destroyed after this; the default of 2 s would delay every recovery. */
const DISCONNECT_TIMEOUT_MS = 200;
/** First and longest pause between connection attempts; the longest bounds how late a recovered Redis is noticed. */
const RETRY_FIRST_MS = 50;
const RETRY_LONGEST_MS = 2_000;
/** With three misses, a dead connection is replaced within 8 s; each PING costs nothing. */
export const WATCH_EVERY_MS = 2_000;

/** What holds for each connection, to a single Redis as to a node of a cluster. */
export const connectionOptions = {
  commandTimeout: COMMAND_TIMEOUT_MS,
  connectTimeout: CONNECT_TIMEOUT_MS,
  disconnectTimeout: DISCONNECT_TIMEOUT_MS,
  // Everything in Redis is advice for this very moment: a command that was cut off is neither waited for nor sent again
  // (a lock that arrives late would only be in the way).
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  // What several requests have to say in one turn of the event loop goes out in one write: under load a write costs more
  // than what is written.
  enableAutoPipelining: true,
};

/** Half fixed, half random: instances that lost Redis together do not come back together. */
export function retryPauseMs(attempt: number, longestMs = RETRY_LONGEST_MS): number {
  const ceiling = Math.min(RETRY_FIRST_MS * 2 ** Math.min(attempt - 1, 10), longestMs);
  return ceiling * (0.5 + Math.random() / 2);
}
