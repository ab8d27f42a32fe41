import type { Chance } from './chance.ts';

/** What a request to the customer is about. */
export type EventKind =
  | 'answer'
  | 'fallback'
  | 'ring'
  | 'machine'
  | 'hangup'
  | 'dial_event'
  | 'dial_action'
  | 'remote_sounds'
  | 'record'
  | 'record_stop'
  | 'gather'
  | 'redirect'
  | 'transfer'
  | 'conference'
  | 'stream';

/** Probabilities from 0 to 1, for each event on its own. */
export type EventFaults = {
  /** Never sent; a document is asked for again. */
  loss: number;
  /** Sent once more, some time later. */
  duplicate: number;
  /** Sent only after the event that follows it in the call. */
  reorder: number;
  delay: number;
  /** Arrives, but our reply is lost on the way back: sent again. */
  retry: number;
  /** Its times are of another zone. */
  wrongZone: number;
};

export type FaultPlan = EventFaults & {
  /** How late a delayed event, a duplicate or a reordered one is at most. */
  mostDelayMs: number;
  /** Other probabilities for single kinds. */
  of: Partial<Record<EventKind, Partial<EventFaults>>>;
  /** What the REST API does instead of its work, or after it. */
  requests: RequestFaults;
};

export type RequestFaults = {
  error500: number;
  limited429: number;
  /** No answer until the client gives up; nothing was done. */
  timeout: number;
  /** The connection breaks; nothing was done. */
  reset: number;
  /** The work is done, but the connection breaks before the answer: a blind retry would do it twice. */
  resetAfter: number;
};

const noFaults: FaultPlan = {
  loss: 0,
  duplicate: 0,
  reorder: 0,
  delay: 0,
  retry: 0,
  wrongZone: 0,
  mostDelayMs: 30_000,
  of: {},
  requests: { error500: 0, limited429: 0, timeout: 0, reset: 0, resetAfter: 0 },
};

/** Adds what is not named from a plan without faults. */
export function faultPlan(
  plan: Partial<Omit<FaultPlan, 'requests'>> & { requests?: Partial<RequestFaults> },
): FaultPlan {
  return { ...noFaults, ...plan, requests: { ...noFaults.requests, ...plan.requests } };
}

/** What becomes of one event. */
export type Fate = {
  isLost: boolean;
  /** Null when it is sent only once. */
  duplicateAfterMs: number | null;
  isReordered: boolean;
  delayMs: number;
  isAskedAgain: boolean;
  isInWrongZone: boolean;
};

/** Always draws the same number of times, so that one probability more or less does not change the other fates. */
export function fateOf(plan: FaultPlan, kind: EventKind, chance: Chance): Fate {
  const faults: EventFaults = { ...plan, ...plan.of[kind] };
  const draw = () => chance.random();
  const [loss, duplicate, reorder, delay, retry, zone] = [draw(), draw(), draw(), draw(), draw(), draw()];
  const late = () => 1 + Math.floor(draw() * plan.mostDelayMs);
  const [lateCopy, lateEvent] = [late(), late()];
  return {
    isLost: loss < faults.loss,
    duplicateAfterMs: duplicate < faults.duplicate ? lateCopy : null,
    isReordered: reorder < faults.reorder,
    delayMs: delay < faults.delay ? lateEvent : 0,
    isAskedAgain: retry < faults.retry,
    isInWrongZone: zone < faults.wrongZone,
  };
}

export type RequestFault = keyof RequestFaults;

export function requestFaultOf(plan: RequestFaults, chance: Chance): RequestFault | null {
  let at = chance.random();
  for (const fault of Object.keys(plan) as RequestFault[]) {
    at -= plan[fault];
    if (at < 0) return fault;
  }
  return null;
}
