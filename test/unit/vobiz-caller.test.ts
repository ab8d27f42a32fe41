import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { isWithheld } from '../../src/features/vobiz/caller.ts';

describe('a caller who shows no number', () => {
  for (const from of [
    undefined,
    null,
    '',
    '  ',
    '+',
    '-',
    '0',
    '0000000000',
    'anonymous',
    'Anonymous',
    'ANONYMOUS',
    ' unknown ',
    'private',
    'Private Number',
    'restricted',
    'unavailable',
    'Not Available',
    'withheld',
    'No Caller ID',
    'no-caller-id',
    'null',
    'undefined',
    '"Anonymous"',
    'sip:anonymous@anonymous.invalid',
    'sip:anonymous@registrar.vobiz.ai;transport=udp',
    'sip:c8oqz84zk7z@anonymous.invalid',
    'SIP:Unknown@1.2.3.4:5060',
    '"Anonymous" <sip:anonymous@anonymous.invalid>',
    'sip:@host',
    'anonymous@anonymous.invalid',
    'sip%3Aanonymous%40anonymous.invalid',
    'anonymous%20',
    '%22Anonymous%22',
  ]) {
    test(`is seen in ${JSON.stringify(from)}`, () => assert.equal(isWithheld(from), true));
  }
});

describe('a caller who shows something', () => {
  for (const from of [
    '919800000001',
    '09800000001',
    '+919800000001',
    '%2B919800000001',
    'sip:919800000001@registrar.vobiz.ai',
    'sip:user@registrar.vobiz.ai',
    'sip:private.person@registrar.vobiz.ai',
    'anonymously',
    '%E0%A4%A',
  ]) {
    test(`is not taken for withheld: ${from}`, () => assert.equal(isWithheld(from), false));
  }

  test('no text makes the check throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (from) => assert.equal(typeof isWithheld(from), 'boolean')),
    );
  });
});
