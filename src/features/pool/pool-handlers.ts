import { type Handlers, tenantOf } from '../../api/contract.ts';
import { listView, pageOf, pageQuery } from '../../api/pagination.ts';
import type { components } from '../../generated/schema.ts';
import { changePool, createPool, getPool, listPools } from './pool-service.ts';
import type { PoolRow } from './pool-store.ts';

type PoolOperations = 'createPool' | 'listPools' | 'getPool' | 'updatePool';
type Schemas = components['schemas'];

function toPoolView(row: PoolRow): Schemas['Pool'] {
  return {
    id: row.id,
    name: row.name,
    livemode: row.livemode,
    cooling_seconds: row.cooling_seconds,
    misroute_budget: row.misroute_budget,
    cooling: toCoolingView(row),
    affinity: row.affinity,
    regions: row.regions,
    region_match: row.region_match,
    carriers: row.carriers,
    exhaustion: row.exhaustion,
    low_at_percent: row.low_at_percent,
    voice: row.voice,
    active_dids: row.active_dids,
    created_at: row.created_at.toISOString(),
  };
}

function toCoolingView(row: PoolRow): Schemas['PoolCooling'] {
  const isByBudget =
    row.budget_cooling_seconds !== null && row.budget_cooling_seconds > (row.cooling_seconds ?? -1);
  return {
    seconds: row.effective_cooling_seconds,
    basis: isByBudget ? 'budget' : 'fixed',
    redial_delay_seconds: row.redial_delay_seconds === null ? null : Math.round(row.redial_delay_seconds),
    redial_samples: row.redial_samples,
    measured_at: row.redials_measured_at?.toISOString() ?? null,
  };
}

export const poolHandlers: Pick<Handlers, PoolOperations> = {
  async createPool(call) {
    return { status: 201, body: toPoolView(await createPool(call.unit, tenantOf(call), call.body)) };
  },
  async listPools(call) {
    const page = pageQuery(call.query);
    const rows = await listPools(call.unit, tenantOf(call), page.limit + 1, page.startingAfter);
    return { status: 200, body: listView(pageOf(rows, page), toPoolView) };
  },
  async getPool(call) {
    return { status: 200, body: toPoolView(await getPool(call.unit, tenantOf(call), call.params.pool_id)) };
  },
  async updatePool(call) {
    const pool = await changePool(call.unit, tenantOf(call), call.params.pool_id, call.body);
    return { status: 200, body: toPoolView(pool) };
  },
};
