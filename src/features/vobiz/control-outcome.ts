/** What came of something that Vobiz was asked to do with a call. */
export type ControlOutcome =
  | { kind: 'done' }
  /** There is no such call any more, or no such thing on it. */
  | { kind: 'gone' }
  | { kind: 'limited'; retryAfterSeconds: number | null }
  /** Not done, and asking again will not help. */
  | { kind: 'refused'; status: number }
  /** Nobody knows whether it was done. */
  | { kind: 'failed' };

/** A call to be placed. Numbers are E.164; whoever picks up gets the document of `answerUrl`. */
export type PlacingOrder = {
  from: string;
  to: string;
  answerUrl: string;
  hangupUrl: string;
  ringSeconds: number;
  limitSeconds: number;
};

/** `callUuid`: null when the reply does not say it; the first event of the call will. */
export type PlacingOutcome =
  | { kind: 'placed'; callUuid: string | null }
  | Exclude<ControlOutcome, { kind: 'done' } | { kind: 'gone' }>;
