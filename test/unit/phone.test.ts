import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  type CountryCode,
  candidatesOf,
  countryOf,
  type E164,
  isCountry,
  last4,
  maskPhone,
  readPhone,
} from '../../src/kernel/phone.ts';

function known(text: string, country: CountryCode = 'IN'): E164 {
  const phone = readPhone(text, country);
  assert.ok(phone, `${text} should be a number`);
  return phone;
}

describe('what a person writes', () => {
  for (const written of [
    '9800000001',
    '09800000001',
    '919800000001',
    '00919800000001',
    '+919800000001',
    '+91 98000-00001',
    ' (+91) 98000.00001 ',
    '\u202a+91 98000\u201100001\u202c',
  ]) {
    test(`${JSON.stringify(written)} is the Indian number`, () => {
      assert.equal(readPhone(written, 'IN'), '+919800000001');
    });
  }

  test('a national number that begins with the country code stays national', () => {
    assert.equal(readPhone('9180000001', 'IN'), '+919180000001');
    assert.equal(readPhone('919180000001', 'IN'), '+919180000001');
  });

  test('the default country decides what a national number means', () => {
    assert.equal(readPhone('(415) 555-2671', 'US'), '+14155552671');
    assert.equal(readPhone('0612345678', 'FR'), '+33612345678');
  });

  test('another country is reached with +, 00 or the own exit code, whatever the default country is', () => {
    assert.equal(readPhone('+14155552671', 'IN'), '+14155552671');
    assert.equal(readPhone('0014155552671', 'IN'), '+14155552671');
    assert.equal(readPhone('00919800000001', 'US'), '+919800000001');
    assert.equal(readPhone('011919800000001', 'US'), '+919800000001');
  });

  test('a digit too many does not turn a national number into a number abroad', () => {
    // Read as +81…, it is a valid number in Japan.
    assert.equal(readPhone('81234567890', 'IN'), null);
    assert.equal(readPhone('+81234567890', 'IN'), '+81234567890');
  });

  for (const [why, written] of [
    ['nothing', ''],
    ['blank', '   '],
    ['too short', '98000'],
    ['too long', '98000000012345'],
    ['not in use', '0000000000'],
    ['an emergency number', '112'],
    ['letters', '+1 415 FLOWERS'],
    ['a vanity number', '1-800-FLOWERS'],
    ['an extension', '+919800000001 ext 5'],
    ['an extension by semicolon', '+919800000001;ext=5'],
    ['pauses', '+919800000001,,5'],
    ['a URI', 'tel:+919800000001'],
    ['two numbers', '+919800000001 / +919800000002'],
    ['a plus inside', '91+9800000001'],
    ['more than 32 characters', `${' '.repeat(22)}09800000001`],
  ] as const) {
    test(`refuses ${why}`, () => assert.equal(readPhone(written, 'IN'), null));
  }

  test('whatever is written, the answer is E.164 or null, and reading it again changes nothing', () => {
    const digitsLike = fc.string({ unit: fc.constantFrom(...'0123456789+- ()'), maxLength: 34 });
    fc.assert(
      fc.property(fc.oneof(digitsLike, fc.string({ unit: 'binary' })), (written) => {
        const phone = readPhone(written, 'IN');
        if (phone === null) return;
        assert.match(phone, /^\+[1-9]\d{6,14}$/);
        assert.equal(readPhone(phone, 'US'), phone);
      }),
    );
  });
});

describe('what a carrier sends', () => {
  for (const sent of [
    '919800000001',
    '09800000001',
    '9800000001',
    '+919800000001',
    '00919800000001',
    '0919800000001',
    ' 919800000001',
    '%2B919800000001',
    'sip:919800000001@host',
    'sip:+919800000001;phone-context=x@host:5060;transport=udp',
    'SIPS:%2B919800000001@host',
    '"Someone" <sip:919800000001@host>',
    'tel:+919800000001',
  ]) {
    test(`${sent} is most likely the Indian number`, () => {
      assert.equal(candidatesOf(sent, ['IN'])[0], '+919800000001');
    });
  }

  for (const sent of [
    '',
    ' ',
    '+',
    '0',
    'anonymous',
    'unknown',
    'sip:user@registrar.vobiz.ai',
    'sip:anonymous@anonymous.invalid',
    'sip:',
    '9'.repeat(40),
    'x'.repeat(100_000),
  ]) {
    test(`${JSON.stringify(sent.slice(0, 40))} yields no number`, () => {
      assert.deepEqual(candidatesOf(sent, ['IN', 'US']), []);
    });
  }

  test('a number with + has only one reading', () => {
    assert.deepEqual(candidatesOf('+919800000001', ['US', 'GB', 'IN']), ['+919800000001']);
  });

  test('a foreign number without + is read as international', () => {
    assert.equal(candidatesOf('14155552671', ['IN'])[0], '+14155552671');
    assert.equal(candidatesOf('919800000001', ['US'])[0], '+919800000001');
  });

  test('of two valid readings the national one is first, unless a space shows that a + was lost', () => {
    assert.deepEqual(candidatesOf('6581234567', ['IN']), ['+916581234567', '+6581234567']);
    assert.deepEqual(candidatesOf(' 6581234567', ['IN']), ['+6581234567', '+916581234567']);
  });

  test('a national number is read in each country, the first named first', () => {
    const candidates = candidatesOf('2025550143', ['US', 'CA', 'IN']);
    assert.equal(candidates[0], '+12025550143');
    assert.equal(new Set(candidates).size, candidates.length);
  });

  test('a possible number of a range that is not in use yet is still a candidate', () => {
    assert.equal(readPhone('915000000001', 'IN'), null);
    assert.equal(candidatesOf('915000000001', ['IN'])[0], '+915000000001');
  });

  test('whatever is sent, there are at most 6 readings, all E.164 and different', () => {
    const countries: CountryCode[] = ['IN', 'US', 'GB', 'DE', 'FR', 'JP', 'AU', 'BR'];
    const digitsLike = fc.string({ unit: fc.constantFrom(...'0123456789+'), maxLength: 20 });
    fc.assert(
      fc.property(fc.oneof(digitsLike, fc.string({ unit: 'binary' }), fc.webUrl()), (sent) => {
        const candidates = candidatesOf(sent, countries);
        assert.ok(candidates.length <= 6);
        assert.equal(new Set(candidates).size, candidates.length);
        for (const candidate of candidates) assert.match(candidate, /^\+[1-9]\d{6,14}$/);
      }),
    );
  });

  test('a valid number is found again in each form that Vobiz is known to send', () => {
    fc.assert(
      fc.property(fc.integer({ min: 9_800_000_000, max: 9_899_999_999 }), (national) => {
        const e164 = known(`+91${national}`);
        for (const form of [`91${national}`, `0${national}`, `${national}`, `+91${national}`]) {
          assert.equal(candidatesOf(form, ['IN'])[0], e164);
        }
      }),
    );
  });
});

describe('what may be shown of a number', () => {
  test('its last four digits', () => assert.equal(last4(known('+919800000001')), '0001'));

  test('its country code and last four digits, the rest starred', () => {
    assert.equal(maskPhone(known('+919800000001')), '+91******0001');
    assert.equal(maskPhone(known('+14155552671', 'US')), '+1******2671');
  });

  test('no more than two digits of a number so short that four would be most of it', () => {
    assert.equal(maskPhone(known('+6834002')), '+683**02');
  });
});

describe('countries', () => {
  test('a number knows its country, also where countries share a code', () => {
    assert.equal(countryOf(known('+919800000001')), 'IN');
    assert.equal(countryOf(known('+16135550123')), 'CA');
  });

  test('an international freephone number has none', () => {
    assert.equal(countryOf(known('+80012345678')), null);
  });

  test('only upper-case codes of known numbering plans are countries', () => {
    assert.ok(isCountry('IN'));
    for (const text of ['in', '', 'IND', 'XX', 'constructor', '__proto__', 'toString']) {
      assert.equal(isCountry(text), false, text);
    }
  });
});
