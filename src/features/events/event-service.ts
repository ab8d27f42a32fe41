import type { Db } from '../../db/database.ts';
import { Failure, invalid, notFound } from '../../kernel/errors.ts';
import type { Owner, TenantId } from '../../kernel/ids.ts';
import {
  type EventFilter,
  type EventRow,
  findEvent,
  findLastPlace,
  findPlace,
  listEvents,
  publishEvents,
} from './event-store.ts';
import { createWaitingRoom } from './waiting-room.ts';

/** More than this at once is for the publisher's next turn, which comes within a second. */
const MOST_PUBLISHED = 1_000;
/** Shorter than anybody notices, and longer than the reads of a hundred waiters take. */
const PAUSE_MS = 250;

export type EventQuery = EventFilter & { after: string | null; limit: number };
export type EventPage = { rows: EventRow[]; hasMore: boolean; nextAfter: string | null };

export type EventService = {
  /** Throws not_found. */
  get(db: Db, owner: Owner, id: string): Promise<EventRow>;
  /**
   * What comes after a place, and the place to go on from. When there is nothing it waits, holding nothing meanwhile, until
   * there is, the time is up, or `gone` is aborted. Throws invalid (unknown `after`), rate_limited, unavailable.
   */
  read(owner: Owner, query: EventQuery, waitSeconds: number, gone: AbortSignal): Promise<EventPage>;
  /** Sends everybody home who waits: the process ends. */
  stopWaiting(): void;
};

/** @param inTenant one short transaction of the tenant's */
export function createEventService(
  inTenant: <T>(tenantId: TenantId, work: (db: Db) => Promise<T>) => Promise<T>,
): EventService {
  const room = createWaitingRoom();

  const look = (owner: Owner, query: EventQuery): Promise<EventPage> =>
    inTenant(owner.tenantId, async (db) => {
      await publishEvents(db, owner.tenantId, MOST_PUBLISHED);
      const after = query.after === null ? null : await findPlace(db, owner, query.after);
      if (query.after !== null && after === null) {
        throw invalid('unknown_reference', '/query/after', 'is not the id of an event that is kept');
      }
      const last = await findLastPlace(db, owner);
      if (last === null) return { rows: [], hasMore: false, nextAfter: null };
      const between = { after: after?.position ?? '0', upTo: last.position };
      const found = await listEvents(db, owner, query, between, query.limit + 1);
      const rows = found.slice(0, query.limit);
      const hasMore = found.length > query.limit;
      // When there is no more, all up to the last was looked at, though the filters may have left it out.
      return { rows, hasMore, nextAfter: hasMore ? (rows.at(-1)?.id ?? null) : last.id };
    });

  return {
    async get(db, owner, id) {
      await publishEvents(db, owner.tenantId, MOST_PUBLISHED);
      const row = await findEvent(db, owner, id);
      if (row === null) throw notFound();
      return row;
    },
    async read(owner, query, waitSeconds, gone) {
      const deadline = performance.now() + waitSeconds * 1_000;
      let page = await look(owner, query);
      if (page.rows.length > 0 || waitSeconds === 0) return page;
      const place = room.enter(owner.tenantId);
      if (place instanceof Failure) throw place;
      try {
        while (page.rows.length === 0 && performance.now() < deadline) {
          const leftMs = deadline - performance.now();
          if (!(await place.pause(Math.min(PAUSE_MS, leftMs), gone))) break;
          // From where the last look has come to: what the filters left out is not read again and again.
          page = await look(owner, { ...query, after: page.nextAfter ?? query.after });
        }
        return page;
      } finally {
        place.leave();
      }
    },
    stopWaiting: room.close,
  };
}
