import type { Truth } from './call-truth.ts';

/** What the ledger has to say of a call, by what really happened in it. Shares no code with the service. */
export type SeenUsage = {
  /** Of the charge that stands. */
  billable: boolean;
  reason: string | null;
  /** Sums of all lines; null: nobody can know yet for how long they talked. */
  seconds: number | null;
  billed: number;
  amount: number;
  quantity: number;
};

const talks = ['callee_ends', 'caller_ends', 'time_limit', 'race'];
const TALK = 40;

/** A minute at 0.45 by 60/60. */
const talked = (seconds: number | null): SeenUsage => ({
  ...{ billable: true, reason: null, seconds, billed: 60, amount: 45, quantity: 1 },
});
const unbilled = (reason: string): SeenUsage => ({
  ...{ billable: false, reason, seconds: 0, billed: 0, amount: 0, quantity: 1 },
});

/** Null: there is no line yet. A call is over when its hangup event has come, and not before. */
export function usageFrom(truth: Truth, arrived: readonly string[]): SeenUsage | null {
  if (!arrived.includes('hangup')) return null;
  if (!talks.includes(truth.kind)) return usageInTheEnd(truth);
  if (!['answered', 'connected', 'leg_ended', 'action'].some((name) => arrived.includes(name))) {
    return unbilled('not_answered');
  }
  return talked(arrived.includes('leg_ended') ? TALK : null);
}

export function usageInTheEnd(truth: Truth): SeenUsage {
  if (truth.kind === 'announced') return unbilled('not_bridged');
  return talks.includes(truth.kind) ? talked(TALK) : unbilled('not_answered');
}
