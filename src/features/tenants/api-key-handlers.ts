import { type Handlers, type TenantActor, tenantOf } from '../../api/contract.ts';
import { listView, pageOf, pageQuery } from '../../api/pagination.ts';
import type { components } from '../../generated/schema.ts';
import type { ApiKeyService, KeyWithToken } from './api-key-service.ts';
import type { ApiKeyRow } from './api-key-store.ts';
import type { TenantService } from './tenant-service.ts';

type ApiKeyOperations =
  | 'createTenantApiKey'
  | 'listTenantApiKeys'
  | 'revokeTenantApiKey'
  | 'createApiKey'
  | 'listApiKeys'
  | 'revokeApiKey'
  | 'rotateApiKey';

function toApiKeyView(row: ApiKeyRow): components['schemas']['ApiKey'] {
  return {
    id: row.id,
    name: row.name,
    last4: row.last4,
    scopes: row.scopes,
    livemode: row.livemode,
    status: row.revoked_at !== null ? 'revoked' : row.is_expired ? 'expired' : 'active',
    expires_at: row.expires_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
  };
}

function toTokenView({ key, token }: KeyWithToken): components['schemas']['ApiKeyWithToken'] {
  return { ...toApiKeyView(key), token };
}

function rightsOf(actor: TenantActor) {
  return { livemode: actor.livemode, scopes: actor.scopes };
}

export function apiKeyHandlers(parts: {
  tenants: TenantService;
  apiKeys: ApiKeyService;
}): Pick<Handlers, ApiKeyOperations> {
  const { tenants, apiKeys } = parts;
  return {
    async createTenantApiKey({ unit, params, body }) {
      const tenant = await tenants.enterOpen(unit, params.tenant_id);
      return { status: 201, body: toTokenView(await apiKeys.create(unit, tenant.id, null, body)) };
    },
    async listTenantApiKeys({ unit, params, query }) {
      const tenant = await tenants.enter(unit, params.tenant_id);
      const page = pageQuery(query);
      const filter = { livemode: null, limit: page.limit + 1, startingAfter: page.startingAfter };
      const rows = await apiKeys.list(unit, tenant.id, filter);
      return { status: 200, body: listView(pageOf(rows, page), toApiKeyView) };
    },
    async revokeTenantApiKey({ unit, params }) {
      const tenant = await tenants.enter(unit, params.tenant_id);
      return { status: 200, body: toApiKeyView(await apiKeys.revoke(unit, tenant.id, null, params.key_id)) };
    },
    async createApiKey(call) {
      const actor = tenantOf(call);
      const made = await apiKeys.create(call.unit, actor.tenantId, rightsOf(actor), call.body);
      return { status: 201, body: toTokenView(made) };
    },
    async listApiKeys(call) {
      const { tenantId, livemode } = tenantOf(call);
      const page = pageQuery(call.query);
      const filter = { livemode, limit: page.limit + 1, startingAfter: page.startingAfter };
      const rows = await apiKeys.list(call.unit, tenantId, filter);
      return { status: 200, body: listView(pageOf(rows, page), toApiKeyView) };
    },
    async revokeApiKey(call) {
      const { tenantId, livemode } = tenantOf(call);
      const row = await apiKeys.revoke(call.unit, tenantId, livemode, call.params.key_id);
      return { status: 200, body: toApiKeyView(row) };
    },
    async rotateApiKey(call) {
      const actor = tenantOf(call);
      const { key_id } = call.params;
      const rights = rightsOf(actor);
      const made = await apiKeys.rotate(call.unit, actor.tenantId, rights, key_id, call.body.overlap_seconds);
      return { status: 201, body: toTokenView(made) };
    },
  };
}
