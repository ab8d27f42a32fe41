import type { EventRow } from './event-store.ts';
import type { WaitingPlace } from './waiting-room.ts';

export type EventPage = { rows: EventRow[]; hasMore: boolean; nextAfter: string | null };

/** What comes to a follower: an event, or a sign of life with the place to go on from, null before the first event. */
export type Followed = { event: EventRow } | { place: string | null };

export type Reader = {
  /** Aborted when the client has gone away. */
  gone: AbortSignal;
  isKeyGood: () => Promise<boolean>;
};

/** How often a follower gets a sign of life and its key is looked at, and how long it may follow. */
export type Pace = { beatMs: number; lifeMs: number };

/**
 * All pages that there are, and those that are there later, one event at a time. Ends when the client is gone, its key is no
 * longer good, the process stops, or its time is up. Leaves the waiting room, however it ends: its reader has to begin it.
 */
export async function* follow(
  first: EventPage,
  begin: string | null,
  look: (after: string | null) => Promise<EventPage>,
  parts: { waiting: WaitingPlace; reader: Reader; pace: Pace; pauseMs: number },
): AsyncGenerator<Followed> {
  const { waiting, reader, pace, pauseMs } = parts;
  try {
    const end = performance.now() + pace.lifeMs;
    let beat = performance.now() + pace.beatMs;
    let page = first;
    let after = begin;
    yield { place: after };
    while (performance.now() < end) {
      for (const event of page.rows) yield { event };
      after = page.nextAfter ?? after;
      // Also when there is more: that is where it is seen that the reader has gone, or the process stops.
      if (!(await waiting.pause(page.hasMore ? 0 : pauseMs, reader.gone))) return;
      if (performance.now() >= beat) {
        if (!(await reader.isKeyGood().catch(() => false))) return;
        yield { place: after };
        beat = performance.now() + pace.beatMs;
      }
      page = await look(after);
    }
  } finally {
    waiting.leave();
  }
}
