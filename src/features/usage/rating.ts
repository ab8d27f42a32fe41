import type { TimeRate } from './plan-terms.ts';

/** Millionths of the currency's unit in one minor unit: 10 000 where there are two digits after the point. */
export function microsPerMinor(currency: string): number {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return 10 ** (6 - (format.resolvedOptions().maximumFractionDigits ?? 2));
}

/** Up to the pulse: nothing for nothing, the first pulse for a moment, then every begun one. */
export function billedSeconds(
  { initial_seconds, increment_seconds }: Pick<TimeRate, 'initial_seconds' | 'increment_seconds'>,
  seconds: number,
): number {
  if (seconds <= 0) return 0;
  const beyond = Math.max(seconds - initial_seconds, 0);
  return initial_seconds + Math.ceil(beyond / increment_seconds) * increment_seconds;
}

export type Rated = { billedSeconds: number; amount: number };

/**
 * What one call or recording costs by its rate alone, in minor units. Each leg is rounded up to the pulse by itself; the amount
 * is rounded once, half up. Allowance and tiers are the month's business (`monthAmount`): so no line depends on another.
 *
 * Numbers stay exact: the spec bounds prices to 100 units a minute and legs are bounded to a week, so that all of 100 legs in
 * sixtieths of millionths are less than 2^53.
 */
export function rateTime(rate: TimeRate, legSeconds: readonly number[], minorMicros: number): Rated {
  const billed = legSeconds.reduce((sum, seconds) => sum + billedSeconds(rate, seconds), 0);
  if (billed === 0) return { billedSeconds: 0, amount: 0 };
  const sixtieths = billed * rate.price_per_minute_micros + rate.setup_micros * 60;
  const least = rate.minimum_micros * 60;
  return { billedSeconds: billed, amount: inMinor(Math.max(sixtieths, least), minorMicros * 60) };
}

export function rateUnit(priceMicros: number, minorMicros: number): number {
  return inMinor(priceMicros, minorMicros);
}

/** Half up. By the rest, for a quotient of doubles may be rounded to the wrong side. */
function inMinor(value: number, perMinor: number): number {
  const rest = value % perMinor;
  return (value - rest) / perMinor + (rest * 2 >= perMinor ? 1 : 0);
}

/** All that was billed by one rate in one month. */
export type MonthTotals = { billedSeconds: number; quantity: number };

/**
 * What a month costs by a rate that has an allowance or tiers, in minor units, rounded once. The first seconds are free; then
 * each costs what the tier says that it falls in, the free ones counted. Only sums go in, so the order of calls cannot matter.
 */
export function monthAmount(rate: TimeRate, totals: MonthTotals, minorMicros: number): number {
  const steps = [{ from_seconds: 0, price_per_minute_micros: rate.price_per_minute_micros }, ...rate.tiers];
  let sixtieths = BigInt(totals.quantity) * BigInt(rate.setup_micros) * 60n;
  for (const [place, step] of steps.entries()) {
    const from = Math.max(step.from_seconds, rate.free_seconds_per_month);
    const to = Math.min(steps[place + 1]?.from_seconds ?? totals.billedSeconds, totals.billedSeconds);
    if (to > from) sixtieths += BigInt(to - from) * BigInt(step.price_per_minute_micros);
  }
  const perMinor = BigInt(minorMicros) * 60n;
  return Number((sixtieths * 2n + perMinor) / (perMinor * 2n));
}
