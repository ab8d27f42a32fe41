import type { Db } from '../../db/database.ts';
import type { WebhookEndpointsRow } from '../../generated/tables.ts';
import type { Id, Owner, TenantId } from '../../kernel/ids.ts';
import type { EventType } from './event.ts';
import type { SealedSecret } from './webhook-secret.ts';

export type WebhookEndpointRow = Pick<
  WebhookEndpointsRow,
  | 'livemode'
  | 'url'
  | 'description'
  | 'ordering'
  | 'max_concurrency'
  | 'status'
  | 'disabled_reason'
  | 'failing_since'
  | 'created_at'
  | 'updated_at'
> & {
  id: Id<'whe'>;
  types: EventType[] | null;
  /** Null when it has passed. */
  hold_until: Date | null;
  previous_until: Date | null;
};

const COLUMNS = `id, livemode, url, description, types, ordering, max_concurrency, status, disabled_reason, failing_since,
  case when hold_until > now() then hold_until end as hold_until,
  case when previous_until > now() then previous_until end as previous_until, created_at, updated_at`;

/** One creation of a tenant's at a time, so that none is above the limit. */
export async function lockCreation(db: Db, tenantId: TenantId): Promise<void> {
  await db.rows(`select pg_advisory_xact_lock(hashtext('webhook_endpoints'), hashtext($1))`, [tenantId]);
}

export async function countWebhookEndpoints(db: Db, owner: Owner): Promise<number> {
  const [row] = await db.rows<{ count: number }>(
    `select count(*)::integer as count from webhook_endpoints
      where tenant_id = $1 and livemode = $2 and deleted_at is null`,
    [owner.tenantId, owner.livemode],
  );
  return row?.count ?? 0;
}

export type NewWebhookEndpoint = Pick<
  WebhookEndpointRow,
  'id' | 'url' | 'description' | 'types' | 'ordering' | 'max_concurrency'
> & { secret: SealedSecret };

export async function insertWebhookEndpoint(
  db: Db,
  owner: Owner,
  endpoint: NewWebhookEndpoint,
): Promise<WebhookEndpointRow> {
  const [row] = await db.rows<WebhookEndpointRow>(
    `insert into webhook_endpoints (tenant_id, id, livemode, url, description, types, ordering, max_concurrency,
                                    sealed_secret, key_version)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning ${COLUMNS}`,
    [
      owner.tenantId,
      endpoint.id,
      owner.livemode,
      endpoint.url,
      endpoint.description,
      endpoint.types,
      endpoint.ordering,
      endpoint.max_concurrency,
      endpoint.secret.sealed,
      endpoint.secret.keyVersion,
    ],
  );
  if (row === undefined) throw new Error('an insert gave no row');
  return row;
}

export async function findWebhookEndpoint(
  db: Db,
  owner: Owner,
  id: string,
): Promise<WebhookEndpointRow | null> {
  const [row] = await db.rows<WebhookEndpointRow>(
    `select ${COLUMNS} from webhook_endpoints
      where tenant_id = $1 and livemode = $2 and id = $3 and deleted_at is null`,
    [owner.tenantId, owner.livemode, id],
  );
  return row ?? null;
}

export async function listWebhookEndpoints(
  db: Db,
  owner: Owner,
  limit: number,
  startingAfter: string | null,
): Promise<WebhookEndpointRow[]> {
  return db.rows<WebhookEndpointRow>(
    `select ${COLUMNS} from webhook_endpoints
      where tenant_id = $1 and livemode = $2 and deleted_at is null and ($4::text is null or id < $4)
      order by id desc limit $3`,
    [owner.tenantId, owner.livemode, limit, startingAfter],
  );
}

/** Undefined: stays as it is. */
export type WebhookEndpointChange = {
  url?: string | undefined;
  description?: string | null | undefined;
  types?: EventType[] | null | undefined;
  ordering?: WebhookEndpointRow['ordering'] | undefined;
  max_concurrency?: number | undefined;
  status?: WebhookEndpointRow['status'] | undefined;
};

/**
 * Another URL, and enabling, begin without what is known of failures. What was disabled and is enabled begins with what happens
 * from now on.
 */
export async function updateWebhookEndpoint(
  db: Db,
  owner: Owner,
  id: string,
  change: WebhookEndpointChange,
): Promise<WebhookEndpointRow | null> {
  const [row] = await db.rows<WebhookEndpointRow>(
    `update webhook_endpoints set
            url = coalesce($4, url),
            description = case when $5 then $6 else description end,
            types = case when $7 then $8::text[] else types end,
            ordering = coalesce($9, ordering),
            max_concurrency = coalesce($10, max_concurrency),
            status = coalesce($11, status),
            disabled_reason = case when coalesce($11, status) = 'disabled' then coalesce(disabled_reason, 'tenant') end,
            enabled_at = case when status = 'disabled' and $11 = 'enabled' then clock_timestamp() else enabled_at end,
            failing_since = case when (status = 'disabled' and $11 = 'enabled') or url <> coalesce($4, url) then null
                                 else failing_since end,
            hold_until = case when (status = 'disabled' and $11 = 'enabled') or url <> coalesce($4, url) then null
                              else hold_until end,
            updated_at = now()
      where tenant_id = $1 and livemode = $2 and id = $3 and deleted_at is null
      returning ${COLUMNS}`,
    [
      owner.tenantId,
      owner.livemode,
      id,
      change.url ?? null,
      change.description !== undefined,
      change.description ?? null,
      change.types !== undefined,
      change.types ?? null,
      change.ordering ?? null,
      change.max_concurrency ?? null,
      change.status ?? null,
    ],
  );
  return row ?? null;
}

/** Its deliveries follow in the sweep. */
export async function deleteWebhookEndpoint(db: Db, owner: Owner, id: string): Promise<boolean> {
  const rows = await db.rows(
    `update webhook_endpoints
        set deleted_at = now(), status = 'disabled', disabled_reason = coalesce(disabled_reason, 'tenant'),
            sealed_previous = null, previous_until = null, previous_key_version = null, updated_at = now()
      where tenant_id = $1 and livemode = $2 and id = $3 and deleted_at is null returning 1`,
    [owner.tenantId, owner.livemode, id],
  );
  return rows.length > 0;
}

/** The secret until now stays good for so long; one that was good beside it is so no more. */
export async function replaceSecret(
  db: Db,
  owner: Owner,
  id: string,
  secret: SealedSecret,
  overlapSeconds: number,
): Promise<WebhookEndpointRow | null> {
  const [row] = await db.rows<WebhookEndpointRow>(
    `update webhook_endpoints set
            sealed_previous = case when $6 > 0 then sealed_secret end,
            previous_key_version = case when $6 > 0 then key_version end,
            previous_until = case when $6 > 0 then now() + make_interval(secs => $6) end,
            sealed_secret = $4, key_version = $5, updated_at = now()
      where tenant_id = $1 and livemode = $2 and id = $3 and deleted_at is null
      returning ${COLUMNS}`,
    [owner.tenantId, owner.livemode, id, secret.sealed, secret.keyVersion, overlapSeconds],
  );
  return row ?? null;
}

/** The job that sends comes to this endpoint soon. */
export async function wakeWebhookEndpoint(db: Db, tenantId: TenantId, id: string): Promise<void> {
  await db.rows('select wake_webhook_endpoint($1, $2)', [tenantId, id]);
}

/**
 * Wakes endpoints that have had something to send for a minute: whatever became of their job. Gives 0, since there is
 * nothing to be done again at once.
 */
export async function wakeOverdueEndpoints(db: Db, tenantId: TenantId): Promise<number> {
  await db.rows(
    `select wake_webhook_endpoint(w.tenant_id, w.id)
       from webhook_endpoints w cross join lateral (
            select d.next_attempt_at from webhook_deliveries d
             where d.tenant_id = w.tenant_id and d.endpoint_id = w.id and d.status = 'pending'
             order by d.next_attempt_at, d.position limit 1) first
      where w.tenant_id = $1
        and (w.status = 'disabled' or greatest(first.next_attempt_at, w.hold_until) <= now() - interval '1 minute')`,
    [tenantId],
  );
  return 0;
}
