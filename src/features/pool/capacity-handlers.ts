import { type Handlers, tenantOf } from '../../api/contract.ts';
import type { components } from '../../generated/schema.ts';
import type { CallVolume, Demand, PartyClass } from './capacity-plan.ts';
import {
  type CapacityPlan,
  type CapacityService,
  type PoolCapacity,
  planCapacity,
} from './capacity-service.ts';

type Schemas = components['schemas'];

/** For people: nobody plans by a thousandth of a DID. */
function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function toPartyClass(input: Schemas['PartyClass']): PartyClass {
  return {
    name: input.name,
    sessionsPerHour: input.sessions_per_hour,
    durationSeconds: input.duration_seconds,
    coolingSeconds: input.cooling_seconds,
    heavy:
      input.heavy === undefined
        ? null
        : { partyShare: input.heavy.party_share, sessionShare: input.heavy.session_share },
  };
}

function toCallVolume(input: Schemas['CallVolume']): CallVolume {
  return {
    perDay: input.per_day,
    busyHourShare: input.busy_hour_share,
    holdingSeconds: input.holding_seconds,
    blocking: input.blocking,
    healthyPerDid: input.healthy_per_did ?? null,
  };
}

function toDemandView({ mean, p999, p9999 }: Demand): Schemas['DidDemand'] {
  return { mean: rounded(mean), p999, p9999 };
}

function toPlanView({ classes, total, channels }: CapacityPlan): Schemas['CapacityPlan'] {
  return {
    dids: {
      party_classes: classes.map((party) => ({ name: party.name, ...toDemandView(party) })),
      total: toDemandView(total),
    },
    channels:
      channels === null
        ? null
        : {
            busy_hour_erlangs: rounded(channels.busyHourErlangs),
            per_leg: channels.perLeg,
            total: channels.total,
          },
  };
}

function toCapacityView(capacity: PoolCapacity): Schemas['PoolCapacity'] {
  const { pool, forecast } = capacity;
  return {
    pool: pool.name,
    active_dids: pool.active_dids,
    sessions_live: capacity.sessionsLive,
    bindings_live: capacity.live,
    bindings_cooling: capacity.cooling,
    complete: capacity.complete,
    busiest_callers: capacity.busiest.map(({ caller, held }) => ({ caller, dids_held: held })),
    dids_needed_now: capacity.needed,
    fill: capacity.fill === null ? null : rounded(capacity.fill),
    forecast: {
      exhausted_on: forecast.exhaustedOn?.toISOString().slice(0, 10) ?? null,
      method: forecast.method,
      history_days: forecast.historyDays,
      growth_per_day: forecast.growthPerDay === null ? null : rounded(forecast.growthPerDay),
    },
  };
}

export function capacityHandlers(
  capacity: CapacityService,
): Pick<Handlers, 'planCapacity' | 'getPoolCapacity'> {
  return {
    async planCapacity({ body }) {
      const plan = planCapacity({
        classes: body.party_classes.map(toPartyClass),
        calls: body.calls === undefined ? null : toCallVolume(body.calls),
        spare: body.spare,
      });
      return { status: 200, body: toPlanView(plan) };
    },
    async getPoolCapacity(call) {
      const report = await capacity.report(call.unit, tenantOf(call), call.params.pool_id);
      return { status: 200, body: toCapacityView(report) };
    },
  };
}
