import type { Db } from '../../db/database.ts';
import { Failure, invalid, notFound } from '../../kernel/errors.ts';
import type { Owner, TenantId } from '../../kernel/ids.ts';
import { type EventPage, type Followed, follow, type Pace, type Reader } from './event-following-service.ts';
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

/** Signs of life come more often than proxies take a connection for idle, and a revoked key follows no longer than until one. */
const USUAL_PACE: Pace = { beatMs: 15_000, lifeMs: 900_000 };
/** What waits in memory for a slow follower, at most. */
const FOLLOWED_AT_ONCE = 100;

export const LATEST = 'latest';

export type EventService = {
  /** Throws not_found. */
  get(db: Db, owner: Owner, id: string): Promise<EventRow>;
  /**
   * What comes after a place, and the place to go on from. When there is nothing it waits, holding nothing meanwhile, until
   * there is, the time is up, or `gone` is aborted. Throws invalid (unknown `after`), rate_limited, unavailable.
   */
  read(owner: Owner, query: EventQuery, waitSeconds: number, gone: AbortSignal): Promise<EventPage>;
  /**
   * Everything after a place, and what comes from then on; `after`: LATEST is the place after all that there is. Throws what
   * `read` throws, before it begins. Whoever gets it has to begin to read it.
   */
  follow(
    owner: Owner,
    query: EventFilter & { after: string | null; pointer: string },
    reader: Reader,
  ): Promise<AsyncIterable<Followed>>;
  /** Sends everybody home who waits: the process ends. */
  stopWaiting(): void;
};

/**
 * @param inTenant one short transaction of the tenant's
 * @param pace of those who follow
 */
export function createEventService(
  inTenant: <T>(tenantId: TenantId, work: (db: Db) => Promise<T>) => Promise<T>,
  pace: Pace = USUAL_PACE,
): EventService {
  const room = createWaitingRoom();

  const look = (owner: Owner, query: EventQuery, pointer = '/query/after'): Promise<EventPage> =>
    inTenant(owner.tenantId, async (db) => {
      await publishEvents(db, owner.tenantId, MOST_PUBLISHED);
      const after = query.after === null ? null : await findPlace(db, owner, query.after);
      if (query.after !== null && after === null) {
        throw invalid('unknown_reference', pointer, 'is not the id of an event that is kept');
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

  const latest = (owner: Owner): Promise<string | null> =>
    inTenant(owner.tenantId, async (db) => {
      await publishEvents(db, owner.tenantId, MOST_PUBLISHED);
      return (await findLastPlace(db, owner))?.id ?? null;
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
    async follow(owner, { pointer, ...query }, reader) {
      const waiting = room.enter(owner.tenantId);
      if (waiting instanceof Failure) throw waiting;
      try {
        const begin = query.after === LATEST ? await latest(owner) : query.after;
        const lookAfter = (after: string | null) =>
          look(owner, { ...query, after, limit: FOLLOWED_AT_ONCE }, pointer);
        const parts = { waiting, reader, pace, pauseMs: PAUSE_MS };
        return follow(await lookAfter(begin), begin, lookAfter, parts);
      } catch (error) {
        waiting.leave();
        throw error;
      }
    },
    stopWaiting: room.close,
  };
}
