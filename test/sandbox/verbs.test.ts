import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answers, hangsUp, presses } from '../../src/features/sandbox/phones.ts';
import { BASE, CALLEE, dialXml, M1, openTown, response } from './customer.ts';

type Town = ReturnType<typeof openTown>;
const heard = (town: Town) =>
  town.network.journal.entries().flatMap((entry) => (entry.what === 'heard' ? [entry.text] : []));
const durationOf = (town: Town) => Number(town.at('/hangup')[0]?.Duration);

describe('a verb:', () => {
  it('Speak and Play answer the call, and are heard in order', async () => {
    const town = openTown({
      '/answer': response('<Speak loop="2">Hello &amp; welcome.</Speak><Play>https://a.example/a.mp3</Play>'),
    });
    await town.call();
    assert.deepEqual(heard(town), ['Hello & welcome.', 'https://a.example/a.mp3']);
    assert.equal(durationOf(town), 5);
  });

  it('Speak reads markup for the voice as text', async () => {
    const town = openTown({
      '/answer': response('<Speak>One <break time="1s"/><emphasis>two</emphasis></Speak>'),
    });
    await town.call();
    assert.deepEqual(heard(town), ['One two']);
  });

  it('Wait as the first one delays the answer; PreAnswer is heard without it', async () => {
    const town = openTown({
      '/answer': response(
        '<Wait length="5"/><PreAnswer><Speak>Please hold.</Speak></PreAnswer><Hangup reason="busy"/>',
      ),
    });
    await town.call();
    assert.deepEqual(heard(town), ['Please hold.']);
    assert.deepEqual([town.at('/hangup')[0]?.AnswerTime, town.at('/hangup')[0]?.CallStatus], ['', 'busy']);
  });

  it('Hangup with a schedule ends the call while the verbs after it run', async () => {
    const town = openTown({
      '/answer': response('<Speak>Hi.</Speak><Hangup schedule="10"/><Wait length="60"/>'),
    });
    await town.call();
    assert.equal(durationOf(town), 11);
    assert.equal(town.at('/hangup')[0]?.HangupCauseCode, '6000');
  });

  it('Record of a caller ends at a key, is told once, and goes on', async () => {
    const record = `<Record maxLength="30" callbackUrl="${BASE}/recorded" recordSession="false"/>`;
    const town = openTown({ '/answer': response(`${record}<Speak>Thank you.</Speak>`) });
    await town.call([presses('#', 'answer', 4)]);
    const [recorded, ...again] = town.at('/recorded');
    assert.deepEqual(
      [recorded?.RecordingEndReason, recorded?.RecordingDurationMs],
      ['FinishedOnKey', '4000'],
    );
    assert.equal(again.length, 0);
    assert.deepEqual(heard(town), ['Thank you.']);
  });

  it('Record that waits for the other party begins when they are connected', async () => {
    const record = `<Record recordSession="true" startOnDialAnswer="true" maxLength="600" callbackUrl="${BASE}/recorded"/>`;
    const town = openTown({ '/answer': dialXml('', CALLEE, record), '/dial': response('<Hangup/>') });
    await town.call();
    assert.equal(town.at('/recorded')[0]?.RecordingDuration, '11');
  });

  it('Record whose action answers with a document is noted', async () => {
    const record = `<Record recordSession="true" maxLength="9" action="${BASE}/record"/>`;
    const town = openTown({
      '/answer': response(`${record}<Wait length="3"/>`),
      '/record': response('<Hangup/>'),
    });
    await town.call();
    assert.deepEqual(town.traps(), ['record_action_not_empty']);
  });

  it('Gather without redirect tells its keys and goes on', async () => {
    const gather = `<Gather action="${BASE}/pin" numDigits="2" log="false" redirect="false"/>`;
    const town = openTown({
      '/answer': response(`${gather}<Speak>Next.</Speak>`),
      '/pin': response('<Hangup/>'),
    });
    await town.call([presses('42')]);
    assert.equal(town.at('/pin')[0]?.Digits, '42');
    assert.deepEqual(heard(town), ['Next.']);
  });

  it('Dial tells keys of the other party that match, and sends tones to them', async () => {
    const town = openTown({
      '/answer': dialXml('digitsMatchBLeg="55,7"').replace('<Number>', '<Number sendDigits="w12">'),
    });
    town.network.phones.set(CALLEE, [
      ...answers(1, 20),
      presses('157', 'bridge', 2),
      presses('55', 'bridge', 8),
    ]);
    await town.call();
    const matches = town.at('/leg').filter(({ Event }) => Event === 'DialDigitsMatch');
    assert.deepEqual(
      matches.map((one) => [one.DialDigitsMatch, one.DialDigitsPressedBy]),
      [
        ['7', 'bleg'],
        ['55', 'bleg'],
      ],
    );
    assert.ok(
      town.network.journal.entries().some((one) => one.what === 'tones_sent' && one.digits === 'w12'),
    );
  });

  it('Dial asks for its music', async () => {
    const town = openTown({ '/answer': dialXml(`dialMusic="${BASE}/music"`) });
    await town.call();
    assert.equal(town.at('/music')[0]?.Event, 'DialRemoteSounds');
  });

  it('Conference and Stream tell when they begin and end', async () => {
    const town = openTown({
      '/answer': response(
        `<Stream statusCallbackUrl="${BASE}/stream">wss://a.example/s</Stream>` +
          `<Conference callbackUrl="${BASE}/room" timeLimit="5">room</Conference>` +
          `<DTMF>12</DTMF><Stream keepCallAlive="true" statusCallbackUrl="${BASE}/stream">wss://a.example/s</Stream>`,
      ),
    });
    await town.call([hangsUp('answer', 20)]);
    assert.deepEqual(
      town.at('/room').map(({ Event }) => Event),
      ['ConferenceEnter', 'ConferenceExit'],
    );
    assert.deepEqual(
      town.at('/stream').map(({ Event }) => Event),
      ['StartStream', 'StartStream', 'StopStream'],
    );
  });
});

it('what somebody meant to do later is forgotten when the call ends', async () => {
  const town = openTown({ '/answer': response('<Speak>Bye.</Speak>') });
  const began = town.clock.now();
  town.network.dial({ from: null, to: M1, reactions: [presses('1', 'answer', 9_000)] });
  await town.clock.play();
  assert.ok(town.clock.now() - began < 60_000);
});
