import type { Db } from '../../db/database.ts';
import type { WebhookAttemptsRow, WebhookDeliveriesRow } from '../../generated/tables.ts';
import type { Id, TenantId } from '../../kernel/ids.ts';
import type { EventRow } from './event-store.ts';

export type WebhookDeliveryRow = Omit<
  WebhookDeliveriesRow,
  'tenant_id' | 'id' | 'position' | 'sequence' | 'session_id' | 'event_id' | 'endpoint_id'
> & { id: Id<'whd'>; endpoint_id: string; event_id: string; session_id: string | null };
export type WebhookAttemptRow = Omit<WebhookAttemptsRow, 'tenant_id' | 'delivery_id'>;

const COLUMNS = `d.id, d.endpoint_id, d.event_id, d.session_id, d.trigger, d.status, d.attempts, d.next_attempt_at, d.last_status,
  d.last_error, d.created_at, d.finished_at`;

export type DeliveryFilter = {
  status: WebhookDeliveryRow['status'] | null;
  event: string | null;
  limit: number;
  startingAfter: string | null;
};

/**
 * Newest first. The endpoint is known to be the tenant's, and of its mode. Those of one event are another statement: the plan that
 * serves all would read all of the endpoint's.
 */
export async function listWebhookDeliveries(
  db: Db,
  tenantId: TenantId,
  endpointId: string,
  filter: DeliveryFilter,
): Promise<WebhookDeliveryRow[]> {
  const params = [tenantId, endpointId, filter.status, filter.startingAfter, filter.limit];
  return db.rows<WebhookDeliveryRow>(
    `select ${COLUMNS} from webhook_deliveries d
      where d.tenant_id = $1 and d.endpoint_id = $2 and ($3::text is null or d.status = $3)
        and ($4::text is null or d.id < $4) ${filter.event === null ? '' : 'and d.event_id = $6'}
      order by d.id desc limit $5`,
    filter.event === null ? params : [...params, filter.event],
  );
}

export async function findWebhookDelivery(
  db: Db,
  tenantId: TenantId,
  endpointId: string,
  id: string,
): Promise<WebhookDeliveryRow | null> {
  const [row] = await db.rows<WebhookDeliveryRow>(
    `select ${COLUMNS} from webhook_deliveries d where d.tenant_id = $1 and d.endpoint_id = $2 and d.id = $3`,
    [tenantId, endpointId, id],
  );
  return row ?? null;
}

/** In their order; a delivery has ten at most. */
export async function listWebhookAttempts(
  db: Db,
  tenantId: TenantId,
  deliveryId: string,
): Promise<WebhookAttemptRow[]> {
  return db.rows<WebhookAttemptRow>(
    `select number, at, duration_ms, status, error from webhook_attempts
      where tenant_id = $1 and delivery_id = $2 order by number limit 20`,
    [tenantId, deliveryId],
  );
}

/**
 * The delivery of this event that waits already is brought forward, and what waits for it with it; or null. Two that ask at the
 * same time get the same one.
 */
export async function bringForward(
  db: Db,
  tenantId: TenantId,
  endpointId: string,
  eventId: string,
): Promise<WebhookDeliveryRow | null> {
  const [row] = await db.rows<WebhookDeliveryRow>(
    `update webhook_deliveries d set next_attempt_at = now()
      where d.tenant_id = $1 and d.id = (
            select o.id from webhook_deliveries o
             where o.tenant_id = $1 and o.endpoint_id = $2 and o.event_id = $3 and o.status = 'pending'
             order by o.id limit 1 for no key update) and d.next_attempt_at is not null
      returning ${COLUMNS}`,
    [tenantId, endpointId, eventId],
  );
  if (row === undefined) return null;
  await db.rows(
    `update webhook_deliveries d set next_attempt_at = now()
      where d.tenant_id = $1 and d.endpoint_id = $2 and d.session_id = $3 and d.status = 'pending' and d.next_attempt_at > now()`,
    [tenantId, endpointId, row.session_id],
  );
  return row;
}

/** Another delivery of the event, due now; null when the event is not kept any more. */
export async function insertRedelivery(
  db: Db,
  tenantId: TenantId,
  endpointId: string,
  eventId: string,
): Promise<WebhookDeliveryRow | null> {
  const [row] = await db.rows<WebhookDeliveryRow>(
    `insert into webhook_deliveries as d (tenant_id, id, endpoint_id, event_id, position, session_id, sequence, trigger,
                                          next_attempt_at)
     select e.tenant_id, new_delivery_id(), $2, e.id, e.position, e.session_id, e.sequence, 'redelivery', now()
       from events e where e.tenant_id = $1 and e.id = $3 and e.position is not null
     returning ${COLUMNS}`,
    [tenantId, endpointId, eventId],
  );
  return row ?? null;
}

/** What a run needs to know of its endpoint. */
export type SendingEndpoint = {
  url: string;
  ordering: 'none' | 'session';
  max_concurrency: number;
  failing: boolean;
  /** Newest first: the current secret, and the one before it while that is good. */
  sealed_secrets: Buffer[];
  key_versions: number[];
};

/** Null when nothing is to be sent to it: it is gone, disabled or on hold. */
export async function findSendingEndpoint(
  db: Db,
  tenantId: TenantId,
  endpointId: string,
): Promise<SendingEndpoint | null> {
  const [row] = await db.rows<SendingEndpoint>(
    `select url, ordering, max_concurrency, failing_since is not null as failing,
            case when previous_until > now() then array[sealed_secret, sealed_previous] else array[sealed_secret] end as sealed_secrets,
            case when previous_until > now() then array[key_version, previous_key_version] else array[key_version] end as key_versions
       from webhook_endpoints
      where tenant_id = $1 and id = $2 and status = 'enabled' and coalesce(hold_until <= now(), true)`,
    [tenantId, endpointId],
  );
  return row ?? null;
}

export type ClaimedDelivery = EventRow & { delivery_id: string; attempts: number };

export async function claimWebhookDeliveries(
  db: Db,
  tenantId: TenantId,
  endpointId: string,
  inFlight: readonly string[],
  most: number,
): Promise<ClaimedDelivery[]> {
  return db.rows<ClaimedDelivery>('select * from claim_webhook_deliveries($1, $2, $3, $4)', [
    tenantId,
    endpointId,
    inFlight,
    most,
  ]);
}

export type AttemptResult = {
  duration_ms: number;
  status: number | null;
  error: string | null;
  delivered: boolean;
  gone: boolean;
  /** Null: there is no other attempt. */
  retry_seconds: number | null;
  hold_seconds: number;
};

/** What of the endpoint decides whether, and how, it goes on. `disabled`: this attempt did it, for that reason. */
export type EndpointState = {
  sendable: boolean;
  failing: boolean;
  most_at_once: number | null;
  disabled: 'gone' | 'failing' | null;
};

export async function recordWebhookAttempt(
  db: Db,
  tenantId: TenantId,
  endpointId: string,
  deliveryId: string,
  result: AttemptResult,
  disableAfterSeconds: number,
): Promise<EndpointState> {
  const [state] = await db.rows<EndpointState>('select * from record_webhook_attempt($1, $2, $3, $4, $5)', [
    tenantId,
    endpointId,
    deliveryId,
    JSON.stringify(result),
    disableAfterSeconds,
  ]);
  if (state === undefined) throw new Error('record_webhook_attempt gave no row');
  return state;
}

/** What is given up at a time when an endpoint is disabled. */
const CANCELED_AT_ONCE = 1_000;

export async function endWebhookRun(db: Db, tenantId: TenantId, endpointId: string): Promise<void> {
  await db.rows('select end_webhook_run($1, $2, $3)', [tenantId, endpointId, CANCELED_AT_ONCE]);
}

/** As long as events; deletion is by id, which begins with the time. */
const KEPT_DAYS = 30;

export async function forgetDeliveries(db: Db, tenantId: TenantId, most: number): Promise<number> {
  const gone = await db.rows(
    `with gone as (
       delete from webhook_deliveries d where d.tenant_id = $1 and d.id = any (array(
         select o.id from webhook_deliveries o
          where o.tenant_id = $1
            and o.id < 'whd_' || lpad(to_hex((extract(epoch from now() - make_interval(days => $2)) * 1000)::bigint), 12, '0')
          order by o.id limit $3))
       returning d.id
     ), attempts as (delete from webhook_attempts a where a.tenant_id = $1 and a.delivery_id in (select g.id from gone g))
     select from gone`,
    [tenantId, KEPT_DAYS, most],
  );
  return gone.length;
}

/** What is left of endpoints that were deleted, and then these. */
export async function forgetDeletedEndpoints(db: Db, tenantId: TenantId, most: number): Promise<number> {
  const gone = await db.rows(
    `with gone as (
       delete from webhook_deliveries d where d.tenant_id = $1 and d.id = any (array(
         select o.id from webhook_endpoints w join webhook_deliveries o on o.tenant_id = w.tenant_id and o.endpoint_id = w.id
          where w.tenant_id = $1 and w.deleted_at is not null limit $2))
       returning d.id
     ), attempts as (delete from webhook_attempts a where a.tenant_id = $1 and a.delivery_id in (select g.id from gone g))
     select from gone`,
    [tenantId, most],
  );
  if (gone.length === most) return most;
  await db.rows(
    `delete from webhook_endpoints w
      where w.tenant_id = $1 and w.deleted_at <= now() - interval '1 hour' and not exists (
            select from webhook_deliveries d where d.tenant_id = $1 and d.endpoint_id = w.id)`,
    [tenantId],
  );
  return gone.length;
}
