import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { contentOf, freshNumbers, newTenant, type Tenant } from '../support/api.ts';
import { type Grace, openGrace } from '../support/grace.ts';
import { openWorld, type World } from '../support/world.ts';

const DESK = '+918041234567';
const STAGES = [
  { seconds: 1_800, allow: 'both' },
  { seconds: 86_400, allow: 'a_to_b', forward_to: DESK },
  { seconds: 604_800, allow: 'none', forward_to: '08041234568' },
];
const SHOWN = [
  { seconds: 1_800, allow: 'both', forward_to_last4: null },
  { seconds: 86_400, allow: 'a_to_b', forward_to_last4: '4567' },
  { seconds: 604_800, allow: 'none', forward_to_last4: '4568' },
];
const ALL = 1_800 + 86_400 + 604_800;

describe('stages after the end of a session', () => {
  let world: World;
  let tenant: Tenant;
  before(async () => {
    world = await openWorld();
    tenant = await newTenant(world, { dids: freshNumbers(6) });
  });
  after(() => world.close());

  const open = (more: object = {}): Promise<Grace> =>
    openGrace(world, tenant, { after_end: STAGES, cooling_seconds: 600, ...more });
  const reopen = (id: string, body: object = {}) => tenant.api.post(`/v1/sessions/${id}/reopen`, body);
  const patch = (id: string, body: object) => tenant.api.patch(`/v1/sessions/${id}`, body);

  describe('are written down', () => {
    it('when a session is created: shown with the end of each forward number only, and when the last one is over', async () => {
      const { session, read } = await open({ expires_in_seconds: 60 });
      assert.equal(session.status, 'active');
      assert.deepEqual(session.after_end, SHOWN);
      assert.equal(Date.parse(session.grace_ends_at) - Date.parse(session.expires_at), ALL * 1_000);
      assert.deepEqual(await read(), session);
    });

    it('as none, when nothing is said about them', async () => {
      const { session, read, reservedFor } = await openGrace(world, tenant, { cooling_seconds: 600 });
      assert.deepEqual([session.after_end, session.grace_ends_at], [[], null]);
      assert.deepEqual(await read(), session);
      assert.equal(await reservedFor(), 600);
    });

    it('for each session of a batch', async () => {
      const [a = '', b = ''] = freshNumbers(2, '+9196');
      const item = { parties: { a: { phone: a }, b: { phone: b } }, after_end: STAGES };
      const reply = await tenant.api.post('/v1/sessions/batch', { sessions: [item] });
      assert.deepEqual(reply.body.data[0].session.after_end, SHOWN);
    });

    it('anew by a change: all of them, or none any more, and the numbers stay reserved accordingly', async () => {
      const { session, read, reservedFor } = await open();
      assert.equal(await reservedFor(), ALL + 600);
      const shorter = await patch(session.id, {
        after_end: [{ seconds: 60, allow: 'b_to_a', forward_to: DESK }],
      });
      assert.deepEqual(shorter.body.after_end, [{ seconds: 60, allow: 'b_to_a', forward_to_last4: '4567' }]);
      assert.deepEqual(await read(), shorter.body);
      assert.equal(await reservedFor(), 660);
      assert.deepEqual((await patch(session.id, { metadata: { k: 'v' } })).body.after_end.length, 1);
      const none = await patch(session.id, { after_end: [] });
      assert.deepEqual([none.body.after_end, none.body.grace_ends_at], [[], null]);
      assert.equal(await reservedFor(), 600);
    });

    it('422: with a phone that is none, one of the tenant’s own masking numbers, or too long; and nothing is written', async () => {
      const { session, a, b } = await open();
      const { masking_number: did } = session.parties.a;
      const parties = { a: { phone: a }, b: { phone: b } };
      const stage = { seconds: 60, allow: 'none' };
      const wrong = [
        [[stage, { ...stage, forward_to: '112' }], 'invalid_phone', '/after_end/1/forward_to'],
        [[stage, { ...stage, forward_to: did }], 'phone_is_a_did', '/after_end/1/forward_to'],
        [[{ ...stage, seconds: 15_552_000 }, stage], 'invalid_request', '/after_end'],
        [Array.from({ length: 6 }, () => stage), 'invalid_request', '/after_end'],
        [[{ ...stage, allow: 'all' }], 'invalid_request', '/after_end/0/allow'],
        [[{ ...stage, seconds: 0 }], 'invalid_request', '/after_end/0/seconds'],
      ] as const;
      const content = await contentOf(world);
      for (const [after_end, code, pointer] of wrong) {
        for (const reply of [
          await tenant.api.post('/v1/sessions', { parties, after_end }),
          await patch(session.id, { after_end }),
        ]) {
          assert.equal(reply.status, 422, reply.text);
          assert.equal(reply.body.code, code);
          assert.equal(reply.body.errors[0].pointer, pointer);
        }
      }
      assert.deepEqual(await contentOf(world), content);
      const longest = { parties, after_end: [{ ...stage, seconds: 15_551_940 }, stage] };
      assert.equal((await tenant.api.post('/v1/sessions', longest)).status, 201);
    });
  });

  describe('begin', () => {
    it('when the session is ended: one after the other, until it is over', async () => {
      const { session, read, end, pass } = await open();
      const ended = await end();
      assert.equal(ended.status, 'grace');
      assert.equal(Date.parse(ended.grace_ends_at) - Date.parse(ended.ended_at), ALL * 1_000);
      assert.deepEqual(await end(), ended);
      await pass(ALL - 5);
      assert.equal((await read()).status, 'grace');
      const inGrace = (await tenant.api.get('/v1/sessions?status=grace')).body.data;
      assert.ok(inGrace.some(({ id }: { id: string }) => id === session.id));
      await pass(5);
      assert.equal((await read()).status, 'ended');
      for (const [status, count] of [
        ['grace', 0],
        ['active', 0],
        ['ended', 1],
      ] as const) {
        const { data } = (await tenant.api.get(`/v1/sessions?status=${status}&limit=100`)).body;
        assert.equal(data.filter(({ id }: { id: string }) => id === session.id).length, count, status);
      }
    });

    it('when the session expires; it is called ended afterwards only when somebody has ended it', async () => {
      const { read, end, pass } = await open({ expires_in_seconds: 60 });
      await pass(61);
      const expired = await read();
      assert.equal(expired.status, 'grace');
      assert.equal(expired.ended_at, null);
      await pass(ALL);
      assert.equal((await read()).status, 'expired');
      assert.equal((await end()).status, 'ended');
      const other = await open({ expires_in_seconds: 60 });
      await other.pass(61);
      const before = await other.read();
      const ended = await other.end();
      assert.equal(ended.status, 'grace');
      assert.equal(ended.grace_ends_at, before.grace_ends_at, 'they do not begin again');
      await other.pass(ALL);
      assert.equal((await other.read()).status, 'ended');
    });

    it('never, when it is ended immediately; that frees its numbers after the cooling time', async () => {
      const { session, end, callFrom, reservedFor } = await open();
      const over = await end({ immediately: true });
      assert.deepEqual([over.status, over.after_end, over.grace_ends_at], ['ended', [], null]);
      assert.notEqual(over.ended_at, null);
      assert.deepEqual(await end({ immediately: true }), over);
      assert.deepEqual(await end(), over);
      assert.equal((await callFrom('a')).dial, null);
      assert.equal(await reservedFor(), 600);
      assert.equal((await reopen(session.id)).body.status, 'active');
      assert.equal((await end()).status, 'ended', 'and they do not come back');
      assert.equal(await reservedFor(), 600);
    });
  });

  describe('are stopped', () => {
    for (const how of ['ended', 'expired'] as const) {
      it(`immediately, after the session was ${how}: cooling begins at that moment`, async () => {
        const grace = await open({ expires_in_seconds: 3_600 });
        if (how === 'ended') await grace.end();
        await grace.pass(how === 'ended' ? 2_000 : 5_600);
        const before = await grace.read();
        assert.equal(before.status, 'grace');
        assert.equal((await grace.callFrom('a')).dial?.number, grace.b);
        const over = await grace.end({ immediately: true });
        assert.deepEqual([over.status, over.after_end, over.grace_ends_at], ['ended', [], null]);
        if (how === 'ended') assert.equal(over.ended_at, before.ended_at);
        assert.deepEqual(await grace.end({ immediately: true }), over);
        assert.equal((await grace.callFrom('a')).dial, null);
        const seconds = await grace.reservedFor();
        assert.ok(seconds >= 2_600 && seconds < 2_620, `${seconds}`);
        assert.equal((await reopen(grace.session.id)).status, 200);
        assert.equal(await grace.reservedFor(), 600, 'none are left after the next end');
      });
    }

    it('not when they are over: what was allowed stays on record', async () => {
      const { end, pass, read } = await open();
      await end();
      await pass(ALL);
      const over = await read();
      assert.deepEqual(await end({ immediately: true }), over);
      assert.deepEqual(over.after_end, SHOWN);
    });
  });

  it('in grace nothing can be changed, its stages neither', async () => {
    const { session, end, pass } = await open();
    await end();
    for (const seconds of [0, 2_000]) {
      await pass(seconds);
      const content = await contentOf(world);
      for (const change of [{ after_end: [] }, { expires_in_seconds: 600 }, { metadata: {} }]) {
        const reply = await patch(session.id, change);
        assert.equal(reply.status, 409, reply.text);
        assert.equal(reply.body.code, 'session_over');
      }
      assert.deepEqual(await contentOf(world), content);
    }
  });

  it('a session in grace is reopened with its numbers, and its stages come again after its next end', async () => {
    const { session, b, read, end, pass, callFrom, reservedFor } = await open();
    await end();
    await pass(90_000);
    assert.equal((await callFrom('a')).dial?.number, DESK.replace('67', '68'));
    const reply = await reopen(session.id, { expires_in_seconds: 600 });
    assert.equal(reply.status, 200, reply.text);
    assert.deepEqual([reply.body.status, reply.body.ended_at], ['active', null]);
    assert.deepEqual(reply.body.parties, session.parties);
    assert.equal(Date.parse(reply.body.grace_ends_at) - Date.parse(reply.body.expires_at), ALL * 1_000);
    assert.equal(await reservedFor(), ALL + 600);
    assert.equal((await callFrom('a')).dial?.number, b);
    await end();
    assert.equal((await read()).status, 'grace');
    await pass(ALL);
    assert.equal((await reopen(session.id)).status, 200, 'it cools only');
  });

  describe('the numbers stay reserved through all stages and the cooling time', () => {
    it('however the end moves: a change, a call that slides it, a new phone, the end itself', async () => {
      const { session, read, end, callFrom, reservedFor } = await open({ sliding_seconds: 7_200 });
      assert.equal(await reservedFor(), ALL + 600);
      await patch(session.id, { expires_in_seconds: 60 });
      assert.equal(await reservedFor(), ALL + 600);
      await callFrom('a');
      assert.ok(Date.parse((await read()).expires_at) > Date.now() + 7_000_000);
      assert.equal(await reservedFor(), ALL + 600);
      const [fresh = ''] = freshNumbers(1, '+9196');
      await patch(session.id, { parties: { b: { phone: fresh } } });
      assert.equal(await reservedFor(), ALL + 600);
      await end();
      assert.equal(await reservedFor(), ALL + 600);
    });

    for (const how of ['ended', 'expired'] as const) {
      it(`so that nobody else gets them when the session is ${how}`, async () => {
        const own = await newTenant(world, { dids: freshNumbers(2) });
        const after_end = [{ seconds: 1_000, allow: 'both' }];
        const grace = await openGrace(world, own, {
          after_end,
          cooling_seconds: 500,
          expires_in_seconds: 10,
        });
        const parties = { a: { phone: grace.a }, b: { phone: grace.b } };
        // Two DIDs: a second session takes the other pair of these phones, and there is no third.
        const create = () => own.api.post('/v1/sessions', { parties, expires_in_seconds: 100_000 });
        assert.equal((await create()).status, 201);
        if (how === 'ended') await grace.end();
        else await grace.pass(10);
        for (const seconds of [500, 490, 490]) {
          await grace.pass(seconds);
          assert.equal((await create()).body.code, 'pool_exhausted');
        }
        await grace.pass(25);
        const next = await create();
        assert.equal(next.status, 201, next.text);
        assert.equal((await grace.explain('a')).session, next.body.id);
      });
    }
  });
});
