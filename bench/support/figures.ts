import type { Loaded, Sample } from './load.ts';

export function median(values: readonly number[]): number {
  return [...values].sort((x, y) => x - y)[Math.floor(values.length / 2)] ?? Number.NaN;
}

export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

export function percentile(samples: readonly Sample[], share: number): number {
  const times = samples.map(({ ms }) => ms).sort((x, y) => x - y);
  return rounded(times[Math.floor(times.length * share)] ?? Number.NaN, 2);
}

export type Rate = { perSecond: number; p50Ms: number; p99Ms: number };

export function rateOf({ seconds, samples }: Loaded): Rate {
  return {
    perSecond: Math.round(samples.length / seconds),
    p50Ms: percentile(samples, 0.5),
    p99Ms: percentile(samples, 0.99),
  };
}

/** The highest as a multiple of the lowest: 1 is perfectly flat. */
export function spreadOf(values: readonly number[]): number {
  return rounded(Math.max(...values) / Math.min(...values), 2);
}
