import { type Handlers, tenantOf } from '../../api/contract.ts';
import type { components } from '../../generated/schema.ts';
import type { EventService } from './event-service.ts';
import type { EventRow } from './event-store.ts';

type EventView = components['schemas']['Event'];

/** The version of every shape that there is; see EventVersion in openapi.yaml. */
const VERSION = 1;

/** An event as the API shows it; what is sent to a webhook endpoint is the text of this. */
export function toEventView(row: EventRow): EventView {
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

export function eventHandlers(events: EventService): Pick<Handlers, 'listEvents' | 'getEvent'> {
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
    async getEvent(call) {
      const row = await events.get(call.unit, tenantOf(call), call.params.event_id);
      return { status: 200, body: toEventView(row) };
    },
  };
}
