import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { eventsOn } from '../../src/container-events.ts';
import type { DeliveryOptions } from '../../src/features/events/webhook-delivery-service.ts';
import { createKeyRing } from '../../src/features/tenants/key-ring.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import type { Tenant } from './api.ts';
import { runJob } from './events.ts';
import { openReceiver } from './receiver.ts';
import { loopback, type World } from './world.ts';

export type Message = { id: string; path: string; headers: IncomingHttpHeaders; body: string; event: any };

export type WebhookReceiver = {
  url: string;
  /** Everything that was posted, in the order in which it came. */
  messages: Message[];
  /** How many requests were under way at once, at most. */
  mostAtOnce: number;
  /** What it answers: 204, unless a test sets another. */
  answer: (message: Message, res: ServerResponse) => void;
  /** Resolves when so many have come. */
  arrived(count: number): Promise<void>;
  close(): Promise<void>;
};

export const answering =
  (status: number, headers: Record<string, string> = {}) =>
  (_message: Message, res: ServerResponse): void =>
    void res.writeHead(status, headers).end();

/** A tenant's webhook endpoint on 127.0.0.1. */
export async function openWebhookReceiver(): Promise<WebhookReceiver> {
  const news = new EventEmitter();
  news.setMaxListeners(0);
  let atOnce = 0;
  const http = await openReceiver((req, res) => {
    atOnce += 1;
    receiver.mostAtOnce = Math.max(receiver.mostAtOnce, atOnce);
    res.once('close', () => {
      atOnce -= 1;
    });
    let body = '';
    req.setEncoding('utf8');
    req.on('data', (chunk: string) => {
      body += chunk;
    });
    req.once('end', () => {
      const id = String(req.headers['webhook-id']);
      const message = { id, path: req.url ?? '', headers: req.headers, body, event: JSON.parse(body) };
      receiver.messages.push(message);
      receiver.answer(message, res);
      news.emit('message');
    });
  });
  const receiver: WebhookReceiver = {
    url: http.url,
    messages: [],
    mostAtOnce: 0,
    answer: answering(204),
    async arrived(count) {
      while (receiver.messages.length < count) {
        await once(news, 'message', { signal: AbortSignal.timeout(10_000) });
      }
    },
    close: http.close,
  };
  return receiver;
}

/** Throws unless one of its signatures was made with this secret, over this body, now. */
export function verify({ body, headers }: Message, secret: string): void {
  new Webhook(secret).verify(body, headers as Record<string, string>);
}

export type TestEndpoint = { id: string; secret: string };

export async function newEndpoint(tenant: Tenant, body: object): Promise<TestEndpoint> {
  const reply = await tenant.api.post('/v1/webhook_endpoints', body);
  assert.equal(reply.status, 201, reply.text);
  return { id: reply.body.id, secret: reply.body.secret };
}

/** The tasks with a schedule of a test's own. `send` is one run for an endpoint, as the queue would make it. */
export function openSending(world: World, delivery: Partial<DeliveryOptions> = {}) {
  const parts = eventsOn(world.container.database, createKeyRing(world.master), {
    metrics: world.container.metrics,
    outboundAllowedNetworks: loopback,
    logger: createLogger('trace', { write: (line) => void world.logLines.push(line) }),
    delivery: { timeoutMs: 500, ...delivery },
  });
  const run = (name: string, payload: object, signal: AbortSignal) => {
    const task = parts.tasks.find((one) => one.name === name);
    assert.ok(task, name);
    return task.work(payload, signal);
  };
  return {
    run,
    tasks: parts.tasks,
    send: (tenant: Tenant, endpoint: { id: string }, signal = new AbortController().signal) =>
      run('deliver', { tenant: tenant.id, endpoint: endpoint.id }, signal),
    replay: (tenant: Tenant, replay: string) =>
      run('replay_events', { tenant: tenant.id, replay }, new AbortController().signal),
    close: parts.close,
  };
}

/** Leaves so many events that belong to no session, or to this one, and publishes them. */
export async function leaveEvents(
  world: World,
  tenant: Tenant,
  count: number,
  what: { session?: string; livemode?: boolean; type?: string } = {},
): Promise<void> {
  const { session = null, livemode = true, type = 'session.updated' } = what;
  const named = session === null && type === 'session.updated' ? 'did.unhealthy' : type;
  const data =
    named === 'did.unhealthy'
      ? { did: 'did_0', e164: '+917900000000', pool: 'pool_0', health: 0.4 }
      : { changed: ['metadata'] };
  for (let i = 0; i < count; i += 1) {
    await world.sql('select emit_event($1, $2, $3, $4, null, $5)', [
      tenant.id,
      livemode,
      named,
      session,
      JSON.stringify(data),
    ]);
  }
  await publish(world);
}

export const publish = (world: World) => runJob(world, 'publish_events');

/** All deliveries of an endpoint, oldest first. */
export async function deliveriesOf(tenant: Tenant, endpoint: { id: string }, query = ''): Promise<any[]> {
  const { status, body, text } = await tenant.api.get(
    `/v1/webhook_endpoints/${endpoint.id}/deliveries?limit=100&${query}`,
  );
  assert.equal(status, 200, text);
  return body.data.toReversed();
}

/** What waits is due now: instead of the time that would have to pass. */
export async function letTimePass(world: World, endpoint: { id: string }): Promise<void> {
  await world.sql(
    `update webhook_deliveries set next_attempt_at = now() where endpoint_id = $1 and status = 'pending'`,
    [endpoint.id],
  );
  await world.sql('update webhook_endpoints set hold_until = null where id = $1', [endpoint.id]);
}

/** Jobs of the queue that name this endpoint. */
export function jobsOf(world: World, endpoint: { id: string }): Promise<{ key: string; seconds: number }[]> {
  return world.sql(
    `select key, extract(epoch from run_at - now())::float as seconds from graphile_worker.jobs
      where key = 'deliver:' || $1 and locked_at is null`,
    [endpoint.id],
  );
}
