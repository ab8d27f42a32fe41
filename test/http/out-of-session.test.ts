import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { webhookHeaders } from '../../src/features/events/standard-webhook.ts';
import { apiOf, freshNumbers, newKey, newTenant, type Tenant } from '../support/api.ts';
import { type Desk, openDesk } from '../support/caller-desk.ts';
import { answerEvent, postForm, type VobizReply } from '../support/vobiz.ts';
import { openWorld, type World } from '../support/world.ts';

const SUPPORT = '+911140000000';

describe('callers without a session', () => {
  let world: World;
  let tenant: Tenant;
  let did: string;
  let desk: Desk;
  before(async () => {
    world = await openWorld();
    desk = await openDesk();
  });
  after(async () => {
    await desk.receiver.close();
    await world.close();
  });
  beforeEach(async () => {
    const dids = freshNumbers(3);
    did = dids[0] ?? '';
    tenant = await newTenant(world, { dids });
    desk.questions = [];
  });

  const newCaller = () => freshNumbers(1, '+9198')[0] ?? '';
  const call = (from = newCaller(), to = did): Promise<VobizReply> =>
    postForm(world, tenant.account.webhookPath, answerEvent(to, from.replace('+', '')));
  const explain = async (from: string | null = newCaller(), to = did) =>
    (await tenant.api.post('/v1/routes/explain', { to, from })).body;
  const lastCall = async () => (await tenant.api.get('/v1/calls?limit=1')).body.data[0];
  const set = async (body: object): Promise<any> => {
    const reply = await tenant.api.put('/v1/out_of_session_policies', body);
    assert.equal(reply.status, 200, reply.text + world.logLines.slice(-3).join());
    return reply.body;
  };
  const ask = (more: object = {}) =>
    set({ action: 'ask', url: desk.receiver.url, on_failure: 'reject', forward_to: SUPPORT, ...more });
  const isSupport = (reply: VobizReply) => {
    assert.deepEqual([reply.dial?.number, reply.dial?.callerId], [SUPPORT, did], reply.xml);
  };
  const isAnnounced = (reply: VobizReply) => assert.match(reply.spoken.join(), /not connected/);
  const isRejected = (reply: VobizReply) => assert.deepEqual(reply.verbs, ['Hangup']);
  const detailOfAsk = async (): Promise<string> =>
    (await lastCall()).trace.find(({ rule }: any) => rule === 'ask')?.detail ?? '';

  it('are rejected, told so, or forwarded, as the policy says, from the next call on', async () => {
    isAnnounced(await call());
    await set({ action: 'reject' });
    isRejected(await call());
    await set({ action: 'announce' });
    isAnnounced(await call());
    await set({ action: 'forward', forward_to: SUPPORT });
    isSupport(await call());
    isSupport(await call('anonymous'));
    const [policy] = (await tenant.api.get('/v1/out_of_session_policies')).body.data;
    const removed = await tenant.api.delete(`/v1/out_of_session_policies/${policy.id}`);
    assert.equal(removed.body.id, policy.id);
    isAnnounced(await call());
  });

  it('are forwarded with the dialled DID as caller ID, for so long, and their call is kept and told as such', async () => {
    await set({ action: 'forward', forward_to: SUPPORT, time_limit_seconds: 120 });
    const caller = newCaller();
    const explained = await explain(caller);
    assert.deepEqual(
      [explained.decision, explained.reason, explained.caller_id],
      ['forward', 'caller_not_allowed', did],
    );
    const event = answerEvent(did, caller.slice(1));
    const reply = await postForm(world, tenant.account.webhookPath, event);
    isSupport(reply);
    assert.deepEqual([reply.dial?.timeLimit, reply.dial?.timeout], ['120', '30']);
    assert.equal((await postForm(world, tenant.account.webhookPath, event)).xml, reply.xml);
    const kept = await lastCall();
    assert.deepEqual([kept.decision, kept.session, kept.status], ['forward', null, 'ringing']);
    assert.deepEqual(kept.trace, explained.trace);
    assert.ok(!JSON.stringify(kept).includes(SUPPORT));
    const ended = String(reply.dial?.action).slice(world.publicUrl.length);
    const action = { Event: 'DialAction', CallUUID: event.CallUUID ?? '', DialStatus: 'no-answer' };
    assert.match((await postForm(world, ended, action)).spoken.join(), /cannot be reached/);
    const { data } = (await tenant.api.get('/v1/events?limit=100')).body;
    assert.equal(data.filter(({ type }: any) => type === 'call.ringing').length, 1);
  });

  it('of a pool with a policy of its own get that one', async () => {
    await set({ action: 'reject' });
    await set({ pool: 'default', action: 'forward', forward_to: SUPPORT });
    isSupport(await call());
    assert.equal((await tenant.api.post('/v1/pools', { name: 'pune' })).status, 201);
    const { data } = (await tenant.api.get('/v1/dids')).body;
    await tenant.api.patch(`/v1/dids/${data.find((one: any) => one.e164 === did).id}`, { pool: 'pune' });
    isRejected(await call());
  });

  it('of one mode and tenant are not touched by the policy of another', async () => {
    const test = apiOf(world, (await newKey(world, tenant.id, { livemode: false })).token);
    assert.equal((await test.put('/v1/out_of_session_policies', { action: 'reject' })).status, 200);
    isAnnounced(await call());
  });

  it('are asked about: what was asked is signed, what was answered is done and stands in the trace without a number', async () => {
    const { secret, ...policy } = await ask();
    assert.match(secret, /^whsec_/);
    assert.equal((await ask()).secret, null, 'it is shown once');
    for (const [answer, check] of [
      [{ action: 'announce' }, isAnnounced],
      [{ action: 'reject' }, isRejected],
      [{ action: 'forward' }, isSupport],
    ] as const) {
      desk.answer = answer;
      const caller = newCaller();
      check(await call(caller));
      const { headers, body, json } = desk.questions.at(-1) ?? assert.fail('nobody asked');
      assert.equal(json.type, 'call.out_of_session');
      assert.deepEqual(
        [json.data.did, json.data.from, json.data.reason, json.data.livemode],
        [did, caller, 'caller_not_allowed', true],
      );
      const at = new Date(Number(headers['webhook-timestamp']) * 1_000);
      const signed = webhookHeaders({ id: json.id, at, body }, [secret]);
      assert.equal(headers['webhook-signature'], signed['webhook-signature']);
      assert.equal(headers['webhook-id'], json.id);
      const { trace } = await lastCall();
      assert.match(await detailOfAsk(), new RegExp(`${json.id}.*${answer.action}`));
      assert.ok(![caller, SUPPORT].some((number) => JSON.stringify(trace).includes(number.slice(3))));
    }
    const path = `/v1/out_of_session_policies/${policy.id}/rotate_secret`;
    const rotated = (await tenant.api.post(path, { overlap_seconds: 60 })).body;
    await call();
    const { headers, body, json } = desk.questions.at(-1) ?? assert.fail('nobody asked');
    const at = new Date(Number(headers['webhook-timestamp']) * 1_000);
    const signed = webhookHeaders({ id: json.id, at, body }, [rotated.secret, secret]);
    assert.equal(headers['webhook-signature'], signed['webhook-signature'], 'both secrets sign');
    await world.sql(`update out_of_session_policies set previous_secret_expires_at = now()`);
    await call();
    assert.equal(desk.questions.at(-1)?.headers['webhook-signature']?.toString().split(' ').length, 1);
  });

  it('are only said to be asked about by an explanation', async () => {
    await ask();
    const explained = await explain();
    assert.deepEqual([explained.decision, explained.caller_id], ['ask', null]);
    assert.match(explained.trace.at(-1).detail, /to ask the tenant's endpoint/);
    assert.equal(desk.questions.length, 0);
  });

  it('are not asked about when they are blocked', async () => {
    await ask();
    const caller = newCaller();
    await tenant.api.post('/v1/blocks', { phone: caller });
    isAnnounced(await call(caller));
    assert.equal(desk.questions.length, 0);
  });

  const wrong: [title: string, detail: RegExp, answer: Desk['answer']][] = [
    ['a 500', /status 500/, (res) => res.writeHead(500).end()],
    ['a redirect, which is not followed', /status 302/, (res) => res.writeHead(302, { location: '/' }).end()],
    ['no answer in time', /in time/, () => {}],
    ['a cut connection', /connected to/, (res) => res.destroy()],
    ['garbage', /no JSON object/, (res) => res.end('<ok/>')],
    ['a list', /no JSON object/, []],
    ['an answer that is too large', /too large/, (res) => res.end(' '.repeat(17_000))],
    ['an action that is not known', /no action/, { action: 'bridge' }],
    ['fields that are not known', /not known/, { action: 'announce', to: '+911140000001' }],
    ['a session beside another action', /session/, { action: 'reject', session: {} }],
    ['no session to create', /no session to create/, { action: 'session' }],
    [
      'a session of somebody else',
      /could be in/,
      {
        action: 'session',
        session: { parties: { a: { phone: '+919811111111' }, b: { phone: '+919811111112' } } },
      },
    ],
    [
      'a session in another pool',
      /could be in/,
      { action: 'session', session: { pool: 'default', parties: { b: { phone: '+919811111112' } } } },
    ],
    [
      'a session that has not its shape',
      /refused: invalid_request/,
      { action: 'session', session: { parties: { b: { phone: '+919811111112' } }, surprise: 1 } },
    ],
    [
      'a session with nobody',
      /refused: invalid_phone/,
      { action: 'session', session: { parties: { b: { phone: '12' } } } },
    ],
  ];
  for (const [title, detail, answer] of wrong) {
    it(`get what the policy says for that when the endpoint gives ${title}`, async () => {
      desk.answer = answer;
      await ask({ on_failure: 'reject' });
      isRejected(await call());
      assert.match(await detailOfAsk(), detail);
      assert.equal(desk.questions.length, 1);
      await ask({ on_failure: 'forward' });
      isSupport(await call());
      assert.equal((await tenant.api.get('/v1/sessions')).body.data.length, 0);
    });
  }

  it('are forwarded to nobody when the endpoint says forward, and there is no support number', async () => {
    desk.answer = { action: 'forward' };
    await ask({ forward_to: null, on_failure: 'announce' });
    isAnnounced(await call());
    assert.match(await detailOfAsk(), /no support number/);
  });

  it('are never asked about at a private address, also when it was allowed before', async () => {
    await ask({ on_failure: 'announce' });
    await world.sql(`update out_of_session_policies set url = 'http://10.0.0.1/'`);
    isAnnounced(await call());
    assert.match(await detailOfAsk(), /may be reached/);
  });

  it('wait for a dead endpoint a few times only', async () => {
    await ask();
    desk.answer = (res) => res.writeHead(503).end();
    for (let i = 0; i < 5; i += 1) isRejected(await call());
    assert.equal(desk.questions.length, 3);
    assert.match(await detailOfAsk(), /left alone/);
  });

  it('are connected by the session that the endpoint gives: as its party a, on the DID that they dialled', async () => {
    await ask();
    const [b = ''] = freshNumbers(1, '+9198');
    const session = {
      transaction_ref: 'ride-1',
      parties: { a: { role: 'rider' }, b: { phone: b, role: 'driver' } },
    };
    desk.answer = { action: 'session', session };
    const caller = newCaller();
    const reply = await call(caller);
    assert.equal(reply.dial?.number, b, (await detailOfAsk()) + reply.xml);
    const [made] = (await tenant.api.get('/v1/sessions')).body.data;
    assert.equal(made.parties.a.masking_number, did);
    assert.equal(reply.dial?.callerId, made.parties.b.masking_number);
    assert.deepEqual([made.transaction_ref, made.calls_made], ['ride-1', 1]);
    const kept = await lastCall();
    assert.deepEqual([kept.decision, kept.reason, kept.session], ['bridge', 'live_binding', made.id]);
    assert.equal((await call(caller)).dial?.number, b);
    assert.equal(desk.questions.length, 1, 'who is in a session is not asked about');
    desk.answer = { action: 'session', session: { parties: { b: { phone: caller } } } };
    isRejected(await call('anonymous'));
    assert.match(await detailOfAsk(), /not known/);
  });

  it('have policies that are refused when they cannot work', async () => {
    const url = desk.receiver.url;
    for (const [code, pointer, body] of [
      ['invalid_request', '/url', { action: 'ask', on_failure: 'reject' }],
      ['invalid_request', '/on_failure', { action: 'ask', url }],
      ['invalid_request', '/url', { action: 'reject', url }],
      ['invalid_request', '/on_failure', { action: 'reject', on_failure: 'announce' }],
      ['invalid_request', '/forward_to', { action: 'forward' }],
      ['invalid_request', '/forward_to', { action: 'ask', url, on_failure: 'forward' }],
      ['invalid_request', '/forward_to', { action: 'reject', forward_to: SUPPORT }],
      ['invalid_phone', '/forward_to', { action: 'forward', forward_to: '12' }],
      ['phone_is_a_did', '/forward_to', { action: 'forward', forward_to: did }],
      ['webhook_url_refused', '/url', { action: 'ask', on_failure: 'reject', url: 'https://10.0.0.1/' }],
      ['unknown_reference', '/pool', { action: 'reject', pool: 'nowhere' }],
      ['invalid_request', '/time_limit_seconds', { action: 'reject', time_limit_seconds: 9 }],
    ] as const) {
      const reply = await tenant.api.put('/v1/out_of_session_policies', body);
      assert.deepEqual([reply.status, reply.body.code], [422, code], reply.text);
      assert.equal(reply.body.errors[0].pointer, pointer);
    }
    const { id } = await set({ action: 'reject' });
    const rotate = await tenant.api.post(`/v1/out_of_session_policies/${id}/rotate_secret`, {});
    assert.equal(rotate.status, 404);
  });
});
