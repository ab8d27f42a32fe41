import type { Db } from '../../db/database.ts';
import type { WebhookReplaysRow } from '../../generated/tables.ts';
import type { Id, Owner, TenantId } from '../../kernel/ids.ts';
import type { EventType } from './event.ts';

export type WebhookReplayRow = Omit<
  WebhookReplaysRow,
  'tenant_id' | 'id' | 'endpoint_id' | 'types' | 'done_to'
> & { id: Id<'whr'>; endpoint_id: string; types: EventType[] | null };

const COLUMNS =
  'id, endpoint_id, since, until, types, only_failed, status, events, looked_at, queued, created_at, finished_at';

/** How many events of the mode there are in a range of time; of more than `most` one more. */
export async function countEventsBetween(
  db: Db,
  owner: Owner,
  since: Date,
  until: Date,
  most: number,
): Promise<number> {
  const [row] = await db.rows<{ count: number }>(
    `select count(*)::integer as count from (
       select from events e
        where e.tenant_id = $1 and e.id > first_event_id($3) and e.id < first_event_id($4) and e.livemode = $2
          and e.position is not null and e.type <> 'webhook.test'
        limit $5 + 1) found`,
    [owner.tenantId, owner.livemode, since, until, most],
  );
  return row?.count ?? 0;
}

export type NewWebhookReplay = Pick<
  WebhookReplayRow,
  'id' | 'endpoint_id' | 'since' | 'until' | 'types' | 'only_failed' | 'events'
>;

/** With its job. Null when one of this endpoint is running. */
export async function insertWebhookReplay(
  db: Db,
  tenantId: TenantId,
  replay: NewWebhookReplay,
): Promise<WebhookReplayRow | null> {
  const [row] = await db.rows<WebhookReplayRow>(
    `insert into webhook_replays (tenant_id, id, endpoint_id, since, until, types, only_failed, events, done_to)
     values ($1, $2, $3, $4, $5, $6, $7, $8, first_event_id($4)) on conflict do nothing returning ${COLUMNS}`,
    [
      tenantId,
      replay.id,
      replay.endpoint_id,
      replay.since,
      replay.until,
      replay.types,
      replay.only_failed,
      replay.events,
    ],
  );
  if (row === undefined) return null;
  await enqueueReplay(db, tenantId, replay.id);
  return row;
}

export async function enqueueReplay(db: Db, tenantId: TenantId, id: string): Promise<void> {
  await db.rows(
    `select enqueue_job('replay_events', jsonb_build_object('tenant', $1::text, 'replay', $2::text), 'replay:' || $2)`,
    [tenantId, id],
  );
}

export async function findWebhookReplay(
  db: Db,
  tenantId: TenantId,
  endpointId: string,
  id: string,
): Promise<WebhookReplayRow | null> {
  const [row] = await db.rows<WebhookReplayRow>(
    `select ${COLUMNS} from webhook_replays where tenant_id = $1 and endpoint_id = $2 and id = $3`,
    [tenantId, endpointId, id],
  );
  return row ?? null;
}

/** Queues the next events of a replay, at most so many; whether there are more. */
export async function replayEvents(db: Db, tenantId: TenantId, id: string, most: number): Promise<boolean> {
  const [row] = await db.rows<{ more: boolean }>('select replay_webhook_events($1, $2, $3) as more', [
    tenantId,
    id,
    most,
  ]);
  return row?.more === true;
}

const KEPT_DAYS = 30;

export async function forgetReplays(db: Db, tenantId: TenantId, most: number): Promise<number> {
  const gone = await db.rows(
    `delete from webhook_replays r where r.tenant_id = $1 and r.id = any (array(
       select o.id from webhook_replays o
        where o.tenant_id = $1 and o.created_at < now() - make_interval(days => $2) limit $3))
     returning 1`,
    [tenantId, KEPT_DAYS, most],
  );
  return gone.length;
}
