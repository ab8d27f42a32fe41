import { type Handlers, tenantOf } from '../../api/contract.ts';
import { listView, pageOf, pageQuery } from '../../api/pagination.ts';
import type { components } from '../../generated/schema.ts';
import { changePool, createPool, getPool, listPools } from './pool-service.ts';
import type { PoolRow } from './pool-store.ts';

type PoolOperations = 'createPool' | 'listPools' | 'getPool' | 'updatePool';

function toPoolView(row: PoolRow): components['schemas']['Pool'] {
  return {
    id: row.id,
    name: row.name,
    livemode: row.livemode,
    cooling_seconds: row.cooling_seconds,
    active_dids: row.active_dids,
    created_at: row.created_at.toISOString(),
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
