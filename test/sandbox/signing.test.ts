import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chanceOf } from '../../src/features/sandbox/chance.ts';
import { noncesOf, signatureHeaders } from '../../src/features/sandbox/signing.ts';
import { strictSwitches } from '../../src/features/sandbox/switches.ts';
import { baseUrls, checkSignature } from '../../src/features/vobiz/signature.ts';
import { BASE, openTown } from './customer.ts';

const lower = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
const urlsOf = (path: string) => baseUrls('https://hooks.example.com', `/v1/t/acme${path}`);

describe('the signatures of the double', () => {
  const vectors = { v2: '12345678901234567890', v3: '09876543210987654321' };
  const keys = { authId: 'SA_1', token: 'sub_token_1', parentToken: 'test_token' };
  const signed = (switches = {}, url = `${BASE}/answer?x=1`, fields = {}) =>
    signatureHeaders({ url, method: 'POST', fields }, keys, vectors, { ...strictSwitches, ...switches });

  it('are the vectors that were computed from the documentation, of both key families', () => {
    const headers = signed();
    assert.equal(headers['X-Vobiz-Signature-V2'], 'roDfWOWshlcEJwTrC2CRbr3hINKM6AZr1Op3pbtCX3c=');
    assert.equal(headers['X-Vobiz-Signature-V3'], 'r44pIROwXr4ZbS5Y8Wj8TZ/z0TQj3Wxxa/TYJkbMAPo=');
    assert.equal(headers['X-Vobiz-Signature-MA-V2'], 'jKVzd9h5LobvkogdJ8sUswK4/rV+rETY+qCGnF70/fo=');
    assert.equal(headers['X-Vobiz-Signature-MA-V3'], 'ftywsnqnMhnmgcebaffEFHA6EefjB79GaC6PFp8wmcw=');
    assert.equal(headers['X-Vobiz-Signature-V2-Nonce'], vectors.v2);
  });

  it('keep or drop a port, and build the Plivo string, by switches', () => {
    const port = 'https://hooks.example.com:8443/v1/t/acme/answer';
    assert.equal(signed({}, port)['X-Vobiz-Signature-MA-V3'], 'iQaPJQBtjQWUptCW0m6A6zL6/4+2uM1aTlC37rnXOVM=');
    const dropped = signed({ signedPort: 'dropped' }, port)['X-Vobiz-Signature-MA-V3'];
    assert.equal(dropped, 'ftywsnqnMhnmgcebaffEFHA6EefjB79GaC6PFp8wmcw=');
    const fields = {
      CallUUID: '11111111-2222-3333-4444-555555555555',
      From: '919800000001',
      To: '07900000000',
    };
    const plivo = (url: string) => signed({ v3: 'plivo' }, url, fields)['X-Vobiz-Signature-MA-V3'];
    assert.equal(plivo(`${BASE}/answer`), 'si3el+o7WiRA5V7+c+EGJP/inFnINahp74hM83jU/qQ=');
    assert.equal(plivo(`${BASE}/answer?x=1`), '/1rcS5xpGz7d1bqXc0VbcOhA+PnyJop4psP7H7RRPdM=');
  });

  it('carry the account credentials in clear only where a switch says so', () => {
    assert.equal(signed()['auth-token'], undefined);
    assert.equal(signed({ credentialHeaders: true })['auth-token'], 'sub_token_1');
  });

  it('are accepted by the check of the service, on every request of a call, and have a nonce each', async () => {
    const town = openTown();
    await town.call();
    const nonces = new Set<string>();
    for (const { headers, path } of town.received) {
      const check = checkSignature({ headers: lower(headers), urls: urlsOf(path), tokens: ['test_token'] });
      assert.equal(check.outcome, 'valid', path);
      if (check.outcome === 'valid') for (const nonce of check.nonces) nonces.add(nonce);
      assert.equal(headers['User-Agent'], 'Vobiz');
    }
    assert.equal(nonces.size, 2 * town.received.length);
  });

  it('fail with another token, and with the token before a rotation until that is known too', async () => {
    const town = openTown(
      {},
      { switches: { signingToken: 'previous' }, account: { previousToken: 'old_token' } },
    );
    await town.call();
    const [first] = town.received;
    const check = (tokens: string[]) =>
      checkSignature({ headers: lower(first?.headers ?? {}), urls: urlsOf('/answer'), tokens }).outcome;
    assert.equal(check(['test_token']), 'invalid');
    assert.equal(check(['test_token', 'old_token']), 'valid');
  });

  it('are absent where an account does not sign', async () => {
    const town = openTown({}, { switches: { signatures: [] } });
    await town.call();
    assert.deepEqual(Object.keys(town.received[0]?.headers ?? {}), ['User-Agent']);
  });

  it('have nonces of 20 digits, which differ', () => {
    const { v2, v3 } = noncesOf(chanceOf(1));
    assert.match(v2, /^\d{20}$/);
    assert.notEqual(v2, v3);
  });
});
