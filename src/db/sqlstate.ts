/** SQLSTATE codes that we act on, by name. Source: PostgreSQL documentation, appendix A. */
const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';

function stateOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/** Nothing of the transaction happened and the same transaction may succeed if it is run again. */
export function isWorthRepeating(error: unknown): boolean {
  const state = stateOf(error);
  return state === SERIALIZATION_FAILURE || state === DEADLOCK_DETECTED;
}

/** The statement itself was refused, and so did nothing: neither the server nor the way to it is to blame. */
export function isStatementRefused(error: unknown): boolean {
  const state = stateOf(error);
  return state !== null && /^[0-9A-Z]{5}$/.test(state) && !/^(08|53|57|58|XX)/.test(state);
}

/** Our own, of hold_listing: the listing of a session that was to be made is over. */
export function isListingOver(error: unknown): boolean {
  return stateOf(error) === 'MP410';
}

/** A schema or a table is not there. */
export function isMissing(error: unknown): boolean {
  return /^(3F000|42P01)$/.test(stateOf(error) ?? '');
}

/**
 * The server is not there, goes down, is out of connections or too slow: classes 08, 53, 57P, a statement that was stopped
 * at its time limit, and node's socket errors.
 */
export function isUnavailable(error: unknown): boolean {
  const state = stateOf(error);
  if (state !== null) return /^(08|53|57P|57014)/.test(state) || /^E[A-Z]+$/.test(state);
  // pg reports a broken connection, a full pool and a server that does not answer without a code.
  return (
    error instanceof Error &&
    /connection|timeout exceeded when trying to connect|query read timeout/i.test(error.message)
  );
}

/** Also the login or the database of the address is wrong: classes 28 and 3D. For the start, where a person reads it. */
export function isUnusableAddress(error: unknown): boolean {
  return isUnavailable(error) || /^(28|3D)/.test(stateOf(error) ?? '');
}
