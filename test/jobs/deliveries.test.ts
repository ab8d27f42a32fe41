import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { newTenant, type Tenant } from '../support/api.ts';
import { until } from '../support/embedded-folder.ts';
import { type Desk, openDesk } from '../support/queue.ts';
import {
  answering,
  deliveriesOf,
  leaveEvents,
  newEndpoint,
  openSending,
  openWebhookReceiver,
  publish,
  type WebhookReceiver,
} from '../support/webhooks.ts';
import { openWorld, type World } from '../support/world.ts';

let world: World;
let tenant: Tenant;
let receiver: WebhookReceiver;
let desk: Desk;
let sending: ReturnType<typeof openSending>;
before(async () => {
  world = await openWorld();
  tenant = await newTenant(world);
  await publish(world);
  receiver = await openWebhookReceiver();
  desk = openDesk(world);
  sending = openSending(world, { schedule: [0.2, 0.2] });
  await desk.worker(sending.tasks);
});
after(async () => {
  await desk.close();
  await sending.close();
  await receiver.close();
  await world.close();
});

const delivered = async (endpoint: { id: string }, count: number) => {
  const done = async () => (await deliveriesOf(tenant, endpoint, 'status=delivered')).length === count;
  await until(`${count} are delivered`, done);
};

it('what is published is sent by whoever works, and tried again when its time has come', async () => {
  const endpoint = await newEndpoint(tenant, { url: receiver.url });
  receiver.answer = (message, res) => answering(receiver.messages.length <= 2 ? 500 : 204)(message, res);
  await leaveEvents(world, tenant, 1);
  await delivered(endpoint, 1);
  assert.equal(receiver.messages.length, 3);
  await desk.untilEmpty();
  await tenant.api.delete(`/v1/webhook_endpoints/${endpoint.id}`);
});

it('several workers share the endpoints, and an endpoint has one run at a time', async () => {
  await Promise.all([desk.worker(sending.tasks), desk.worker(sending.tasks)]);
  receiver.answer = (message, res) => void setTimeout(() => answering(204)(message, res), 5);
  const endpoints = [];
  for (let i = 0; i < 3; i += 1) {
    endpoints.push(await newEndpoint(tenant, { url: receiver.url, max_concurrency: 1 }));
  }
  receiver.mostAtOnce = 0;
  receiver.messages.length = 0;
  for (let i = 0; i < 20; i += 1) await leaveEvents(world, tenant, 1);
  for (const endpoint of endpoints) await delivered(endpoint, 20);
  assert.ok(receiver.mostAtOnce <= 3, `${receiver.mostAtOnce} at once for three endpoints`);
  assert.equal(receiver.messages.length, 60, 'none twice');
});

it('a replay that is asked for is done', async () => {
  const endpoint = await newEndpoint(tenant, { url: receiver.url, types: ['did.unhealthy'] });
  const since = new Date(Date.now() - 600_000).toISOString();
  const reply = await tenant.api.post(`/v1/webhook_endpoints/${endpoint.id}/replay`, { since });
  assert.equal(reply.status, 202, reply.text);
  await delivered(endpoint, 21);
});
