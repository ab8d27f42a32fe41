import { maskedCaller } from '../../crypto/masked-caller.ts';
import type { Db } from '../../db/database.ts';
import { Failure, type Fault } from '../../kernel/errors.ts';
import type { Owner } from '../../kernel/ids.ts';
import type { KeyRing } from '../tenants/key-ring.ts';
import { type Forecast, forecastExhaustion } from './capacity-forecast.ts';
import {
  busyHourErlangs,
  type CallVolume,
  type Channels,
  type Demand,
  demandOf,
  demandOfPool,
  meanHeld,
  type PartyClass,
  planChannels,
} from './capacity-plan.ts';
import { readDailyPeaks, readOccupancy } from './capacity-store.ts';
import { getPool } from './pool-service.ts';
import type { PoolRow } from './pool-store.ts';

/** Nobody rents so many numbers, or has so many calls at once; beyond, a plan would only cost time. */
const MOST_DIDS_HELD = 100_000;
const MOST_ERLANGS = 1_000_000;

const MOST_CALLERS = 10;
const LEAST_DIDS = 2;

export type PlanRequest = { classes: readonly PartyClass[]; calls: CallVolume | null; spare: number };
export type CapacityPlan = {
  classes: (Demand & { name: string })[];
  total: Demand;
  channels: Channels | null;
};

/** Throws invalid_request for what the shape alone cannot refuse. */
export function planCapacity({ classes, calls, spare }: PlanRequest): CapacityPlan {
  const faults = [...classes.flatMap(faultsOfClass), ...faultsOfNames(classes), ...faultsOfCalls(calls)];
  if (faults.length > 0) {
    throw new Failure('invalid_request', 'No plan can be made from these figures.', { faults });
  }
  const demands = classes.map((party) => ({ name: party.name, ...demandOf(party) }));
  return {
    classes: demands,
    total: demandOfPool(demands, calls, spare),
    channels: calls === null ? null : planChannels(calls),
  };
}

function faultsOfClass(party: PartyClass, place: number): Fault[] {
  const at = `/party_classes/${place}`;
  if (party.heavy !== null && party.heavy.sessionShare < party.heavy.partyShare) {
    const message = 'must not be less than party_share: the heavy ones have more sessions than the others';
    return [{ pointer: `${at}/heavy/session_share`, message }];
  }
  if (meanHeld(party) <= MOST_DIDS_HELD) return [];
  const message = `means, with the time that each is held, more than ${MOST_DIDS_HELD} DIDs for one phone`;
  return [{ pointer: `${at}/sessions_per_hour`, message }];
}

function faultsOfNames(classes: readonly PartyClass[]): Fault[] {
  return classes.flatMap(({ name }, place) =>
    classes.findIndex((other) => other.name === name) === place
      ? []
      : [{ pointer: `/party_classes/${place}/name`, message: 'is the name of another class' }],
  );
}

function faultsOfCalls(calls: CallVolume | null): Fault[] {
  if (calls === null || busyHourErlangs(calls) <= MOST_ERLANGS) return [];
  return [{ pointer: '/calls/per_day', message: `means more than ${MOST_ERLANGS} calls at the same time` }];
}

export type PoolCapacity = {
  pool: PoolRow;
  live: number;
  cooling: number;
  sessionsLive: number;
  complete: boolean;
  busiest: { caller: string; held: number }[];
  needed: number;
  /** Null without any DID. */
  fill: number | null;
  forecast: Forecast;
};

export type CapacityService = {
  /** By name or id. Throws not_found. */
  report(db: Db, owner: Owner, nameOrId: string): Promise<PoolCapacity>;
};

export function createCapacityService(keyRing: Pick<KeyRing, 'current'>): CapacityService {
  return {
    async report(db, owner, nameOrId) {
      const pool = await getPool(db, owner, nameOrId);
      const keys = await keyRing.current(db, owner.tenantId);
      const occupancy = await readOccupancy(db, owner, pool.id, MOST_CALLERS);
      const { now, peaks } = await readDailyPeaks(db, owner, pool);
      const { busiest, ...counts } = occupancy;
      const mostHeld = busiest[0]?.held ?? 0;
      return {
        pool,
        ...counts,
        busiest: busiest.map(({ callerIndex, held }) => ({ caller: maskedCaller(keys, callerIndex), held })),
        needed: Math.max(LEAST_DIDS, mostHeld),
        fill: pool.active_dids === 0 ? null : mostHeld / pool.active_dids,
        forecast: forecastExhaustion(peaks, pool.active_dids, now),
      };
    },
  };
}
