import { type Handlers, tenantOf } from '../../api/contract.ts';
import { listView, pageOf, pageQuery } from '../../api/pagination.ts';
import type { Unit } from '../../db/database.ts';
import type { components } from '../../generated/schema.ts';
import type { TenantId } from '../../kernel/ids.ts';
import type { CountryCode } from '../../kernel/phone.ts';
import type { DidService } from './did-service.ts';
import type { DidRow } from './did-store.ts';

type DidOperations = 'createDid' | 'listDids' | 'getDid' | 'updateDid' | 'retireDid' | 'assignTenantDid';

function toDidView(row: DidRow): components['schemas']['Did'] {
  return {
    id: row.id,
    e164: row.e164,
    country: row.country,
    pool: row.pool,
    provider_account: row.provider_account_id,
    region: row.region,
    carrier: row.carrier,
    reserved: row.reserved,
    status: row.status,
    livemode: row.livemode,
    suspended: row.suspended,
    provisioning: { status: row.provisioning_status, reason: row.provisioning_reason },
    live_bindings: row.load,
    health: {
      score: Math.round(row.health * 100) / 100,
      calls: row.health_calls,
      answered: row.health_answered,
      short: row.health_short,
      measured_at: row.measured_at?.toISOString() ?? null,
    },
    created_at: row.created_at.toISOString(),
  };
}

/** @param enterTenant for the operator: makes the transaction that tenant's; throws not_found, tenant_closed */
export function didHandlers(
  dids: DidService,
  enterTenant: (unit: Unit, id: string) => Promise<{ id: TenantId; default_country: CountryCode }>,
): Pick<Handlers, DidOperations> {
  return {
    async assignTenantDid({ unit, params, body }) {
      const tenant = await enterTenant(unit, params.tenant_id);
      const owner = { tenantId: tenant.id, livemode: body.livemode };
      const did = await dids.register(unit, owner, tenant.default_country, body);
      return { status: 201, body: toDidView(did) };
    },
    async createDid(call) {
      const actor = tenantOf(call);
      const did = await dids.register(call.unit, actor, actor.defaultCountry, call.body);
      return { status: 201, body: toDidView(did) };
    },
    async listDids(call) {
      const page = pageQuery(call.query);
      const { pool = null, status = null } = call.query;
      const filter = { pool, status, limit: page.limit + 1, startingAfter: page.startingAfter };
      const rows = await dids.list(call.unit, tenantOf(call), filter);
      return { status: 200, body: listView(pageOf(rows, page), toDidView) };
    },
    async getDid(call) {
      return { status: 200, body: toDidView(await dids.get(call.unit, tenantOf(call), call.params.did_id)) };
    },
    async updateDid(call) {
      const did = await dids.change(call.unit, tenantOf(call), call.params.did_id, call.body);
      return { status: 200, body: toDidView(did) };
    },
    async retireDid(call) {
      return {
        status: 200,
        body: toDidView(await dids.retire(call.unit, tenantOf(call), call.params.did_id)),
      };
    },
  };
}
