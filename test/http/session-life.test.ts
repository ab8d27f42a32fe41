import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { freshNumbers, newSession, newTenant, type Tenant } from '../support/api.ts';
import { answerEvent, postForm } from '../support/vobiz.ts';
import { openWorld, type World } from '../support/world.ts';

describe("a session's life", () => {
  let world: World;
  let tenant: Tenant;
  before(async () => {
    world = await openWorld();
    tenant = await newTenant(world, { dids: freshNumbers(6) });
  });
  after(() => world.close());

  const open = async (more: object = {}) => {
    const [a = '', b = ''] = freshNumbers(2, '+9196');
    const session = await newSession(tenant, a, b, more);
    return { session, a, b, m1: session.parties.a.masking_number, m2: session.parties.b.masking_number };
  };
  const post = (fields: Record<string, string>) => postForm(world, tenant.account.webhookPath, fields);
  const call = (to: string, from: string) => post(answerEvent(to, from.slice(1)));
  const read = async (id: string) => (await tenant.api.get(`/v1/sessions/${id}`)).body;
  const reopen = (id: string, body: object = {}) => tenant.api.post(`/v1/sessions/${id}/reopen`, body);
  const reason = async (to: string, from: string) =>
    (await tenant.api.post('/v1/routes/explain', { to, from })).body.reason;

  describe('reopening', () => {
    it('gives an ended session back with the masking numbers that it had', async () => {
      const { session, a, b, m1 } = await open();
      await tenant.api.post(`/v1/sessions/${session.id}/end`, {});
      assert.equal((await call(m1, a)).dial, null);
      const reply = await reopen(session.id, { expires_in_seconds: 600 });
      assert.equal(reply.status, 200, reply.text);
      assert.equal(reply.body.status, 'active');
      assert.equal(reply.body.ended_at, null);
      assert.deepEqual(reply.body.parties, session.parties);
      assert.ok(
        Math.abs(Date.parse(reply.body.expires_at) - Date.parse(reply.body.updated_at) - 600_000) < 1000,
      );
      assert.equal((await call(m1, a)).dial?.number, b);
    });

    it('gives an expired session back', async () => {
      const { session, a, m1 } = await open();
      await world.sql(`update sessions set expires_at = now() - interval '1 second' where id = $1`, [
        session.id,
      ]);
      assert.equal(await reason(m1, a), 'session_expired');
      assert.equal((await reopen(session.id)).status, 200);
      assert.equal(await reason(m1, a), 'live_binding');
    });

    it('is refused when the cooling time is over, even if nobody has the numbers yet', async () => {
      const { session } = await open({ cooling_seconds: 0 });
      await tenant.api.post(`/v1/sessions/${session.id}/end`, {});
      const reply = await reopen(session.id);
      assert.equal(reply.status, 409);
      assert.equal(reply.body.code, 'not_reopenable');
      assert.equal((await read(session.id)).status, 'ended');
    });

    it('is refused when another session of the same phone got the number meanwhile', async () => {
      const { session, a, b } = await open({ cooling_seconds: 0 });
      await tenant.api.post(`/v1/sessions/${session.id}/end`, {});
      for (let i = 0; i < 6; i += 1) await newSession(tenant, a, freshNumbers(1, '+9195')[0] ?? '');
      await world.sql(`update bindings set free_at = now() + interval '1 hour' where session_id = $1`, [
        session.id,
      ]);
      assert.equal((await reopen(session.id)).status, 409);
      assert.equal(await reason(session.parties.b.masking_number, b), 'session_ended');
    });

    it('is refused while the session is active, and for a stranger it does not exist', async () => {
      const { session } = await open();
      assert.equal((await reopen(session.id)).body.code, 'not_reopenable');
      const stranger = await newTenant(world);
      assert.equal((await stranger.api.post(`/v1/sessions/${session.id}/reopen`, {})).status, 404);
    });

    it('does not bring back a phone that had been replaced', async () => {
      const { session, a, m1 } = await open();
      const [fresh = ''] = freshNumbers(1, '+9194');
      await tenant.api.patch(`/v1/sessions/${session.id}`, { parties: { a: { phone: fresh } } });
      await tenant.api.post(`/v1/sessions/${session.id}/end`, {});
      assert.equal((await reopen(session.id)).status, 200);
      assert.equal(await reason(m1, a), 'phone_replaced');
      assert.equal(await reason(m1, fresh), 'live_binding');
    });

    it('races with the next sessions of the same phones without giving a number twice', async () => {
      for (let round = 0; round < 5; round += 1) {
        const { session, a, b } = await open({ cooling_seconds: 0 });
        await tenant.api.post(`/v1/sessions/${session.id}/end`, {});
        await world.sql(
          `update bindings set free_at = now() + interval '30 milliseconds' where session_id = $1`,
          [session.id],
        );
        const others = Array.from({ length: 6 }, () => freshNumbers(1, '+9193')[0] ?? '');
        await Promise.all([
          reopen(session.id),
          ...others.map((other) =>
            tenant.api.post('/v1/sessions', { parties: { a: { phone: a }, b: { phone: other } } }),
          ),
          ...others.map((other) =>
            tenant.api.post('/v1/sessions', { parties: { a: { phone: other }, b: { phone: b } } }),
          ),
        ]);
        const half = await world.sql(
          `select s.id from sessions s where s.status = 'active'
              and (select count(*) from bindings b where b.session_id = s.id and b.released_at is null) <> 2`,
        );
        assert.deepEqual(half, []);
      }
    });
  });

  describe('a number of calls', () => {
    it('is all that is bridged, and the next caller hears that it is over', async () => {
      const { session, a, b, m1, m2 } = await open({ max_calls: 2 });
      assert.equal((await call(m1, a)).dial?.number, b);
      assert.equal((await call(m2, b)).dial?.number, a);
      const third = await call(m1, a);
      assert.equal(third.dial, null);
      assert.match(third.spoken.join(), /over/);
      assert.equal(await reason(m1, a), 'call_limit_reached');
      assert.equal((await read(session.id)).calls_made, 2);
    });

    it('is kept when twenty callers come at once', async () => {
      const { session, a, m1 } = await open({ max_calls: 3 });
      const replies = await Promise.all(Array.from({ length: 20 }, () => call(m1, a)));
      assert.equal(replies.filter((reply) => reply.dial !== null).length, 3);
      assert.equal((await read(session.id)).calls_made, 3);
    });

    it('does not count a repeated answer event of the same call', async () => {
      const { session, a, b, m1 } = await open({ max_calls: 1 });
      const event = answerEvent(m1, a.slice(1));
      assert.equal((await post(event)).dial?.number, b);
      assert.equal((await post(event)).dial, null, 'the decision sees that the calls are used up');
      assert.equal((await read(session.id)).calls_made, 1);
    });
  });

  it('slides with each call that is bridged, and never shortens by it', async () => {
    const { session, a, m1 } = await open({
      expires_in_seconds: 60,
      sliding_seconds: 600,
      cooling_seconds: 100,
    });
    await call(m1, a);
    const after = await read(session.id);
    assert.ok(Math.abs(Date.parse(after.expires_at) - Date.now() - 600_000) < 10_000);
    const [binding] = await world.sql<{ ok: boolean }>(
      `select bool_and(b.free_at = s.expires_at + interval '100 seconds') as ok
         from bindings b join sessions s on s.id = b.session_id where s.id = $1`,
      [session.id],
    );
    assert.equal(binding?.ok, true);
    const long = await open({ expires_in_seconds: 86_400, sliding_seconds: 60 });
    await call(long.m1, long.a);
    assert.equal((await read(long.session.id)).expires_at, long.session.expires_at);
  });

  describe('one that ends after its first call', () => {
    const leg = (uuid: string, event: string, more: Record<string, string> = {}) =>
      post({ Event: event, CallUUID: uuid, DialBLegUUID: 'b', DialAction: event, ...more });
    const hangup = (event: Record<string, string>) =>
      post({ ...event, Event: 'Hangup', CallStatus: 'completed', Duration: '5' });

    it('ends when the parties have talked, in whichever order that is learnt', async () => {
      for (const talkedFirst of [true, false]) {
        const { session, a, m1 } = await open({ end_after_first_call: true });
        const event = answerEvent(m1, a.slice(1));
        await post(event);
        const uuid = event.CallUUID ?? '';
        if (talkedFirst) await leg(uuid, 'DialConnected');
        await hangup(event);
        if (!talkedFirst) {
          assert.equal((await read(session.id)).status, 'active');
          await leg(uuid, 'DialHangup', { DialBLegDuration: '5' });
        }
        assert.equal((await read(session.id)).status, 'ended');
        assert.equal((await call(m1, a)).dial, null);
      }
    });

    it('goes on when the other party was not reached', async () => {
      const { session, a, b, m1 } = await open({ end_after_first_call: true });
      const event = answerEvent(m1, a.slice(1));
      await post(event);
      await leg(event.CallUUID ?? '', 'DialHangup', {
        DialBLegDuration: '0',
        DialBLegHangupCause: 'NO_ANSWER',
      });
      await hangup(event);
      assert.equal((await read(session.id)).status, 'active');
      assert.equal((await call(m1, a)).dial?.number, b);
    });
  });

  it('ended while a call is being answered: the call comes before the end and is counted, or is not bridged', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { session, a, m1 } = await open();
      const [reply, ended] = await Promise.all([
        call(m1, a),
        tenant.api.post(`/v1/sessions/${session.id}/end`, {}),
      ]);
      assert.equal(ended.status, 200);
      assert.equal((await read(session.id)).calls_made, reply.dial === null ? 0 : 1);
      const [kept] = (await tenant.api.get(`/v1/calls?session=${session.id}`)).body.data;
      assert.equal(kept.decision, reply.dial === null ? 'announce' : 'bridge');
      assert.equal((await call(m1, a)).dial, null);
    }
  });
});
