import type { Handlers } from './api/contract.ts';
import type { Metrics } from './container-metrics.ts';
import type { Database, Db } from './db/database.ts';
import type { Pace } from './features/events/event-following-service.ts';
import { eventHandlers, toEventView } from './features/events/event-handlers.ts';
import { createEventService } from './features/events/event-service.ts';
import { webhookDeliveryHandlers } from './features/events/webhook-delivery-handlers.ts';
import {
  type DeliveryOptions,
  deliverTask,
  standardDelivery,
} from './features/events/webhook-delivery-service.ts';
import { webhookEndpointHandlers } from './features/events/webhook-endpoint-handlers.ts';
import { createWebhookEndpointService } from './features/events/webhook-endpoint-service.ts';
import { webhookHistory } from './features/events/webhook-history-service.ts';
import { replayTask, webhookReplays } from './features/events/webhook-replay-service.ts';
import type { KeyRing } from './features/tenants/key-ring.ts';
import type { TenantId } from './kernel/ids.ts';
import type { Logger } from './kernel/logger.ts';
import type { AllowedNetworks } from './kernel/networks.ts';
import { createOutbound, whyUrlRefused } from './outbound/client.ts';

export type EventOptions = {
  logger: Logger;
  /** What tenants' endpoints may lead to beside the public internet. */
  outboundAllowedNetworks: AllowedNetworks;
  /** Of who follows events by a stream. */
  eventPace?: Pace;
  delivery?: Partial<DeliveryOptions>;
  metrics: Pick<Metrics, 'noteAttempt' | 'watched'>;
};

/** The part of the composition root that tells tenants what happens: by reading, and by webhook. */
export function eventsOn(database: Database, keyRing: KeyRing, options: EventOptions) {
  const { outboundAllowedNetworks: allowed, logger, metrics } = options;
  const inTenant = <T>(tenantId: TenantId, work: (db: Db) => Promise<T>): Promise<T> =>
    database.transaction({ as: 'tenant', tenantId }, work);
  const outbound = createOutbound({ allowed });
  const events = createEventService(inTenant, options.eventPace);
  const endpoints = createWebhookEndpointService({
    currentKeys: keyRing.current,
    whyUrlRefused: (url) => whyUrlRefused(url, allowed),
  });
  const handlers = {
    ...eventHandlers(events),
    ...webhookEndpointHandlers(endpoints),
    ...webhookDeliveryHandlers(webhookHistory, webhookReplays),
  } satisfies Partial<Handlers>;
  return {
    handlers,
    tasks: [
      deliverTask({
        db: database.single,
        inTenant,
        keysOf: keyRing.version,
        bodyOf: (event) => JSON.stringify(toEventView(event)),
        post: metrics.watched.post(outbound.post),
        noteAttempt: metrics.noteAttempt,
        logger,
        options: { ...standardDelivery, ...options.delivery },
      }),
      replayTask(database.single),
    ],
    stopWaiting: events.stopWaiting,
    close: outbound.close,
  };
}
