import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { baseUrls, checkSignature } from '../../src/features/vobiz/signature.ts';

const URL_ = 'https://hooks.example.com/v1/t/acme/answer';
const URL_8443 = 'https://hooks.example.com:8443/v1/t/acme/answer';
const V2_NONCE = '12345678901234567890';
const V3_NONCE = '09876543210987654321';
const V2 = 'jKVzd9h5LobvkogdJ8sUswK4/rV+rETY+qCGnF70/fo=';
const V3 = 'ftywsnqnMhnmgcebaffEFHA6EefjB79GaC6PFp8wmcw=';
const SUB_V2 = 'roDfWOWshlcEJwTrC2CRbr3hINKM6AZr1Op3pbtCX3c=';
const SUB_V3 = 'r44pIROwXr4ZbS5Y8Wj8TZ/z0TQj3Wxxa/TYJkbMAPo=';
const WRONG = createHmac('sha256', 'stranger').update('x').digest('base64');

type Headers = Record<string, string | string[] | undefined>;
const v2 = (signature: string): Headers => ({
  'x-vobiz-signature-v2': signature,
  'x-vobiz-signature-v2-nonce': V2_NONCE,
});
const v3 = (signature: string): Headers => ({
  'x-vobiz-signature-v3': signature,
  'x-vobiz-signature-v3-nonce': V3_NONCE,
});
const maV2 = (signature: string): Headers => ({
  'x-vobiz-signature-ma-v2': signature,
  'x-vobiz-signature-v2-nonce': V2_NONCE,
});
const maV3 = (signature: string): Headers => ({
  'x-vobiz-signature-ma-v3': signature,
  'x-vobiz-signature-v3-nonce': V3_NONCE,
});
const check = (headers: Headers, tokens = ['test_token'], urls = [URL_]) =>
  checkSignature({ headers, urls, tokens });
const valid = (...nonces: string[]) => ({ outcome: 'valid', nonces });
const invalid = { outcome: 'invalid' };
const unsigned = { outcome: 'unsigned' };

describe('the documented scheme', () => {
  for (const [name, token, url, headers, nonce] of [
    ['V2', 'test_token', URL_, v2(V2), V2_NONCE],
    ['V3', 'test_token', URL_, v3(V3), V3_NONCE],
    ['V2 of a sub-account', 'sub_token_1', URL_, v2(SUB_V2), V2_NONCE],
    ['V3 of a sub-account', 'sub_token_1', URL_, v3(SUB_V3), V3_NONCE],
    ['V2 on a port', 'test_token', URL_8443, v2('Tvpen5W/qop9puQzKZEyOIs4WJGGo8vj/G5qORklrJc='), V2_NONCE],
    ['V3 on a port', 'test_token', URL_8443, v3('iQaPJQBtjQWUptCW0m6A6zL6/4+2uM1aTlC37rnXOVM='), V3_NONCE],
    ['MA-V2', 'test_token', URL_, maV2(V2), V2_NONCE],
    ['MA-V3', 'test_token', URL_, maV3(V3), V3_NONCE],
  ] as const) {
    test(`accepts ${name}`, () => assert.deepEqual(check(headers, [token], [url]), valid(nonce)));
    test(`refuses ${name} under another token`, () =>
      assert.deepEqual(check(headers, ['other'], [url]), invalid));
    test(`refuses ${name} on another path`, () =>
      assert.deepEqual(check(headers, [token], [`${url}/x`]), invalid));
  }

  test('the previous token is still accepted', () => {
    assert.deepEqual(check(v3(V3), ['new_token', 'test_token']), valid(V3_NONCE));
  });

  test('a V2 signature is no V3 signature', () => assert.deepEqual(check(v3(V2)), invalid));

  test('a Plivo-style V3 over the parameters is refused', () => {
    assert.deepEqual(check(v3('si3el+o7WiRA5V7+c+EGJP/inFnINahp74hM83jU/qQ=')), invalid);
  });

  test('several signatures in one header are accepted when one is right', () => {
    assert.deepEqual(check(v3(`${WRONG}, ${V3}`)), valid(V3_NONCE));
    assert.deepEqual(check({ ...v3(''), 'x-vobiz-signature-v3': [WRONG, V3] }), valid(V3_NONCE));
  });
});

describe('several signatures on one request', () => {
  test('every nonce of a verified signature is handed out, once', () => {
    assert.deepEqual(check({ ...v2(V2), ...v3(V3), ...maV2(V2), ...maV3(V3) }), valid(V3_NONCE, V2_NONCE));
  });

  test('the nonce of a signature that we cannot verify is not handed out', () => {
    assert.deepEqual(check({ ...v3(SUB_V3), ...maV3(V3), ...v2(SUB_V2) }), valid(V3_NONCE));
  });

  test('a right V3 beside a wrong V2 of the same key is refused, in each family', () => {
    assert.deepEqual(check({ ...v3(V3), ...v2(WRONG) }), invalid);
    assert.deepEqual(check({ ...v3(WRONG), ...v2(V2) }), invalid);
    assert.deepEqual(check({ ...maV3(V3), ...maV2(WRONG) }), invalid);
  });

  test('a signature under a parent or sub-account token that we do not hold does no harm', () => {
    assert.deepEqual(check({ ...v2(SUB_V2), ...v3(SUB_V3), ...maV2(V2), ...maV3(V3) }, ['sub_token_1']), {
      outcome: 'valid',
      nonces: [V3_NONCE, V2_NONCE],
    });
    assert.deepEqual(check({ ...v3(SUB_V3), ...maV3(V3) }, ['test_token']), valid(V3_NONCE));
  });

  test('a right signature without its nonce is wrong', () => {
    assert.deepEqual(check({ 'x-vobiz-signature-v3': V3 }), invalid);
    assert.deepEqual(check({ ...v2(V2), 'x-vobiz-signature-v3': V3 }), invalid);
  });
});

describe('no signature', () => {
  test('is told apart from a wrong one', () => {
    assert.deepEqual(check({}), unsigned);
    assert.deepEqual(check({ 'x-vobiz-signature-v3': undefined }), unsigned);
    assert.deepEqual(check({ 'x-vobiz-signature-v3': '' }), invalid);
    assert.deepEqual(check({ 'x-vobiz-signature-v3-nonce': V3_NONCE }), invalid);
  });

  test('is what V1 alone counts as, and V1 never matters', () => {
    assert.deepEqual(check({ 'x-vobiz-signature': 'sha256=00' }), unsigned);
    assert.deepEqual(check({ 'x-vobiz-signature': 'junk', ...v3(V3) }), valid(V3_NONCE));
  });
});

describe('hostile headers', () => {
  const hostile: [string, Headers][] = [
    ['unequal length', v3('AAAA')],
    ['junk instead of base64', v3('!'.repeat(44))],
    ['another spelling of the right signature', v3(V3.replace('=', ''))],
    ['URL-safe base64', v2(V2.replaceAll('+', '-').replaceAll('/', '_'))],
    ['more than four signatures', v3([WRONG, WRONG, WRONG, WRONG, V3].join(','))],
    ['a signature header above 1 kB', v3(`${' '.repeat(1024)}${V3}`)],
    [
      'a huge header beside a right signature',
      { ...v3(V3), 'x-vobiz-signature-ma-v2': 'A'.repeat(1_000_000) },
    ],
    ['a repeated nonce', { ...v3(V3), 'x-vobiz-signature-v3-nonce': [V3_NONCE, V3_NONCE] }],
    ['no signature between commas', v3(`${V3},`)],
  ];
  for (const [why, headers] of hostile) {
    test(`are refused: ${why}`, () => assert.deepEqual(check(headers), invalid));
  }

  for (const nonce of ['', '1234567', '1'.repeat(65), '1234567 8', '12345678\n', '12345678.', '१२३४५६७८']) {
    test(`are refused though signed right: nonce ${JSON.stringify(nonce)}`, () => {
      const signature = createHmac('sha256', 'test_token').update(`${URL_}.${nonce}`).digest('base64');
      const headers = { 'x-vobiz-signature-v3': signature, 'x-vobiz-signature-v3-nonce': nonce };
      assert.deepEqual(check(headers), invalid);
    });
  }

  test('an empty token signs nothing', () => {
    const signature = createHmac('sha256', '').update(`${URL_}.${V3_NONCE}`).digest('base64');
    assert.deepEqual(check(v3(signature), ['', 'test_token']), invalid);
    assert.deepEqual(check(v3(V3), []), invalid);
  });

  test('never throw and never verify, whatever they hold', () => {
    const value = fc.option(fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.string())), {
      nil: undefined,
    });
    const headers = fc.record({
      'x-vobiz-signature-v2': value,
      'x-vobiz-signature-v2-nonce': value,
      'x-vobiz-signature-v3': value,
      'x-vobiz-signature-v3-nonce': value,
      'x-vobiz-signature-ma-v3': value,
    });
    fc.assert(fc.property(headers, (given) => assert.notEqual(check(given).outcome, 'valid')));
  });
});

describe('the URL that is signed', () => {
  test('is the public URL and the path, with and without the default port', () => {
    assert.deepEqual(baseUrls('https://hooks.example.com', '/v1/t/acme/answer'), [
      URL_,
      'https://hooks.example.com:443/v1/t/acme/answer',
    ]);
    assert.deepEqual(baseUrls('http://localhost', '/a'), ['http://localhost/a', 'http://localhost:80/a']);
  });

  test('keeps a port of its own first, and is tried without it', () => {
    assert.deepEqual(baseUrls('https://hooks.example.com:8443/', '/v1/t/acme/answer'), [URL_8443, URL_]);
  });

  test('has no query and no fragment', () => {
    for (const path of ['/a?x=1', '/a#f', '/a?x=1#f', '/a#f?x', '/a?x\ny']) {
      assert.equal(baseUrls('https://h.example', path)[0], 'https://h.example/a');
    }
  });

  test('keeps the path as it was sent, and a prefix of the public URL', () => {
    assert.equal(baseUrls('https://h.example/m/', '/a%20b/../c/')[0], 'https://h.example/m/a%20b/../c/');
  });

  test('is accepted whatever query the request had', () => {
    const urls = baseUrls('https://hooks.example.com', '/v1/t/acme/answer?x=1');
    assert.deepEqual(check({ ...v2(V2), ...v3(V3) }, ['test_token'], urls), valid(V3_NONCE, V2_NONCE));
  });

  test('a public URL that is none is a fault of ours', () => {
    assert.throws(() => baseUrls('hooks.example.com', '/a'));
  });
});
