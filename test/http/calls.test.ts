import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { freshNumbers, newSession, newTenant, type Tenant } from '../support/api.ts';
import { playCall } from '../support/call-events.ts';
import { eventsOf, storyOf } from '../support/events.ts';
import { postForm } from '../support/vobiz.ts';
import { openWorld, type World } from '../support/world.ts';

const A = '+919800000001';
const B = '+919800000002';

describe('calls', () => {
  let world: World;
  let tenant: Tenant;
  let session: any;
  let m1: string;
  before(async () => {
    world = await openWorld();
    tenant = await newTenant(world, { dids: freshNumbers(2) });
    session = await newSession(tenant, A, B);
    m1 = session.parties.a.masking_number;
  });
  after(() => world.close());

  const play = (from = A, to = m1) => playCall(world, tenant, to, from);
  const get = async (id: string) => {
    const reply = await tenant.api.get(`/v1/calls/${id}`);
    assert.equal(reply.status, 200, reply.text);
    return reply.body;
  };
  const listed = async (query: string) => {
    const reply = await tenant.api.get(`/v1/calls?limit=100&${query}`);
    assert.equal(reply.status, 200, reply.text);
    return reply.body.data.map(({ id }: { id: string }) => id);
  };

  describe('200', () => {
    it('a call has its legs, why it is over, the decision, and what was heard, without a number or a digit', async () => {
      const call = play();
      await call.ring();
      const ringing = await get(call.id());
      assert.deepEqual([ringing.status, ringing.hangup, ringing.answered], ['ringing', null, false]);
      assert.deepEqual(
        ringing.legs.map(({ id, side, party, phone_last4 }: any) => [id, side, party, phone_last4]),
        [[call.uuid, 'A', 'a', '0001']],
      );
      await call.leg('DialAnswer');
      await call.leg('DialDigitsMatch', { DialDigitsMatch: '4821', DialDigitsPressedBy: 'bleg' });
      await call.leg('DialHangup', {
        DialBLegDuration: '11',
        DialBLegBillDuration: '60',
        DialBLegHangupCauseCode: '4000',
        DialBLegHangupSource: 'Callee',
        EndTime: '2026-06-08 11:37:56',
      });
      await call.action('completed');
      await call.hangup({ EndTime: '2026-06-08 11:37:57' });
      await postForm(world, tenant.account.webhookPath, {
        ...{ Event: 'RecordStop', CallUUID: call.uuid, RecordingID: 'rec-1', To: call.answer.To ?? '' },
        ...{ RecordUrl: 'https://media.vobiz.ai/v1/r.mp3', RecordingDuration: '11' },
      });
      const body = await get(call.id());
      assert.deepEqual(body.hangup, { reason: 'callee_hung_up', code: 4000, source: 'Callee' });
      assert.deepEqual(
        [
          body.status,
          body.answered,
          body.duration_seconds,
          body.ended_at,
          body.confirmed_by,
          body.has_recording,
        ],
        ['completed', true, 21, '2026-06-08T06:07:57.000Z', 'event', true],
      );
      const [a, b] = body.legs;
      assert.deepEqual([a.side, a.party, a.hangup.reason, a.cost], ['A', 'a', 'hung_up_by_us', null]);
      assert.deepEqual([b.id, b.side, b.party, b.position], [call.legUuid, 'B', 'b', 1]);
      assert.deepEqual([b.phone_last4, b.duration_seconds, b.billed_seconds], ['0002', 11, 60]);
      assert.deepEqual(
        body.timeline.map(({ kind }: any) => kind),
        ['answer', 'dial_answer', 'dial_digits', 'dial_hangup', 'dial_action', 'hangup', 'record_stopped'],
      );
      assert.equal(body.timeline[3].leg, call.legUuid);
      assert.equal(body.timeline[3].said.source, 'Callee');
      assert.ok(body.trace.length > 3);
      assert.doesNotMatch(JSON.stringify(body), /980000000|4821|media\.vobiz|[0-9a-f]{64}/);
      const kept = await world.sql('select facts::text from call_events where call_id = $1', [call.id()]);
      assert.doesNotMatch(JSON.stringify(kept), /980000000|4821|media\.vobiz/);
    });

    it('a list is narrowed by session, number, state, party and time, and by all of them', async () => {
      const other = await newSession(tenant, A, B);
      const toOther = other.parties.a.masking_number;
      const [first, second, third] = [play(), play(B, session.parties.b.masking_number), play(A, toOther)];
      for (const call of [first, second, third]) await call.ring();
      await first.leg('DialConnected');
      await second.hangup({ CallStatus: 'no-answer', HangupCauseCode: '6010' });
      const hour = 3_600_000;
      const at = (ms: number) => encodeURIComponent(new Date(Date.now() + ms).toISOString());
      const did = encodeURIComponent(toOther);
      for (const [query, call] of [
        [`session=${session.id}&status=in_progress`, first],
        [`status=no_answer&caller_party=b`, second],
        [`did=${did}&session=${other.id}&caller_party=a&status=ringing&started_from=${at(-hour)}`, third],
      ] as const) {
        assert.deepEqual(await listed(query), [call.id()], query);
      }
      await world.sql(`update calls set started_at = now() - interval '40 minutes' where id = $1`, [
        second.id(),
      ]);
      const [early, late] = [
        await listed(`started_to=${at(-hour / 2)}`),
        await listed(`started_from=${at(-hour / 2)}`),
      ];
      assert.deepEqual(early, [second.id()]);
      assert.ok(late.includes(first.id()) && late.includes(third.id()) && !late.includes(second.id()));
      const dids = await world.sql<{ id: string }>('select id from dids where e164 = $1', [toOther]);
      assert.ok((await listed(`did=${dids[0]?.id}`)).includes(third.id()));
      for (const query of ['started_from=0001-01-01T00:00:00Z', 'started_to=9999-12-31T23:59:59Z']) {
        assert.ok((await listed(query)).length > 2, query);
      }
      assert.deepEqual(await listed('started_to=0001-01-01T00:00:00Z'), []);
    });
  });

  describe('422', () => {
    it('a filter that nothing can fit names itself', async () => {
      for (const [name, value] of [
        ['status', 'gone'],
        ['caller_party', 'c'],
        ['started_from', 'yesterday'],
        ['started_to', '2026-06-31T00:00:00Z'],
        ['did', 'x'.repeat(65)],
      ]) {
        const reply = await tenant.api.get(`/v1/calls?${name}=${value}`);
        assert.equal(reply.status, 422, `${name}=${value}`);
        assert.equal(reply.body.errors[0].pointer, `/query/${name}`);
      }
    });
  });

  describe('whose events come in another order', () => {
    const whole = async (order: readonly string[]) => {
      const call = play();
      const steps: Record<string, () => Promise<unknown>> = {
        ring: () => call.ring(),
        answer: () => call.leg('DialAnswer'),
        end: () => call.leg('DialHangup', { DialBLegDuration: '11', DialBLegHangupSource: 'Callee' }),
        action: () => call.action('completed'),
        hangup: () => call.hangup(),
      };
      for (const step of order) await steps[step]?.();
      const { status, answered, hangup, duration_seconds } = await get(call.id());
      return { status, answered, hangup, duration_seconds };
    };

    it('and repeatedly, end the same', async () => {
      const straight = await whole(['ring', 'answer', 'end', 'action', 'hangup']);
      assert.deepEqual(straight.hangup, { reason: 'callee_hung_up', code: null, source: 'Callee' });
      for (const order of [
        ['ring', 'hangup', 'action', 'end', 'answer'],
        ['ring', 'end', 'end', 'hangup', 'hangup', 'answer', 'action', 'end'],
        ['hangup', 'ring', 'hangup', 'end', 'action', 'answer'],
      ]) {
        assert.deepEqual(await whole(order), straight, order.join());
      }
    });

    it('a hangup that comes before its answer event ends the call, and then nobody is connected', async () => {
      const [a = '', b = ''] = freshNumbers(2, '+9198');
      const mine = await newSession(tenant, a, b, { end_after_first_call: true });
      const call = play(a, mine.parties.a.masking_number);
      assert.deepEqual((await call.hangup({ CallStatus: 'cancel' })).verbs, []);
      const reply = await call.ring();
      assert.deepEqual([reply.status, reply.verbs], [200, []]);
      const [row] = (await tenant.api.get(`/v1/calls?session=${mine.id}`)).body.data;
      assert.deepEqual([row.status, row.hangup.reason], ['canceled', 'canceled']);
      assert.deepEqual(await storyOf(tenant, mine.id), ['session.created', 'call.ringing', 'call.failed']);
      const story = (await get(row.id)).timeline.map(({ kind }: any) => kind);
      assert.deepEqual(story.sort(), ['answer', 'hangup']);
    });

    it('at the same moment: a hangup and its answer event find each other, whichever is first', async () => {
      for (let turn = 0; turn < 30; turn += 1) {
        const call = play();
        const [reply] = await Promise.all([call.ring(), call.hangup({ CallStatus: 'cancel' })]);
        const rows = await world.sql<{ status: string; id: string }>(
          `select id, status from calls where provider_call_id = $1 and ended_at is not null`,
          [call.uuid],
        );
        assert.deepEqual(
          rows.map(({ status }) => status),
          ['canceled'],
          `turn ${turn}: ${reply.xml}`,
        );
      }
    });

    it('tell the tenant of each thing once', async () => {
      const [a = '', b = ''] = freshNumbers(2, '+9198');
      const mine = await newSession(tenant, a, b, { end_after_first_call: true });
      const call = play(a, mine.parties.a.masking_number);
      await call.ring();
      await Promise.all(
        [1, 2, 3].flatMap(() => [call.hangup(), call.leg('DialAnswer'), call.leg('DialConnected')]),
      );
      await call.leg('DialHangup', { DialBLegDuration: '11' });
      const types = (await eventsOf(tenant, `session=${mine.id}`)).map(({ type }) => type);
      assert.deepEqual(types.sort(), [
        'call.answered',
        'call.completed',
        'call.ringing',
        'session.created',
        'session.ended',
      ]);
    });
  });
});
