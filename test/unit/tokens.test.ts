import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { checkToken, isOperatorKey, last4, newToken, type TokenPrefix } from '../../src/kernel/tokens.ts';

const PREFIXES: readonly TokenPrefix[] = ['mp_op', 'mp_live', 'mp_test', 'whk'];
const BASE62 = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'];
const base62 = fc.constantFrom(...BASE62);

describe('tokens', () => {
  test('a new token has its prefix, 38 base62 characters, and passes the check', () => {
    for (const prefix of PREFIXES) {
      const token = newToken(prefix);
      assert.match(token, new RegExp(`^${prefix}_[0-9A-Za-z]{38}$`));
      assert.equal(checkToken(token), prefix);
    }
  });

  test('the last six characters are the CRC32 of all before them, so a scanner can tell a token offline', () => {
    const token = newToken('mp_live');
    const value = [...token.slice(-6)].reduce((sum, char) => sum * 62 + BASE62.indexOf(char), 0);
    assert.equal(value, crc32(token.slice(0, -6)));
  });

  test('no token comes twice in ten thousand', () => {
    const tokens = Array.from({ length: 10_000 }, () => newToken('mp_test'));
    assert.equal(new Set(tokens).size, tokens.length);
  });

  test('every character is about equally likely', () => {
    const seen = new Map<string, number>();
    const draws = 5_000 * 32;
    for (let i = 0; i < 5_000; i += 1) {
      for (const char of newToken('whk').slice(4, 36)) seen.set(char, (seen.get(char) ?? 0) + 1);
    }
    // Expected 2581 each, standard deviation 50. A modulo of a byte would give the first eight 3125: far outside.
    for (const char of BASE62) {
      assert.ok(Math.abs((seen.get(char) ?? 0) - draws / 62) < 350, `${char}: ${seen.get(char)}`);
    }
  });

  test('one changed character is always refused', () => {
    const token = newToken('mp_live');
    fc.assert(
      fc.property(fc.nat(token.length - 1), base62, (at, char) => {
        fc.pre(token[at] !== char);
        assert.equal(checkToken(token.slice(0, at) + char + token.slice(at + 1)), null);
      }),
    );
  });

  test('a token does not pass under another prefix', () => {
    assert.equal(checkToken(newToken('mp_test').replace('mp_test', 'mp_live')), null);
  });

  test('garbage, padding and cut tokens are refused', () => {
    const token = newToken('mp_live');
    for (const text of ['', 'mp_live_', ` ${token}`, `${token}\n`, `${token}0`, token.slice(0, -1)]) {
      assert.equal(checkToken(text), null, JSON.stringify(text));
    }
    fc.assert(fc.property(fc.string({ maxLength: 100 }), (text) => checkToken(text) === null));
  });

  test('a token is recognised by its last four characters', () => {
    const token = newToken('mp_live');
    assert.equal(last4(token).length, 4);
    assert.ok(token.endsWith(last4(token)));
  });
});

describe('operator keys', () => {
  test('an operator may choose 32 or more safe characters after the prefix, without a checksum', () => {
    const safe = fc.constantFrom(...BASE62, '_', '-');
    fc.assert(
      fc.property(fc.string({ unit: safe, minLength: 32, maxLength: 194 }), (rest) =>
        isOperatorKey(`mp_op_${rest}`),
      ),
    );
    assert.ok(isOperatorKey(newToken('mp_op')));
  });

  test('short, long, unsafe and foreign keys are refused', () => {
    const bad = [
      '',
      `mp_op_${'a'.repeat(31)}`,
      `mp_op_${'a'.repeat(195)}`,
      `mp_op_${'a'.repeat(32)} `,
      `mp_op_${'a'.repeat(32)}\n`,
      `mp_op_${'ä'.repeat(32)}`,
      newToken('mp_live'),
      newToken('whk'),
    ];
    for (const text of bad) assert.equal(isOperatorKey(text), false, JSON.stringify(text));
  });
});
