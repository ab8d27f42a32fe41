import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { newId } from '../../src/kernel/ids.ts';
import { scrub } from '../../src/kernel/scrub.ts';

/** The same number as people, carriers and libraries write it. */
const spellings = [
  '+919800000001',
  '919800000001',
  '00919800000001',
  '09800000001',
  '9800000001',
  '+91 98000 00001',
  '+91-98000-00001',
  '+91 (98000) 00001',
  '(98000) 00001',
  '98000-00001',
  '98000 00001',
  '+91.98000.00001',
  '91 9800 000 001',
  '%2B919800000001',
  'sip:919800000001@sip.example.com',
  'sip:+919800000001@sip.example.com',
  'tel:+91-98000-00001',
  '+1 415 555 2671',
  '+1 (415) 555-2671',
  '(415) 555-2671',
  '415.555.2671',
  '+44 20 7946 0958',
  '+49 30 901820',
  '5552671',
];

/** Where a number may stand in a line of a log. */
const places: ((number: string) => string)[] = [
  (number) => number,
  (number) => `call from ${number} to nobody`,
  (number) => `call from ${number}.`,
  (number) => `"phone":"${number}"`,
  (number) => `phone=${number}`,
  (number) => `phone:${number},`,
  (number) => `Key (phone)=(${number}) already exists.`,
  (number) => `'${number}'`,
  (number) => `[${number}]`,
  (number) => `<${number}>`,
  (number) => `${number}\\n`,
  (number) => `\\n${number}`,
  (number) => `\\t${number}`,
  (number) => `a/${number}/b`,
  (number) => `?From=${number}&To=x`,
  (number) => `{"From":"${number}","To":"${number}"}`,
];

const digitsOf = (text: string) => text.replace(/\D/g, '');

describe('scrub', () => {
  for (const spelling of spellings) {
    test(`no number leaves that is written as ${spelling}, wherever it stands`, () => {
      for (const place of places) {
        const text = place(spelling);
        assert.ok(digitsOf(scrub(text)).length < 5, `${text} became ${scrub(text)}`);
      }
    });
  }

  test('every number of 7 to 15 digits is replaced, with or without +', () => {
    const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 7, maxLength: 15 });
    fc.assert(
      fc.property(digits, fc.boolean(), (number, isInternational) => {
        const text = `${isInternational ? '+' : ''}${number.join('')}`;
        assert.equal(scrub(`from ${text} on`), 'from [number] on');
      }),
    );
  });

  test('all numbers of a text are replaced', () => {
    assert.equal(scrub('+919800000001 called +919800000002'), '[number] called [number]');
  });
});

describe('what stays readable', () => {
  const readable = [
    newId('ses'),
    newId('call'),
    'ses_01980f3a6b7c7d2e9f10a1b2c3d4e5f6',
    'ten_00000000000000000000000000000001',
    'did_01234567890123456789012345678901',
    '01980f3a-6b7c-7d2e-9f10-a1b2c3d4e5f6',
    '11111111-2222-3333-4444-555555555555',
    '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
    's0123456789012345678901234567',
    '2026-06-08T06:07:34.130Z',
    '2026-06-08T06:07:34.130+00:00',
    '"time":"2026-06-08T06:07:34.130Z"',
    '"duration_ms":12.5',
    '"duration_ms":12345.5',
    '2026-06-08',
    '"status":200',
    '127.0.0.1',
    '10.120.130.140:54321',
    'v20.19.43',
    'src/db/database.ts:104:23',
    'mp_live_…0001',
    'SQLSTATE 23505',
    'port 54321',
  ];
  for (const text of readable) {
    test(`${text} is left as it is`, () => {
      assert.equal(scrub(text), text);
      assert.equal(scrub(`"x":"${text}",`), `"x":"${text}",`);
    });
  }

  test('a line of JSON is still the same JSON otherwise', () => {
    const line = JSON.stringify({
      level: 'error',
      time: '2026-06-08T06:07:34.130Z',
      tenant_id: newId('ten'),
      status: 500,
      duration_ms: 3.2,
      err: { message: 'no route to +919800000001', code: '23505' },
    });
    assert.equal(scrub(line), line.replace('+919800000001', '[number]'));
    assert.doesNotThrow(() => JSON.parse(scrub(line)));
  });

  test('a line of JSON stays JSON, whether a number stands bare or in a text, and whatever stands beside it', () => {
    const number = 919800000001;
    for (const value of [
      number,
      [number, number],
      { from: number, to: [number] },
      `phone:${number},`,
      `[${number}]`,
      `{"from":${number}}`,
      `a\\":${number},`,
      `${number}\n${number}`,
    ]) {
      const scrubbed = scrub(`${JSON.stringify({ value, status: 200 })}\n`);
      assert.doesNotMatch(scrubbed, /9800000001/);
      assert.equal(JSON.parse(scrubbed).status, 200, scrubbed);
    }
  });
});
