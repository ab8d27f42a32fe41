import { randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** The word before a token says what it opens, to people and to secret scanners. */
export type TokenPrefix = 'mp_op' | 'mp_live' | 'mp_test' | 'whk';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 32 characters of 62 are 190 bits: no guessing, and a fast digest is enough to store them. */
const RANDOM_CHARS = 32;
/** The least that holds 32 bits: 62^6 > 2^32 > 62^5. */
const CHECKSUM_CHARS = 6;
/** As many characters from an operator as we draw ourselves. */
const OPERATOR_MIN_CHARS = 32;
/** Bounds what is digested per request; no key manager makes longer ones. */
const OPERATOR_MAX_LENGTH = 200;

const TOKEN = new RegExp(
  `^(mp_op|mp_live|mp_test|whk)_[0-9A-Za-z]{${RANDOM_CHARS}}([0-9A-Za-z]{${CHECKSUM_CHARS}})$`,
);
const OPERATOR_KEY = new RegExp(`^mp_op_[A-Za-z0-9_-]{${OPERATOR_MIN_CHARS},}$`);

/** A fresh token: `<prefix>_`, 32 random base62 characters, 6 base62 characters of CRC32 over all before them. */
export function newToken(prefix: TokenPrefix): string {
  let body = `${prefix}_`;
  // randomInt draws from the CSPRNG and rejects the uneven rest; `byte % 62` would favour the first eight characters.
  for (let i = 0; i < RANDOM_CHARS; i += 1) body += BASE62.charAt(randomInt(BASE62.length));
  return body + checksum(body);
}

/**
 * The prefix of a well-formed token, or null. Refuses garbage and typing errors without a look-up. It is no security
 * control: anyone can compute a checksum, so the digest has to be looked up all the same.
 */
export function checkToken(text: string): TokenPrefix | null {
  const match = TOKEN.exec(text);
  if (match === null || match[2] !== checksum(text.slice(0, -CHECKSUM_CHARS))) return null;
  return match[1] as TokenPrefix;
}

/**
 * Whether an operator may set this key: `mp_op_` and at least 32 of A-Z a-z 0-9 _ -, at most 200 characters in all.
 * No checksum, because operators take keys from their own secret manager.
 */
export function isOperatorKey(text: string): boolean {
  return text.length <= OPERATOR_MAX_LENGTH && OPERATOR_KEY.test(text);
}

/** The end of a token, to recognise it in a list. Four checksum characters cost 24 of 190 bits. */
export function last4(text: string): string {
  return text.slice(-4);
}

function checksum(body: string): string {
  let rest = crc32(body);
  let text = '';
  for (let i = 0; i < CHECKSUM_CHARS; i += 1) {
    text = BASE62.charAt(rest % BASE62.length) + text;
    rest = Math.floor(rest / BASE62.length);
  }
  return text;
}
