import type { RequestNote } from './api/access-log.ts';

/** An attempt to deliver an event, whatever came of it. */
export type AttemptOutcome = 'delivered' | 'failed';

/** `failed`: it could not be decided, and the caller heard so. */
export type AnswerNote = { decision: string; reason: string; seconds: number };
export type AllocationNote = {
  /** refused: by something in the request; failed: by something of ours. */
  outcome: 'settled' | 'replayed' | 'exhausted' | 'refused' | 'failed';
  kind: 'session' | 'rehome';
  seconds: number;
  /** Of the way to the pair, as far as it is known. */
  steps: readonly { step: string; outcome: string }[];
};
export type WorkNote = { job: string; outcome: 'done' | 'failed'; seconds: number };

export type Notes = {
  noteRequest(request: RequestNote): void;
  noteAnswer(answer: AnswerNote): void;
  noteAllocation(allocation: AllocationNote): void;
  noteWork(work: WorkNote): void;
  noteMisroute(): void;
  noteAttempt(outcome: AttemptOutcome, seconds: number): void;
};
