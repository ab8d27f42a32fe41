import type { StockNumber } from './provider.ts';

export type Offer = { kind: 'number'; number: StockNumber } | { kind: 'none' | 'too_dear' | 'no_balance' };

/** What may be spent, and what was tried before. */
export type Limits = {
  currency: string;
  leftMinor: number;
  balanceMinor: number;
  tried: ReadonlySet<string>;
};

/** The cheapest of these that may be bought; of equals the first. Otherwise why there is none. */
export function offerFor(stock: readonly StockNumber[], limits: Limits): Offer {
  const cost = (one: StockNumber) => one.setupMinor + one.monthlyMinor;
  const [number] = stock
    .filter(({ e164, currency }) => currency === limits.currency && !limits.tried.has(e164))
    .sort((a, b) => cost(a) - cost(b));
  if (number === undefined) return { kind: 'none' };
  if (cost(number) > limits.leftMinor) return { kind: 'too_dear' };
  if (cost(number) > limits.balanceMinor) return { kind: 'no_balance' };
  return { kind: 'number', number };
}
