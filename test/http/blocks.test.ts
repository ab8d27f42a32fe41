import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  apiOf,
  freshNumbers,
  isPagedListOf,
  newKey,
  newSession,
  newTenant,
  type Tenant,
} from '../support/api.ts';
import { answerEvent, postForm, type VobizReply } from '../support/vobiz.ts';
import { openWorld, type World } from '../support/world.ts';

describe('blocks', () => {
  let world: World;
  let tenant: Tenant;
  before(async () => {
    world = await openWorld();
    tenant = await newTenant(world, { dids: freshNumbers(6) });
  });
  after(() => world.close());

  const people = () => freshNumbers(2, '+9198') as [string, string];
  const call = (to: string, from: string): Promise<VobizReply> =>
    postForm(world, tenant.account.webhookPath, answerEvent(to, from.slice(1)));
  const explain = async (to: string, from: string) =>
    (await tenant.api.post('/v1/routes/explain', { to, from })).body;
  const block = async (body: object, api = tenant.api): Promise<any> => {
    const reply = await api.post('/v1/blocks', body);
    assert.equal(reply.status, 201, reply.text);
    return reply.body;
  };
  /** Which of the two can call the other. */
  const open = async (session: any, [a, b]: [string, string]) => {
    const ways: string[] = [];
    for (const [side, from] of [
      ['a', a],
      ['b', b],
    ] as const) {
      const to = session.parties[side].masking_number;
      const explained = await explain(to, from);
      const reply = await call(to, from);
      assert.equal(reply.dial !== null, explained.decision === 'bridge');
      if (reply.dial !== null) ways.push(side);
      else assert.equal(explained.reason, 'caller_blocked');
    }
    return ways.join();
  };

  it('stop the very next call, in each direction that they name, and no longer when they are lifted', async () => {
    for (const [body, left] of [
      [{}, ''],
      [{ direction: 'both' }, ''],
      [{ direction: 'from' }, 'b'],
      [{ direction: 'to' }, 'a'],
    ] as const) {
      const pair = people();
      const session = await newSession(tenant, ...pair);
      assert.equal(await open(session, pair), 'a,b');
      const { id } = await block({ phone: pair[0], ...body });
      assert.equal(await open(session, pair), left, JSON.stringify(body));
      const lifted = await tenant.api.delete(`/v1/blocks/${id}`);
      assert.equal(lifted.body.status, 'lifted');
      assert.equal(await open(session, pair), 'a,b');
    }
  });

  it('of a pair leave the person to everybody else', async () => {
    const pair = people();
    const [other = ''] = freshNumbers(1, '+9198');
    const session = await newSession(tenant, ...pair);
    const elsewhere = await newSession(tenant, pair[0], other);
    await block({ phone: pair[0], towards: pair[1], direction: 'from' });
    assert.equal(await open(session, pair), 'b');
    assert.equal(await open(elsewhere, [pair[0], other]), 'a,b');
    const stranger = await explain(session.parties.b.masking_number, pair[0]);
    assert.equal(stranger.reason, 'caller_not_allowed', 'without a session, nothing is said of the pair');
  });

  it('of one phone are of the whole party: the second phone does not get round them', async () => {
    const [a, b] = people();
    const [second = ''] = freshNumbers(1, '+9198');
    const session = await newSession(tenant, a, b, {
      parties: { a: { phones: [a, second] }, b: { phone: b } },
    });
    await block({ phone: a, direction: 'from' });
    assert.equal(await open(session, [second, b]), 'b');
    await block({ phone: second, direction: 'to', towards: b });
    assert.equal(await open(session, [a, b]), '');
  });

  it('of a pool hold in its sessions and on its DIDs only', async () => {
    assert.equal((await tenant.api.post('/v1/pools', { name: 'pune' })).status, 201);
    const pair = people();
    const session = await newSession(tenant, ...pair);
    const blocked = await block({ phone: pair[0], pool: 'pune' });
    assert.equal(blocked.pool, 'pune');
    assert.equal(await open(session, pair), 'a,b');
    await block({ phone: pair[0], pool: 'default' });
    assert.equal(await open(session, pair), '');
  });

  it('hold for callers without a session, who are told nothing of it', async () => {
    const [caller] = people();
    const did = (await newSession(tenant, ...people())).parties.a.masking_number;
    const before = await call(did, caller);
    const { id } = await block({ phone: caller, direction: 'from' });
    const reply = await call(did, caller);
    assert.equal(reply.xml, before.xml);
    assert.match(reply.spoken.join(), /not connected to your phone/);
    const explained = await explain(did, caller);
    assert.equal(explained.reason, 'caller_blocked');
    assert.ok(explained.trace.some(({ detail }: any) => detail.includes(id)));
    const [incoming] = people();
    await block({ phone: incoming, direction: 'to' });
    assert.equal((await explain(did, incoming)).reason, 'caller_not_allowed');
  });

  it('forward nobody to the number of a stage after the end', async () => {
    const pair = people();
    const after_end = [{ seconds: 600, allow: 'none', forward_to: '+919811111111' }];
    const session = await newSession(tenant, ...pair, { after_end });
    assert.equal((await tenant.api.post(`/v1/sessions/${session.id}/end`, {})).status, 200);
    const did = session.parties.a.masking_number;
    assert.equal((await explain(did, pair[0])).decision, 'forward');
    await block({ phone: pair[0] });
    assert.equal((await explain(did, pair[0])).decision, 'announce');
  });

  it('end by themselves at their time', async () => {
    const pair = people();
    const session = await newSession(tenant, ...pair);
    const { id } = await block({ phone: pair[0], expires_in_seconds: 3600 });
    assert.equal(await open(session, pair), '');
    await world.sql(`update blocks set expires_at = now() where id = $1`, [id]);
    assert.equal(await open(session, pair), 'a,b');
    assert.equal((await tenant.api.get(`/v1/blocks/${id}`)).body.status, 'expired');
  });

  it('are of one mode, and of one tenant', async () => {
    const pair = people();
    const session = await newSession(tenant, ...pair);
    const test = apiOf(world, (await newKey(world, tenant.id, { livemode: false })).token);
    const stranger = await newTenant(world);
    await block({ phone: pair[0] }, test);
    await block({ phone: pair[0] }, stranger.api);
    assert.equal(await open(session, pair), 'a,b');
  });

  it('keep who made them, who lifted them, and why; and no number', async () => {
    const [phone, towards] = people();
    const made = await block({ phone, towards, reason: 'Order 20261124 was abusive', direction: 'from' });
    assert.equal(made.phone_last4, phone.slice(-4));
    assert.equal(made.towards_last4, towards.slice(-4));
    assert.match(made.created_by, /^key_/);
    assert.deepEqual([made.status, made.lifted_by, made.lifted_at], ['active', null, null]);
    const other = await newKey(world, tenant.id, {});
    const path = `/v1/blocks/${made.id}`;
    const lifted = (await tenant.api.delete(path, { key: other.token })).body;
    assert.deepEqual([lifted.lifted_by, lifted.reason], [other.id, made.reason]);
    assert.deepEqual((await tenant.api.delete(path)).body, lifted, 'the first one who lifted it stays');
    const rows = await world.sql<{ text: string }>('select b::text as text from blocks b');
    assert.ok(rows.every(({ text }) => !text.includes(phone.slice(1)) && !text.includes(towards.slice(3))));
  });

  it('are listed, by their state as well', async () => {
    const own = await newTenant(world);
    const ids: string[] = [];
    for (const phone of freshNumbers(4, '+9198')) ids.push((await block({ phone }, own.api)).id);
    await isPagedListOf(own.api, '/v1/blocks', ids);
    await own.api.delete(`/v1/blocks/${ids[0]}`);
    await world.sql(`update blocks set expires_at = now() where id = $1`, [ids[1]]);
    for (const [status, count] of [
      ['active', 2],
      ['expired', 1],
      ['lifted', 1],
    ] as const) {
      assert.equal((await own.api.get(`/v1/blocks?status=${status}`)).body.data.length, count);
    }
  });

  it('are refused when they name nobody, a person and itself, no pool, or a number in the reason', async () => {
    const [phone] = people();
    for (const [code, pointer, body] of [
      ['invalid_phone', '/phone', { phone: '12' }],
      ['invalid_phone', '/towards', { phone, towards: '12' }],
      ['same_phone', '/towards', { phone, towards: phone.replace('+91', '0') }],
      ['unknown_reference', '/pool', { phone, pool: 'nowhere' }],
      ['invalid_request', '/reason', { phone, reason: `called from ${phone.slice(3)}` }],
      ['invalid_request', '/direction', { phone, direction: 'in' }],
      ['invalid_request', '/expires_in_seconds', { phone, expires_in_seconds: 0 }],
    ] as const) {
      const reply = await tenant.api.post('/v1/blocks', body);
      assert.deepEqual([reply.status, reply.body.code], [422, code], reply.text);
      assert.equal(reply.body.errors[0].pointer, pointer);
      assert.ok(!reply.text.includes(phone.slice(3)));
    }
  });
});
