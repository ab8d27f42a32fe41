import { type Handlers, tenantOf } from '../../api/contract.ts';
import type { components } from '../../generated/schema.ts';
import type { Followed } from './event-following-service.ts';
import type { EventService } from './event-service.ts';
import type { EventRow } from './event-store.ts';

type EventView = components['schemas']['Event'];

/** The version of every shape that there is; see EventVersion in openapi.yaml. */
const VERSION = 1;

function toEventView(row: EventRow): EventView {
  const envelope = {
    id: row.id,
    type: row.type,
    version: VERSION,
    livemode: row.livemode,
    created_at: row.created_at.toISOString(),
    session: row.session_id,
    call: row.call_id,
    sequence: row.sequence,
    data: row.data,
  };
  // What was written had the shape of its type; the tests hold every event against openapi.yaml.
  return envelope as EventView;
}

/** How long a client waits before it comes again; long enough for a process that restarts to be there. */
const RETRY_MS = 2_000;

/**
 * https://html.spec.whatwg.org/multipage/server-sent-events.html. A block with an id and no data is shown to nobody, but moves the
 * place that the client comes back to: past what filters have left out, and to where `after=latest` was.
 */
async function* asServerSentEvents(followed: AsyncIterable<Followed>): AsyncGenerator<string> {
  yield `retry: ${RETRY_MS}\n\n`;
  for await (const one of followed) {
    if ('event' in one) {
      const { id, type } = one.event;
      yield `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(toEventView(one.event))}\n\n`;
    } else {
      yield one.place === null ? ': still here\n\n' : `: still here\nid: ${one.place}\n\n`;
    }
  }
}

export function eventHandlers(
  events: EventService,
): Pick<Handlers, 'listEvents' | 'streamEvents' | 'getEvent'> {
  return {
    async listEvents(call) {
      const { limit = 20, after = null, types = null, session = null, wait_seconds = 0 } = call.query;
      const page = await events.read(
        tenantOf(call),
        { limit, after, types, session },
        wait_seconds,
        call.gone,
      );
      return {
        status: 200,
        body: { data: page.rows.map(toEventView), has_more: page.hasMore, next_after: page.nextAfter },
      };
    },
    async streamEvents(call) {
      const { types = null, session = null } = call.query;
      const resumed = call.headers['Last-Event-ID'];
      const from =
        resumed === undefined
          ? { after: call.query.after ?? null, pointer: '/query/after' }
          : { after: resumed, pointer: '/headers/last-event-id' };
      const followed = await events.follow(tenantOf(call), { ...from, types, session }, call);
      return { status: 200, stream: asServerSentEvents(followed) };
    },
    async getEvent(call) {
      const row = await events.get(call.unit, tenantOf(call), call.params.event_id);
      return { status: 200, body: toEventView(row) };
    },
  };
}
