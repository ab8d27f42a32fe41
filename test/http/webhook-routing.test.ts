import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { apiOf, freshNumbers, newSession, newTenant, type Tenant } from '../support/api.ts';
import { answerEvent, postForm, type VobizReply } from '../support/vobiz.ts';
import { openWorld, type World } from '../support/world.ts';

const A = '+919800000001';
const B = '+919800000002';

describe('a call to a masking number', () => {
  let world: World;
  let tenant: Tenant;
  let session: any;
  /** Digits without +91. */
  let m1: string;
  let m2: string;

  before(async () => {
    world = await openWorld();
    tenant = await newTenant(world, { dids: freshNumbers(2) });
    session = await newSession(tenant, A, B, { ring_timeout_seconds: 25, max_call_seconds: 1200 });
    m1 = session.parties.a.masking_number.slice(3);
    m2 = session.parties.b.masking_number.slice(3);
  });
  after(() => world.close());

  const call = (to: string, from: string, more: Record<string, string> = {}): Promise<VobizReply> =>
    postForm(world, tenant.account.webhookPath, answerEvent(to, from, more));

  const heard = async (reply: VobizReply, pattern: RegExp) => {
    assert.equal(reply.status, 200);
    assert.equal(reply.dial, null);
    assert.match(reply.spoken.join(' '), pattern);
    assert.equal(reply.verbs.at(-1), 'Hangup');
  };

  for (const to of ['0{m}', '91{m}', '+91{m}', '{m}']) {
    it(`is bridged from party a to party b when the carrier writes the DID as ${to}`, async () => {
      const reply = await call(to.replace('{m}', m1), '919800000001');
      assert.equal(reply.status, 200);
      assert.match(reply.contentType, /^application\/xml/);
      assert.equal(reply.dial?.number, B);
      assert.equal(reply.dial?.callerId, `+91${m2}`);
      assert.equal(reply.dial?.timeout, '25');
      assert.equal(reply.dial?.timeLimit, '1200');
      assert.equal(reply.dial?.redirect, 'true');
      assert.match(
        String(reply.dial?.action),
        /^https:\/\/masking\.example\.com\/webhooks\/vobiz\/whk_\w+\/.*\/dial$/,
      );
    });
  }

  for (const from of [
    '919800000002',
    '09800000002',
    '+919800000002',
    '9800000002',
    '00919800000002',
    'sip:919800000002@carrier.example',
  ]) {
    it(`is bridged from party b to party a when the carrier writes the caller as ${from}`, async () => {
      const reply = await call(`0${m2}`, from);
      assert.equal(reply.dial?.number, A);
      assert.equal(reply.dial?.callerId, `+91${m1}`);
    });
  }

  it('is not bridged for a stranger', async () => {
    await heard(await call(`0${m1}`, '919800000003'), /not connected/);
  });

  it('is not bridged when a party dials the number of the other side', async () => {
    await heard(await call(`0${m2}`, '919800000001'), /not connected/);
  });

  for (const from of ['', 'anonymous', 'Restricted', 'unknown', 'sip:user@registrar.vobiz.ai', '12', '😀']) {
    it(`is not bridged for a caller that is ${JSON.stringify(from)}`, async () => {
      await heard(await call(`0${m1}`, from), /not connected/);
    });
  }

  it('is rejected without being answered when the number is nobody’s', async () => {
    const reply = await call('07911111111', '919800000001');
    assert.equal(reply.status, 200);
    assert.deepEqual(reply.verbs, ['Hangup']);
    assert.match(reply.xml, /reason="rejected"/);
  });

  it('is rejected on another account, which has not got this DID', async () => {
    const other = await newTenant(world);
    const reply = await postForm(world, other.account.webhookPath, answerEvent(`0${m1}`, '919800000001'));
    assert.deepEqual(reply.verbs, ['Hangup']);
  });

  it('is rejected when it is one that we placed ourselves', async () => {
    assert.deepEqual((await call(`0${m1}`, '919800000001', { Direction: 'outbound' })).verbs, ['Hangup']);
  });

  it('is rejected unanswered for a stranger when the tenant wants it so', async () => {
    const strict = await newTenant(world, { dids: freshNumbers(2) });
    await apiOf(world, world.operatorToken).patch(`/v1/tenants/${strict.id}`, {
      out_of_session_policy: 'reject',
    });
    const theirs = await newSession(strict, A, B);
    const event = answerEvent(theirs.parties.a.masking_number, '919800000009');
    const reply = await postForm(world, strict.account.webhookPath, event);
    assert.deepEqual(reply.verbs, ['Hangup']);
  });

  it('tells the caller that the service is not available when the tenant is suspended', async () => {
    const other = await newTenant(world, { dids: freshNumbers(2) });
    const theirs = await newSession(other, A, B);
    await apiOf(world, world.operatorToken).patch(`/v1/tenants/${other.id}`, { status: 'suspended' });
    const event = answerEvent(theirs.parties.a.masking_number, '919800000001');
    await heard(await postForm(world, other.account.webhookPath, event), /not available/);
  });

  it('goes only in the direction that the session allows', async () => {
    const other = await newTenant(world, { dids: freshNumbers(2) });
    const theirs = await newSession(other, A, B, { direction: 'a_to_b' });
    const post = (to: string, from: string) =>
      postForm(world, other.account.webhookPath, answerEvent(to, from));
    assert.equal((await post(theirs.parties.a.masking_number, '919800000001')).dial?.number, B);
    await heard(await post(theirs.parties.b.masking_number, '919800000002'), /not possible/);
  });

  it('is never bridged when what the carrier sent fits two sessions', async () => {
    // 6581234567 is a mobile of India and, with its country code, one of Singapore.
    const other = await newTenant(world, { dids: freshNumbers(2) });
    const indian = await newSession(other, '+916581234567', B);
    const m = indian.parties.a.masking_number;
    const post = () => postForm(world, other.account.webhookPath, answerEvent(m, '6581234567'));
    assert.equal((await post()).dial?.number, B);
    const singaporean = await newSession(other, '+6581234567', '+919800000007');
    if (singaporean.parties.a.masking_number !== m) {
      await world.sql(
        `update bindings set did_id = (select id from dids where e164 = $1)
                        where session_id = $2 and side = 'a'`,
        [m, singaporean.id],
      );
    }
    await heard(await post(), /not connected/);
  });

  it('hears that the connection is over after the session ended, and after it expired', async () => {
    const other = await newTenant(world, { dids: freshNumbers(2) });
    const theirs = await newSession(other, A, B);
    const m = theirs.parties.a.masking_number;
    const post = () => postForm(world, other.account.webhookPath, answerEvent(m, '919800000001'));
    assert.equal((await post()).dial?.number, B);
    await world.sql(`update sessions set expires_at = now() - interval '1 second' where id = $1`, [
      theirs.id,
    ]);
    await heard(await post(), /over/);
    const expired = await other.api.post('/v1/routes/explain', { to: m, from: A });
    assert.equal(expired.body.reason, 'session_expired');
    assert.equal((await other.api.post(`/v1/sessions/${theirs.id}/end`, {})).body.status, 'ended');
    await heard(await post(), /over/);
    const ended = await other.api.post('/v1/routes/explain', { to: m, from: A });
    assert.equal(ended.body.reason, 'session_ended');
    assert.equal(ended.body.session, theirs.id);
  });

  it('gets what the explanation says, with a trace, in each case', async () => {
    for (const [to, from, decision, reason] of [
      [m1, A, 'bridge', 'live_binding'],
      [m2, B, 'bridge', 'live_binding'],
      [m1, '9800000003', 'announce', 'caller_not_allowed'],
      [m1, null, 'announce', 'caller_withheld'],
      ['7911111111', A, 'reject', 'unknown_did'],
    ] as const) {
      const reply = await tenant.api.post('/v1/routes/explain', { to, from });
      assert.equal(reply.status, 200, reply.text);
      assert.equal(reply.body.decision, decision);
      assert.equal(reply.body.reason, reason);
      assert.ok(reply.body.trace.length > 0);
      assert.equal(reply.body.session, decision === 'bridge' ? session.id : null);
    }
  });
});
