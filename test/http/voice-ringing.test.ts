import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { apiOf, freshNumbers, newTenant, type Tenant } from '../support/api.ts';
import { postForm, signatureOf } from '../support/vobiz.ts';
import { calledWith, callFrom, type PlayedCall } from '../support/voice.ts';
import { openWorld, type World } from '../support/world.ts';

const rings = ({ elements }: PlayedCall['answer']) =>
  elements.filter(({ name }) => name === 'Dial').flatMap(({ children }) => children.map(({ text }) => text));
const dialOf = ({ elements }: PlayedCall['answer']) =>
  elements.find(({ name }) => name === 'Dial')?.attributes ?? {};

describe('a party with several phones', () => {
  let world: World;
  let tenant: Tenant;
  let next = 10;
  const phone = () => `+9198001${String(next++).padStart(5, '0')}`;
  before(async () => {
    world = await openWorld();
    tenant = await newTenant(world, { dids: freshNumbers(2) });
  });
  after(() => world.close());

  const called = async (voice: object, more: object = {}, of: Tenant = tenant) => {
    const phones = { a: phone(), b: [phone(), phone(), phone()] };
    return { phones, ...(await calledWith(world, of, phones, { voice, ...more })) };
  };

  it('is rung one phone after the other, each for its time, until none is left', async () => {
    const { phones, session, call } = await called({ ring: { timeout_seconds: 12 } });
    assert.deepEqual(rings(call.answer), [phones.b[0]]);
    assert.equal(dialOf(call.answer).timeout, '12');
    let reply = await call.dialEnded('busy');
    for (const [place, status] of [
      [1, 'no-answer'],
      [2, 'failed'],
    ] as const) {
      assert.deepEqual(
        reply.elements.map(({ name }) => name),
        ['Dial'],
      );
      assert.deepEqual(rings(reply), [phones.b[place]]);
      const dial = dialOf(reply);
      assert.equal(dial.callerId, session.parties.b.masking_number);
      assert.equal(dial.timeout, '12');
      assert.match(dial.action ?? '', new RegExp(`/dial-${place + 1}$`));
      assert.match(dial.callbackUrl ?? '', new RegExp(`/leg-${place + 1}$`));
      reply = await call.dialEnded(status, `dial-${place + 1}`);
    }
    assert.match(reply.said.join(), /cannot be reached/);
    assert.deepEqual(rings(reply), []);
  });

  it('is rung at all phones at once when the tenant says so, and then at none again', async () => {
    const { phones, call } = await called({ ring: { mode: 'parallel' }, voicemail: { enabled: true } });
    assert.deepEqual(rings(call.answer), phones.b);
    const after = await call.dialEnded('no-answer');
    assert.match(after.said.join(), /message/);
  });

  it('is rung no further when somebody has answered, or the caller has hung up', async () => {
    for (const status of ['completed', 'cancel']) {
      const { call } = await called({});
      assert.deepEqual(rings(await call.dialEnded(status)), []);
    }
    const { call } = await called({});
    assert.deepEqual(rings(await call.dialEnded('busy', 'dial', { CallStatus: 'completed' })), []);
    await postForm(world, tenant.account.webhookPath, {
      Event: 'Hangup',
      CallUUID: call.uuid,
      CallStatus: 'completed',
      Direction: 'inbound',
      Duration: '3',
    });
    assert.deepEqual(
      rings(await call.dialEnded('busy')),
      [],
      'the hangup has come before the end of the Dial',
    );
  });

  it('is rung no further when its session is over by then, and the caller hears why', async () => {
    const ended = await called({});
    await tenant.api.post(`/v1/sessions/${ended.session.id}/end`, {});
    const afterEnd = await ended.call.dialEnded('busy');
    assert.deepEqual(rings(afterEnd), []);
    assert.match(afterEnd.said.join(), /is over/);
    const expired = await called({});
    await world.sql(`update sessions set expires_at = now() where id = $1`, [expired.session.id]);
    assert.deepEqual(rings(await expired.call.dialEnded('busy')), []);
  });

  it('is rung no further for a call of a session whose numbers another session has by now', async () => {
    const other = await newTenant(world, { dids: freshNumbers(2) });
    const before = await called({}, { cooling_seconds: 0 }, other);
    await other.api.post(`/v1/sessions/${before.session.id}/end`, {});
    const phones = { a: before.phones.a, b: [phone(), phone()] };
    const m1 = before.session.parties.a.masking_number;
    const { call } = await calledWith(world, other, phones, { allocation: { required_dids: { a: [m1] } } });
    assert.deepEqual(rings(call.answer), [phones.b[0]]);
    const late = await before.call.dialEnded('busy');
    assert.deepEqual(rings(late), []);
    assert.match(late.said.join(), /is over/);
  });

  it('is rung no further for a suspended tenant, in another direction, or under a number that is not in service', async () => {
    const other = await newTenant(world, { dids: freshNumbers(2) });
    const first = await called({}, {}, other);
    await other.api.patch(`/v1/sessions/${first.session.id}`, { direction: 'b_to_a' });
    assert.deepEqual(rings(await first.call.dialEnded('busy')), []);
    const second = await called({}, {}, other);
    await world.sql(`update dids set status = 'retired' where e164 = $1`, [
      second.session.parties.b.masking_number,
    ]);
    assert.deepEqual(rings(await second.call.dialEnded('busy')), []);
    await world.sql(`update dids set status = 'active' where e164 = $1`, [
      second.session.parties.b.masking_number,
    ]);
    assert.deepEqual(rings(await second.call.dialEnded('busy')), [second.phones.b[1]]);
    await apiOf(world, world.operatorToken).patch(`/v1/tenants/${other.id}`, { status: 'suspended' });
    assert.deepEqual(rings(await second.call.dialEnded('busy', 'dial-2')), []);
  });

  it('is rung further though the call was the last that its session allows', async () => {
    const { phones, session, call } = await called({}, { max_calls: 1 });
    assert.deepEqual(rings(await call.dialEnded('busy')), [phones.b[1]]);
    const again = await callFrom(world, tenant, session.parties.a.masking_number, phones.a.slice(1));
    assert.deepEqual(rings(again.answer), []);
  });

  it('is rung by its phones as they are when their turn comes', async () => {
    const { phones, session, call } = await called({});
    const other = phone();
    await tenant.api.patch(`/v1/sessions/${session.id}`, {
      parties: { b: { phones: [phones.b[0], other] } },
    });
    assert.deepEqual(rings(await call.dialEnded('busy')), [other]);
    assert.deepEqual(rings(await call.dialEnded('busy', 'dial-2')), []);
  });

  it('is not rung by an event of another kind at the same URL, nor at a URL that no document has', async () => {
    const { call } = await called({});
    for (const Event of ['Hangup', 'DialHangup', 'SomethingNew']) {
      assert.deepEqual(rings(await call.post('dial', { Event, DialBLegUUID: 'x' })), []);
    }
    for (const path of ['dial-1', 'dial-11', 'dial-02', 'leg-0', 'dial-2x', 'other', 'whisper-2']) {
      assert.equal((await call.dialEnded('busy', path)).status, 404, path);
    }
  });

  it('has each of these URLs signed by its own path', async () => {
    const strict = await newTenant(world, { dids: freshNumbers(2), signatureMode: 'required' });
    const phones = { a: phone(), b: [phone(), phone()] };
    const { call } = await calledWith(world, strict, phones, { voice: {} });
    assert.equal(call.answer.status, 403, 'the call itself was not signed');
    const base = `${strict.account.webhookPath}/tenants/${strict.id}/calls/call_${'0'.repeat(32)}`;
    for (const path of ['dial', 'dial-2', 'leg-2', 'whisper', 'digits', 'record', 'voicemail']) {
      const fields = { Event: 'Redirect', CallUUID: 'x', DialStatus: 'busy' };
      assert.equal((await postForm(world, `${base}/${path}`, fields)).status, 403, path);
      const elsewhere = signatureOf(`${world.publicUrl}${base}/leg`, 'test_token');
      assert.equal((await postForm(world, `${base}/${path}`, fields, elsewhere)).status, 403, path);
      const signed = signatureOf(`${world.publicUrl}${base}/${path}`, 'test_token');
      assert.equal((await postForm(world, `${base}/${path}`, fields, signed)).status, 404, path);
    }
  });
});
