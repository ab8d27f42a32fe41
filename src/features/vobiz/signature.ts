import { createHmac, timingSafeEqual } from 'node:crypto';

export type SignatureCheck = {
  /** Lower-case names, as Node gives them. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Every form in which Vobiz may have written our URL: see `baseUrls`. */
  urls: readonly string[];
  /** The current auth token and, after a rotation, the previous one. */
  tokens: readonly string[];
};

export type SignatureOutcome =
  | { outcome: 'valid'; nonces: string[] }
  | { outcome: 'invalid' }
  | { outcome: 'unsigned' };

type Version = 'v2' | 'v3';
type Verdict = 'absent' | 'right' | 'wrong';

const MAX_HEADER_LENGTH = 1024;
/** One for each of the current and previous tokens of an account and its parent. */
const MAX_SIGNATURES = 4;
const NONCE = /^[0-9A-Za-z_-]{8,64}$/;
/** A SHA-256 in strict base64. Comparing the text, not decoded bytes, leaves one spelling per signature. */
const SIGNATURE = /^[0-9A-Za-z+/]{43}=$/;

const VERSIONS: readonly Version[] = ['v3', 'v2'];
/** Signed with the account's own token, and with its parent's ("MA"): we may hold one token and not the other. */
const KEY_FAMILIES = ['x-vobiz-signature-', 'x-vobiz-signature-ma-'] as const;

/**
 * Checks the documented signatures V3, MA-V3, V2 and MA-V2 (Vobiz documentation: validating callbacks).
 * V1 signs an undocumented string and is ignored; alone it counts as unsigned.
 *
 * - `valid`: a signature verifies, and none of the same key family is wrong. A wrong one of the other family is
 *   expected when we do not hold the other token. `nonces` has the nonce of every verified signature: burn all
 *   of them, or the V2 pair of a request seen with both can be replayed alone.
 * - `unsigned`: not one of these headers is there.
 * - `invalid`: all else, also malformed, repeated or oversized headers. Never throws.
 *
 * Neither body nor query is signed: `valid` says that a holder of the token once signed this path.
 */
export function checkSignature({ headers, urls, tokens }: SignatureCheck): SignatureOutcome {
  const names = VERSIONS.flatMap((version) => [
    nonceHeader(version),
    ...KEY_FAMILIES.map((family) => `${family}${version}`),
  ]);
  if (names.every((name) => headers[name] === undefined)) return { outcome: 'unsigned' };
  if (names.some((name) => (joined(headers[name])?.length ?? 0) > MAX_HEADER_LENGTH)) {
    return { outcome: 'invalid' };
  }

  const nonces = new Set<string>();
  const expected = expectedOnce(urls, tokens);
  for (const family of KEY_FAMILIES) {
    const verdicts = VERSIONS.map((version): Verdict => {
      const signature = joined(headers[`${family}${version}`]);
      if (signature === undefined) return 'absent';
      const nonce = joined(headers[nonceHeader(version)]);
      if (nonce === undefined || !NONCE.test(nonce)) return 'wrong';
      if (!matches(signature, expected(version, nonce))) return 'wrong';
      nonces.add(nonce);
      return 'right';
    });
    if (verdicts.includes('right') && verdicts.includes('wrong')) return { outcome: 'invalid' };
  }
  return nonces.size > 0 ? { outcome: 'valid', nonces: [...nonces] } : { outcome: 'invalid' };
}

/**
 * The forms of one URL of ours that Vobiz may have signed: without query and fragment; with and without the port,
 * since the documented samples disagree on it. `publicUrl` comes from the configuration, never from the Host
 * header; `path` is the request's path as received, not decoded. Throws when `publicUrl` is no URL.
 */
export function baseUrls(publicUrl: string, path: string): string[] {
  const url = new URL(publicUrl);
  const bare = path.replace(/[?#].*$/s, '');
  const rest = url.pathname.replace(/\/+$/, '') + (bare.startsWith('/') ? bare : `/${bare}`);
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const plain = `${url.protocol}//${url.hostname}${rest}`;
  const withPort = `${url.protocol}//${url.hostname}:${port}${rest}`;
  return url.port ? [withPort, plain] : [plain, withPort];
}

/** The signatures that we would accept, computed once per version though two families may carry it. */
function expectedOnce(urls: readonly string[], tokens: readonly string[]) {
  const known = new Map<Version, string[]>();
  return (version: Version, nonce: string): string[] => {
    const before = known.get(version);
    if (before) return before;
    const separator = version === 'v3' ? '.' : '';
    const signatures = tokens
      // Anybody can sign with an empty key.
      .filter((token) => token !== '')
      .flatMap((token) =>
        urls.map((url) =>
          createHmac('sha256', token).update(`${url}${separator}${nonce}`, 'utf8').digest('base64'),
        ),
      );
    known.set(version, signatures);
    return signatures;
  };
}

/** True when one of the comma-separated signatures is expected and all are well formed and few. */
function matches(header: string, expected: readonly string[]): boolean {
  const given = header.split(',').map((part) => part.trim());
  if (given.length > MAX_SIGNATURES || !given.every((part) => SIGNATURE.test(part))) return false;
  let found = false;
  for (const signature of given) {
    for (const candidate of expected) {
      if (sameText(signature, candidate)) found = true;
    }
  }
  return found;
}

function sameText(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  // timingSafeEqual throws on unequal lengths.
  return a.length === b.length && timingSafeEqual(a, b);
}

function nonceHeader(version: Version): string {
  return `x-vobiz-signature-${version}-nonce`;
}

/** Node joins most repeated headers itself; arrays are joined the same way. */
function joined(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}
