import type { Db } from '../../db/database.ts';
import type { EventsRow } from '../../generated/tables.ts';
import type { Owner, TenantId } from '../../kernel/ids.ts';
import type { NewEvent } from './event.ts';

export type EventRow = Omit<EventsRow, 'tenant_id' | 'position'>;

const COLUMNS = 'e.id, e.livemode, e.type, e.session_id, e.call_id, e.sequence, e.data, e.created_at';

/** Leaves an event in the transaction of the change that it tells: with it, or not at all. */
export async function emitEvent(db: Db, owner: Owner, event: NewEvent): Promise<void> {
  await db.rows('select emit_event($1, $2, $3, $4, $5, $6)', [
    owner.tenantId,
    owner.livemode,
    event.type,
    event.session ?? null,
    event.call ?? null,
    JSON.stringify(event.data),
  ]);
}

/** Gives committed events of the tenant their place in the order, at most so many; how many it were. */
export async function publishEvents(db: Db, tenantId: TenantId, most: number): Promise<number> {
  const [row] = await db.rows<{ count: number }>('select publish_events($1, $2) as count', [tenantId, most]);
  return row?.count ?? 0;
}

/** Published ones only: until then an event is not there for anybody. */
export async function findEvent(db: Db, owner: Owner, id: string): Promise<EventRow | null> {
  const [row] = await db.rows<EventRow>(
    `select ${COLUMNS} from events e
      where e.tenant_id = $1 and e.livemode = $2 and e.id = $3 and e.position is not null`,
    [owner.tenantId, owner.livemode, id],
  );
  return row ?? null;
}

/** A place in the order: an event's. Positions are text, since they outgrow a number. */
export type Place = { id: string; position: string };

export async function findPlace(db: Db, owner: Owner, id: string): Promise<Place | null> {
  const [row] = await db.rows<Place>(
    `select id, position from events
      where tenant_id = $1 and livemode = $2 and id = $3 and position is not null`,
    [owner.tenantId, owner.livemode, id],
  );
  return row ?? null;
}

/** The newest. All that is before it is to be seen by the statements that follow. */
export async function findLastPlace(db: Db, owner: Owner): Promise<Place | null> {
  const [row] = await db.rows<Place>(
    `select id, position from events
      where tenant_id = $1 and livemode = $2 and position is not null order by position desc limit 1`,
    [owner.tenantId, owner.livemode],
  );
  return row ?? null;
}

export type EventFilter = { types: readonly string[] | null; session: string | null };

/** Events after one place and up to another, in their order. */
export async function listEvents(
  db: Db,
  owner: Owner,
  filter: EventFilter,
  between: { after: string; upTo: string },
  limit: number,
): Promise<EventRow[]> {
  return db.rows<EventRow>(
    `select ${COLUMNS} from events e
      where e.tenant_id = $1 and e.livemode = $2 and e.position > $3 and e.position <= $4
        and ($5::text[] is null or e.type = any ($5)) and ($6::text is null or e.session_id = $6)
      order by e.position limit $7`,
    [owner.tenantId, owner.livemode, between.after, between.upTo, filter.types, filter.session, limit],
  );
}

/** Deletion is by id, which begins with the time: an index on it is there anyway. */
const KEPT_DAYS = 30;

/**
 * The newest of each mode stays, however old: positions go on from it, and whoever has read everything still has a place to
 * go on from.
 */
export async function forgetEvents(db: Db, tenantId: TenantId, most: number): Promise<number> {
  const gone = await db.rows(
    `delete from events e where e.tenant_id = $1 and e.id = any (array(
       select o.id from events o
        where o.tenant_id = $1 and o.position is not null
          and o.id < 'evt_' || lpad(to_hex((extract(epoch from now() - make_interval(days => $2)) * 1000)::bigint), 12, '0')
          and o.position < (select max(l.position) from events l
                             where l.tenant_id = $1 and l.livemode = o.livemode and l.position is not null)
        order by o.id limit $3))
     returning 1`,
    [tenantId, KEPT_DAYS, most],
  );
  return gone.length;
}
