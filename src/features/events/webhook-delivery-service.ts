import { setMaxListeners } from 'node:events';
import type { TenantKeys } from '../../crypto/tenant-keys.ts';
import type { Db } from '../../db/database.ts';
import { readTenantId, type TenantId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Outbound } from '../../outbound/client.ts';
import type { EventRow } from './event-store.ts';
import { meaningOf, RETRY_SECONDS, secondsToRetry } from './retry-schedule.ts';
import { webhookHeaders } from './standard-webhook.ts';
import {
  type AttemptResult,
  type ClaimedDelivery,
  claimWebhookDeliveries,
  endWebhookRun,
  findSendingEndpoint,
  recordWebhookAttempt,
} from './webhook-delivery-store.ts';
import { openSecret } from './webhook-secret.ts';

/** What is read at once; the longest queue that a stopped process could go on with. */
const CLAIMED_AT_ONCE = 200;
/**
 * What was read longer ago is read again before it is sent: the endpoint may have been changed, and a process that was stopped
 * may have been taken for dead, with others at its work.
 */
const CLAIM_GOOD_MS = 5_000;
/** How soon a new event is sent beside a request that lasts. */
const LOOK_AGAIN_MS = 500;

export type DeliveryOptions = {
  /** Seconds after each failed attempt; the first attempt is at once. */
  schedule: readonly number[];
  /** Of one request, from the connection to the last byte. */
  timeoutMs: number;
  /** After this no request is begun: the next run is behind the other endpoints' runs. */
  sliceMs: number;
  /** Of failures only; then the endpoint is disabled. */
  disableAfterSeconds: number;
  random: () => number;
};

export const standardDelivery: DeliveryOptions = {
  schedule: RETRY_SECONDS,
  timeoutMs: 15_000,
  sliceMs: 10_000,
  disableAfterSeconds: 5 * 86_400,
  random: Math.random,
};

export type DeliveryParts = {
  /** Single statements, each a transaction of its own. */
  db: Db;
  inTenant: <T>(tenantId: TenantId, work: (db: Db) => Promise<T>) => Promise<T>;
  keysOf: (db: Db, tenantId: TenantId, version: number) => Promise<TenantKeys>;
  bodyOf: (event: EventRow) => string;
  post: Outbound['post'];
  noteAttempt: (outcome: 'delivered' | 'failed', seconds: number) => void;
  logger: Logger;
  options: DeliveryOptions;
};

/**
 * The task that sends: a run for one endpoint takes what is due, sends it, and plans the next run. The queue sees to it that an
 * endpoint has one run at a time; where two overlap nevertheless, an event may be sent twice, and no result is lost.
 */
export function deliverTask(parts: DeliveryParts): {
  name: string;
  work(payload: unknown, signal: AbortSignal): Promise<void>;
} {
  return {
    name: 'deliver',
    async work(payload, signal) {
      setMaxListeners(0, signal); // each request that is under way listens
      const { tenant, endpoint } = payload as { tenant: string; endpoint: string };
      const tenantId = readTenantId(tenant);
      if (tenantId === null) throw new Error('a delivery without a tenant');
      await sendWhatIsDue(parts, tenantId, endpoint, signal);
      await endWebhookRun(parts.db, tenantId, endpoint);
    },
  };
}

type Receiver = { id: string; url: string; secrets: string[]; isOrdered: boolean };

async function sendWhatIsDue(
  parts: DeliveryParts,
  tenantId: TenantId,
  endpointId: string,
  signal: AbortSignal,
): Promise<void> {
  const { options, logger } = parts;
  const end = performance.now() + options.sliceMs;
  const flying = new Map<string, Promise<void>>();
  let waiting: ClaimedDelivery[] = [];
  let claimedAt = Number.NEGATIVE_INFINITY;
  let emptyAt = Number.NEGATIVE_INFINITY;
  let receiver: Receiver | null = null;
  let room = 1;
  let isOver = false;
  const failures: unknown[] = [];

  const claim = async (): Promise<void> => {
    claimedAt = performance.now();
    const read = await readRun(parts, tenantId, endpointId, [...flying.keys()]);
    receiver = read?.receiver ?? null;
    waiting = read?.deliveries ?? [];
    room = read?.room ?? 0;
    if (read === null) isOver = true;
    if (waiting.length === 0) emptyAt = performance.now();
  };
  const fly = async (delivery: ClaimedDelivery, to: Receiver): Promise<void> => {
    const result = await attempt(parts, delivery, to, signal);
    if (result === null) return;
    parts.noteAttempt(result.delivered ? 'delivered' : 'failed', result.duration_ms / 1_000);
    const { disableAfterSeconds } = options;
    const id = delivery.delivery_id;
    const state = await recordWebhookAttempt(parts.db, tenantId, to.id, id, result, disableAfterSeconds);
    // Each request is begun right after one of these or a claim: what was disabled gets no other.
    if (!state.sendable) isOver = true;
    // A receiver that fails is asked by one request at a time, until it answers.
    room = state.failing ? 1 : (state.most_at_once ?? 0);
    if (to.isOrdered) emptyAt = Number.NEGATIVE_INFINITY; // the next of its session may go
    if (state.disabled !== null) {
      const what = { tenant: tenantId, endpoint: to.id, reason: state.disabled };
      logger.warn(what, 'a webhook endpoint was disabled');
    }
  };

  while (!isOver && !signal.aborted && performance.now() < end) {
    if (performance.now() - claimedAt > CLAIM_GOOD_MS) waiting = [];
    const mayLook = flying.size === 0 || performance.now() - emptyAt > LOOK_AGAIN_MS;
    if (waiting.length === 0 && flying.size < room && mayLook) await claim();
    if (waiting.length === 0 && flying.size === 0) break;
    while (!isOver && receiver !== null && flying.size < room) {
      const next = waiting.shift();
      if (next === undefined) break;
      const flight = fly(next, receiver)
        .catch((error: unknown) => {
          isOver = true;
          failures.push(error);
        })
        .finally(() => flying.delete(next.delivery_id));
      flying.set(next.delivery_id, flight);
    }
    if (flying.size > 0) await oneOf(flying.values(), waiting.length === 0 ? LOOK_AGAIN_MS : null);
  }
  await Promise.all(flying.values());
  if (failures.length > 0) throw failures[0];
}

/** Null when nothing is to be sent to this endpoint now. */
async function readRun(
  parts: DeliveryParts,
  tenantId: TenantId,
  endpointId: string,
  inFlight: string[],
): Promise<{ receiver: Receiver; deliveries: ClaimedDelivery[]; room: number } | null> {
  return parts.inTenant(tenantId, async (db) => {
    // Together: one round trip.
    const [endpoint, deliveries] = await Promise.all([
      findSendingEndpoint(db, tenantId, endpointId),
      claimWebhookDeliveries(db, tenantId, endpointId, inFlight, CLAIMED_AT_ONCE),
    ]);
    if (endpoint === null) return null;
    const secrets: string[] = [];
    for (const [place, sealed] of endpoint.sealed_secrets.entries()) {
      const keys = await parts.keysOf(db, tenantId, endpoint.key_versions[place] ?? 0);
      secrets.push(openSecret(keys, tenantId, endpointId, sealed));
    }
    const receiver = {
      id: endpointId,
      url: endpoint.url,
      secrets,
      isOrdered: endpoint.ordering === 'session',
    };
    return { receiver, deliveries, room: endpoint.failing ? 1 : endpoint.max_concurrency };
  });
}

/** One request. Null when it was cut off because we end: nobody knows what became of it, so it is made again. */
async function attempt(
  { bodyOf, post, options }: DeliveryParts,
  delivery: ClaimedDelivery,
  { url, secrets }: Receiver,
  signal: AbortSignal,
): Promise<AttemptResult | null> {
  const body = bodyOf(delivery);
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Maskplane-Webhooks/1',
    ...webhookHeaders({ id: delivery.id, at: new Date(), body }, secrets),
  };
  const began = performance.now();
  const answer = await post({ url, headers, body, timeoutMs: options.timeoutMs, signal });
  const duration_ms = Math.round(performance.now() - began);
  const retry_seconds = secondsToRetry(options.schedule, delivery.attempts + 1, options.random());
  if (answer.kind === 'answered') {
    const { delivered, gone, holdSeconds } = meaningOf(answer);
    const { status } = answer;
    return { duration_ms, status, error: null, delivered, gone, retry_seconds, hold_seconds: holdSeconds };
  }
  if (signal.aborted) return null;
  const error = answer.reason;
  return { duration_ms, status: null, error, delivered: false, gone: false, retry_seconds, hold_seconds: 0 };
}

/** Until one of them is done, or the time is up. */
async function oneOf(flights: Iterable<Promise<void>>, mostMs: number | null): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const time = new Promise<void>((resume) => {
    if (mostMs !== null) timer = setTimeout(resume, mostMs);
  });
  await Promise.race([...flights, time]);
  clearTimeout(timer);
}
