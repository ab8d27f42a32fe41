import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { apiOf, freshNumbers, newSession, newTenant, type Tenant } from '../support/api.ts';
import { answerEvent, postForm, type VobizReply } from '../support/vobiz.ts';
import { callFrom } from '../support/voice.ts';
import { openWorld, type World } from '../support/world.ts';

/** A day of the week on which it is not, anywhere: a window that is closed whenever the test runs. */
function closedDay(): string {
  const names = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
  return names[(new Date().getUTCDay() + 3) % 7] ?? '';
}
const closed = () => [{ days: [closedDay()], from: '00:00', to: '24:00' }];
const always = [{ from: '00:00', to: '24:00' }];

describe('call windows and pair limits', () => {
  let world: World;
  let tenant: Tenant;
  before(async () => {
    world = await openWorld();
    tenant = await newTenant(world, { dids: freshNumbers(6) });
  });
  after(() => world.close());

  const people = () => freshNumbers(2, '+9198') as [string, string];
  const call = (session: any, side: 'a' | 'b', from: string): Promise<VobizReply> =>
    postForm(
      world,
      tenant.account.webhookPath,
      answerEvent(session.parties[side].masking_number, from.slice(1)),
    );
  const explain = async (session: any, side: 'a' | 'b', from: string) => {
    const to = session.parties[side].masking_number;
    return (await tenant.api.post('/v1/routes/explain', { to, from })).body;
  };
  const operator = () => apiOf(world, world.operatorToken);

  it('a call outside of the window is not connected, and its caller hears why', async () => {
    const [a, b] = people();
    const session = await newSession(tenant, a, b, { voice: { call_window: closed() } });
    const explained = await explain(session, 'a', a);
    assert.deepEqual([explained.decision, explained.reason], ['announce', 'outside_call_window']);
    assert.match(explained.trace.at(-1).detail, /Asia\/(Kolkata|Calcutta)/);
    const reply = await call(session, 'a', a);
    assert.equal(reply.dial, null);
    assert.match(reply.spoken.join(), /not available at this time of day/);
    const change = { voice: { call_window: always } };
    assert.equal((await tenant.api.patch(`/v1/sessions/${session.id}`, change)).status, 200);
    assert.equal((await call(session, 'a', a)).dial?.number, b);
  });

  it('the window is by the clock of the called party', async () => {
    const [a, b] = people();
    const [there, here] = ['Pacific/Kiritimati', 'Pacific/Niue']; // 25 hours apart: never the same day
    const day = new Intl.DateTimeFormat('en-US', { timeZone: there, weekday: 'short' }).format(new Date());
    const call_window = [{ days: [day.toLowerCase()], from: '00:00', to: '24:00' }];
    const time_zone = { a: here, b: there };
    const session = await newSession(tenant, a, b, { voice: { call_window, time_zone } });
    assert.equal((await explain(session, 'a', a)).decision, 'bridge');
    assert.equal((await explain(session, 'b', b)).reason, 'outside_call_window');
  });

  it('the session goes before its pool, and the pool before the tenant', async () => {
    const own = await newTenant(world, { dids: freshNumbers(3) });
    const [a, b] = people();
    const session = await newSession(own, a, b);
    const reason = async () => {
      const question = { to: session.parties.a.masking_number, from: a };
      return (await own.api.post('/v1/routes/explain', question)).body.reason;
    };
    const levels = [
      (voice: object) => operator().patch(`/v1/tenants/${own.id}`, { voice }),
      (voice: object) => own.api.patch('/v1/pools/default', { voice }),
      (voice: object) => own.api.patch(`/v1/sessions/${session.id}`, { voice }),
    ];
    assert.equal(await reason(), 'live_binding');
    for (const [place, set] of levels.entries()) {
      const call_window = place === 1 ? null : closed();
      assert.equal((await set({ call_window })).status, 200);
      assert.equal(await reason(), place === 1 ? 'live_binding' : 'outside_call_window');
    }
    for (const set of levels.toReversed()) await set({});
    const limits = [{ calls: 1, seconds: 3600 }, null, { calls: 1, seconds: 3600 }];
    await postForm(world, own.account.webhookPath, answerEvent(session.parties.a.masking_number, a.slice(1)));
    for (const [place, set] of levels.entries()) {
      assert.equal((await set({ pair_limit: limits[place] })).status, 200);
      assert.equal(await reason(), place === 1 ? 'live_binding' : 'pair_limit_reached');
    }
  });

  it('two people talk so often within the time, whoever calls, and then again', async () => {
    const [a, b] = people();
    const session = await newSession(tenant, a, b, { voice: { pair_limit: { calls: 2, seconds: 600 } } });
    assert.equal((await call(session, 'a', a)).dial?.number, b);
    assert.equal((await call(session, 'b', b)).dial?.number, a);
    for (const [side, from] of [
      ['a', a],
      ['b', b],
    ] as const) {
      assert.equal((await explain(session, side, from)).reason, 'pair_limit_reached');
      const reply = await call(session, side, from);
      assert.equal(reply.dial, null);
      assert.match(reply.spoken.join(), /often within a short time/);
    }
    const old = `update calls set started_at = now() - interval '601 seconds' where session_id = $1 and decision = 'bridge'`;
    await world.sql(old, [session.id]);
    assert.equal((await call(session, 'a', a)).dial?.number, b, 'calls that were refused do not count');
  });

  it('a limit of the pool counts calls of the same two people in all its sessions', async () => {
    const [a, b] = people();
    const [other = ''] = freshNumbers(1, '+9198');
    const voice = { pair_limit: { calls: 1, seconds: 600, scope: 'pool' } };
    const first = await newSession(tenant, a, b, { voice });
    const turned = await newSession(tenant, b, a, { voice });
    const elsewhere = await newSession(tenant, a, other, { voice });
    const alone = await newSession(tenant, a, b, { voice: { pair_limit: { calls: 1, seconds: 600 } } });
    assert.equal((await call(first, 'a', a)).dial?.number, b);
    assert.equal((await explain(turned, 'a', b)).reason, 'pair_limit_reached');
    assert.equal((await explain(turned, 'b', a)).reason, 'pair_limit_reached');
    assert.equal((await explain(elsewhere, 'a', a)).decision, 'bridge');
    assert.equal((await explain(alone, 'a', a)).decision, 'bridge', 'a limit of the session does not');
  });

  it('the next phone of a party rings by the same rules, and the call itself does not count against it', async () => {
    const [a, b] = people();
    const [second = ''] = freshNumbers(1, '+9198');
    const session = await newSession(tenant, a, b, {
      parties: { a: { phone: a }, b: { phones: [b, second] } },
      voice: { pair_limit: { calls: 1, seconds: 600 } },
    });
    const numberOf = (heard: { xml: string }) => /<Number>([^<]*)/.exec(heard.xml)?.[1] ?? null;
    const played = await callFrom(world, tenant, session.parties.a.masking_number, a.slice(1));
    assert.equal(numberOf(await played.dialEnded('no-answer')), second);
    assert.equal((await tenant.api.post('/v1/blocks', { phone: a })).status, 201);
    const blocked = await played.dialEnded('no-answer');
    assert.equal(numberOf(blocked), null, 'who is blocked meanwhile rings nobody any more');
  });

  for (const [pointer, voice] of [
    ['/voice/call_window', { call_window: [] }],
    ['/voice/call_window/0/from', { call_window: [{ from: '24:00', to: '09:00' }] }],
    ['/voice/call_window/0/to', { call_window: [{ from: '09:00', to: '9:00' }] }],
    ['/voice/call_window/0/to', { call_window: [{ from: '09:00', to: '09:00' }] }],
    ['/voice/call_window/0/days/0', { call_window: [{ days: ['monday'], from: '09:00', to: '10:00' }] }],
    ['/voice/time_zone/a', { time_zone: { a: 'Mars/Olympus' } }],
    ['/voice/time_zone/b', { time_zone: { b: '+05:30' } }],
    ['/voice/pair_limit/calls', { pair_limit: { calls: 0, seconds: 60 } }],
    ['/voice/pair_limit/seconds', { pair_limit: { calls: 1 } }],
    ['/voice/pair_limit/scope', { pair_limit: { calls: 1, seconds: 60, scope: 'tenant' } }],
  ] as const) {
    it(`are refused at ${pointer}: ${JSON.stringify(voice)}`, async () => {
      const reply = await tenant.api.patch('/v1/pools/default', { voice });
      assert.deepEqual([reply.status, reply.body.code], [422, 'invalid_request']);
      assert.ok(
        reply.body.errors.some((fault: any) => fault.pointer === pointer),
        reply.text,
      );
    });
  }
});
