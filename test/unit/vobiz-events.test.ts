import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { eventKey, isOver, readEvent, type VobizEvent } from '../../src/features/vobiz/events.ts';

const CALL = '11111111-2222-3333-4444-555555555555';
const LEG = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';
const RECORDING = '99999999-0000-1111-2222-333333333333';
const RECORDING_URL = `https://media.vobiz.ai/v1/Account/MA_XXXXXXXX/Recording/${RECORDING}.mp3`;

/** As it is on the wire, read as a form parser reads it. */
function sent(body: string, ...more: Record<string, unknown>[]): VobizEvent {
  const form = Object.fromEntries(new URLSearchParams(body.replace(/\n/g, '')));
  return readEvent(Object.assign(form, ...more));
}
/** The expected values; keys that are not named do not matter. */
function has(event: VobizEvent, expected: Record<string, unknown>): void {
  const seen = Object.entries(event).filter(([key]) => Object.hasOwn(expected, key));
  assert.deepEqual(Object.fromEntries(seen), expected);
}
const at = (text: string) => new Date(text);

const ANSWER = `BillRate=0&CallStatus=ringing&CallUUID=${CALL}&CallerName=%2B919800000001&CountryCode=
&Direction=inbound&Event=StartApp&From=919800000001&ParentAuthID=MA_XXXXXXXX&RouteType=&STIRAttestation=Not+Applicable
&STIRVerification=Not+Applicable&SessionStart=2026-06-08+06%3A07%3A34.130248&To=07900000000`;
const STANDARD = `CallUUID=${CALL}&From=919800000001&To=07900000000&Direction=inbound&CallStatus=in-progress`;
const LEG_FIELDS = `CallUUID=${CALL}&DialALegUUID=${CALL}&DialBLegUUID=${LEG}&DialBLegFrom=917900000001
&DialBLegTo=919800000002&DialBLegPosition=1`;
const DIAL_HANGUP = `Event=DialHangup&DialAction=hangup&DialBLegStatus=hangup&${LEG_FIELDS}&DialBLegDuration=11
&DialBLegBillDuration=60&DialBLegHangupCause=NORMAL_CLEARING&DialBLegHangupCauseCode=4000
&DialBLegHangupCauseName=Normal+Hangup&DialBLegHangupSource=Callee&StartTime=2026-06-08+11%3A37%3A38
&AnswerTime=2026-06-08+11%3A37%3A45&EndTime=2026-06-08+11%3A37%3A56&STIRVerification=Not+Applicable`;
const DIAL_ACTION = `Event=Redirect&${STANDARD}&DialStatus=completed&DialRingStatus=true
&DialHangupCause=NORMAL_CLEARING&DialALegUUID=${CALL}&DialBLegUUID=${LEG}`;
const HANGUP = `AnswerTime=2026-06-08+11%3A37%3A35&BillDuration=60&BillRate=0&CallStatus=completed&CallUUID=${CALL}
&CallerName=%2B919800000001&Direction=inbound&Duration=11&EndTime=2026-06-08+11%3A37%3A46&Event=Hangup
&From=919800000001&HangupCause=NORMAL_CLEARING&HangupCauseCode=4000&HangupCauseName=Normal+Hangup
&HangupSource=Answer+XML&ParentAuthID=MA_XXXXXXXX&STIRAttestation=Not+Applicable&STIRVerification=Not+Applicable
&SessionStart=2026-06-08+06%3A07%3A34.130248&StartTime=2026-06-08+11%3A37%3A34&To=07900000000&TotalCost=0.00000`;
const RECORD_STOP = `Event=RecordStop&CallUUID=${CALL}&RecordingID=${RECORDING}
&RecordUrl=${encodeURIComponent(RECORDING_URL)}&RecordingDuration=11&RecordingDurationMs=11020
&RecordingStartMs=1780898857000&RecordingEndMs=1780898868020&RecordingEndReason=HungUp`;
const DIGITS = `${STANDARD}&InputType=dtmf&Digits=4821&Speech=&SpeechConfidenceScore=&BilledAmount=`;

describe('an answer', () => {
  test('of an inbound call has its raw numbers and its start in UTC', () => {
    assert.deepEqual(sent(ANSWER), {
      kind: 'answer',
      callUuid: CALL,
      from: '919800000001',
      to: '07900000000',
      direction: 'inbound',
      callStatus: 'ringing',
      parentAuthId: 'MA_XXXXXXXX',
      forwardedFrom: null,
      sessionStart: at('2026-06-08T06:07:34.130Z'),
      requestUuid: null,
    });
  });

  test('keeps every number form as it came, and none as null', () => {
    for (const number of [
      '917900000000',
      '+917900000000',
      '7900000000',
      'sip:user@registrar.vobiz.ai',
      ' 91790',
    ]) {
      has(sent(ANSWER, { To: number, From: number, ForwardedFrom: number }), {
        kind: 'answer',
        to: number,
        from: number,
        forwardedFrom: number,
      });
    }
    has(sent(ANSWER, { From: '' }), { kind: 'answer', from: null, to: '07900000000' });
  });

  test('of a call that we made names the request', () => {
    const request = '66666666-0000-1111-2222-333333333333';
    const event = sent(`ALegRequestUUID=${request}&ALegUUID=${request}&RequestUUID=${request}&BillRate=0.00000
&CallStatus=in-progress&CallUUID=${request}&Direction=outbound&Event=StartApp&From=917900000000&To=919800000002
&SessionStart=2026-06-08+06%3A10%3A00.000000&ParentAuthID=MA_XXXXXXXX`);
    has(event, { kind: 'answer', direction: 'outbound', callUuid: request, requestUuid: request });
  });

  test('is also a call without an Event that is not over', () => {
    has(sent(STANDARD), { kind: 'answer' });
    has(sent('From=919800000001'), { kind: 'answer', callUuid: null });
    has(sent(STANDARD, { CallStatus: 'completed' }), { kind: 'hangup' });
  });
});

describe('the events of a leg', () => {
  const leg = {
    callUuid: CALL,
    aLegUuid: CALL,
    bLegUuid: LEG,
    bLegFrom: '917900000001',
    bLegTo: '919800000002',
    position: 1,
  };

  test('DialAnswer and DialConnected name both legs', () => {
    has(sent(`Event=DialAnswer&DialAction=answer&DialBLegStatus=answer&${LEG_FIELDS}`), {
      kind: 'dial_answer',
      ...leg,
    });
    has(sent(`Event=DialConnected&DialAction=connected&DialBLegStatus=connected&${LEG_FIELDS}`), {
      kind: 'dial_connected',
      ...leg,
    });
  });

  test('DialDigitsMatch says what was pressed and by whom', () => {
    const pressed = 'DialAction=digits&DialDigitsMatch=9&DialDigitsPressedBy=aleg';
    has(sent(`Event=DialDigitsMatch&${LEG_FIELDS}&${pressed}`), {
      kind: 'dial_digits',
      ...leg,
      digits: '9',
      pressedBy: 'aleg',
    });
  });

  test('DialHangup says how long they talked, and reads its times as Indian', () => {
    has(sent(DIAL_HANGUP), {
      kind: 'dial_hangup',
      ...leg,
      durationSeconds: 11,
      billedSeconds: 60,
      cause: 'NORMAL_CLEARING',
      causeCode: 4000,
      causeName: 'Normal Hangup',
      source: 'Callee',
      startedAt: at('2026-06-08T06:07:38Z'),
      answeredAt: at('2026-06-08T06:07:45Z'),
      endedAt: at('2026-06-08T06:07:56Z'),
    });
  });

  for (const [cause, causeCode] of [
    ['USER_BUSY', 3010],
    ['NO_ANSWER', 6010],
    ['LOSE_RACE', 9000],
  ] as const) {
    test(`DialHangup for ${cause} was never answered`, () => {
      const ending = { DialBLegHangupCause: cause, DialBLegHangupCauseCode: String(causeCode) };
      const unanswered = { DialBLegDuration: '0', DialBLegBillDuration: '0', AnswerTime: '' };
      const expected = { cause, causeCode, durationSeconds: 0, billedSeconds: 0, answeredAt: null };
      has(sent(DIAL_HANGUP, ending, unanswered), expected);
    });
  }
});

describe('a Dial action', () => {
  test('is known by its DialStatus, whatever its Event says', () => {
    const expected = {
      kind: 'dial_action',
      dialStatus: 'completed',
      rang: true,
      cause: 'NORMAL_CLEARING',
      aLegUuid: CALL,
      bLegUuid: LEG,
    };
    has(sent(DIAL_ACTION), expected);
    has(sent(DIAL_ACTION, { Event: 'DialAction' }), expected);
    has(sent(DIAL_ACTION, { Event: '' }), expected);
  });

  test('reads every status, also without a B leg and after the hangup', () => {
    for (const dialStatus of ['busy', 'no-answer', 'timeout', 'cancel', 'failed']) {
      const event = sent(DIAL_ACTION, { DialStatus: dialStatus, DialBLegUUID: '', CallStatus: 'completed' });
      has(event, { kind: 'dial_action', dialStatus, bLegUuid: null, callStatus: 'completed' });
    }
  });
});

describe('a hangup', () => {
  test('has its durations, causes and times; only its session start is UTC', () => {
    has(sent(HANGUP), {
      kind: 'hangup',
      durationSeconds: 11,
      billedSeconds: 60,
      cause: 'NORMAL_CLEARING',
      causeCode: 4000,
      causeName: 'Normal Hangup',
      source: 'Answer XML',
      startedAt: at('2026-06-08T06:07:34Z'),
      answeredAt: at('2026-06-08T06:07:35Z'),
      endedAt: at('2026-06-08T06:07:46Z'),
      sessionStart: at('2026-06-08T06:07:34.130Z'),
    });
  });

  test('of an unanswered call has no answer time', () => {
    for (const callStatus of ['no-answer', 'busy', 'cancel', 'timeout']) {
      const event = sent(HANGUP, {
        CallStatus: callStatus,
        AnswerTime: '',
        Duration: '0',
        BillDuration: '0',
      });
      has(event, { kind: 'hangup', callStatus, answeredAt: null, durationSeconds: 0, billedSeconds: 0 });
      assert.ok(isOver(event.callStatus));
    }
  });

  test('means that the call is over, and no status of a running call does', () => {
    for (const status of ['completed', 'failed', 'Busy', 'canceled']) assert.ok(isOver(status), status);
    for (const status of ['ringing', 'in-progress', '', null]) assert.equal(isOver(status), false);
  });
});

describe('a recording', () => {
  const stopped = {
    kind: 'record_stopped',
    callUuid: CALL,
    recordingId: RECORDING,
    url: RECORDING_URL,
    durationSeconds: 11,
    durationMs: 11020,
    startedAt: at('2026-06-08T06:07:37.000Z'),
    endedAt: at('2026-06-08T06:07:48.020Z'),
  };

  test('starts with its id', () => {
    const event = sent(`Event=Record&RecordingID=${RECORDING}&${STANDARD}`);
    has(event, { kind: 'record_started', recordingId: RECORDING, callUuid: CALL });
  });

  test('ends with its URL, under either name', () => {
    has(sent(RECORD_STOP), { ...stopped, endReason: 'HungUp' });
    has(sent(RECORD_STOP, { RecordUrl: '', RecordFile: RECORDING_URL }), stopped);
  });

  test('that was started over REST ends in snake case and is the same', () => {
    const form = `api_id=x&call_uuid=${CALL}&recording_id=${RECORDING}&record_url=${encodeURIComponent(RECORDING_URL)}
&recording_duration=11&recording_duration_ms=11020&recording_start_ms=1780898857000&recording_end_ms=1780898868020`;
    has(sent(form), { ...stopped, endReason: null });
  });

  test('has no URL when that is no web address or over-long', () => {
    for (const url of ['file:///etc/passwd', '/x.mp3', 'javascript:x', `https://h/${'x'.repeat(2048)}`]) {
      has(sent(RECORD_STOP, { RecordUrl: url }), { kind: 'record_stopped', url: null });
    }
  });
});

describe('other events', () => {
  test('digits are known without an Event, and none pressed is an empty text', () => {
    has(sent(DIGITS), { kind: 'digits', digits: '4821', inputType: 'dtmf', callUuid: CALL });
    has(sent(DIGITS, { Digits: '' }), { kind: 'digits', digits: '' });
    has(sent(DIGITS, { Event: 'Redirect' }), { kind: 'digits', digits: '4821' });
  });

  test('ring, redirect and transfer are told apart; what nobody knows keeps its name', () => {
    has(sent(`Event=Ring&RequestUUID=${CALL}&${STANDARD}`), { kind: 'ring', requestUuid: CALL });
    has(sent(`Event=Redirect&CallerName=x&${STANDARD}`), { kind: 'redirect' });
    has(sent(`Event=Transfer&${STANDARD}`), { kind: 'transfer' });
    has(sent(`Event=DialRemoteSounds&CallUUID=${CALL}`), { kind: 'other', name: 'DialRemoteSounds' });
    has(sent(`Event=constructor&${STANDARD}`), { kind: 'other', name: 'constructor' });
    has(sent(`transcription=hi&recording_id=${RECORDING}&call_uuid=${CALL}`), { kind: 'other', name: null });
  });
});

describe('hostile fields', () => {
  test('a repeated parameter counts once, with its first value', () => {
    has(sent(ANSWER, { From: ['919800000001', 'x'], CallUUID: [CALL, 'x'] }), {
      from: '919800000001',
      callUuid: CALL,
    });
    has(sent(ANSWER, { From: [], To: [['x']], CallUUID: { x: 1 } }), {
      from: null,
      to: null,
      callUuid: null,
    });
  });

  test('an over-long value or one with control characters is missing', () => {
    for (const value of ['9'.repeat(257), '91\u00009800000001', '91\n98', '\ud800']) {
      has(sent(ANSWER, { From: value, To: value }), { from: null, to: null });
    }
  });

  test('a malformed call id is missing', () => {
    for (const id of ['', '../x', 'a b', 'a|b', 'é', 'x'.repeat(129)]) {
      has(sent(ANSWER, { CallUUID: id }), { callUuid: null });
    }
  });

  test('a bad duration is null, never negative and never a guess', () => {
    for (const value of ['', '-1', '1e3', '11s', '0x10', 'NaN', '11.5', '9'.repeat(16)]) {
      has(sent(HANGUP, { Duration: value }), { durationSeconds: null });
    }
    has(sent(HANGUP, { Duration: 11, BillDuration: '60.0' }), { durationSeconds: 11, billedSeconds: 60 });
  });

  test('a bad time is null, and a time with a zone keeps it', () => {
    const bad = [
      '',
      'now',
      '2026-02-30 00:00:00',
      '2026-06-08 24:00:00',
      '2026-13-01 00:00:00',
      '2026-06-08',
    ];
    for (const value of [...bad, '2026-06-08 11:37:38+99:00'])
      has(sent(HANGUP, { EndTime: value }), { endedAt: null });
    for (const value of [
      '2026-06-08T06:07:38Z',
      '2026-06-08 11:37:38+05:30',
      '2026-06-08T01:07:38.000-0500',
    ]) {
      has(sent(HANGUP, { EndTime: value, SessionStart: value }), {
        endedAt: at('2026-06-08T06:07:38Z'),
        sessionStart: at('2026-06-08T06:07:38Z'),
      });
    }
  });

  test('whatever comes, an event is read and has a key or no call', () => {
    const names = [
      ...new URLSearchParams([ANSWER, DIAL_HANGUP, DIAL_ACTION, HANGUP, RECORD_STOP, DIGITS].join('&')),
    ];
    const key = fc.oneof(fc.constantFrom(...names.map(([name]) => name)), fc.string());
    const value = fc.oneof(fc.constantFrom(...names.map(([, known]) => known)), fc.anything());
    fc.assert(
      fc.property(fc.dictionary(key, value), (form) => {
        const event = readEvent(form);
        assert.equal(eventKey(event) === null, event.callUuid === null);
      }),
    );
  });
});

describe('the key of an event', () => {
  const key = (body: string, ...more: Record<string, unknown>[]) => eventKey(sent(body, ...more));

  test('is the same for a repetition, and for the two names of a Dial action', () => {
    assert.equal(key(HANGUP), key(HANGUP));
    assert.equal(key(DIAL_ACTION), key(DIAL_ACTION, { Event: 'DialAction' }));
  });

  test('differs between calls, kinds, legs, positions, recordings, statuses, digits and names', () => {
    const other = '00000000-0000-0000-0000-000000000000';
    const keys = [
      ...[ANSWER, HANGUP, DIAL_HANGUP, DIAL_ACTION, RECORD_STOP, DIGITS].map((body) => key(body)),
      key(`Event=DialAnswer&${LEG_FIELDS}`),
      key(HANGUP, { CallUUID: other }),
      key(DIAL_HANGUP, { DialBLegUUID: other }),
      key(DIAL_HANGUP, { DialBLegUUID: '', DialBLegPosition: '1' }),
      key(DIAL_HANGUP, { DialBLegUUID: '', DialBLegPosition: '2' }),
      key(DIAL_ACTION, { DialStatus: 'busy' }),
      key(RECORD_STOP, { RecordingID: other }),
      key(DIGITS, { Digits: '4822' }),
      key(`Event=StartStream&CallUUID=${CALL}`),
      key(`Event=StopStream&CallUUID=${CALL}`),
      eventKey(sent(DIGITS), '2'),
    ];
    assert.equal(new Set(keys).size, keys.length);
  });

  test('does not show a PIN', () => assert.doesNotMatch(key(DIGITS) ?? '', /4821/));

  test('is none without a call, so that no two calls are taken for one', () => {
    assert.equal(key(HANGUP, { CallUUID: '' }), null);
  });
});
