import { Failure, type Fault } from '../../kernel/errors.ts';

/** What a further second costs once so many were billed in the month, in place of the price before. */
export type Tier = { from_seconds: number; price_per_minute_micros: number };

/**
 * What time costs. Prices are in millionths of the currency's unit: 0.45 INR are 450 000. The first `initial_seconds` are billed
 * in any case, then every begun `increment_seconds`: 60/60, 30/6, 1/1.
 */
export type TimeRate = {
  price_per_minute_micros: number;
  initial_seconds: number;
  increment_seconds: number;
  /** For each call, whatever its length. */
  setup_micros: number;
  /** A call costs at least that. */
  minimum_micros: number;
  /** Of what is billed by this rate in a month. */
  free_seconds_per_month: number;
  tiers: Tier[];
};

/** `destination`: the country that was called; `*` is every other one. */
export type CallRate = TimeRate & {
  destination: string;
  /** `conversation`: from the answer of the called party. `all_legs`: the caller's leg too, each rounded up by itself. */
  measure: 'conversation' | 'all_legs';
};

export type UnitRate = { country: string; price_micros: number };

export type PlanTerms = {
  calls: CallRate[];
  recordings: TimeRate | null;
  /** For each month that a DID is in service in, by its country. */
  did_months: UnitRate[];
};

export const EVERYWHERE = '*';

/** What the shape of a request cannot say. Throws invalid_request. */
export function checkTerms(currency: string, terms: PlanTerms): void {
  const faults: Fault[] = [];
  const fault = (pointer: string, message: string) => void faults.push({ pointer, message });
  if (!Intl.supportedValuesOf('currency').includes(currency)) fault('/currency', 'is not a currency');
  const onlyOnce = (keys: string[], pointer: (place: number) => string) => {
    for (const [place, key] of keys.entries()) {
      if (keys.indexOf(key) !== place) fault(pointer(place), 'stands there twice');
    }
  };
  onlyOnce(
    terms.calls.map(({ destination }) => destination),
    (place) => `/terms/calls/${place}/destination`,
  );
  onlyOnce(
    terms.did_months.map(({ country }) => country),
    (place) => `/terms/did_months/${place}/country`,
  );
  const timed = terms.calls.map((rate, place) => ({ rate: rate as TimeRate, at: `/terms/calls/${place}` }));
  if (terms.recordings !== null) timed.push({ rate: terms.recordings, at: '/terms/recordings' });
  for (const { rate, at } of timed) {
    for (const [place, tier] of rate.tiers.entries()) {
      const before = rate.tiers[place - 1]?.from_seconds ?? 0;
      if (tier.from_seconds <= before)
        fault(`${at}/tiers/${place}/from_seconds`, 'must be more than the one before');
    }
    // What a minimum adds to a call that is then free, or cheaper, has no one answer.
    if (rate.minimum_micros > 0 && isSettledByMonth(rate)) {
      fault(`${at}/minimum_micros`, 'may not stand beside an allowance or tiers');
    }
  }
  if (faults.length > 0) throw new Failure('invalid_request', 'The plan is not valid.', { faults });
}

/** Whether what a rate comes to depends on all that is billed by it in a month. */
export function isSettledByMonth(rate: TimeRate): boolean {
  return rate.free_seconds_per_month > 0 || rate.tiers.length > 0;
}

/** The rate of this destination, else of every other; its key names it in the ledger. */
export function callRate(
  terms: PlanTerms,
  destination: string | null,
): { key: string; rate: CallRate } | null {
  const rate =
    terms.calls.find((one) => one.destination === destination) ??
    terms.calls.find((one) => one.destination === EVERYWHERE);
  return rate === undefined ? null : { key: `calls/${rate.destination}`, rate };
}

export function recordingRate(terms: PlanTerms): { key: string; rate: TimeRate } | null {
  return terms.recordings === null ? null : { key: 'recordings', rate: terms.recordings };
}

export function didMonthRate(
  terms: PlanTerms,
  country: string | null,
): { key: string; rate: UnitRate } | null {
  const rate =
    terms.did_months.find((one) => one.country === country) ??
    terms.did_months.find((one) => one.country === EVERYWHERE);
  return rate === undefined ? null : { key: `did_months/${rate.country}`, rate };
}

/** The rate that a line of the ledger names; null when it is none of time. */
export function timeRate(terms: PlanTerms, key: string): TimeRate | null {
  if (key === 'recordings') return terms.recordings;
  return terms.calls.find(({ destination }) => `calls/${destination}` === key) ?? null;
}
