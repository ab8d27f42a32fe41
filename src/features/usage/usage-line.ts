import { callRate, didMonthRate, type PlanTerms, recordingRate, type TimeRate } from './plan-terms.ts';
import { microsPerMinor, rateTime, rateUnit } from './rating.ts';
import type { DueAdjustment } from './usage-month.ts';

export type UsageKind = 'call' | 'recording' | 'did_month' | 'session' | 'month_adjustment';

/** A plan as it holds for one moment. */
export type HeldPlan = { id: string; currency: string; terms: PlanTerms };

/** What a thing comes to by what is known of it now; the ledger's lines of it sum up to it. */
export type Worth = {
  billable: boolean;
  /** Why it is not billable, or, of what is, why it has no price. */
  reason: string | null;
  destination: string | null;
  seconds: number;
  billedSeconds: number;
  currency: string | null;
  amount: number | null;
  planId: string | null;
  rate: string | null;
  legs: { caller: number; talked: number[] } | null;
};

/** A call as whoever settles calls tells of it. */
export type CallFacts = {
  callId: string;
  unbilled: string | null;
  destination: string | null;
  callerSeconds: number;
  talkedSeconds: number[];
  source: 'event' | 'cdr';
};

const nothing = { billedSeconds: 0, currency: null, amount: null, planId: null, rate: null };

/** @param didCountry where nobody has said which country was called */
export function worthOfCall(
  facts: CallFacts,
  livemode: boolean,
  didCountry: string | null,
  plan: HeldPlan | null,
): Worth {
  const seconds = facts.talkedSeconds.reduce((sum, one) => sum + one, 0);
  const destination = facts.destination ?? didCountry;
  const known = {
    destination,
    seconds,
    legs: { caller: facts.callerSeconds, talked: facts.talkedSeconds },
  };
  // What is not billable is so for the reason that would remain: a test call that nobody answered was not answered.
  const unbilled = facts.unbilled ?? (seconds === 0 ? 'no_duration' : livemode ? null : 'test_mode');
  if (unbilled !== null) return { ...nothing, ...known, billable: false, reason: unbilled };
  if (plan === null) return { ...nothing, ...known, billable: true, reason: 'no_plan' };
  const found = callRate(plan.terms, destination);
  if (found === null) return { ...nothing, ...known, billable: true, reason: 'no_rate', planId: plan.id };
  const legs =
    found.rate.measure === 'all_legs' ? [facts.callerSeconds, ...facts.talkedSeconds] : facts.talkedSeconds;
  return { ...known, billable: true, reason: null, ...priced(plan, found, legs) };
}

export function worthOfRecording(seconds: number, livemode: boolean, plan: HeldPlan | null): Worth {
  const known = { destination: null, seconds, legs: null };
  const unbilled = seconds === 0 ? 'no_duration' : livemode ? null : 'test_mode';
  if (unbilled !== null) return { ...nothing, ...known, billable: false, reason: unbilled };
  if (plan === null) return { ...nothing, ...known, billable: true, reason: 'no_plan' };
  const found = recordingRate(plan.terms);
  if (found === null) return { ...nothing, ...known, billable: true, reason: 'no_rate', planId: plan.id };
  return { ...known, billable: true, reason: null, ...priced(plan, found, [seconds]) };
}

export function worthOfDidMonth(country: string | null, livemode: boolean, plan: HeldPlan | null): Worth {
  const known = { destination: country, seconds: 0, legs: null };
  if (!livemode) return { ...nothing, ...known, billable: false, reason: 'test_mode' };
  if (plan === null) return { ...nothing, ...known, billable: true, reason: 'no_plan' };
  const found = didMonthRate(plan.terms, country);
  if (found === null) return { ...nothing, ...known, billable: true, reason: 'no_rate', planId: plan.id };
  const amount = rateUnit(found.rate.price_micros, microsPerMinor(plan.currency));
  const price = { billedSeconds: 0, currency: plan.currency, amount, planId: plan.id, rate: found.key };
  return { ...known, ...price, billable: true, reason: null };
}

export function worthOfAdjustment(due: DueAdjustment): Worth {
  return {
    ...nothing,
    ...{ billable: true, reason: 'allowance_and_tiers', destination: null, seconds: 0, legs: null },
    ...due,
  };
}

function priced(plan: HeldPlan, { key, rate }: { key: string; rate: TimeRate }, legs: readonly number[]) {
  const rated = rateTime(rate, legs, microsPerMinor(plan.currency));
  return { ...rated, currency: plan.currency, planId: plan.id, rate: key };
}

/** Whether a line that stands already says the same. That a record now confirms an event changes nothing of what is owed. */
export function isSameWorth(one: Worth, other: Worth): boolean {
  const fields = [
    'billable',
    'reason',
    'destination',
    'seconds',
    'billedSeconds',
    'currency',
    'amount',
  ] as const;
  return fields.every((field) => one[field] === other[field]) && one.rate === other.rate;
}
