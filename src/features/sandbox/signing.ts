import { createHmac } from 'node:crypto';
import type { Chance } from './chance.ts';
import type { Switches } from './switches.ts';

export type SigningKeys = {
  authId: string;
  token: string;
  /** Of the main account; of a main account its own. */
  parentToken: string;
};
export type Nonces = { v2: string; v3: string };

type SigningSwitches = Pick<Switches, 'signatures' | 'signedPort' | 'v3' | 'credentialHeaders'>;
type Signed = { url: string; method: 'GET' | 'POST'; fields: Readonly<Record<string, string>> };

/** 20 decimal digits, different for V2 and V3, as captured. */
export function noncesOf(chance: Chance): Nonces {
  return { v2: chance.digits(20), v3: chance.digits(20) };
}

/** The headers of a signed callback (Vobiz documentation: concepts/validating-callbacks). */
export function signatureHeaders(
  signed: Signed,
  keys: SigningKeys,
  nonces: Nonces,
  switches: SigningSwitches,
): Record<string, string> {
  const base = baseOf(signed.url, switches.signedPort);
  const v3 = `${switches.v3 === 'plivo' ? plivoBase(base, signed) : base}.${nonces.v3}`;
  const headers: Record<string, string> = {};
  for (const version of switches.signatures) {
    const token = version.startsWith('MA-') ? keys.parentToken : keys.token;
    if (version === 'V1') {
      // What V1 signs is not documented; the value has the right shape and proves nothing.
      headers['X-Vobiz-Signature'] = createHmac('sha1', token).update(base).digest('base64');
    } else if (version.endsWith('V2')) {
      headers[`X-Vobiz-Signature-${version}`] = hmac(token, `${base}${nonces.v2}`);
      headers['X-Vobiz-Signature-V2-Nonce'] = nonces.v2;
    } else {
      headers[`X-Vobiz-Signature-${version}`] = hmac(token, v3);
      headers['X-Vobiz-Signature-V3-Nonce'] = nonces.v3;
    }
  }
  if (switches.credentialHeaders) {
    headers['auth-token'] = keys.token;
    headers['parent-auth-token'] = keys.parentToken;
  }
  return headers;
}

/** Scheme, host, port and path as they were written, without query and fragment. */
function baseOf(url: string, port: Switches['signedPort']): string {
  const bare = url.replace(/[?#].*$/s, '');
  return port === 'kept' ? bare : bare.replace(/^(https?:\/\/(?:\[[^\]]*\]|[^/:]*)):\d+/, '$1');
}

/** The string that the Go and a community SDK build, after Plivo. */
function plivoBase(base: string, { url, method, fields }: Signed): string {
  const query = [...new URL(url).searchParams].sort(([a], [b]) => (a < b ? -1 : 1));
  const pairs = Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
  if (method === 'GET') {
    const all = [...query, ...pairs].sort(([a], [b]) => (a < b ? -1 : 1));
    return all.length === 0 ? base : `${base}?${all.map(([key, value]) => `${key}=${value}`).join('&')}`;
  }
  if (query.length === 0 && pairs.length === 0) return base;
  const asked = query.map(([key, value]) => `${key}=${value}`).join('&');
  const posted = pairs.map(([key, value]) => `${key}${value}`).join('');
  return `${base}?${asked}${asked !== '' && posted !== '' ? '.' : ''}${posted}`;
}

function hmac(key: string, text: string): string {
  return createHmac('sha256', key).update(text, 'utf8').digest('base64');
}
