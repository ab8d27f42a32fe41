import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { unseal } from '../../src/crypto/sealing.ts';
import { createKeyRing } from '../../src/features/tenants/key-ring.ts';
import { readTenantId, type TenantId } from '../../src/kernel/ids.ts';
import { apiOf, freshNumbers, newTenant, type Tenant } from '../support/api.ts';
import { calledWith, callFrom, type PlayedCall } from '../support/voice.ts';
import { openWorld, type World } from '../support/world.ts';

const audio = (name: string) => ({ audio_url: `https://cdn.example.com/${name}.mp3` });
const names = ({ elements }: PlayedCall['answer']) => elements.map(({ name }) => name);

describe('a call with voice settings', () => {
  let world: World;
  let tenant: Tenant;
  let tenantId: TenantId;
  let next = 10;
  /** Two people whom nobody knows yet. */
  const pair = () => ({
    a: `+9198000${String(next++).padStart(5, '0')}`,
    b: `+9198000${String(next++).padStart(5, '0')}`,
  });
  before(async () => {
    world = await openWorld();
    tenant = await newTenant(world, { dids: freshNumbers(2) });
    tenantId = readTenantId(tenant.id) ?? tenantId;
  });
  after(() => world.close());

  const called = async (voice: object, more: object = {}) => {
    const phones = pair();
    return { phones, ...(await calledWith(world, tenant, phones, { voice, ...more })) };
  };
  const eventsOf = (id: string, kind: string) =>
    world.sql<any>('select * from call_events where call_id = $1 and kind = $2', [id, kind]);
  const callOf = async (id: string) => (await world.sql<any>('select * from calls where id = $1', [id]))[0];

  it('greets the caller, tells of the recording, records beside the Dial, and then dials', async () => {
    const { phones, session, call } = await called(
      {
        greeting: { a: { text: 'Hello & welcome <a>' }, b: { text: 'Not for you' } },
        record: { enabled: true, format: 'wav' },
      },
      { max_call_seconds: 600, ring_timeout_seconds: 20 },
    );
    assert.deepEqual(names(call.answer), ['Speak', 'Speak', 'Record', 'Dial']);
    assert.deepEqual(call.answer.said[0], 'Hello & welcome <a>');
    assert.match(call.answer.said[1] ?? '', /recorded/);
    const record = call.answer.elements[2]?.attributes ?? {};
    assert.equal(record.fileFormat, 'wav');
    assert.equal(record.recordSession, 'true');
    assert.equal(record.playBeep, 'false');
    assert.ok(Number(record.maxLength) >= 620);
    const dial = call.answer.elements[3];
    assert.equal(dial?.children[0]?.text, phones.b);
    assert.equal(dial?.attributes.callerId, session.parties.b.masking_number);
    assert.match(dial?.attributes.confirmSound ?? '', /\/whisper$/, 'the other party hears of it too');
    const whisper = await call.post('whisper', { Event: 'DialRemoteSounds' });
    assert.match(whisper.said.join(), /recorded/);
  });

  it('says nothing of a recording where both have agreed otherwise', async () => {
    const { call } = await called({ record: { enabled: true, announce_consent: false } });
    assert.deepEqual(names(call.answer), ['Speak', 'Record', 'Dial']);
    assert.match(call.answer.said[0] ?? '', /Connecting/);
    assert.equal(call.answer.elements[2]?.attributes.confirmSound, undefined);
  });

  it('rings at once when nothing is to be said', async () => {
    const { call } = await called({ prelude: 'none' });
    assert.deepEqual(names(call.answer), ['Dial']);
  });

  it('takes from its pool and its tenant what its session does not say, as they are when the call comes', async () => {
    const other = await newTenant(world, { dids: freshNumbers(2) });
    const operator = apiOf(world, world.operatorToken);
    const voice = { language: 'hi-IN', greeting: { a: audio('tenant') }, voicemail: { enabled: true } };
    await operator.patch(`/v1/tenants/${other.id}`, { voice });
    const phones = pair();
    const { session, call } = await calledWith(world, other, phones, {
      voice: { record: { enabled: true } },
    });
    assert.deepEqual(call.answer.said[0], 'https://cdn.example.com/tenant.mp3');
    assert.match(call.answer.said[1] ?? '', /रिकॉर्ड/);
    await other.api.patch('/v1/pools/default', {
      voice: { greeting: { a: audio('pool') }, language: 'en-US' },
    });
    const again = () => callFrom(world, other, session.parties.a.masking_number, phones.a.slice(1));
    const second = await again();
    assert.deepEqual(second.answer.said[0], 'https://cdn.example.com/pool.mp3');
    assert.match(second.answer.said[1] ?? '', /recorded/);
    assert.match(
      (await second.dialEnded('busy')).said[0] ?? '',
      /message/,
      'the rest is still of the tenant',
    );
    await other.api.patch(`/v1/sessions/${session.id}`, { voice: { greeting: { a: null } } });
    const third = await again();
    assert.deepEqual(third.answer.said, ['Connecting your call.'], 'null is nothing, whatever the pool says');
  });

  it('whispers to whoever picks up, with what is known of the session and no phone number', async () => {
    const { call } = await called(
      {
        whisper: {
          b: { text: 'Your {{role}} for {{transaction_ref}}, {{metadata.gate}}{{metadata.phone}}.' },
        },
      },
      { transaction_ref: 'ride-4711', metadata: { gate: 'gate 7 & 8', phone: '+91 98000 99999' } },
    );
    assert.match(call.answer.elements.at(-1)?.attributes.confirmSound ?? '', /\/whisper$/);
    for (let times = 0; times < 2; times += 1) {
      const whisper = await call.post('whisper', { Event: 'DialRemoteSounds' });
      assert.deepEqual(whisper.said, ['Your rider for ride-4711, gate 7 & 8.']);
    }
  });

  it('is cut when its session is over, ringing included, if the tenant says so', async () => {
    const more = { expires_in_seconds: 100, ring_timeout_seconds: 30, max_call_seconds: 3600 };
    const bound = await called({ end_calls_with_session: true, prelude: 'none' }, more);
    const { timeout, timeLimit } = bound.call.answer.elements[0]?.attributes ?? {};
    assert.equal(timeout, '30');
    assert.ok(Number(timeLimit) <= 70 && Number(timeLimit) > 50, String(timeLimit));
    const free = await called({}, more);
    assert.equal(free.call.answer.elements.at(-1)?.attributes.timeLimit, '3600');
    const sliding = await called(
      { end_calls_with_session: true, prelude: 'none' },
      { ...more, sliding_seconds: 500 },
    );
    const slid = Number(sliding.call.answer.elements[0]?.attributes.timeLimit);
    assert.ok(slid <= 470 && slid > 450, `the call itself keeps it open: ${slid}`);
    const grace = await called(
      { end_calls_with_session: true, prelude: 'none' },
      {
        ...more,
        after_end: [
          { seconds: 50, allow: 'none' },
          { seconds: 250, allow: 'both' },
        ],
      },
    );
    await world.sql(`update sessions set expires_at = now() - interval '60 seconds' where id = $1`, [
      grace.session.id,
    ]);
    const late = await callFrom(
      world,
      tenant,
      grace.session.parties.a.masking_number,
      grace.phones.a.slice(1),
    );
    const left = Number(late.answer.elements[0]?.attributes.timeLimit);
    assert.ok(left <= 210 && left > 190, `until its stage is over: ${left}`);
  });

  for (const [status, pattern] of [
    ['busy', /another call/],
    ['no-answer', /does not answer/],
    ['timeout', /does not answer/],
    ['failed', /cannot be reached/],
  ] as const) {
    it(`tells the caller that the other party was not reached: ${status}`, async () => {
      const { call } = await called({});
      const after = await call.dialEnded(status);
      assert.match(after.said.join(), pattern);
      assert.deepEqual(names(after), ['Speak', 'Hangup']);
    });
  }

  it('takes a message when nobody was reached, and none when they have talked', async () => {
    const { call } = await called({ voicemail: { enabled: true, max_seconds: 45 }, language: 'hi-IN' });
    const after = await call.dialEnded('no-answer');
    assert.deepEqual(names(after), ['Speak', 'Record', 'Speak', 'Hangup']);
    assert.match(after.said[0] ?? '', /संदेश/);
    const { maxLength, recordSession, playBeep, callbackUrl } = after.elements[1]?.attributes ?? {};
    assert.deepEqual([maxLength, recordSession, playBeep], ['45', 'false', 'true']);
    assert.match(callbackUrl ?? '', /\/voicemail$/);
    assert.deepEqual(names(await call.dialEnded('completed')), ['Hangup']);
  });

  it('asks for a rating when they have talked, and keeps the first digit from 1 to 5 and nothing else', async () => {
    const { call } = await called({ rating: { enabled: true, prompt: { text: 'One to five?' } } });
    assert.deepEqual(names(await call.dialEnded('cancel')), ['Hangup']);
    const asked = await call.dialEnded('completed');
    assert.deepEqual(names(asked), ['Gather', 'Hangup']);
    assert.deepEqual(asked.said, ['One to five?']);
    assert.equal(asked.elements[0]?.attributes.log, 'false');
    for (const digits of ['', '9', '12', '*']) {
      const reply = await call.post('digits', { InputType: 'dtmf', Digits: digits });
      assert.deepEqual(names(reply), ['Speak', 'Hangup']);
      assert.equal((await callOf(call.id)).rating, null);
    }
    for (const digits of ['4', '1']) await call.post('digits', { InputType: 'dtmf', Digits: digits });
    assert.equal((await tenant.api.get(`/v1/calls/${call.id}`)).body.rating, 4);
    for (const { sealed_payload, event_key, key_version } of await eventsOf(call.id, 'digits')) {
      const keys = await world.container.database.transaction({ as: 'tenant', tenantId }, (unit) =>
        createKeyRing(world.master).version(unit, tenantId, key_version),
      );
      const kept = unseal(keys.dataKey, sealed_payload, `${tenantId}|call_events|${event_key}`).toString();
      assert.match(kept, /InputType/);
      assert.doesNotMatch(kept, /Digits/);
    }
    assert.ok(world.logLines.every((line) => !line.includes('Digits')));
  });

  it("says what is announced in the tenant's own words", async () => {
    const other = await newTenant(world, { dids: freshNumbers(2) });
    const phones = pair();
    const { session } = await calledWith(world, other, phones, { voice: { language: 'ta-IN' } });
    await other.api.put('/v1/announcements', {
      announcements: [
        { key: 'connecting', language: 'ta-IN', ...audio('connecting-ta') },
        { key: 'over', language: 'en-IN', text: 'The <ride> is over.' },
        { key: 'not_connected', language: 'en-IN', text: 'Who are you?' },
      ],
    });
    const m1 = session.parties.a.masking_number;
    const call = await callFrom(world, other, m1, phones.a.slice(1));
    assert.deepEqual(call.answer.said, ['https://cdn.example.com/connecting-ta.mp3']);
    assert.deepEqual((await callFrom(world, other, m1, '919800099999')).answer.said, ['Who are you?']);
    await other.api.post(`/v1/sessions/${session.id}/end`, {});
    assert.deepEqual((await callFrom(world, other, m1, phones.a.slice(1))).answer.said, [
      'The <ride> is over.',
    ]);
  });
});
