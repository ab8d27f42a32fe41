import { isSettledByMonth, type PlanTerms, timeRate } from './plan-terms.ts';
import { microsPerMinor, monthAmount } from './rating.ts';

/** What a month's lines of one rate of one plan add up to. `adjusted`: by its adjustments so far. */
export type RateMonth = {
  planId: string;
  terms: PlanTerms;
  rate: string;
  currency: string;
  quantity: number;
  billedSeconds: number;
  amount: number;
  adjusted: number;
};

export type DueAdjustment = { planId: string; rate: string; currency: string; amount: number };

/**
 * What is still to be added so that each rate with an allowance or tiers comes to what its month costs. From sums only, so that
 * the order of calls, and when which correction came, change nothing; and again after a correction it gives what is missing.
 */
export function dueAdjustments(months: readonly RateMonth[]): DueAdjustment[] {
  return months.flatMap(({ planId, terms, rate: key, currency, ...sums }) => {
    const rate = timeRate(terms, key);
    if (rate === null || !isSettledByMonth(rate)) return [];
    const due = monthAmount(rate, sums, microsPerMinor(currency)) - sums.amount - sums.adjusted;
    return due === 0 ? [] : [{ planId, rate: key, currency, amount: due }];
  });
}

/** `2026-06` of a moment, in UTC. */
export function monthOf(at: Date): string {
  return at.toISOString().slice(0, 7);
}

export function monthStart(month: string): Date {
  return new Date(`${month}-01T00:00:00Z`);
}

export function monthAfter(month: string, months = 1): string {
  const start = monthStart(month);
  start.setUTCMonth(start.getUTCMonth() + months);
  return monthOf(start);
}

/** A month's last calls may take their time to be known; corrections come for a while longer. */
const CLOSED_AFTER_DAYS = 3;
const CORRECTED_MONTHS = 3;

/** Those months that are over and may still change, the oldest first. */
export function monthsToClose(now: Date): string[] {
  const current = monthOf(new Date(now.getTime() - CLOSED_AFTER_DAYS * 86_400_000));
  return Array.from({ length: CORRECTED_MONTHS }, (_, place) =>
    monthAfter(current, place - CORRECTED_MONTHS),
  );
}
