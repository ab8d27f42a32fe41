import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { RETRY_SECONDS } from '../../src/features/events/retry-schedule.ts';
import { apiOf, newKey, newTenant, type Tenant } from '../support/api.ts';
import { eventsOf } from '../support/events.ts';
import {
  answering,
  deliveriesOf,
  jobsOf,
  leaveEvents,
  letTimePass,
  newEndpoint,
  openSending,
  openWebhookReceiver,
  publish,
  type TestEndpoint,
  verify,
  type WebhookReceiver,
} from '../support/webhooks.ts';
import { openWorld, type World } from '../support/world.ts';

describe('deliveries', () => {
  let world: World;
  let sending: ReturnType<typeof openSending>;
  let tenant: Tenant;
  let receiver: WebhookReceiver;
  let endpoint: TestEndpoint;
  before(async () => {
    world = await openWorld();
    sending = openSending(world);
  });
  after(async () => {
    await sending.close();
    await world.close();
  });
  beforeEach(async () => {
    receiver = await openWebhookReceiver();
    tenant = await newTenant(world);
    await publish(world); // the event of its key is of the time before
    endpoint = await newEndpoint(tenant, { url: receiver.url });
  });
  afterEach(() => receiver.close());

  const leave = (count: number, what = {}) => leaveEvents(world, tenant, count, what);
  const send = (to: { id: string } = endpoint) => sending.send(tenant, to);
  const path = (more = '', of = endpoint) => `/v1/webhook_endpoints/${of.id}${more}`;
  const shown = async (of = endpoint) => (await tenant.api.get(path('', of))).body;
  const ids = (from = receiver) => from.messages.map(({ id }) => id);

  it('an event comes as the API shows it, signed, with its id, and is then delivered', async () => {
    await tenant.api.post('/v1/api_keys', { name: 'one' });
    await publish(world);
    await send();
    assert.equal(receiver.messages.length, 1);
    const [message = assert.fail()] = receiver.messages;
    assert.equal(message.body, (await tenant.api.get(`/v1/events/${message.id}`)).text);
    assert.equal(message.event.type, 'api_key.created');
    verify(message, endpoint.secret);
    assert.throws(() => verify({ ...message, body: `${message.body} ` }, endpoint.secret));
    assert.equal(message.headers['content-type'], 'application/json');
    const [delivery] = await deliveriesOf(tenant, endpoint);
    assert.deepEqual(
      [delivery.status, delivery.trigger, delivery.event, delivery.attempt_count, delivery.last_status],
      ['delivered', 'event', message.id, 1, 204],
    );
    const { attempts } = (await tenant.api.get(path(`/deliveries/${delivery.id}`))).body;
    assert.deepEqual(
      attempts.map(({ number, status, error }: any) => [number, status, error]),
      [[1, 204, null]],
    );
    await send();
    assert.equal(receiver.messages.length, 1, 'what was delivered is not sent again');
  });

  it('each endpoint gets what it wants, of its tenant and its mode, and of the time since it was made', async () => {
    const other = await newTenant(world);
    await publish(world);
    const inTest = apiOf(world, (await newKey(world, tenant.id, { livemode: false })).token);
    const keys = await newEndpoint(tenant, { url: receiver.url, types: ['api_key.created'] });
    const ofTest = await newEndpoint({ ...tenant, api: inTest }, { url: receiver.url });
    const ofOther = await newEndpoint(other, { url: receiver.url });
    await leave(1);
    await tenant.api.post('/v1/api_keys', { name: 'two' });
    await publish(world);
    const late = await newEndpoint(tenant, { url: receiver.url });
    await publish(world);
    const counts = await world.sql<{ count: number }>(
      `select (select count(*)::int from webhook_deliveries d where d.endpoint_id = e.id) as count
         from unnest($1::text[]) with ordinality e (id, place) order by place`,
      [[endpoint.id, keys.id, ofTest.id, ofOther.id, late.id]],
    );
    assert.deepEqual(
      counts.map(({ count }) => count),
      [2, 1, 1, 0, 0], // of test mode: the creation of its own key
    );
  });

  it('a publication enqueues one job for each endpoint that has something, due now', async () => {
    const idle = await newEndpoint(tenant, { url: receiver.url, types: ['call.failed'] });
    await leave(5);
    await leave(5);
    const jobs = await jobsOf(world, endpoint);
    assert.equal(jobs.length, 1);
    assert.ok((jobs[0]?.seconds ?? 1) <= 0);
    assert.deepEqual(await jobsOf(world, idle), []);
  });

  describe('that fail', () => {
    const failing: [string, WebhookReceiver['answer'], [number | null, string | null]][] = [
      ['a 500', answering(500), [500, null]],
      ['a redirect', answering(302, { location: 'https://elsewhere.example/' }), [302, null]],
      ['no answer in time', () => {}, [null, 'timeout']],
      ['a cut connection', (_message, res) => void res.destroy(), [null, 'connection']],
      ['an answer without end', (_message, res) => void res.writeHead(200).write('.'), [null, 'timeout']],
      ['a huge answer', (_message, res) => void res.end('x'.repeat(200_000)), [null, 'response_too_large']],
    ];
    for (const [what, answer, [status, error]] of failing) {
      it(`by ${what} are tried again 5 seconds later, give or take a tenth, and shown with why`, async () => {
        receiver.answer = answer;
        await leave(1);
        await send();
        const [delivery] = await deliveriesOf(tenant, endpoint);
        assert.deepEqual(
          [delivery.status, delivery.attempt_count, delivery.last_status, delivery.last_error],
          ['pending', 1, status, error],
        );
        const detail = (await tenant.api.get(path(`/deliveries/${delivery.id}`))).body;
        const [attempt] = detail.attempts;
        assert.deepEqual([attempt.status, attempt.error], [status, error]);
        const ended = Date.parse(attempt.at) + attempt.duration_ms;
        const seconds = (Date.parse(delivery.next_attempt_at) - ended) / 1_000;
        assert.ok(seconds > 4.4 && seconds < 5.6, String(seconds));
        assert.ok((await shown()).failing_since !== null);
        await send();
        assert.equal(receiver.messages.length, 1, 'not before it is due');
      });
    }

    it('take ten attempts by the schedule, the same id in each, and then are failed', async () => {
      receiver.answer = answering(500);
      await leave(1);
      for (const [place, seconds] of [...RETRY_SECONDS, null].entries()) {
        await send();
        const [delivery] = await deliveriesOf(tenant, endpoint);
        assert.equal(delivery.attempt_count, place + 1);
        if (seconds === null) {
          assert.deepEqual([delivery.status, delivery.next_attempt_at], ['failed', null]);
          continue;
        }
        const wait = (Date.parse(delivery.next_attempt_at) - Date.now()) / 1_000;
        assert.ok(wait > seconds * 0.9 - 5 && wait < seconds * 1.1 + 1, `${place}: ${wait}`);
        await letTimePass(world, endpoint);
      }
      await letTimePass(world, endpoint);
      await send();
      assert.equal(receiver.messages.length, RETRY_SECONDS.length + 1);
      assert.equal(new Set(ids()).size, 1);
      assert.deepEqual(await deliveriesOf(tenant, endpoint, 'status=pending'), []);
      assert.equal((await deliveriesOf(tenant, endpoint, 'status=failed')).length, 1);
    });

    it('plan the next run for when the first of them is due', async () => {
      receiver.answer = answering(500);
      await leave(1);
      await world.sql('delete from graphile_worker._private_jobs');
      await send();
      const [job] = await jobsOf(world, endpoint);
      assert.ok(job && job.seconds > 4 && job.seconds < 5.6, String(job?.seconds));
      await leave(1);
      const [sooner] = await jobsOf(world, endpoint);
      assert.ok(sooner && sooner.seconds <= 0, 'a new event does not wait for that');
    });

    it('leave the receiver one request at a time until it answers', async () => {
      await tenant.api.patch(path(), { max_concurrency: 10 });
      receiver.answer = answering(500);
      await leave(1);
      await send();
      receiver.mostAtOnce = 0;
      receiver.answer = (_message, res) => void setTimeout(() => res.writeHead(500).end(), 20);
      await leave(8);
      await send();
      assert.equal(receiver.mostAtOnce, 1);
      receiver.answer = (_message, res) => void setTimeout(() => res.writeHead(200).end(), 50);
      await letTimePass(world, endpoint);
      await send();
      assert.ok(receiver.mostAtOnce > 3, String(receiver.mostAtOnce));
      assert.equal((await shown()).failing_since, null);
    });
  });

  it('Retry-After of an overloaded receiver holds everything back until then, for a day at most', async () => {
    receiver.answer = answering(503, { 'retry-after': '600' });
    await tenant.api.patch(path(), { max_concurrency: 1 });
    await leave(3);
    await world.sql('delete from graphile_worker._private_jobs');
    await send();
    assert.equal(receiver.messages.length, 1);
    const held = (Date.parse((await shown()).held_until) - Date.now()) / 1_000;
    assert.ok(held > 590 && held <= 601, String(held));
    const [job] = await jobsOf(world, endpoint);
    assert.ok(job && job.seconds > 590 && job.seconds < 601, String(job?.seconds));
    await send();
    assert.equal(receiver.messages.length, 1);
    await letTimePass(world, endpoint);
    receiver.answer = answering(429, { 'retry-after': '999999999' });
    await send();
    const days = (Date.parse((await shown()).held_until) - Date.now()) / 86_400_000;
    assert.ok(days > 0.99 && days < 1.001, String(days));
    await letTimePass(world, endpoint);
    receiver.answer = answering(204, { 'retry-after': '600' });
    await send();
    assert.equal((await shown()).held_until, null);
    assert.deepEqual(await deliveriesOf(tenant, endpoint, 'status=pending'), []);
  });

  it('410 disables the endpoint at once: the rest is canceled, its tenant is told, and the log', async (t) => {
    const other = await openWebhookReceiver();
    t.after(other.close);
    const second = await newEndpoint(tenant, { url: other.url });
    await tenant.api.patch(path(), { max_concurrency: 1 });
    receiver.answer = answering(410);
    await leave(4);
    await send();
    assert.equal(receiver.messages.length, 1);
    const now = await shown();
    assert.deepEqual([now.status, now.disabled_reason], ['disabled', 'gone']);
    assert.deepEqual(
      (await deliveriesOf(tenant, endpoint)).map(({ status }) => status),
      ['canceled', 'canceled', 'canceled', 'canceled'],
    );
    const [event] = await eventsOf(tenant, 'types=webhook_endpoint.disabled');
    assert.deepEqual([event.data.endpoint, event.data.reason], [endpoint.id, 'gone']);
    await send(second);
    assert.ok(ids(other).includes(event.id));
    await leave(1);
    await send();
    assert.equal(receiver.messages.length, 1, 'nothing is sent to a disabled endpoint');
    assert.ok(world.logLines.some((line) => line.includes('was disabled') && line.includes(endpoint.id)));
  });

  it('five days of failures only disable it, one success in between does not', async () => {
    const fail = async () => {
      await leave(1);
      await letTimePass(world, endpoint);
      await send();
      await letTimePass(world, endpoint);
    };
    const age = (days: number) =>
      world.sql(
        `update webhook_endpoints set failing_since = failing_since - make_interval(hours => $2) where id = $1`,
        [endpoint.id, Math.round(days * 24)],
      );
    receiver.answer = answering(500);
    await fail();
    await age(4.9);
    await fail();
    assert.equal((await shown()).status, 'enabled');
    receiver.answer = answering(200);
    await fail();
    assert.equal((await shown()).failing_since, null);
    receiver.answer = answering(500);
    await fail();
    await age(5.1);
    await fail();
    const now = await shown();
    assert.deepEqual([now.status, now.disabled_reason], ['disabled', 'failing']);
    const [event] = await eventsOf(tenant, 'types=webhook_endpoint.disabled');
    assert.deepEqual([event.data.reason, event.data.failing_since], ['failing', now.failing_since]);
    assert.deepEqual(await deliveriesOf(tenant, endpoint, 'status=pending'), []);
  });

  it('disabling during a run stops it within the requests that are under way', async () => {
    await tenant.api.patch(path(), { max_concurrency: 1 });
    receiver.answer = (_message, res) => {
      if (receiver.messages.length < 3) return void res.writeHead(204).end();
      void tenant.api.patch(path(), { status: 'disabled' }).then(() => res.writeHead(204).end());
    };
    await leave(10);
    await send();
    assert.equal(receiver.messages.length, 3);
    assert.equal((await deliveriesOf(tenant, endpoint, 'status=canceled')).length, 7);
  });

  it('an endpoint that is enabled again begins with what happens then', async () => {
    await leave(2);
    await tenant.api.patch(path(), { status: 'disabled' });
    await leave(2);
    await tenant.api.patch(path(), { status: 'enabled' });
    await leave(1);
    await send();
    assert.equal(receiver.messages.length, 1);
    assert.equal((await deliveriesOf(tenant, endpoint, 'status=canceled')).length, 2);
  });

  it('a rotated secret signs beside the old one, whose time ends', async () => {
    const { secret } = (await tenant.api.post(path('/rotate_secret'), { overlap_seconds: 60 })).body;
    await leave(1);
    await send();
    const [both = assert.fail()] = receiver.messages;
    verify(both, endpoint.secret);
    verify(both, secret);
    await world.sql('update webhook_endpoints set previous_until = now() where id = $1', [endpoint.id]);
    await leave(1);
    await send();
    const alone = receiver.messages[1] ?? assert.fail();
    verify(alone, secret);
    assert.throws(() => verify(alone, endpoint.secret));
  });

  it('never more requests at once than the endpoint takes, and as many when there is enough to do', async () => {
    await tenant.api.patch(path(), { max_concurrency: 3 });
    receiver.answer = (_message, res) => void setTimeout(() => res.writeHead(204).end(), 10);
    await leave(30);
    await send();
    assert.equal(receiver.mostAtOnce, 3);
    assert.equal(new Set(ids()).size, 30);
  });

  it('what happens during a run is sent in it, beside a request that lasts', async (t) => {
    let finish = () => {};
    receiver.answer = (message, res) => {
      if (message.id !== ids()[0]) return void res.writeHead(204).end();
      finish = () => res.writeHead(204).end();
    };
    const patient = openSending(world, { timeoutMs: 10_000 });
    t.after(patient.close);
    await leave(1);
    const run = patient.send(tenant, endpoint);
    await receiver.arrived(1);
    await leave(1);
    await receiver.arrived(2);
    finish();
    await run;
    assert.equal((await deliveriesOf(tenant, endpoint, 'status=delivered')).length, 2);
  });

  it('a run ends when its time is up, and the rest is for the next, behind the others', async (t) => {
    const hasty = openSending(world, { sliceMs: 50 });
    t.after(hasty.close);
    await tenant.api.patch(path(), { max_concurrency: 1 });
    receiver.answer = (_message, res) => void setTimeout(() => res.writeHead(204).end(), 20);
    await leave(30);
    await world.sql('delete from graphile_worker._private_jobs');
    await hasty.send(tenant, endpoint);
    assert.ok(receiver.messages.length < 10, String(receiver.messages.length));
    const [job] = await jobsOf(world, endpoint);
    assert.ok(job && job.seconds <= 0);
  });

  it('a run that is told to stop begins nothing more, and what it cut off stays to be sent', async () => {
    const stop = new AbortController();
    receiver.answer = () => stop.abort();
    await leave(3);
    await tenant.api.patch(path(), { max_concurrency: 1 });
    await sending.send(tenant, endpoint, stop.signal);
    assert.equal(receiver.messages.length, 1);
    assert.deepEqual(
      (await deliveriesOf(tenant, endpoint)).map(({ status, attempt_count }) => [status, attempt_count]),
      [
        ['pending', 0],
        ['pending', 0],
        ['pending', 0],
      ],
    );
  });

  it('a result that comes after the delivery was given up changes nothing', async () => {
    receiver.answer = (_message, res) => {
      void world
        .sql(
          `update webhook_deliveries set status = 'canceled', next_attempt_at = null, finished_at = now()
            where endpoint_id = $1`,
          [endpoint.id],
        )
        .then(() => res.writeHead(204).end());
    };
    await leave(1);
    await send();
    const [delivery] = await deliveriesOf(tenant, endpoint);
    assert.deepEqual([delivery.status, delivery.attempt_count], ['canceled', 0]);
  });

  it('no URL, body or secret of an endpoint is in a log line', async () => {
    await sleep(0);
    for (const line of world.logLines) {
      assert.ok(!line.includes('whsec_') && !line.includes(`${receiver.url}`), line);
    }
  });
});
