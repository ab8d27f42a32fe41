import { type Handlers, tenantOf } from '../../api/contract.ts';
import { listView, pageOf, pageQuery } from '../../api/pagination.ts';
import type { components } from '../../generated/schema.ts';
import type { WebhookAttemptRow, WebhookDeliveryRow } from './webhook-delivery-store.ts';
import type { WebhookHistoryService } from './webhook-history-service.ts';
import type { WebhookReplayService } from './webhook-replay-service.ts';
import type { WebhookReplayRow } from './webhook-replay-store.ts';

type WebhookDeliveryOperations =
  | 'listWebhookDeliveries'
  | 'getWebhookDelivery'
  | 'redeliverWebhook'
  | 'replayWebhooks'
  | 'getWebhookReplay';

type DeliveryError = components['schemas']['WebhookError'];

function toDeliveryView(row: WebhookDeliveryRow): components['schemas']['WebhookDelivery'] {
  return {
    id: row.id,
    endpoint: row.endpoint_id,
    event: row.event_id,
    session: row.session_id,
    trigger: row.trigger,
    status: row.status,
    attempt_count: row.attempts,
    next_attempt_at: row.next_attempt_at?.toISOString() ?? null,
    last_status: row.last_status,
    last_error: row.last_error as DeliveryError,
    created_at: row.created_at.toISOString(),
    finished_at: row.finished_at?.toISOString() ?? null,
  };
}

function toAttemptView(row: WebhookAttemptRow): components['schemas']['WebhookAttempt'] {
  return {
    number: row.number,
    at: row.at.toISOString(),
    duration_ms: row.duration_ms,
    status: row.status,
    error: row.error as DeliveryError,
  };
}

function toReplayView(row: WebhookReplayRow): components['schemas']['WebhookReplay'] {
  return {
    id: row.id,
    endpoint: row.endpoint_id,
    since: row.since.toISOString(),
    until: row.until.toISOString(),
    types: row.types,
    only_failed: row.only_failed,
    status: row.status,
    events: row.events,
    looked_at: row.looked_at,
    queued: row.queued,
    created_at: row.created_at.toISOString(),
    finished_at: row.finished_at?.toISOString() ?? null,
  };
}

export function webhookDeliveryHandlers(
  history: WebhookHistoryService,
  replays: WebhookReplayService,
): Pick<Handlers, WebhookDeliveryOperations> {
  return {
    async listWebhookDeliveries(call) {
      const page = pageQuery(call.query);
      const { status = null, event = null } = call.query;
      const filter = { status, event, limit: page.limit + 1, startingAfter: page.startingAfter };
      const { webhook_endpoint_id } = call.params;
      const rows = await history.list(call.unit, tenantOf(call), webhook_endpoint_id, filter);
      return { status: 200, body: listView(pageOf(rows, page), toDeliveryView) };
    },
    async getWebhookDelivery(call) {
      const { webhook_endpoint_id, webhook_delivery_id } = call.params;
      const found = await history.get(call.unit, tenantOf(call), webhook_endpoint_id, webhook_delivery_id);
      const attempts = found.attempts.map(toAttemptView);
      return { status: 200, body: { ...toDeliveryView(found.delivery), attempts } };
    },
    async redeliverWebhook(call) {
      const { webhook_endpoint_id, webhook_delivery_id } = call.params;
      const owner = tenantOf(call);
      const row = await history.redeliver(call.unit, owner, webhook_endpoint_id, webhook_delivery_id);
      return { status: 202, body: toDeliveryView(row) };
    },
    async replayWebhooks(call) {
      const { since, until, types = null, only_failed } = call.body;
      const input = {
        since: new Date(since),
        until: until === undefined ? null : new Date(until),
        types,
        onlyFailed: only_failed ?? false,
      };
      const row = await replays.start(call.unit, tenantOf(call), call.params.webhook_endpoint_id, input);
      return { status: 202, body: toReplayView(row) };
    },
    async getWebhookReplay(call) {
      const { webhook_endpoint_id, webhook_replay_id } = call.params;
      const row = await replays.get(call.unit, tenantOf(call), webhook_endpoint_id, webhook_replay_id);
      return { status: 200, body: toReplayView(row) };
    },
  };
}
