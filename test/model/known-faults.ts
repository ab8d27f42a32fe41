/**
 * What the model has found and nobody has mended yet: while a fault stands here the oracle expects it, so that the model goes on
 * to look for others. Whoever mends one deletes its line, and what does not compile then. MODEL_STRICT=1: none is expected.
 */
export const known = {
  /**
   * A phone that left its session, or a number that was its, connects again when the clock is set back to before that:
   * route_facts and end_session take `released_at` for a time that is yet to come.
   */
  leftBehindComesBack: true,
  /**
   * A call whose answer event comes three times is counted twice when it was bridged, then (its session was over) not, then
   * (reopened) bridged again: record_answer compares with the last decision only.
   */
  countsAgain: true,
  /**
   * A session that ended after its first call and was reopened is ended again by late news of that same call, such as a leg event
   * that comes after the hangup: record_call_event looks at what the call is, not at what the event changed.
   */
  lateNewsEnds: true,
};

if (process.env.MODEL_STRICT === '1') {
  for (const name of Object.keys(known) as (keyof typeof known)[]) known[name] = false;
}
