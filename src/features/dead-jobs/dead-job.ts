import { scrub } from '../../kernel/scrub.ts';

/** The queue's own numbers, in hex and of one length, so that ids sort by the time they were made, as all do. */
export function deadJobId(queueId: string): string {
  return `job_${BigInt(queueId).toString(16).padStart(16, '0')}`;
}

/** Null for what is no id of a job. Text, since the numbers outgrow those of JavaScript. */
export function readJobId(id: string): string | null {
  const digits = /^job_([0-7][0-9a-f]{15})$/.exec(id)?.[1];
  return digits === undefined ? null : BigInt(`0x${digits}`).toString();
}

/** Errors are scrubbed before they are kept. Here again, since not all that stands there was written by us. */
export function shownError(kept: string | null): string | null {
  return kept === null ? null : scrub(kept).slice(0, 500);
}
