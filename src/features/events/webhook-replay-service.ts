import type { Db } from '../../db/database.ts';
import { Failure, invalid, notFound } from '../../kernel/errors.ts';
import { newId, type Owner, readTenantId } from '../../kernel/ids.ts';
import type { EventType } from './event.ts';
import { getWebhookEndpoint, refuseDisabled } from './webhook-endpoint-service.ts';
import {
  countEventsBetween,
  enqueueReplay,
  findWebhookReplay,
  insertWebhookReplay,
  replayEvents,
  type WebhookReplayRow,
} from './webhook-replay-store.ts';

/** As long as events are kept. */
const MOST_DAYS = 30;
/** What is counted in a request, and put on its way in some minutes. A longer time can be asked for in parts. */
const MOST_EVENTS = 100_000;
/** One transaction: some ten milliseconds, in which a publication of the tenant's may have to wait for it. */
const BATCH = 500;
/** Then it is the turn of other jobs. */
const SLICE_MS = 5_000;

export type ReplayInput = { since: Date; until: Date | null; types: EventType[] | null; onlyFailed: boolean };

/** Sends again all of a range of time. */
export type WebhookReplayService = {
  /** Throws not_found, invalid_request, webhook_endpoint_disabled, webhook_replay_running. */
  start(db: Db, owner: Owner, endpointId: string, input: ReplayInput): Promise<WebhookReplayRow>;
  /** Throws not_found. */
  get(db: Db, owner: Owner, endpointId: string, id: string): Promise<WebhookReplayRow>;
};

export const webhookReplays: WebhookReplayService = {
  async start(db, owner, endpointId, input) {
    const endpoint = await getWebhookEndpoint(db, owner, endpointId);
    const { since, until } = readRange(input, new Date());
    refuseDisabled(endpoint);
    const events = await countEventsBetween(db, owner, since, until, MOST_EVENTS);
    if (events > MOST_EVENTS) {
      throw invalid(
        'invalid_request',
        '/until',
        `has more than ${MOST_EVENTS} events before it; ask in parts`,
      );
    }
    const { types, onlyFailed } = input;
    const made = await insertWebhookReplay(db, owner.tenantId, {
      id: newId('whr'),
      endpoint_id: endpointId,
      since,
      until,
      types,
      only_failed: onlyFailed,
      events,
    });
    if (made !== null) return made;
    throw new Failure('webhook_replay_running', 'A replay to this endpoint is running; wait for its end.');
  },
  async get(db, owner, endpointId, id) {
    await getWebhookEndpoint(db, owner, endpointId);
    const replay = await findWebhookReplay(db, owner.tenantId, endpointId, id);
    if (replay === null) throw notFound();
    return replay;
  },
};

/** The task behind a replay, batch by batch. What it puts on its way goes through the endpoint's own job. */
export function replayTask(db: Db): {
  name: string;
  work(payload: unknown, signal: AbortSignal): Promise<void>;
} {
  return {
    name: 'replay_events',
    async work(payload, signal) {
      const { tenant, replay } = payload as { tenant: string; replay: string };
      const tenantId = readTenantId(tenant);
      if (tenantId === null) throw new Error('a replay without a tenant');
      const end = performance.now() + SLICE_MS;
      while (await replayEvents(db, tenantId, replay, BATCH)) {
        if (!signal.aborted && performance.now() < end) continue;
        return enqueueReplay(db, tenantId, replay);
      }
    },
  };
}

/** Throws invalid_request. */
function readRange(input: ReplayInput, now: Date): { since: Date; until: Date } {
  const { since } = input;
  const until = input.until === null || input.until > now ? now : input.until;
  if (Number.isNaN(until.getTime())) throw invalid('invalid_request', '/until', 'is not a time');
  if (Number.isNaN(since.getTime())) throw invalid('invalid_request', '/since', 'is not a time');
  if (since >= until)
    throw invalid('invalid_request', '/since', 'must be before until, and not in the future');
  if (now.getTime() - since.getTime() > MOST_DAYS * 86_400_000) {
    throw invalid('invalid_request', '/since', `may be ${MOST_DAYS} days ago at most`);
  }
  return { since, until };
}
