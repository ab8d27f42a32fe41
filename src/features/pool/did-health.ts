/** A DID that does less than half as well as its pool is chosen only when there is no other. */
export const UNHEALTHY_BELOW = 0.5;

/**
 * How many calls a DID is credited with that went as its pool's do. After as many that all failed it has come down to
 * UNHEALTHY_BELOW: three bad calls in a row are chance, twenty are not.
 */
const CREDITED_CALLS = 20;

/** Bridged calls that are over: all, those that were answered, and those of them that were hung up at once. */
export type CallCounts = { calls: number; answered: number; short: number };

/**
 * How well calls through a DID do, from 0 to 1, where 1 is as well as those of its pool or better.
 *
 * A DID that is blocked, taken for a robot, or silent on one side shows in calls that nobody answers and in calls that are
 * hung up at once; the latter half count as answered, since people also hang up at once when all is well. How many people
 * answer at all depends on the trade and the hour, so a DID is compared with its pool: when nobody in the pool answers it is not
 * the DID's fault. Few calls say little, so the rate is drawn towards the pool's by CREDITED_CALLS calls.
 *
 * @param pool of all DIDs of the pool, this one included
 */
export function healthOf(did: CallCounts, pool: CallCounts): number {
  const prior = pool.calls === 0 ? 0 : good(pool) / pool.calls;
  if (prior === 0) return 1;
  const rate = (good(did) + prior * CREDITED_CALLS) / (did.calls + CREDITED_CALLS);
  return Math.min(1, Math.max(0, rate / prior));
}

function good({ answered, short }: CallCounts): number {
  return answered - short / 2;
}

/** What a choice of DIDs depends on. */
export type Standing = { health: number; load: number };

/** A step that can move a DID across UNHEALTHY_BELOW only when it was next to it. */
const LEAST_HEALTH_STEP = 0.05;
const LEAST_LOAD_STEP = 0.1;

/**
 * What is to be kept of a DID's standing: the old values, but for those that have changed by so much that a choice may come out
 * differently. Each change makes every process read the pool again.
 */
export function keptStanding(before: Standing, now: Standing): Standing {
  const isHealthNew = Math.abs(now.health - before.health) >= LEAST_HEALTH_STEP;
  const isLoadNew = Math.abs(now.load - before.load) >= Math.max(1, before.load * LEAST_LOAD_STEP);
  return { health: isHealthNew ? now.health : before.health, load: isLoadNew ? now.load : before.load };
}
