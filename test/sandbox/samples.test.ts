import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { recordCall, transferCall } from '../../src/features/sandbox/live-calls.ts';
import { placeCall } from '../../src/features/sandbox/outbound.ts';
import { answers, hangsUp, isBusy, presses, ringsOut } from '../../src/features/sandbox/phones.ts';
import { BASE, CALLEE, dialXml, M1, M2, openTown, response } from './customer.ts';
import { inlineSample, samplesOf } from './samples/read-samples.ts';

const CALL = '11111111-2222-3333-4444-555555555555';
const LEG = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';
const RECORDING = '99999999-0000-1111-2222-333333333333';
const OUTBOUND = '66666666-0000-1111-2222-333333333333';

/** The ids that the record uses, in the order in which a call needs them. */
function idsOf(...ids: string[]) {
  const left = [...ids];
  return () => left.shift() ?? '00000000-0000-0000-0000-000000000000';
}

const sampleOf = (section: string, place = 0) => samplesOf(section)[place];

type Payload = Record<string, string | undefined>;

/** The same fields and no others, and every value that the record gives. */
function isSample(seen: Payload | undefined, sample: Payload | undefined): void {
  assert.ok(seen, 'it was never sent');
  assert.ok(sample);
  assert.deepEqual(Object.keys(seen).sort(), Object.keys(sample).sort());
  const given = Object.keys(sample).filter((name) => sample[name] !== undefined);
  for (const name of given) assert.equal(seen[name], sample[name], name);
}

const legIds = () => idsOf(CALL, LEG);
const prompt = '<Speak>Connecting.</Speak>';

describe('the double sends what the record of samples has:', () => {
  it('1, the answer event of an incoming call, and each variant of its numbers', async () => {
    const town = openTown({ '/answer': response('<Hangup reason="rejected"/>') }, { nextId: legIds() });
    await town.call();
    isSample(town.at('/answer')[0], samplesOf('1.')[0]);

    for (const [to, text] of [
      ['digits', '917900000000'],
      ['e164', '+917900000000'],
      ['bare', '7900000000'],
    ] as const) {
      const other = openTown({}, { switches: { to } });
      await other.call();
      assert.equal(other.at('/answer')[0]?.To, text);
    }
    for (const [from, text] of [
      ['national', '09800000001'],
      ['e164', '+919800000001'],
      ['sip', 'sip:919800000001@registrar.vobiz.ai'],
    ] as const) {
      const other = openTown({}, { switches: { from } });
      await other.call();
      assert.equal(other.at('/answer')[0]?.From, text);
    }
    const other = openTown({}, { switches: { routeType: 'Not_Domestic' } });
    other.network.dial({ from: null, to: '+917900000000', forwardedFrom: '919800000009' });
    await other.clock.play();
    const [withheld] = other.at('/answer');
    assert.equal(withheld?.From, '');
    assert.equal(withheld?.RouteType, 'Not_Domestic');
    assert.equal(withheld?.ForwardedFrom, '919800000009');
  });

  it('3, the events of a leg: answered, connected, a key, hung up, busy, not answered, a lost race', async () => {
    const samples = samplesOf('3.');
    const town = openTown(
      { '/answer': dialXml('digitsMatch="9"', CALLEE, '<Wait length="3"/><Speak>Connecting.</Speak>') },
      { nextId: legIds(), switches: { bareDial: 'works' } },
    );
    town.network.phones.set(CALLEE, answers(7, 11));
    // The leg starts at 11:37:38 Indian time, is picked up 7 s later, and they talk for 11 s.
    await town.call([presses('9', 'bridge', 2)]);
    const [answer, connected, digits, hangup] = town.at('/leg');
    isSample(answer, samples[0]);
    isSample(connected, {
      ...samples[0],
      Event: 'DialConnected',
      DialAction: 'connected',
      DialBLegStatus: 'connected',
    });
    const { DialBLegStatus: _none, ...withoutStatus } = samples[0] ?? {};
    isSample(digits, {
      ...withoutStatus,
      ...inlineSample('Event=DialDigitsMatch'),
    });
    isSample(hangup, samples[1]);
  });

  for (const [title, reactions, start] of [
    ['busy', isBusy(), 'DialBLegHangupCause=USER_BUSY'],
    ['not answered', ringsOut(), 'DialBLegHangupCause=NO_ANSWER'],
  ] as const) {
    it(`3, a leg that is ${title}`, async () => {
      const town = openTown({ '/answer': dialXml('', CALLEE, prompt) });
      town.network.phones.set(CALLEE, reactions);
      await town.call();
      const [hangup, ...others] = town.at('/leg');
      assert.equal(others.length, 0);
      for (const [name, value] of Object.entries(inlineSample(start)))
        assert.equal(hangup?.[name], value, name);
      assert.equal(hangup?.AnswerTime, '');
    });
  }

  it('3, a leg that lost the race', async () => {
    const town = openTown({
      '/answer': dialXml('', `${CALLEE}</Number><Number>+919800000003`, prompt),
    });
    town.network.phones.set(CALLEE, answers(9));
    town.network.phones.set('+919800000003', answers(2, 5));
    await town.call();
    const lost = town
      .at('/leg')
      .find(({ DialBLegPosition, Event }) => DialBLegPosition === '1' && Event === 'DialHangup');
    for (const [name, value] of Object.entries(inlineSample('DialBLegHangupCause=LOSE_RACE')))
      assert.equal(lost?.[name], value, name);
    const winner = town.at('/leg').filter(({ Event }) => Event === 'DialConnected');
    assert.deepEqual(
      winner.map(({ DialBLegPosition }) => DialBLegPosition),
      ['2'],
    );
  });

  it('4, the Dial action, and each variant of it', async () => {
    const [sample] = samplesOf('4.');
    const town = openTown({ '/answer': dialXml('', CALLEE, prompt) }, { nextId: legIds() });
    await town.call();
    isSample(town.at('/dial')[0], sample);

    for (const [variant, reactions, switches] of [
      ['DialStatus=busy&', isBusy(), {}],
      ['DialStatus=no-answer&', ringsOut(), {}],
      ['DialStatus=timeout', ringsOut(), { unansweredStatus: 'timeout' }],
      ['Event=DialAction', answers(1, 1), { dialActionEvent: 'dial_action' }],
      ['DialBLegUUID=', answers(1, 1), { dialActionLeg: 'empty' }],
    ] as const) {
      const other = openTown({ '/answer': dialXml('', CALLEE, prompt) }, { switches });
      other.network.phones.set(CALLEE, reactions);
      await other.call();
      const [action] = other.at('/dial');
      for (const [name, value] of Object.entries(inlineSample(variant)))
        assert.equal(action?.[name], value, `${variant}: ${name}`);
    }
    const bare = openTown({ '/answer': dialXml('', CALLEE, '') });
    await bare.call();
    for (const [name, value] of Object.entries(inlineSample('DialStatus=failed&')))
      assert.equal(bare.at('/dial')[0]?.[name], value, name);
    const cancelled = openTown({ '/answer': dialXml('', CALLEE, prompt) });
    await cancelled.call([hangsUp('answer', 2)]);
    assert.equal(cancelled.at('/dial')[0]?.DialStatus, 'cancel');
    const late = openTown({ '/answer': dialXml('', CALLEE, prompt) });
    late.network.phones.set(CALLEE, answers(1));
    await late.call([hangsUp('bridge', 5)]);
    assert.deepEqual(late.received.map(({ path }) => path).slice(-3), ['/leg', '/hangup', '/dial']);
    assert.equal(late.at('/dial')[0]?.CallStatus, 'completed');
    assert.equal(late.at('/dial')[0]?.DialStatus, 'completed');
  });

  it('5, the Hangup event of an answered call, and of one that was not', async () => {
    const [sample] = samplesOf('5.');
    // Answered after a second, and hung up by the document 11 s later.
    const town = openTown(
      { '/answer': response('<Play>https://a.example/a.mp3</Play><Wait length="8"/><Hangup/>') },
      { nextId: legIds() },
    );
    await town.call();
    const [hangup] = town.at('/hangup');
    assert.equal(hangup?.Duration, '11');
    const starting = { AnswerTime: '2026-06-08 11:37:34', EndTime: '2026-06-08 11:37:45' };
    isSample(hangup, { ...sample, ...starting });

    const exact = openTown(
      {
        '/answer': response(
          '<Wait length="1"/><Play>https://a.example/a.mp3</Play><Wait length="8"/><Hangup/>',
        ),
      },
      { nextId: legIds() },
    );
    await exact.call();
    isSample(exact.at('/hangup')[0], sample);

    const unanswered = openTown({ '/answer': response('<Wait length="60"/>') });
    await unanswered.call([hangsUp('ring', 5)]);
    const [ended] = unanswered.at('/hangup');
    assert.equal(ended?.CallStatus, 'cancel');
    assert.deepEqual([ended?.AnswerTime, ended?.Duration, ended?.BillDuration], ['', '0', '0']);
  });

  it('6, a recording: its start, its end, and the older name of its URL', async () => {
    const [start, stop] = samplesOf('6.');
    const record =
      `<Record recordSession="true" redirect="false" playBeep="false" maxLength="3600" action="${BASE}/record" ` +
      `callbackUrl="${BASE}/recorded"/>`;
    const town = openTown(
      { '/answer': response(`<Wait length="1"/>${record}<Wait length="60"/>`) },
      { nextId: idsOf(CALL, RECORDING) },
    );
    // The recording begins 1.5 s after the call, at 06:07:37 UTC.
    await town.clock.play(1780898857000 - 1_500);
    await town.call([hangsUp('answer', 11.02)]);
    isSample(town.at('/record')[0], start);
    isSample(town.at('/recorded')[0], stop);
    assert.deepEqual(
      town.received.map(({ path }) => path),
      ['/answer', '/record', '/hangup', '/recorded'],
    );

    const older = openTown({ '/answer': response(record) }, { switches: { recordUrlField: 'RecordFile' } });
    await older.call();
    assert.match(older.at('/recorded')[0]?.RecordFile ?? '', /^https:\/\/media\.vobiz\.ai\/.*\.mp3$/);
  });

  it('7, the keys that a caller pressed, and none', async () => {
    const [sample] = samplesOf('7.');
    const gather = `<Gather action="${BASE}/pin" numDigits="4" executionTimeout="15" log="false"><Speak>Your code?</Speak></Gather>`;
    const town = openTown({ '/answer': response(gather) }, { nextId: legIds() });
    await town.call([presses('4821')]);
    isSample(town.at('/pin')[0], sample);

    const silent = openTown({ '/answer': response(`${gather}<Hangup/>`) });
    await silent.call();
    assert.equal(silent.at('/pin').length, 0, 'the next element runs');
    const posting = openTown({ '/answer': response(gather) }, { switches: { gatherNoInput: 'post_empty' } });
    await posting.call();
    assert.equal(posting.at('/pin')[0]?.Digits, '');
  });

  it('8, a redirect and a fetch of sounds', async () => {
    const town = openTown(
      {
        '/answer': response(`<Redirect>${BASE}/next</Redirect>`),
        '/next': dialXml(`confirmSound="${BASE}/whisper"`, CALLEE, prompt),
        '/whisper': response('<Speak>A call for you.</Speak>'),
      },
      { nextId: legIds() },
    );
    await town.call();
    isSample(town.at('/next')[0], inlineSample('Event=Redirect&CallUUID=…'));
    isSample(town.at('/whisper')[0], inlineSample('Event=DialRemoteSounds'));
    assert.equal(town.network.journal.conversations()[0]?.shown, M2);
  });

  /** A call that the customer asked for, at 06:10:00 UTC. */
  const outbound = async (talksSeconds: number) => {
    const wait = response('<Wait length="60"/>');
    const town = openTown({ '/answer': wait, '/moved': wait }, { nextId: idsOf(OUTBOUND, RECORDING) });
    town.network.phones.set(CALLEE, [...answers(4), hangsUp('answer', talksSeconds)]);
    await town.clock.play(Date.parse('2026-06-08T06:10:00Z'));
    const target = (path: string) => ({ url: `${BASE}${path}`, method: 'POST' }) as const;
    const call = placeCall(town.network, {
      account: town.account,
      from: M1,
      to: CALLEE,
      urls: { answer: target('/answer'), hangup: target('/hangup'), ring: target('/ring'), fallback: null },
      ringSeconds: 30,
      limitSeconds: 3_600,
      machine: null,
      sipHeaders: {},
    });
    return { ...town, call };
  };

  it('2, 5 and 8, the answer, Hangup and Ring events of a call that the customer asked for', async () => {
    const town = await outbound(11);
    await town.clock.play();
    isSample(town.at('/answer')[0], sampleOf('2.'));
    isSample(town.at('/ring')[0], inlineSample('Event=Ring&'));
    const { CallerName: _absent, ...inbound } = samplesOf('5.')[0] ?? {};
    const requested = { ALegRequestUUID: OUTBOUND, ALegUUID: OUTBOUND, RequestUUID: OUTBOUND };
    const common = Object.fromEntries(Object.keys(inbound).map((name) => [name, undefined]));
    isSample(town.at('/hangup')[0], {
      ...common,
      ...requested,
      HangupSource: 'Callee',
      BillRate: '0.00000',
      Duration: '11',
    });
  });

  it('6 and 8, a recording that was started over REST, and a transfer', async () => {
    const town = await outbound(12.02);
    await town.clock.advance(5_000);
    const callback = { url: `${BASE}/recorded`, method: 'POST' } as const;
    recordCall(town.network, town.call, { format: 'mp3', mostSeconds: 60, callback });
    transferCall(town.call, { url: `${BASE}/moved`, method: 'POST' }, null);
    await town.clock.play();
    isSample(town.at('/recorded')[0], sampleOf('6.', 2));
    const { Event, ...standard } = town.at('/moved')[0] ?? {};
    assert.equal(Event, inlineSample('Event=Transfer').Event);
    assert.deepEqual(Object.keys(standard).sort(), ['CallStatus', 'CallUUID', 'Direction', 'From', 'To']);
  });
});
