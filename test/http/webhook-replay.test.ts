import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { newTenant, type Tenant } from '../support/api.ts';
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
  type WebhookReceiver,
} from '../support/webhooks.ts';
import { openWorld, type World } from '../support/world.ts';

describe('sending again', () => {
  let world: World;
  let sending: ReturnType<typeof openSending>;
  let tenant: Tenant;
  let receiver: WebhookReceiver;
  let endpoint: TestEndpoint;
  before(async () => {
    world = await openWorld();
    sending = openSending(world, { schedule: [] });
  });
  after(async () => {
    await sending.close();
    await world.close();
  });
  beforeEach(async () => {
    receiver = await openWebhookReceiver();
    tenant = await newTenant(world);
    await publish(world);
    endpoint = await newEndpoint(tenant, { url: receiver.url, max_concurrency: 1 });
  });
  afterEach(() => receiver.close());

  const send = () => sending.send(tenant, endpoint);
  const path = (more: string) => `/v1/webhook_endpoints/${endpoint.id}${more}`;
  const leave = (count: number, type?: string) =>
    leaveEvents(world, tenant, count, type === undefined ? {} : { type });
  const ids = () => receiver.messages.map(({ id }) => id);
  const hourAgo = () => new Date(Date.now() - 3_600_000).toISOString();
  const replay = async (body: object) => {
    const reply = await tenant.api.post(path('/replay'), { since: hourAgo(), ...body });
    assert.equal(reply.status, 202, reply.text);
    await sending.replay(tenant, reply.body.id);
    const now = await tenant.api.get(path(`/replays/${reply.body.id}`));
    assert.equal(now.status, 200, now.text);
    return { asked: reply.body, done: now.body };
  };

  describe('a test', () => {
    it('goes to this endpoint only, whatever its types, signed and shown like any other', async () => {
      const other = await newEndpoint(tenant, { url: receiver.url });
      await tenant.api.patch(path(''), { types: ['call.failed'] });
      const { event } = (await tenant.api.post(path('/test'))).body;
      await publish(world);
      await send();
      await sending.send(tenant, other);
      assert.deepEqual(ids(), [event]);
      assert.deepEqual(receiver.messages[0]?.event.data, { endpoint: endpoint.id });
      const [delivery] = await deliveriesOf(tenant, endpoint, `event=${event}`);
      assert.deepEqual([delivery.trigger, delivery.status], ['test', 'delivered']);
      assert.equal((await eventsOf(tenant, 'types=webhook.test')).at(-1)?.id, event);
    });
  });

  describe('one event', () => {
    it('makes another delivery, with attempts of its own, of one that has failed', async () => {
      receiver.answer = answering(500);
      await leave(1);
      await send();
      await letTimePass(world, endpoint);
      const [failed] = await deliveriesOf(tenant, endpoint);
      assert.equal(failed.status, 'failed');
      receiver.answer = answering(204);
      await world.sql('delete from graphile_worker._private_jobs');
      const again = (await tenant.api.post(path(`/deliveries/${failed.id}/redeliver`))).body;
      assert.notEqual(again.id, failed.id);
      assert.deepEqual([again.trigger, again.event, again.status], ['redelivery', failed.event, 'pending']);
      assert.equal((await jobsOf(world, endpoint)).length, 1);
      const twice = (await tenant.api.post(path(`/deliveries/${failed.id}/redeliver`))).body;
      assert.equal(twice.id, again.id, 'what waits already is brought forward, not doubled');
      await send();
      assert.equal(receiver.messages.length, 2);
      const statuses = (await deliveriesOf(tenant, endpoint)).map(({ status }) => status);
      assert.deepEqual(statuses, ['failed', 'delivered']);
    });

    it('is a 404 when the event is not kept any more, or the delivery is of another endpoint', async () => {
      await leave(1);
      await send();
      const [delivery] = await deliveriesOf(tenant, endpoint);
      const other = await newEndpoint(tenant, { url: receiver.url });
      const at = `/v1/webhook_endpoints/${other.id}/deliveries/${delivery.id}`;
      assert.equal((await tenant.api.get(at)).status, 404);
      assert.equal((await tenant.api.post(`${at}/redeliver`)).status, 404);
      await world.sql('delete from events where id = $1', [delivery.event]);
      assert.equal((await tenant.api.post(path(`/deliveries/${delivery.id}/redeliver`))).status, 404);
    });
  });

  describe('a range', () => {
    it('is all of its events that the endpoint wants, once more, in their order', async () => {
      await leave(3);
      await send();
      const before = ids();
      await tenant.api.post('/v1/api_keys', { name: 'x' });
      await publish(world);
      await send();
      await tenant.api.patch(path(''), { types: ['did.unhealthy'] });
      const { asked, done } = await replay({});
      assert.deepEqual([asked.status, asked.queued], ['running', 0]);
      assert.ok(asked.events >= 4);
      assert.deepEqual([done.status, done.looked_at, done.queued], ['done', asked.events, 3]);
      await send();
      assert.deepEqual(ids().slice(-3), before);
      const replayed = (await deliveriesOf(tenant, endpoint)).filter(({ trigger }) => trigger === 'replay');
      assert.deepEqual(
        replayed.map(({ status }) => status),
        ['delivered', 'delivered', 'delivered'],
      );
    });

    it('ends before until, and takes only the given types', async () => {
      await leave(2);
      await send();
      const [last] = await world.sql<{ at: Date }>('select clock_timestamp() as at');
      await leave(2);
      await tenant.api.post('/v1/api_keys', { name: 'x' });
      await publish(world);
      await send();
      const until = last?.at.toISOString();
      assert.equal((await replay({ until, types: ['did.unhealthy'] })).done.queued, 2);
      await send();
      assert.equal((await replay({ types: ['api_key.created'] })).done.queued, 2);
    });

    it('with only_failed is what was not delivered: failed, canceled, or never sent', async () => {
      await leave(1);
      await send();
      receiver.answer = answering(500);
      await leave(1);
      await send();
      receiver.answer = answering(204);
      await letTimePass(world, endpoint);
      await leave(1);
      await tenant.api.patch(path(''), { status: 'disabled' });
      await send();
      await leave(1);
      await tenant.api.patch(path(''), { status: 'enabled', types: ['did.unhealthy'] });
      await letTimePass(world, endpoint);
      const delivered = ids()[0];
      const { done } = await replay({ only_failed: true });
      assert.equal(done.queued, 3);
      await send();
      assert.equal(ids().filter((id) => id === delivered).length, 1);
      assert.equal(new Set(ids()).size, 4);
      assert.equal((await replay({ only_failed: true })).done.queued, 0);
    });

    it('leaves out what is on its way', async () => {
      await leave(3);
      assert.equal((await replay({ types: ['did.unhealthy'] })).done.queued, 0);
      assert.equal((await deliveriesOf(tenant, endpoint)).length, 3);
    });

    it('409: is one at a time for each endpoint; when it is done the next may come', async () => {
      await leave(1);
      const body = { since: hourAgo() };
      const first = await tenant.api.post(path('/replay'), body);
      const second = await tenant.api.post(path('/replay'), body);
      assert.deepEqual([second.status, second.body.code], [409, 'webhook_replay_running']);
      await sending.replay(tenant, first.body.id);
      assert.equal((await tenant.api.post(path('/replay'), body)).status, 202);
    });

    it('of many events is done in batches, each exactly once, also when a job is done twice', async () => {
      await world.sql(
        `select emit_event($1, true, 'did.unhealthy', null, null, '{"did": "x", "e164": "y", "pool": "z", "health": 0.1}')
           from generate_series(1, 1200)`,
        [tenant.id],
      );
      for (let i = 0; i < 3; i += 1) await publish(world);
      await world.sql('delete from webhook_deliveries where endpoint_id = $1', [endpoint.id]);
      const reply = await tenant.api.post(path('/replay'), { since: hourAgo() });
      await Promise.all([
        sending.replay(tenant, reply.body.id),
        sending.replay(tenant, reply.body.id),
        sending.replay(tenant, reply.body.id),
      ]);
      const { body } = await tenant.api.get(path(`/replays/${reply.body.id}`));
      assert.deepEqual([body.status, body.looked_at], ['done', body.events]);
      const [counts] = await world.sql(
        'select count(*)::int as all, count(distinct event_id)::int as events from webhook_deliveries where endpoint_id = $1',
        [endpoint.id],
      );
      assert.deepEqual(counts, { all: body.events, events: body.events });
    });

    it('ends as canceled when the endpoint is disabled meanwhile', async () => {
      await leave(1);
      const reply = await tenant.api.post(path('/replay'), { since: hourAgo() });
      await tenant.api.patch(path(''), { status: 'disabled' });
      await tenant.api.patch(path(''), { status: 'enabled' });
      await sending.replay(tenant, reply.body.id);
      const { body } = await tenant.api.get(path(`/replays/${reply.body.id}`));
      assert.deepEqual([body.status, body.queued], ['canceled', 0]);
    });
  });

  describe('the sweep', () => {
    const sweep = async () => {
      const job = world.container.jobs.find(({ name }) => name === 'sweep_tenants');
      await job?.work();
    };
    const rows = async () => {
      const [found] = await world.sql(
        `select (select count(*)::int from webhook_deliveries where endpoint_id = $1) as deliveries,
                (select count(*)::int from webhook_attempts a where a.tenant_id = $2) as attempts,
                (select count(*)::int from webhook_endpoints where id = $1) as endpoints`,
        [endpoint.id, tenant.id],
      );
      return found;
    };

    it('keeps deliveries, with their attempts, for 30 days', async () => {
      await leave(2);
      await send();
      await world.sql(
        `with old as (
           update webhook_deliveries set id = 'whd_' || lpad(to_hex((extract(epoch from now() - interval '30 days 1 hour') * 1000)::bigint), 12, '0')
                                           || substr(id, 17)
            where id = (select min(id) from webhook_deliveries where endpoint_id = $1) returning id)
         update webhook_attempts a set delivery_id = (select id from old)
          where a.delivery_id = (select min(id) from webhook_deliveries where endpoint_id = $1)`,
        [endpoint.id],
      );
      await sweep();
      assert.deepEqual(await rows(), { deliveries: 1, attempts: 1, endpoints: 1 });
    });

    it('takes what is left of a deleted endpoint, and it', async () => {
      await leave(2);
      await send();
      await tenant.api.delete(path(''));
      await world.sql(`update webhook_endpoints set deleted_at = now() - interval '2 hours' where id = $1`, [
        endpoint.id,
      ]);
      await sweep();
      assert.deepEqual(await rows(), { deliveries: 0, attempts: 0, endpoints: 0 });
    });

    it('wakes an endpoint whose job was lost while something is due', async () => {
      await leave(1);
      await world.sql('delete from graphile_worker._private_jobs');
      await sweep();
      assert.deepEqual(await jobsOf(world, endpoint), [], 'not before it is late');
      await world.sql(
        `update webhook_deliveries set next_attempt_at = now() - interval '2 minutes' where endpoint_id = $1`,
        [endpoint.id],
      );
      await sweep();
      assert.equal((await jobsOf(world, endpoint)).length, 1);
      await world.sql(`update graphile_worker._private_jobs set run_at = now() + interval '1 hour'`);
      await sweep();
      const [job] = await jobsOf(world, endpoint);
      assert.ok(job && job.seconds <= 0, 'one that waits too long is brought forward');
    });
  });
});
