import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type CallFact, tellingKinds } from '../../src/features/voice/call-fact.ts';
import { type CallState, callState } from '../../src/features/voice/call-state.ts';
import {
  aKnownFact,
  bridged,
  CALL,
  cdrOf,
  factOfForm,
  kinds,
  known,
  LEGS,
  sampleOf,
} from '../support/call-facts.ts';

const [LEG = '', OTHER = ''] = LEGS;
const stateOf = (...facts: CallFact[]) => callState(bridged, known(facts));
const hangup = (more: Record<string, string> = {}) =>
  factOfForm({
    Event: 'Hangup',
    CallStatus: 'completed',
    Duration: '21',
    BillDuration: '60',
    StartTime: '2026-06-08 11:37:34',
    AnswerTime: '2026-06-08 11:37:35',
    EndTime: '2026-06-08 11:37:56',
    HangupCause: 'NORMAL_CLEARING',
    HangupCauseCode: '4000',
    HangupSource: 'Answer XML',
    ...more,
  });
const legEvent = (Event: string, more: Record<string, string> = {}) =>
  factOfForm({ Event, DialBLegUUID: LEG, DialBLegTo: '919800000002', DialBLegPosition: '1', ...more });
const legHangup = (more: Record<string, string> = {}) =>
  legEvent('DialHangup', {
    DialBLegDuration: '11',
    DialBLegBillDuration: '60',
    DialBLegHangupCause: 'NORMAL_CLEARING',
    DialBLegHangupCauseCode: '4000',
    DialBLegHangupSource: 'Callee',
    StartTime: '2026-06-08 11:37:38',
    AnswerTime: '2026-06-08 11:37:45',
    EndTime: '2026-06-08 11:37:56',
    ...more,
  });
const unanswered = (cause: string, code: string, more: Record<string, string> = {}) =>
  legHangup({
    DialBLegDuration: '0',
    DialBLegHangupCause: cause,
    DialBLegHangupCauseCode: code,
    DialBLegHangupSource: 'Vobiz',
    AnswerTime: '',
    ...more,
  });
const action = (DialStatus: string) => factOfForm({ Event: 'Redirect', DialStatus, DialBLegUUID: '' });
const saidOf = ({ status, hangup: why }: CallState) => [status, why?.reason ?? null];

describe('the state of a call', () => {
  test('does not depend on the order of what is known, nor on how often each of it came', () => {
    const property = fc.property(
      fc.array(aKnownFact, { maxLength: 12 }).chain((facts) =>
        fc.record({
          facts: fc.constant(facts),
          shuffled: fc
            .tuple(
              ...facts.map((fact) => fc.integer({ min: 1, max: 5 }).map((times) => Array(times).fill(fact))),
            )
            .map((lists) => lists.flat())
            .chain((all) => fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
        }),
      ),
      ({ facts, shuffled }) => {
        assert.deepEqual(callState(bridged, shuffled), callState(bridged, facts));
      },
    );
    fc.assert(property, { numRuns: 500 });
  });

  test('never goes back: a call that is over, or was answered, stays so whatever else is learnt', () => {
    const property = fc.property(fc.array(aKnownFact, { maxLength: 8 }), aKnownFact, (facts, one) => {
      const before = callState(bridged, facts);
      const after = callState(bridged, [...facts, one]);
      if (before.endedAt !== null) assert.notEqual(after.endedAt, null);
      if (before.connected) assert.ok(after.connected);
      const ids = after.legs.map(({ id }) => id);
      assert.ok(
        before.legs.every(({ id }) => ids.includes(id)),
        'a leg is gone',
      );
      assert.equal(new Set(ids).size, ids.length);
    });
    fc.assert(property, { numRuns: 500 });
  });

  test('follows from every kind of event that is said to tell something of it, and from no other', () => {
    for (const kind of kinds) {
      const fact = sampleOf(kind);
      assert.equal(fact.kind, kind);
      const changes = JSON.stringify(stateOf(fact)) !== JSON.stringify(stateOf());
      if (changes) assert.ok(tellingKinds.includes(kind), `${kind} changes the state and is not read for it`);
    }
    for (const kind of [
      'hangup',
      'dial_answer',
      'dial_connected',
      'dial_hangup',
      'record_stopped',
    ] as const) {
      assert.notDeepEqual(stateOf(sampleOf(kind)), stateOf(), kind);
    }
  });

  test('of a talk: both legs, whose times are in UTC, and who hung up', () => {
    const state = stateOf(legEvent('DialAnswer'), legEvent('DialConnected'), legHangup(), hangup());
    assert.deepEqual(saidOf(state), ['completed', 'callee_hung_up']);
    assert.deepEqual(
      [state.connected, state.durationSeconds, state.answeredAt, state.endedAt, state.confirmedBy],
      [true, 21, '2026-06-08T06:07:45.000Z', '2026-06-08T06:07:56.000Z', 'event'],
    );
    const [a, b] = state.legs;
    assert.deepEqual([a?.id, a?.side, a?.startedAt], [CALL, 'A', '2026-06-08T06:07:34.000Z']);
    assert.deepEqual([b?.id, b?.side, b?.position, b?.last4], [LEG, 'B', 1, '0002']);
    assert.deepEqual([b?.durationSeconds, b?.billedSeconds, b?.confirmedBy], [11, 60, 'event']);
    assert.match(b?.index ?? '', /^[0-9a-f]{64}$/);
  });

  test('while it goes on, by what was heard', () => {
    assert.equal(stateOf().status, 'ringing');
    const answered = stateOf(legEvent('DialAnswer'));
    assert.deepEqual([answered.status, answered.endedAt, answered.hangup], ['in_progress', null, null]);
    assert.equal(stateOf(legHangup()).status, 'in_progress');
    assert.equal(stateOf(unanswered('USER_BUSY', '3010')).status, 'ringing');
  });

  test('when nobody was reached it says how, though the call with us went well', () => {
    const cases: [CallFact[], string, string][] = [
      [[unanswered('USER_BUSY', '3010'), hangup()], 'busy', 'busy'],
      [[unanswered('NO_ANSWER', '6010'), hangup()], 'no_answer', 'no_answer'],
      [[unanswered('CALL_REJECTED', '3020'), hangup()], 'failed', 'rejected'],
      [[unanswered('ORIGINATOR_CANCEL', '1000'), hangup({ HangupSource: 'Caller' })], 'canceled', 'canceled'],
      [[unanswered('SUBSCRIBER_ABSENT', '2010'), hangup()], 'failed', 'unreachable'],
      [[action('busy'), hangup()], 'busy', 'busy'],
      [[action('timeout'), hangup()], 'no_answer', 'no_answer'],
      [[hangup({ CallStatus: 'no-answer', HangupCauseCode: '6010' })], 'no_answer', 'no_answer'],
      [[hangup({ CallStatus: 'failed', HangupCauseCode: '1010' })], 'failed', 'out_of_credit'],
      [[hangup({ CallStatus: 'failed', HangupCauseCode: '8011' })], 'failed', 'our_document'],
      [[hangup({ HangupSource: 'Caller' })], 'completed', 'caller_hung_up'],
    ];
    for (const [facts, status, reason] of cases)
      assert.deepEqual(saidOf(stateOf(...facts)), [status, reason]);
  });

  test('of several phones: the one that talked, or the last that was tried, not one that another was quicker than', () => {
    const lost = unanswered('LOSE_RACE', '9000', { DialBLegUUID: OTHER, DialBLegPosition: '2' });
    assert.deepEqual(saidOf(stateOf(legHangup(), lost, hangup())), ['completed', 'callee_hung_up']);
    assert.deepEqual(saidOf(stateOf(unanswered('USER_BUSY', '3010'), lost, hangup())), ['busy', 'busy']);
    assert.equal(stateOf(legEvent('DialAnswer'), lost, hangup()).hangup?.reason, 'hung_up_by_us');
    const later = { DialBLegUUID: OTHER, EndTime: '2026-06-08 11:38:40' };
    const second = unanswered('NO_ANSWER', '6010', later);
    assert.equal(stateOf(unanswered('USER_BUSY', '3010'), second, hangup()).status, 'no_answer');
  });

  test('of a call that was for nobody is the caller’s alone', () => {
    const announced = { ...bridged, decision: 'announce' };
    const state = callState(announced, known([hangup({ HangupSource: 'Answer XML' })]));
    assert.deepEqual(saidOf(state), ['completed', 'hung_up_by_us']);
  });

  const cdrA = { uuid: CALL, bridge_uuid: LEG, hangup_cause_code: '4000', hangup_source: 'Caller' };
  test('the records count before the hangup event, and that before the events of the Dial', () => {
    const busy = hangup({ CallStatus: 'busy', HangupCauseCode: '3010' });
    assert.equal(stateOf(legEvent('DialConnected'), busy).status, 'busy');
    assert.deepEqual(saidOf(stateOf(unanswered('NO_ANSWER', '6010'), action('no-answer'), busy)), [
      'busy',
      'busy',
    ]);
    const row = {
      ...cdrA,
      start_time: '2026-06-08T06:07:30Z',
      answer_time: '2026-06-08T06:07:31Z',
      billsec: 60,
    };
    const record = cdrOf({ ...row, end_time: '2026-06-08T06:07:51Z', duration: 99 }, 'A');
    const state = stateOf(legEvent('DialConnected'), busy, record);
    assert.deepEqual(saidOf(state), ['completed', 'caller_hung_up']);
    assert.deepEqual(
      [state.durationSeconds, state.endedAt, state.confirmedBy],
      [20, '2026-06-08T06:07:51.000Z', 'cdr'],
    );
    assert.equal(state.legs[0]?.billedSeconds, 60);
  });

  test('a record alone ends a call, and what it does not say is left to the events', () => {
    const state = stateOf(legHangup(), cdrOf({ ...cdrA, billsec: 60, end_time: '' }, 'A'));
    assert.deepEqual([state.status, state.confirmedBy], ['completed', 'cdr']);
    assert.equal(state.endedAt, '2026-06-08T06:10:00.000Z', 'when that was learnt');
    const never = cdrOf({ uuid: CALL, billsec: 0, hangup_cause_code: '1000' }, 'A');
    assert.deepEqual(saidOf(stateOf(never)), ['canceled', 'canceled']);
  });

  test('lost is a call only while nothing else says how it ended', () => {
    assert.deepEqual(saidOf(stateOf({ kind: 'lost' })), ['failed', 'unknown']);
    assert.deepEqual(saidOf(stateOf({ kind: 'lost' }, hangup({ HangupSource: 'Caller' }))), [
      'completed',
      'caller_hung_up',
    ]);
  });

  test('times that were sent in UTC without saying so are not read as Indian ones', () => {
    const utc = {
      StartTime: '2026-06-08 06:07:34',
      AnswerTime: '2026-06-08 06:07:35',
      EndTime: '2026-06-08 06:07:56',
    };
    assert.deepEqual(stateOf(hangup(utc)), stateOf(hangup()));
    assert.deepEqual(stateOf(hangup(), legHangup(utc)).legs[1]?.startedAt, '2026-06-08T06:07:34.000Z');
  });
});

describe('what is kept of an event', () => {
  test('has no number, no digits that were pressed and no address, whatever the event says', () => {
    const texts = [
      legEvent('DialDigitsMatch', { DialDigitsMatch: '4821', DialDigitsPressedBy: 'aleg' }),
      factOfForm({ InputType: 'dtmf', Digits: '4821' }),
      factOfForm({ Event: 'RecordStop', RecordUrl: 'https://media.vobiz.ai/4821.mp3', RecordingID: 'r1' }),
      hangup({ HangupCauseName: 'call +91 98000 00002 ended', HangupSource: '919800000002' }),
      factOfForm({ Event: 'Call919800000002' }),
      legHangup({ DialBLegTo: 'sip:919800000002@registrar.vobiz.ai' }),
      factOfForm({ Event: 'StartApp', From: '919800000002' }),
    ].map((fact) => JSON.stringify({ ...fact, index: null, recording: null }));
    for (const text of texts) {
      assert.doesNotMatch(text, /98000 ?00002|4821|https?:/);
    }
  });
});
