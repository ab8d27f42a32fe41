import { type Handlers, tenantOf } from '../../api/contract.ts';
import { listView, pageOf, pageQuery } from '../../api/pagination.ts';
import type { components } from '../../generated/schema.ts';
import type { BlockService } from './block-service.ts';
import type { BlockRow } from './block-store.ts';

function toBlockView(row: BlockRow): components['schemas']['Block'] {
  return {
    id: row.id,
    livemode: row.livemode,
    phone_last4: row.person_last4,
    towards_last4: row.other_last4,
    pool: row.pool,
    direction: row.direction,
    reason: row.reason,
    status: row.status,
    expires_at: row.expires_at?.toISOString() ?? null,
    created_by: row.created_by,
    created_at: row.created_at.toISOString(),
    lifted_by: row.lifted_by,
    lifted_at: row.lifted_at?.toISOString() ?? null,
  };
}

export function blockHandlers(
  blocks: BlockService,
): Pick<Handlers, 'createBlock' | 'listBlocks' | 'getBlock' | 'liftBlock'> {
  return {
    async createBlock(call) {
      return { status: 201, body: toBlockView(await blocks.create(call.unit, tenantOf(call), call.body)) };
    },
    async listBlocks(call) {
      const page = pageQuery(call.query);
      const filter = { ...page, limit: page.limit + 1, status: call.query.status ?? null };
      const rows = await blocks.list(call.unit, tenantOf(call), filter);
      return { status: 200, body: listView(pageOf(rows, page), toBlockView) };
    },
    async getBlock(call) {
      const block = await blocks.get(call.unit, tenantOf(call), call.params.block_id);
      return { status: 200, body: toBlockView(block) };
    },
    async liftBlock(call) {
      const block = await blocks.lift(call.unit, tenantOf(call), call.params.block_id);
      return { status: 200, body: toBlockView(block) };
    },
  };
}
