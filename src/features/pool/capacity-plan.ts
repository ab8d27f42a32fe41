import { channelsFor } from './erlang.ts';
import { poissonQuantile } from './poisson.ts';

/** Those who are much alike in how many sessions they have: couriers, customers, sellers. */
export type PartyClass = {
  name: string;
  sessionsPerHour: number;
  durationSeconds: number;
  coolingSeconds: number;
  /** The busiest `partyShare` of them have `sessionShare` of the sessions. Null: the rate is that of a busy one already. */
  heavy: { partyShare: number; sessionShare: number } | null;
};

export type CallVolume = {
  perDay: number;
  /** How much of the day's calls come in its busiest hour. */
  busyHourShare: number;
  holdingSeconds: number;
  /** Share of the calls that may find no channel. */
  blocking: number;
  /** Calls a day that a DID carries without looking like a robot to carriers; null when that sets no limit. */
  healthyPerDid: number | null;
};

export type Demand = { mean: number; p999: number; p9999: number };

/** A call comes in on one channel and goes out on another. */
const LEGS = 2;
/** M1 and M2 differ. */
const LEAST_DIDS = 2;

/**
 * How many DIDs a busy party of the class holds on average, live and cooling: rate times time held (Little's law). The pool is
 * set by the busiest phones, however few they are, so it is the rate of the heavy ones that counts, and not the mean of all.
 */
export function meanHeld({ sessionsPerHour, durationSeconds, coolingSeconds, heavy }: PartyClass): number {
  const times = heavy === null ? 1 : heavy.sessionShare / heavy.partyShare;
  return (sessionsPerHour * times * (durationSeconds + coolingSeconds)) / 3600;
}

/** Arrivals are Poisson; then so is the number held at a time, whatever the distribution of the durations. */
export function demandOf(party: PartyClass): Demand {
  const mean = meanHeld(party);
  return { mean, p999: poissonQuantile(mean, 0.999), p9999: poissonQuantile(mean, 0.9999) };
}

/**
 * DIDs for a whole pool. Parties do not add up, since a DID serves any number of phones: the most demanding class decides, or
 * the number of calls that a DID may carry if that asks for more. `mean` is of that class, as it is; the others have the spare.
 */
export function demandOfPool(
  classes: readonly Demand[],
  calls: Pick<CallVolume, 'perDay' | 'healthyPerDid'> | null,
  spare: number,
): Demand {
  const byVolume = calls === null ? 0 : didsForVolume(calls);
  const withSpare = (dids: number) => ceiling(Math.max(LEAST_DIDS, byVolume, dids) * (1 + spare));
  return {
    mean: Math.max(...classes.map(({ mean }) => mean)),
    p999: withSpare(Math.max(...classes.map(({ p999 }) => p999))),
    p9999: withSpare(Math.max(...classes.map(({ p9999 }) => p9999))),
  };
}

function didsForVolume({ perDay, healthyPerDid }: Pick<CallVolume, 'perDay' | 'healthyPerDid'>): number {
  return healthyPerDid === null ? 0 : Math.ceil(perDay / healthyPerDid);
}

/** 10 · (1 + 0.1) is 11.000000000000002 in floating point, and still 11 DIDs. */
function ceiling(dids: number): number {
  return Math.ceil(dids - 1e-6);
}

/** Calls under way at once in the busiest hour, on average. */
export function busyHourErlangs({ perDay, busyHourShare, holdingSeconds }: CallVolume): number {
  return (perDay * busyHourShare * holdingSeconds) / 3600;
}

export type Channels = { busyHourErlangs: number; perLeg: number; total: number };

/** A call has both of its channels or neither: as many calls as Erlang B says, and each takes two. */
export function planChannels(calls: CallVolume): Channels {
  const erlangs = busyHourErlangs(calls);
  const perLeg = channelsFor(erlangs, calls.blocking);
  return { busyHourErlangs: erlangs, perLeg, total: perLeg * LEGS };
}
