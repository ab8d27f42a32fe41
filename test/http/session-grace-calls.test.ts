import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { freshNumbers, newTenant, type Tenant } from '../support/api.ts';
import { type Grace, openGrace } from '../support/grace.ts';
import { postForm, type VobizReply } from '../support/vobiz.ts';
import { openWorld, type World } from '../support/world.ts';

const DESK = '+918041234567';
const STAGES = [
  { seconds: 1_000, allow: 'both' },
  { seconds: 1_000, allow: 'a_to_b', forward_to: DESK },
  { seconds: 1_000, allow: 'a_to_b' },
  { seconds: 1_000, allow: 'none', forward_to: DESK },
];

describe('a call in a stage after the end of its session', () => {
  let world: World;
  let tenant: Tenant;
  before(async () => {
    world = await openWorld();
    tenant = await newTenant(world, { dids: freshNumbers(6) });
  });
  after(() => world.close());

  const open = (more: object = {}): Promise<Grace> =>
    openGrace(world, tenant, { after_end: STAGES, ...more });
  const post = (fields: Record<string, string>) => postForm(world, tenant.account.webhookPath, fields);
  const callsOf = async ({ session }: Grace) =>
    (await tenant.api.get(`/v1/calls?session=${session.id}&limit=100`)).body.data;
  const isOver = (reply: VobizReply) => {
    assert.equal(reply.dial, null, reply.xml);
    assert.match(reply.spoken.join(), /over/);
    assert.equal(reply.verbs.at(-1), 'Hangup');
  };

  for (const how of ['ended', 'expired'] as const) {
    it(`goes where the stage in force says, until the session that was ${how} is over`, async () => {
      const grace = await open({ expires_in_seconds: 100 });
      const { a, b, session, explain, callFrom, pass } = grace;
      const [m1, m2] = [session.parties.a.masking_number, session.parties.b.masking_number];
      if (how === 'ended') await grace.end();
      else await pass(100);
      const over = [null, null, 'announce', `session_${how}`] as const;
      const stages = [
        [
          [b, m2, 'bridge', 'grace_binding'],
          [a, m1, 'bridge', 'grace_binding'],
        ],
        [
          [b, m2, 'bridge', 'grace_binding'],
          [DESK, m2, 'forward', 'grace_forward'],
        ],
        [[b, m2, 'bridge', 'grace_binding'], over],
        [
          [DESK, m1, 'forward', 'grace_forward'],
          [DESK, m2, 'forward', 'grace_forward'],
        ],
        [over, over],
      ] as const;
      for (const [place, sides] of stages.entries()) {
        assert.equal((await grace.read()).status, place < 4 ? 'grace' : how);
        for (const [index, [number, callerId, decision, reason]] of sides.entries()) {
          const side = index === 0 ? 'a' : 'b';
          const explained = await explain(side);
          assert.deepEqual([explained.decision, explained.reason], [decision, reason]);
          assert.equal(explained.caller_id, callerId);
          assert.equal(explained.session, session.id);
          const reply = await callFrom(side);
          const [call] = await callsOf(grace);
          assert.deepEqual([call.decision, call.reason, call.caller_party], [decision, reason, side]);
          assert.deepEqual(call.trace, explained.trace);
          const step = call.trace.find(({ rule }: { rule: string }) => rule === 'stage');
          assert.match(step?.detail ?? '', place < 4 ? new RegExp(`^Stage ${place + 1} `) : /^$/);
          if (number === null) isOver(reply);
          else assert.deepEqual([reply.dial?.number, reply.dial?.callerId], [number, callerId]);
        }
        await pass(1_000);
      }
      assert.equal((await grace.read()).calls_made, 4, 'bridged ones only');
    });
  }

  it('is forwarded as a bridge is dialled: for so long, with its own URLs, until it is hung up', async () => {
    const grace = await open({ ring_timeout_seconds: 25, max_call_seconds: 1200 });
    await grace.end();
    await grace.pass(1_000);
    const event = grace.eventFrom('b');
    const { dial, spoken } = await post(event);
    assert.match(spoken.join(), /Connecting/);
    assert.deepEqual([dial?.timeout, dial?.timeLimit, dial?.redirect], ['25', '1200', 'true']);
    const [{ id }] = await callsOf(grace);
    const path = String(dial?.action).slice(world.publicUrl.length);
    assert.match(path, new RegExp(`/calls/${id}/dial$`));
    const action = { Event: 'DialAction', CallUUID: event.CallUUID ?? '', DialStatus: 'no-answer' };
    assert.match((await postForm(world, path, action)).spoken.join(), /cannot be reached/);
    await post({ ...event, Event: 'Hangup', CallStatus: 'completed', Duration: '7' });
    const call = (await tenant.api.get(`/v1/calls/${id}`)).body;
    assert.deepEqual([call.status, call.duration_seconds, call.decision], ['no_answer', 7, 'forward']);
  });

  it('gets the same answer when its event is repeated, and is counted once', async () => {
    const grace = await open();
    await grace.end();
    await grace.pass(1_000);
    for (const [side, count] of [
      ['a', 1],
      ['b', 1],
    ] as const) {
      const event = grace.eventFrom(side);
      const first = await post(event);
      assert.notEqual(first.dial, null);
      for (let i = 0; i < 3; i += 1) assert.equal((await post(event)).xml, first.xml);
      assert.equal((await grace.read()).calls_made, count);
    }
    assert.equal((await callsOf(grace)).length, 2);
  });

  it('uses up the calls that the session may make; one that is forwarded does not', async () => {
    const grace = await open({ max_calls: 2 });
    await grace.callFrom('a');
    await grace.end();
    await grace.pass(1_000);
    for (let i = 0; i < 3; i += 1) assert.equal((await grace.callFrom('b')).dial?.number, DESK);
    assert.equal((await grace.callFrom('a')).dial?.number, grace.b);
    isOver(await grace.callFrom('a'));
    assert.equal((await grace.explain('a')).reason, 'call_limit_reached');
    assert.equal((await grace.callFrom('b')).dial?.number, DESK);
    assert.equal((await grace.read()).calls_made, 2);
  });

  it('neither slides the end nor moves a binding', async () => {
    const grace = await open({ sliding_seconds: 100_000, expires_in_seconds: 100, cooling_seconds: 50 });
    await grace.pass(110);
    const before = await grace.read();
    assert.equal((await grace.callFrom('a')).dial?.number, grace.b);
    const { calls_made, ...rest } = await grace.read();
    assert.deepEqual({ ...rest, calls_made: 0 }, before);
    assert.equal(calls_made, 1);
    assert.equal(await grace.reservedFor(), 4_050);
  });

  it('never goes farther than the session itself did: a direction that was forbidden stays so', async () => {
    const grace = await open({ direction: 'b_to_a' });
    await grace.end();
    isOver(await grace.callFrom('a'));
    assert.equal((await grace.callFrom('b')).dial?.number, grace.a);
    await grace.pass(1_000);
    assert.equal((await grace.callFrom('a')).dial?.number, DESK);
  });

  it('is over for a phone that had left the session, and for nobody else', async () => {
    const grace = await open({ cooling_seconds: 5_000 });
    const [fresh = ''] = freshNumbers(1, '+9196');
    const change = { parties: { a: { phone: fresh } } };
    assert.equal((await tenant.api.patch(`/v1/sessions/${grace.session.id}`, change)).status, 200);
    await grace.end();
    for (const seconds of [0, 3_500]) {
      await grace.pass(seconds);
      isOver(await grace.callFrom('a'));
      assert.equal((await grace.explain('a')).reason, 'phone_replaced');
      assert.match((await grace.explain('a', fresh)).reason, /^grace_/);
    }
  });

  describe('of a session that ends after its first call', () => {
    const talk = async (grace: Grace, side: 'a' | 'b') => {
      const event = grace.eventFrom(side);
      const reply = await post(event);
      const uuid = event.CallUUID ?? '';
      await post({ Event: 'DialConnected', CallUUID: uuid, DialBLegUUID: 'x', DialAction: 'connected' });
      return {
        reply,
        hangup: () => post({ ...event, Event: 'Hangup', CallStatus: 'completed', Duration: '5' }),
      };
    };

    it('is possible after that call, whose end begins the first stage', async () => {
      const grace = await open({ end_after_first_call: true });
      await (await talk(grace, 'a')).hangup();
      assert.equal((await grace.read()).status, 'grace');
      assert.equal((await grace.callFrom('b')).dial?.number, grace.a);
    });

    it('does not end one that is reopened meanwhile when it was forwarded: the parties have not talked', async () => {
      const grace = await open({ end_after_first_call: true, expires_in_seconds: 100 });
      await grace.pass(1_100);
      const { reply, hangup } = await talk(grace, 'b');
      assert.equal(reply.dial?.number, DESK);
      assert.equal((await tenant.api.post(`/v1/sessions/${grace.session.id}/reopen`, {})).status, 200);
      await hangup();
      assert.equal((await grace.read()).status, 'active');
    });
  });

  it('is not forwarded by way of a DID that is not in service any more', async () => {
    const own = await newTenant(world, { dids: freshNumbers(2) });
    const grace = await openGrace(world, own, {
      after_end: [{ seconds: 60, allow: 'none', forward_to: DESK }],
    });
    await grace.end();
    const m1 = grace.session.parties.a.masking_number;
    await world.sql(`update dids set status = 'retiring' where e164 = $1`, [m1]);
    assert.equal((await grace.callFrom('a')).dial?.callerId, m1);
    await world.sql(`update dids set status = 'retired' where e164 = $1`, [m1]);
    assert.deepEqual((await grace.callFrom('a')).verbs, ['Hangup']);
  });
});
