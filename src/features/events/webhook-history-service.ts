import type { Db } from '../../db/database.ts';
import { notFound } from '../../kernel/errors.ts';
import type { Owner } from '../../kernel/ids.ts';
import {
  bringForward,
  type DeliveryFilter,
  findWebhookDelivery,
  insertRedelivery,
  listWebhookAttempts,
  listWebhookDeliveries,
  type WebhookAttemptRow,
  type WebhookDeliveryRow,
} from './webhook-delivery-store.ts';
import { getWebhookEndpoint, refuseDisabled } from './webhook-endpoint-service.ts';
import { wakeWebhookEndpoint } from './webhook-endpoint-store.ts';

export type DeliveryWithAttempts = { delivery: WebhookDeliveryRow; attempts: WebhookAttemptRow[] };

/** What was sent to an endpoint, and one of it again. */
export type WebhookHistoryService = {
  /** Throws not_found. */
  list(db: Db, owner: Owner, endpointId: string, filter: DeliveryFilter): Promise<WebhookDeliveryRow[]>;
  /** Throws not_found. */
  get(db: Db, owner: Owner, endpointId: string, id: string): Promise<DeliveryWithAttempts>;
  /**
   * Sends the event again: by a new delivery, or by the one that waits already, which is then due at once. Throws not_found,
   * webhook_endpoint_disabled.
   */
  redeliver(db: Db, owner: Owner, endpointId: string, id: string): Promise<WebhookDeliveryRow>;
};

export const webhookHistory: WebhookHistoryService = {
  async list(db, owner, endpointId, filter) {
    await getWebhookEndpoint(db, owner, endpointId);
    return listWebhookDeliveries(db, owner.tenantId, endpointId, filter);
  },
  async get(db, owner, endpointId, id) {
    await getWebhookEndpoint(db, owner, endpointId);
    const delivery = present(await findWebhookDelivery(db, owner.tenantId, endpointId, id));
    return { delivery, attempts: await listWebhookAttempts(db, owner.tenantId, id) };
  },
  async redeliver(db, owner, endpointId, id) {
    const endpoint = await getWebhookEndpoint(db, owner, endpointId);
    const { event_id } = present(await findWebhookDelivery(db, owner.tenantId, endpointId, id));
    refuseDisabled(endpoint);
    const delivery =
      (await bringForward(db, owner.tenantId, endpointId, event_id)) ??
      present(await insertRedelivery(db, owner.tenantId, endpointId, event_id));
    await wakeWebhookEndpoint(db, owner.tenantId, endpointId);
    return delivery;
  },
};

function present(delivery: WebhookDeliveryRow | null): WebhookDeliveryRow {
  if (delivery === null) throw notFound();
  return delivery;
}
