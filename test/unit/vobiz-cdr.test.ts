import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readCdr } from '../../src/features/vobiz/cdr.ts';
import { hangupReason, hangupReasons } from '../../src/features/vobiz/hangup-reason.ts';

const UUID = '11111111-2222-3333-4444-555555555555';
const row = {
  uuid: UUID,
  bridge_uuid: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
  caller_id_number: '+919800000001',
  duration: 18,
  billsec: 60,
  ring_time: 7,
  start_time: '2026-06-08T06:07:38Z',
  answer_time: '2026-06-08T06:07:45Z',
  end_time: '2026-06-08T06:07:56Z',
  cost: 0.45,
  currency: 'INR',
  hangup_cause: 'NORMAL_CLEARING',
  hangup_cause_code: '4000',
  hangup_source: 'Callee',
};
const read = (more: object = {}) => readCdr({ success: true, data: { ...row, ...more } }, UUID);

describe('a record of Vobiz', () => {
  test('tells answered seconds, not the ringing, and what is billed', () => {
    const cdr = read();
    assert.deepEqual([cdr?.durationSeconds, cdr?.billedSeconds, cdr?.causeCode], [11, 60, 4000]);
    assert.equal(cdr?.answeredAt?.toISOString(), '2026-06-08T06:07:45.000Z');
    assert.equal(read({ answer_time: '' })?.durationSeconds, 11, 'by the durations, where times are missing');
    const never = { answer_time: '0001-01-01T00:00:00Z', billsec: 0, duration: 30, ring_time: null };
    assert.deepEqual([read(never)?.durationSeconds, read(never)?.answeredAt], [0, null]);
  });

  test('is found alone, in data, or in a list; one of another leg is none', () => {
    for (const body of [row, { data: row }, { data: [{ uuid: 'x' }, row] }, { cdr: row }]) {
      assert.equal(readCdr(body, UUID)?.uuid, UUID);
    }
    for (const body of [null, 'x', [], {}, { data: null }, { data: { ...row, uuid: 'other' } }]) {
      assert.equal(readCdr(body, UUID), null);
    }
  });

  test('has its cost exactly as it was written, and in millionths', () => {
    const costs: [unknown, string, number][] = [
      ['0.45000', '0.45000', 450_000],
      [0.45, '0.45', 450_000],
      ['0.0000005', '0.0000005', 1],
      [1e-7, '0.0000001', 0],
      ['123456789.999999', '123456789.999999', 123_456_789_999_999],
      [0, '0', 0],
    ];
    for (const [cost, amount, micros] of costs) {
      assert.deepEqual(read({ cost })?.cost, { amount, micros, currency: 'INR' });
    }
    assert.equal(read({ total_cost: '0.65' })?.cost?.amount, '0.65', 'the total, where there is one');
    for (const wrong of [
      { cost: '-1' },
      { cost: 'free' },
      { cost: null },
      { currency: '' },
      { currency: 'rupees' },
    ]) {
      assert.equal(read(wrong)?.cost, null);
    }
  });
});

describe('the reason of a hangup', () => {
  const said = (code: number | null, cause: string | null = null, source: string | null = null) =>
    hangupReason({ code, cause, source });

  test('follows from each code that Vobiz documents', () => {
    const codes: [number[], string][] = [
      [[1000], 'canceled'],
      [[1010], 'out_of_credit'],
      [[2000, 2010, 2020], 'unreachable'],
      [[2060, 2070], 'blocked'],
      [[3010], 'busy'],
      [[3020], 'rejected'],
      [[3030], 'our_document'],
      [[3040, 3140, 5000, 5020, 6020], 'provider_error'],
      [[4010], 'hung_up_by_us'],
      [[5030], 'no_capacity'],
      [[6000], 'time_limit'],
      [[6010], 'no_answer'],
      [[7011, 7014, 7022, 7024, 7032, 7034, 8011, 8014], 'our_document'],
      [[9000], 'answered_elsewhere'],
      [[9110], 'rejected'],
      [[1, 4999, 9999], 'unknown'],
    ];
    for (const [list, reason] of codes)
      for (const code of list) assert.equal(said(code), reason, String(code));
  });

  test('the code counts before the word, which stands for several, and the word before the source', () => {
    assert.equal(said(1010, 'CALL_REJECTED', 'Caller'), 'out_of_credit');
    assert.equal(said(null, 'user_busy', 'Caller'), 'busy');
    assert.equal(said(null, 'NORMAL_CLEARING', 'Callee'), 'callee_hung_up');
  });

  test('of a normal hangup is who did it', () => {
    const sources = {
      Caller: 'caller_hung_up',
      Callee: 'callee_hung_up',
      'Answer XML': 'hung_up_by_us',
      'API Request': 'hung_up_by_us',
      Error: 'provider_error',
      Vobiz: 'unknown',
      Carrier: 'unknown',
      constructor: 'unknown',
    };
    for (const [source, reason] of Object.entries(sources)) assert.equal(said(4000, null, source), reason);
    assert.equal(said(null), 'unknown');
    assert.equal(said(null, 'constructor'), 'unknown');
    assert.ok(new Set(hangupReasons).size === hangupReasons.length);
  });
});
