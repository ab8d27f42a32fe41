import type { Handlers } from '../../api/contract.ts';
import { listView, pageOf, pageQuery } from '../../api/pagination.ts';
import type { components } from '../../generated/schema.ts';
import type { TenantService } from './tenant-service.ts';
import type { TenantRow } from './tenant-store.ts';

type TenantOperations = 'createTenant' | 'listTenants' | 'getTenant' | 'updateTenant';

function toTenantView(row: TenantRow): components['schemas']['Tenant'] {
  return {
    id: row.id,
    name: row.name,
    vertical: row.vertical,
    default_country: row.default_country,
    status: row.status,
    out_of_session_policy: row.out_of_session_policy,
    voice: row.voice,
    created_at: row.created_at.toISOString(),
  };
}

export function tenantHandlers(tenants: TenantService): Pick<Handlers, TenantOperations> {
  return {
    async createTenant({ unit, body }) {
      return { status: 201, body: toTenantView(await tenants.create(unit, body)) };
    },
    async listTenants({ unit, query }) {
      const page = pageQuery(query);
      const rows = await tenants.list(unit, page.limit + 1, page.startingAfter);
      return { status: 200, body: listView(pageOf(rows, page), toTenantView) };
    },
    async getTenant({ unit, params }) {
      return { status: 200, body: toTenantView(await tenants.get(unit, params.tenant_id)) };
    },
    async updateTenant({ unit, params, body }) {
      return { status: 200, body: toTenantView(await tenants.update(unit, params.tenant_id, body)) };
    },
  };
}
