import { type Handlers, tenantOf } from '../../api/contract.ts';
import { listView, pageOf, pageQuery } from '../../api/pagination.ts';
import type { components } from '../../generated/schema.ts';
import type { EndpointWithSecret, WebhookEndpointService } from './webhook-endpoint-service.ts';
import type { WebhookEndpointRow } from './webhook-endpoint-store.ts';

type WebhookEndpointOperations =
  | 'createWebhookEndpoint'
  | 'listWebhookEndpoints'
  | 'getWebhookEndpoint'
  | 'updateWebhookEndpoint'
  | 'deleteWebhookEndpoint'
  | 'rotateWebhookSecret'
  | 'testWebhookEndpoint';

/** As in the spec, where a body may be left out. */
const STANDARD_OVERLAP_SECONDS = 86_400;

function toEndpointView(row: WebhookEndpointRow): components['schemas']['WebhookEndpoint'] {
  return {
    id: row.id,
    livemode: row.livemode,
    url: row.url,
    description: row.description,
    types: row.types,
    ordering: row.ordering,
    max_concurrency: row.max_concurrency,
    status: row.status,
    disabled_reason: row.disabled_reason,
    failing_since: row.failing_since?.toISOString() ?? null,
    held_until: row.hold_until?.toISOString() ?? null,
    previous_secret_expires_at: row.previous_until?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

function toSecretView({
  endpoint,
  secret,
}: EndpointWithSecret): components['schemas']['WebhookEndpointWithSecret'] {
  return { ...toEndpointView(endpoint), secret };
}

export function webhookEndpointHandlers(
  endpoints: WebhookEndpointService,
): Pick<Handlers, WebhookEndpointOperations> {
  return {
    async createWebhookEndpoint(call) {
      return {
        status: 201,
        body: toSecretView(await endpoints.create(call.unit, tenantOf(call), call.body)),
      };
    },
    async listWebhookEndpoints(call) {
      const page = pageQuery(call.query);
      const rows = await endpoints.list(call.unit, tenantOf(call), page.limit + 1, page.startingAfter);
      return { status: 200, body: listView(pageOf(rows, page), toEndpointView) };
    },
    async getWebhookEndpoint(call) {
      const row = await endpoints.get(call.unit, tenantOf(call), call.params.webhook_endpoint_id);
      return { status: 200, body: toEndpointView(row) };
    },
    async updateWebhookEndpoint(call) {
      const { webhook_endpoint_id } = call.params;
      const row = await endpoints.update(call.unit, tenantOf(call), webhook_endpoint_id, call.body);
      return { status: 200, body: toEndpointView(row) };
    },
    async deleteWebhookEndpoint(call) {
      const { webhook_endpoint_id } = call.params;
      await endpoints.remove(call.unit, tenantOf(call), webhook_endpoint_id);
      return { status: 200, body: { id: webhook_endpoint_id, deleted: true } };
    },
    async rotateWebhookSecret(call) {
      const { webhook_endpoint_id } = call.params;
      const overlapSeconds = call.body?.overlap_seconds ?? STANDARD_OVERLAP_SECONDS;
      const rotated = await endpoints.rotateSecret(
        call.unit,
        tenantOf(call),
        webhook_endpoint_id,
        overlapSeconds,
      );
      return { status: 200, body: toSecretView(rotated) };
    },
    async testWebhookEndpoint(call) {
      const event = await endpoints.test(call.unit, tenantOf(call), call.params.webhook_endpoint_id);
      return { status: 202, body: { event } };
    },
  };
}
