import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { freshNumbers, newSession, newTenant, type Tenant } from '../support/api.ts';
import { until } from '../support/embedded-folder.ts';
import { type Replicas, startReplicas } from '../support/replicas.ts';
import {
  answering,
  type Message,
  newEndpoint,
  openWebhookReceiver,
  type TestEndpoint,
  verify,
  type WebhookReceiver,
} from '../support/webhooks.ts';

const IS_FULL = process.env.CHAOS_FULL === '1';
const EVENTS = IS_FULL ? 10_000 : 1_000;
const KILLS = IS_FULL ? 10 : 3;
const SESSIONS = 20;
/** A receiver that lets us wait costs its 15 s each time: so many of them, the other failures are quick. */
const MOST_WAITS = IS_FULL ? 60 : 6;
const FAILING_PERCENT = 30;
/** For the pauses between attempts, which are hours in the end. */
const TIME_PASSES_EVERY_MS = 400;
const SAMPLES = IS_FULL ? 1_000 : 100;

describe('deliveries, with workers killed and receivers that fail', () => {
  let replicas: Replicas;
  let tenant: Tenant;
  let receiver: WebhookReceiver;
  before(async () => {
    replicas = await startReplicas({
      count: 3,
      env: (place) => ({
        ROLE: place === 0 ? 'api' : 'all',
        OUTBOUND_ALLOWED_NETWORKS: '127.0.0.1/32',
      }),
    });
    receiver = await openWebhookReceiver();
    tenant = await newTenant(seen(), { dids: freshNumbers(4) });
  });
  after(async () => {
    await receiver.close();
    await replicas.close();
  });
  const seen = () => replicas.seenFrom(replicas.urls[0] ?? '');

  /** Instead of the time that would have to pass: what waits for another attempt is due now. */
  const passTime = async (endpoints: readonly TestEndpoint[], signal: AbortSignal) => {
    while (!signal.aborted) {
      await sleep(TIME_PASSES_EVERY_MS);
      for (const { id } of endpoints) {
        await replicas.sql(`update webhook_endpoints set hold_until = null where id = $1`, [id]);
        await replicas.sql(
          `update webhook_deliveries set next_attempt_at = now()
            where endpoint_id = $1 and status = 'pending' and next_attempt_at > now()`,
          [id],
        );
        await replicas.sql('select wake_webhook_endpoint($1, $2)', [tenant.id, id]);
      }
    }
  };

  it('bring each event at least once, in the order of its session where asked, every one signed', async (t) => {
    const sessions: string[] = [];
    for (let i = 0; i < SESSIONS; i += 1) {
      const [a = '', b = ''] = freshNumbers(2, '+9198');
      sessions.push((await newSession(tenant, a, b)).id);
    }
    await tenant.api.get('/v1/events'); // what was until now is published, and told to nobody
    const endpoints = [
      await newEndpoint(tenant, { url: `${receiver.url}any` }),
      await newEndpoint(tenant, { url: `${receiver.url}ordered`, ordering: 'session' }),
    ];
    const secretOf = (message: Message) => endpoints[message.path === '/ordered' ? 1 : 0]?.secret ?? '';

    const acknowledged = new Map<string, Set<string>>([
      ['/any', new Set()],
      ['/ordered', new Set()],
    ]);
    const nextOf = new Map(sessions.map((session) => [session, 2]));
    const violations: string[] = [];
    const failures = { error: 0, reset: 0, silence: 0, slow: 0 };
    let killedAt = 0;
    const fail = (res: ServerResponse) => {
      const mayWait = failures.silence + failures.slow < MOST_WAITS;
      const kind = (['error', 'reset', 'silence', 'slow'] as const)[randomInt(mayWait ? 4 : 2)] ?? 'error';
      failures[kind] += 1;
      if (kind === 'error') answering(500)({} as Message, res);
      else if (kind === 'reset') res.destroy();
      else if (kind === 'slow') res.writeHead(200).write('.');
    };
    receiver.answer = (message, res) => {
      try {
        verify(message, secretOf(message));
      } catch {
        violations.push(`${message.id} is not signed`);
      }
      const { session, sequence } = message.event;
      const next = nextOf.get(session) ?? 0;
      if (message.path === '/ordered' && sequence > next) {
        violations.push(`${session} ${sequence} came before ${next} was taken`);
      }
      if (randomInt(100) < FAILING_PERCENT) return fail(res);
      acknowledged.get(message.path)?.add(message.id);
      if (message.path === '/ordered' && sequence === next) nextOf.set(session, next + 1);
      answering(204)(message, res);
    };

    const [begun, stop] = [performance.now(), new AbortController()];
    const time = passTime(endpoints, stop.signal);
    const batches = 10;
    for (let batch = 0; batch < batches; batch += 1) {
      await replicas.sql(
        `select emit_event($1, true, 'session.updated', s, null, '{"changed": ["metadata"]}')
           from generate_series(1, $3) n, unnest($2::text[]) s`,
        [tenant.id, sessions, EVENTS / SESSIONS / batches],
      );
    }
    const taken = () => [...acknowledged.values()].reduce((sum, ids) => sum + ids.size, 0);
    let kills = 0;
    for (; kills < KILLS; kills += 1) {
      const goal = ((kills + 1) * 2 * EVENTS) / (KILLS + 1);
      await until(`${goal} are taken`, () => taken() >= goal, 300_000);
      const worker = replicas.apis[1 + (kills % 2)] ?? assert.fail();
      await worker.kill();
      killedAt = performance.now();
      await worker.start();
    }
    await until('all are taken', () => taken() >= 2 * EVENTS, 300_000);
    const recoveredMs = Math.round(performance.now() - killedAt);
    stop.abort();
    await time;
    const posted = receiver.messages.length;
    t.diagnostic(
      `figures: ${JSON.stringify({ events: EVENTS, kills, posted, failures, seconds: Math.round((performance.now() - begun) / 1_000), recoveredMs })}`,
    );
    assert.deepEqual(violations, []);
    const events = await replicas.sql<{ id: string }>(
      `select id from events where tenant_id = $1 and type = 'session.updated'`,
      [tenant.id],
    );
    assert.equal(events.length, EVENTS);
    for (const ids of acknowledged.values()) assert.ok(events.every(({ id }) => ids.has(id)));
  });

  it("a tenant whose receiver is slow does not hold up another's events", async (t) => {
    const other = await newTenant(seen());
    const quick = await openWebhookReceiver();
    await tenant.api.get('/v1/events');
    await newEndpoint(other, { url: quick.url });
    const arrivals = new Map<string, number>();
    quick.answer = (message, res) => {
      arrivals.set(message.id, Date.now());
      answering(204)(message, res);
    };
    const emit = (of: Tenant, count: number) =>
      replicas.sql<{ id: string; at: Date }>(
        `select emit_event($1, true, 'did.unhealthy', null, null, '{"did": "x", "e164": "y", "pool": "z", "health": 0.1}') as id,
                clock_timestamp() as at from generate_series(1, $2)`,
        [of.id, count],
      );
    const measure = async () => {
      const left: { id: string; at: Date }[] = [];
      for (let i = 0; i < SAMPLES; i += 1) {
        left.push(...(await emit(other, 1)));
        await sleep(20);
      }
      await until('all have arrived', () => left.every(({ id }) => arrivals.has(id)), 60_000);
      const times = left.map(({ id, at }) => (arrivals.get(id) ?? 0) - at.getTime()).sort((x, y) => x - y);
      return { p50: times[Math.floor(SAMPLES * 0.5)] ?? 0, p99: times[Math.floor(SAMPLES * 0.99)] ?? 0 };
    };
    try {
      await measure(); // connections and plans are there
      const alone = await measure();
      const slow = await newEndpoint(tenant, { url: `${receiver.url}slow`, max_concurrency: 20 });
      receiver.messages.length = 0;
      receiver.answer = (message, res) => void setTimeout(() => answering(204)(message, res), 5_000).unref();
      await emit(tenant, 500);
      await receiver.arrived(5);
      const beside = await measure();
      const waiting = await replicas.sql(
        `select from webhook_deliveries where endpoint_id = $1 and status = 'pending'`,
        [slow.id],
      );
      t.diagnostic(`figures: ${JSON.stringify({ alone, beside, stillWaiting: waiting.length })}`);
      assert.ok(waiting.length > 0, 'the slow one was done before');
      if (IS_FULL) assert.ok(beside.p99 <= alone.p99 * 1.2, `p99 ${alone.p99} ms became ${beside.p99} ms`);
      else assert.ok(beside.p99 < 5_000, `p99 is ${beside.p99} ms`);
    } finally {
      await quick.close();
    }
  });
});
