import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { freshNumbers, newSession, newTenant, type Tenant } from '../support/api.ts';
import {
  answering,
  deliveriesOf,
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

describe('an endpoint that asks for the order of each session', () => {
  let world: World;
  let sending: ReturnType<typeof openSending>;
  let tenant: Tenant;
  let receiver: WebhookReceiver;
  let endpoint: TestEndpoint;
  let sessions: string[];
  before(async () => {
    world = await openWorld();
    sending = openSending(world);
    tenant = await newTenant(world, { dids: freshNumbers(4) });
  });
  after(async () => {
    await sending.close();
    await world.close();
  });
  beforeEach(async () => {
    receiver = await openWebhookReceiver();
    sessions = [];
    for (let i = 0; i < 2; i += 1) {
      const [a = '', b = ''] = freshNumbers(2, '+9198');
      sessions.push((await newSession(tenant, a, b)).id);
    }
    await publish(world);
    endpoint = await newEndpoint(tenant, { url: receiver.url, ordering: 'session', max_concurrency: 10 });
  });
  afterEach(() => receiver.close());

  const send = () => sending.send(tenant, endpoint);
  const leave = (count: number, session: string | undefined) =>
    leaveEvents(world, tenant, count, session === undefined ? {} : { session });
  const sequences = (session: string | undefined) =>
    receiver.messages.filter(({ event }) => event.session === session).map(({ event }) => event.sequence);

  it('gets a session one after the other, and several sessions at the same time', async () => {
    let busy: string[] = [];
    receiver.answer = ({ event }, res) => {
      assert.ok(!busy.includes(event.session), 'two of a session at once');
      busy.push(event.session);
      setTimeout(() => {
        busy = busy.filter((session) => session !== event.session);
        res.writeHead(204).end();
      }, 10);
    };
    for (let i = 0; i < 5; i += 1) for (const session of sessions) await leave(1, session);
    await send();
    assert.deepEqual(sequences(sessions[0]), [2, 3, 4, 5, 6]);
    assert.deepEqual(sequences(sessions[1]), [2, 3, 4, 5, 6]);
    assert.equal(receiver.mostAtOnce, 2);
  });

  it('has a session wait for its event that has failed, however often, while others go on', async () => {
    const [bad, good] = sessions;
    receiver.answer = ({ event }, res) =>
      answering(event.session === bad && event.sequence === 2 ? 500 : 204)({} as never, res);
    await leave(3, bad);
    await leave(3, good);
    await leave(2, undefined);
    await send();
    for (let i = 0; i < 3; i += 1) {
      await leave(1, bad);
      // Only what has failed is due, as after its pause; what waits for it has been put off with it.
      await letTimePass(world, endpoint);
      await send();
      assert.deepEqual(sequences(bad), Array(i + 2).fill(2));
    }
    assert.deepEqual(sequences(good), [2, 3, 4]);
    assert.equal(receiver.messages.filter(({ event }) => event.session === null).length, 2);
    receiver.answer = answering(204);
    await letTimePass(world, endpoint);
    await send();
    assert.deepEqual(sequences(bad).slice(4), [2, 3, 4, 5, 6, 7]);
  });

  it('goes on with a session when all attempts of an event have failed', async () => {
    const short = openSending(world, { schedule: [] });
    try {
      const [bad] = sessions;
      receiver.answer = ({ event }, res) => answering(event.sequence === 2 ? 500 : 204)({} as never, res);
      await leave(3, bad);
      await short.send(tenant, endpoint);
      await letTimePass(world, endpoint);
      await short.send(tenant, endpoint);
      assert.deepEqual(sequences(bad), [2, 3, 4]);
    } finally {
      await short.close();
    }
  });

  it('is not kept from the rest by thousands that wait for one', async () => {
    const [bad, good] = sessions;
    receiver.answer = ({ event }, res) => answering(event.session === bad ? 500 : 204)({} as never, res);
    await leave(1, bad);
    await send();
    await world.sql(
      `insert into webhook_deliveries (tenant_id, id, endpoint_id, event_id, position, session_id, sequence, trigger, next_attempt_at)
       select d.tenant_id, new_delivery_id(), d.endpoint_id, d.event_id, d.position, d.session_id, 100 + n, 'event',
              now() - interval '1 minute'
         from webhook_deliveries d, generate_series(1, 4000) n where d.endpoint_id = $1`,
      [endpoint.id],
    );
    await world.sql('update webhook_endpoints set hold_until = null, failing_since = null where id = $1', [
      endpoint.id,
    ]);
    await leave(1, good);
    await send();
    assert.deepEqual(sequences(good), [2]);
    assert.deepEqual(sequences(bad), [2]);
    const [due] = await world.sql(
      `select count(*)::int as count from webhook_deliveries
        where endpoint_id = $1 and status = 'pending' and next_attempt_at <= now()`,
      [endpoint.id],
    );
    assert.equal(due?.count, 0, 'what waits has the time of what it waits for');
  });

  it('gets what was brought forward with what waits for it', async () => {
    const [bad] = sessions;
    receiver.answer = answering(500);
    await leave(3, bad);
    await send();
    await world.sql('update webhook_endpoints set hold_until = null where id = $1', [endpoint.id]);
    await send();
    receiver.answer = answering(204);
    const [first] = await deliveriesOf(tenant, endpoint);
    const path = `/v1/webhook_endpoints/${endpoint.id}/deliveries/${first.id}/redeliver`;
    const reply = await tenant.api.post(path);
    assert.deepEqual([reply.status, reply.body.id], [202, first.id]);
    await world.sql('update webhook_endpoints set hold_until = null where id = $1', [endpoint.id]);
    await send();
    assert.deepEqual(sequences(bad).slice(-3), [2, 3, 4]);
  });
});
