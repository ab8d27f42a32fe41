import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { callerIndex } from '../../src/crypto/blind-index.ts';
import { keyedDigest, sameBytes } from '../../src/crypto/digest.ts';
import { type MasterKey, newMasterKeyText, readMasterKey } from '../../src/crypto/master-key.ts';
import { seal, unseal } from '../../src/crypto/sealing.ts';
import { newTenantKeys, unwrapTenantKeys, wrapTenantKeys } from '../../src/crypto/tenant-keys.ts';
import type { E164 } from '../../src/kernel/phone.ts';

const NUMBER = '+919876543210' as E164;
const PLACE = 'ten_x|session_phones|ses_y|a|0';

function masterOf(text = newMasterKeyText()): MasterKey {
  const master = readMasterKey(text);
  assert.ok(master);
  return master;
}

/** The message of what `act` throws; fails if it does not throw an Error. */
function refusalOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof Error);
    assert.equal(error.cause, undefined);
    return error.message;
  }
  return assert.fail('it opened');
}

describe('sealing', () => {
  const key = randomBytes(32);

  test('whatever is sealed opens to the same bytes with the same key and context', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), (bytes, context) => {
        assert.deepEqual(unseal(key, seal(key, Buffer.from(bytes), context), context), Buffer.from(bytes));
      }),
    );
    assert.equal(unseal(key, seal(key, 'naïve ☎', PLACE), PLACE).toString('utf8'), 'naïve ☎');
  });

  test('a blob is version, nonce, ciphertext of the same length and tag, and does not contain the value', () => {
    const sealed = seal(key, NUMBER, PLACE);
    assert.equal(sealed.length, 1 + 12 + NUMBER.length + 16);
    assert.equal(sealed[0], 1);
    assert.ok(!sealed.includes(NUMBER));
  });

  test('a value does not open in another place', () => {
    const sealed = seal(key, NUMBER, PLACE);
    for (const other of [PLACE.replace('ten_x', 'ten_z'), PLACE.replace('|a|', '|b|'), `${PLACE} `, '']) {
      refusalOf(() => unseal(key, sealed, other));
    }
  });

  test('a value does not open with another key', () => {
    refusalOf(() => unseal(randomBytes(32), seal(key, NUMBER, PLACE), PLACE));
  });

  test('a single flipped bit anywhere is refused', () => {
    const sealed = seal(key, NUMBER, PLACE);
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const byte = bit >> 3;
      const damaged = Buffer.from(sealed);
      damaged.writeUInt8(damaged.readUInt8(byte) ^ (1 << (bit & 7)), byte);
      refusalOf(() => unseal(key, damaged, PLACE));
    }
  });

  test('a blob cut short at any length is refused', () => {
    const sealed = seal(key, NUMBER, PLACE);
    for (let length = 0; length < sealed.length; length += 1) {
      refusalOf(() => unseal(key, sealed.subarray(0, length), PLACE));
    }
  });

  test('a refusal tells nothing about the value, the blob or the place', () => {
    const sealed = seal(key, NUMBER, PLACE);
    const message = refusalOf(() => unseal(key, sealed, 'elsewhere'));
    for (const secret of [NUMBER, sealed.toString('hex'), sealed.toString('base64'), PLACE, 'elsewhere']) {
      assert.ok(!message.includes(secret));
    }
  });

  test('no nonce repeats in ten thousand seals', () => {
    const nonces = Array.from({ length: 10_000 }, () =>
      seal(key, NUMBER, PLACE).subarray(1, 13).toString('hex'),
    );
    assert.equal(new Set(nonces).size, nonces.length);
  });
});

describe('the master key', () => {
  const secret = randomBytes(32);

  test('the same 32 bytes in base64, base64url or hex give the same keys', () => {
    const expected = masterOf(secret.toString('base64url'));
    const spellings = [
      secret.toString('base64'),
      secret.toString('base64').replace('=', ''),
      `${secret.toString('base64url')}=`,
      secret.toString('hex'),
      secret.toString('hex').toUpperCase(),
      ` ${secret.toString('base64')}\n`,
    ];
    for (const text of spellings) {
      const read = masterOf(text);
      assert.deepEqual(
        [read.sealing, read.replies, read.digests],
        [expected.sealing, expected.replies, expected.digests],
      );
    }
  });

  test('its keys for sealing, replies and digests differ from each other and from the secret', () => {
    const { sealing, replies, digests } = masterOf(secret.toString('hex'));
    assert.equal(new Set([secret, sealing, replies, digests].map((k) => k.toString('hex'))).size, 4);
    assert.deepEqual([sealing.length, replies.length, digests.length], [32, 32, 32]);
  });

  test('anything but exactly 32 well-written bytes is refused', () => {
    const short = randomBytes(31);
    const long = randomBytes(33);
    const bad = [
      '',
      'change-me',
      '!'.repeat(43),
      'A'.repeat(42),
      `${'A'.repeat(42)}B`,
      `${'A'.repeat(43)}==`,
    ];
    for (const bytes of [short, long]) {
      bad.push(bytes.toString('hex'), bytes.toString('base64'), bytes.toString('base64url'));
    }
    for (const text of bad) assert.equal(readMasterKey(text), null, text);
  });

  test('a new one reads, and is never the same twice', () => {
    const first = newMasterKeyText();
    assert.ok(readMasterKey(first));
    assert.notEqual(first, newMasterKeyText());
  });

  test('it does not show its keys when printed, serialised or copied', () => {
    const master = masterOf(secret.toString('hex'));
    assert.equal(JSON.stringify({ master }), '{"master":"[MasterKey]"}');
    assert.equal(inspect({ master }), '{ master: [MasterKey] }');
    assert.equal(`${master}`, '[MasterKey]');
    assert.deepEqual(Object.keys({ ...master }), []);
    const hex = master.sealing.toString('hex').slice(0, 8);
    assert.ok(!inspect(master, { customInspect: false, depth: 9 }).includes(hex));
  });
});

describe('the keys of a tenant', () => {
  const master = masterOf();
  const keys = newTenantKeys();
  const wrapped = wrapTenantKeys(master, 'ten_a', keys);

  test('they come back as they were wrapped', () => {
    assert.deepEqual(unwrapTenantKeys(master, 'ten_a', keys.version, wrapped), keys);
  });

  test('wrapped keys open for no other tenant, version or master key', () => {
    refusalOf(() => unwrapTenantKeys(master, 'ten_b', keys.version, wrapped));
    refusalOf(() => unwrapTenantKeys(master, 'ten_a', keys.version + 1, wrapped));
    refusalOf(() => unwrapTenantKeys(masterOf(), 'ten_a', keys.version, wrapped));
  });

  test('no two tenants share a key, and no tenant uses one key twice', () => {
    const other = newTenantKeys();
    const all = [keys.dataKey, keys.indexKey, other.dataKey, other.indexKey];
    assert.equal(new Set(all.map((k) => k.toString('hex'))).size, 4);
  });
});

describe('the blind index', () => {
  const keys = newTenantKeys();

  test('one number of one tenant always has the same index of 32 bytes', () => {
    assert.deepEqual(callerIndex(keys, NUMBER), callerIndex(keys, NUMBER));
    assert.equal(callerIndex(keys, NUMBER).length, 32);
  });

  test('two tenants have different indexes for the same number', () => {
    assert.notDeepEqual(callerIndex(keys, NUMBER), callerIndex(newTenantKeys(), NUMBER));
  });

  test('different numbers have different indexes', () => {
    const numbers = Array.from({ length: 1_000 }, (_, i) => `+91987654${String(i).padStart(4, '0')}` as E164);
    assert.equal(new Set(numbers.map((n) => callerIndex(keys, n).toString('hex'))).size, numbers.length);
  });
});

describe('keyed digests', () => {
  const master = masterOf();

  test('a digest depends on the master key, the purpose and the text', () => {
    const digest = keyedDigest(master, 'api_key', 'text');
    assert.equal(digest.length, 32);
    assert.deepEqual(digest, keyedDigest(master, 'api_key', 'text'));
    for (const other of [
      keyedDigest(master, 'webhook_token', 'text'),
      keyedDigest(master, 'fingerprint', 'text'),
      keyedDigest(master, 'api_key', 'text '),
      keyedDigest(masterOf(), 'api_key', 'text'),
    ]) {
      assert.notDeepEqual(digest, other);
    }
  });

  test('bytes are the same exactly if length and every byte agree, and no comparison throws', () => {
    const bytes = fc.uint8Array({ maxLength: 8, max: 3 });
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        assert.equal(sameBytes(a, b), Buffer.compare(a, b) === 0);
        assert.equal(sameBytes(a, Uint8Array.from(a)), true);
      }),
    );
  });
});
