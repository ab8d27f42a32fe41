import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  answers,
  hangsUp,
  isBusy,
  isOff,
  presses,
  rejects,
  ringsOut,
} from '../../src/features/sandbox/phones.ts';
import { BASE, CALLEE, CALLER, dialXml, M1, M2, openTown, response } from './customer.ts';

const prompt = '<Speak>Connecting.</Speak>';
const order = (town: ReturnType<typeof openTown>) =>
  town.received.map(({ path, fields }) => (path === '/leg' ? fields.Event : path));

describe('a call through a Dial', () => {
  it('tells its events in the documented order, and bills both legs by the pulse', async () => {
    const town = openTown({ '/answer': dialXml(), '/dial': response('<Hangup/>') });
    const call = await town.call();
    assert.deepEqual(order(town), [
      '/answer',
      'DialAnswer',
      'DialConnected',
      'DialHangup',
      '/dial',
      '/hangup',
    ]);
    const [talk] = town.network.journal.conversations();
    assert.deepEqual([talk?.from, talk?.to, talk?.shown, talk?.seconds], [CALLER, CALLEE, M2, 11]);
    const [b, a] = town.network.estate.records;
    assert.deepEqual([a?.uuid, a?.bridgeUuid], [call?.uuid, b?.uuid]);
    assert.deepEqual([b?.talkSeconds, b?.billedSeconds, b?.costMicros], [11, 60, 440_000]);
    assert.equal(town.network.stage.live.size, 0);
    assert.deepEqual(town.traps(), []);
  });

  it('tells the action after the Hangup event when the caller hung up, or before it by a switch', async () => {
    for (const [actionAfterHangup, last] of [
      [true, ['DialHangup', '/hangup', '/dial']],
      [false, ['DialHangup', '/dial', '/hangup']],
    ] as const) {
      const town = openTown({ '/answer': dialXml() }, { switches: { actionAfterHangup } });
      town.network.phones.set(CALLEE, answers(1));
      await town.call([hangsUp('bridge', 3)]);
      assert.deepEqual(order(town).slice(-3), last);
      assert.equal(town.at('/hangup')[0]?.HangupSource, 'Caller');
      assert.equal(town.at('/leg').at(-1)?.DialBLegHangupSource, 'Caller');
    }
  });

  for (const [title, reactions, status, code] of [
    ['busy', isBusy(), 'busy', '3010'],
    ['a refusal', rejects(), 'failed', '3020'],
    ['a phone that is off', isOff(), 'failed', '2010'],
    ['nobody', ringsOut(), 'no-answer', '6010'],
  ] as const) {
    it(`says ${status} for ${title}`, async () => {
      const town = openTown({ '/answer': dialXml() });
      town.network.phones.set(CALLEE, reactions);
      await town.call();
      assert.equal(town.at('/dial')[0]?.DialStatus, status);
      assert.equal(town.at('/leg')[0]?.DialBLegHangupCauseCode, code);
      assert.deepEqual(town.network.journal.conversations(), []);
    });
  }

  for (const [title, number, code] of [
    ['a number that nobody has', '+919800000099', '2000'],
    ['a masking number', M1, '2060'],
    ['a number outside India', '+14155550100', '2070'],
  ] as const) {
    it(`ends the leg with ${code} for ${title}`, async () => {
      const town = openTown({ '/answer': dialXml('', number) });
      await town.call();
      assert.equal(town.at('/leg')[0]?.DialBLegHangupCauseCode, code);
      assert.equal(town.at('/dial')[0]?.DialStatus, 'failed');
    });
  }

  it('needs two channels, and ends with 5030 when there is one', async () => {
    const town = openTown({ '/answer': dialXml() }, { account: { channels: 1 } });
    await town.call();
    assert.equal(town.at('/leg')[0]?.DialBLegHangupCauseCode, '5030');
  });

  it('never lets out a leg with a number that the account has not got', async () => {
    for (const callerId of ['+917999999999', '07900000001', 'anonymous']) {
      const town = openTown({ '/answer': dialXml().replace(M2, callerId) });
      await town.call();
      assert.deepEqual(town.at('/leg'), []);
      assert.deepEqual(town.traps(), ['stranger_caller_id']);
      assert.deepEqual([town.at('/dial')[0]?.DialStatus, town.at('/dial')[0]?.DialBLegUUID], ['failed', '']);
    }
  });

  it('shows the caller itself when no callerId is set, which is noted', async () => {
    const town = openTown({ '/answer': dialXml().replace(`callerId="${M2}"`, '') });
    await town.call();
    assert.equal(town.network.journal.conversations()[0]?.shown, CALLER);
    assert.deepEqual(town.traps(), ['caller_id_from_a_leg']);
  });

  it('fails as the first verb, or works, by a switch', async () => {
    for (const [bareDial, status] of [
      ['fails', 'failed'],
      ['works', 'completed'],
    ] as const) {
      const town = openTown({ '/answer': dialXml('', CALLEE, '') }, { switches: { bareDial } });
      await town.call();
      assert.equal(town.at('/dial')[0]?.DialStatus, status);
      assert.deepEqual(town.traps(), ['bare_dial']);
    }
  });

  it('asks the answer URL again when it has no action', async () => {
    let asked = 0;
    const bare = response(`${prompt}<Dial callerId="${M2}"><Number>${CALLEE}</Number></Dial>`);
    const answer = () => {
      asked += 1;
      return asked < 3 ? bare : response('<Hangup/>');
    };
    const town = openTown({ '/answer': answer });
    await town.call();
    assert.equal(asked, 3);
    assert.equal(town.network.journal.conversations().length, 2, 'it rang twice');
    const next = openTown({ '/answer': bare }, { switches: { dialWithoutAction: 'next' } });
    await next.call();
    assert.equal(next.at('/answer').length, 1);
  });

  it('is busy falsely with a Record inside it', async () => {
    const nested = dialXml('', `${CALLEE}</Number><Record/><Number>+919800000003`);
    const town = openTown({ '/answer': nested });
    await town.call();
    assert.equal(town.at('/dial')[0]?.DialStatus, 'busy');
    assert.ok(town.traps().includes('nested_record'));
  });

  it('ends at its time limit with 6000, and goes on with the action', async () => {
    const town = openTown({ '/answer': dialXml().replace('timeLimit="3600"', 'timeLimit="20"') });
    town.network.phones.set(CALLEE, answers(1));
    await town.call();
    assert.equal(town.at('/leg').at(-1)?.DialBLegHangupCauseCode, '6000');
    assert.equal(town.at('/dial')[0]?.DialStatus, 'completed');
    assert.equal(town.network.journal.conversations()[0]?.seconds, 20);
  });

  it('whispers before it connects, and takes a key for an answer', async () => {
    const asking = dialXml(`confirmSound="${BASE}/whisper" confirmKey="1" confirmTimeout="5"`);
    const sound = response('<Speak>A delivery call. Press 1.</Speak>');
    const agrees = openTown({ '/answer': asking, '/whisper': sound });
    agrees.network.phones.set(CALLEE, [...answers(2, 10), presses('51')]);
    await agrees.call();
    assert.equal(agrees.network.journal.conversations().length, 1);
    const refuses = openTown({ '/answer': asking, '/whisper': sound });
    refuses.network.phones.set(CALLEE, [...answers(2, 10), presses('5')]);
    await refuses.call();
    assert.equal(refuses.network.journal.conversations().length, 0);
    assert.equal(refuses.at('/leg').at(-1)?.DialBLegHangupCauseCode, '9110');
    const wrong = openTown({ '/answer': asking, '/whisper': response('<Hangup/>') });
    await wrong.call();
    assert.ok(wrong.traps().includes('whisper_not_a_prompt'));
  });

  it('ends with a star where that is allowed', async () => {
    const town = openTown({ '/answer': dialXml('hangupOnStar="true"') });
    town.network.phones.set(CALLEE, answers(1));
    await town.call([presses('*', 'bridge', 4)]);
    assert.equal(town.network.journal.conversations()[0]?.seconds, 4);
    assert.equal(town.at('/dial')[0]?.DialStatus, 'completed');
  });

  it('finds a phone that is already in a call busy', async () => {
    const town = openTown({ '/answer': dialXml() });
    town.network.phones.set(CALLEE, answers(1));
    town.network.phones.set('+919800000005', []);
    town.network.dial({ from: '+919800000005', to: M1, reactions: [hangsUp('bridge', 60)] });
    await town.clock.advance(10_000);
    await town.call();
    assert.ok(town.at('/leg').some(({ DialBLegHangupCauseCode }) => DialBLegHangupCauseCode === '3010'));
  });
});

describe('a call that', () => {
  it('nobody can deliver is not announced, and the journal says why', async () => {
    const reasons: string[] = [];
    for (const spoil of [
      (town: ReturnType<typeof openTown>) => town.network.estate.numbers.delete(M1),
      (town: ReturnType<typeof openTown>) =>
        Object.assign(town.network.estate.numbers.get(M1) ?? {}, { application: null }),
      (town: ReturnType<typeof openTown>) =>
        Object.assign(town.network.estate.numbers.get(M1) ?? {}, { isTrial: true }),
      (town: ReturnType<typeof openTown>) => Object.assign(town.account, { channels: 0 }),
      (town: ReturnType<typeof openTown>) => Object.assign(town.account, { balanceMicros: 0 }),
    ]) {
      const town = openTown();
      spoil(town);
      assert.equal(await town.call(), null);
      assert.equal(town.received.length, 0);
      const [entry] = town.network.journal.entries();
      reasons.push(entry?.what === 'not_delivered' ? entry.why : '');
    }
    assert.deepEqual(reasons, ['no_number', 'no_application', 'no_number', 'no_channel', 'no_credit']);
  });

  it('is rejected costs nothing', async () => {
    const town = openTown({ '/answer': response('<Hangup reason="busy"/>') });
    await town.call();
    const [hangup] = town.at('/hangup');
    assert.deepEqual([hangup?.CallStatus, hangup?.AnswerTime, hangup?.BillDuration], ['busy', '', '0']);
    assert.equal(town.network.estate.records[0]?.costMicros, 0);
  });

  it('has no hangup URL tells its end at the answer URL', async () => {
    const town = openTown({}, { application: { hangupUrl: null } });
    await town.call();
    assert.deepEqual(
      town.at('/answer').map(({ Event }) => Event),
      ['StartApp', 'Hangup'],
    );
  });

  it('is asked for by GET has its fields in the query', async () => {
    const town = openTown({}, { application: { answerMethod: 'GET' } });
    await town.call();
    assert.equal(town.received[0]?.method, 'GET');
  });

  it('gets an empty document ends with 4010, or goes on, by a switch', async () => {
    const ends = openTown();
    await ends.call();
    assert.equal(ends.at('/hangup')[0]?.HangupCauseCode, '4010');
    const goesOn = openTown({}, { switches: { emptyResponse: 'continues' } });
    await goesOn.call([hangsUp('answer', 30)]);
    assert.equal(goesOn.at('/hangup')[0]?.Duration, '30');
  });

  it('finds nobody at the answer URL is tried again three times, then at the fallback, then ends with 7011', async () => {
    const town = openTown(
      { '/answer': { status: 503 }, '/fallback': { outcome: 'unreachable' } },
      { application: { fallbackUrl: `${BASE}/fallback` } },
    );
    await town.call();
    assert.equal(town.at('/answer').length, 4);
    assert.equal(town.at('/fallback').length, 4);
    const [hangup] = town.at('/hangup');
    assert.deepEqual([hangup?.HangupCauseCode, hangup?.AnswerTime], ['7011', '']);
  });

  it('waits for an answer that is too late ends with its own time spent', async () => {
    const town = openTown({ '/answer': { outcome: 'timed_out' } });
    const began = town.clock.now();
    await town.call();
    assert.equal(town.at('/hangup')[0]?.HangupCauseCode, '7011');
    assert.ok(town.clock.now() - began >= 40_000, 'four times 10 s');
    const gone = openTown({ '/answer': { outcome: 'timed_out' } });
    await gone.call([hangsUp('ring', 5)]);
    assert.equal(gone.at('/hangup')[0]?.HangupSource, 'Caller');
  });

  it('is recorded without a length stops after a minute, which is noted', async () => {
    const record = `<Record recordSession="true" callbackUrl="${BASE}/recorded"/>`;
    const town = openTown({ '/answer': response(`${record}<Wait length="300"/>`) });
    await town.call();
    const [recorded] = town.at('/recorded');
    assert.deepEqual([recorded?.RecordingDuration, recorded?.RecordingEndReason], ['60', 'maxLength']);
    assert.ok(town.traps().includes('default_record_length'));
  });

  it('gathers keys until the finishing one, and notes a Gather that logs them', async () => {
    const gather = (more: string) => response(`<Gather action="${BASE}/pin" ${more}/>`);
    const town = openTown({ '/answer': gather('log="false"') });
    await town.call([presses('12#34')]);
    assert.equal(town.at('/pin')[0]?.Digits, '12');
    assert.deepEqual(town.traps(), []);
    const slow = openTown({ '/answer': gather('digitEndTimeout="2"') });
    await slow.call([presses('1'), presses('2', 'ask', 9)]);
    assert.equal(slow.at('/pin')[0]?.Digits, '1');
    assert.ok(slow.traps().includes('gather_logs_digits'));
  });

  it('leads from document to document for ever is ended', async () => {
    const town = openTown({ '/answer': response(`<Redirect>${BASE}/answer</Redirect>`) });
    await town.call();
    assert.ok(town.traps().includes('endless_documents'));
    assert.equal(town.network.stage.live.size, 0);
  });
});
