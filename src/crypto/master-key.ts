import { hkdfSync, randomBytes } from 'node:crypto';

const KEY_BYTES = 32;
const PRINTED = '[MasterKey]';

/**
 * The sub-keys of the operator's one secret; the secret itself is not kept. One key per use, so that a weakness or a
 * leak in one use says nothing about another. Nothing that prints or serialises objects shows the keys.
 */
export type MasterKey = {
  /** Wraps tenants' keys and the secrets of providers. */
  readonly sealing: Buffer;
  /** Seals the replies that are kept for idempotent replay. */
  readonly replies: Buffer;
  /** HMAC key of the digests of API keys, webhook tokens and request fingerprints. */
  readonly digests: Buffer;
  toJSON(): string;
};

/**
 * Reads the operator's secret: exactly 32 bytes as base64, base64url or hex; surrounding white space is ignored,
 * because secrets mounted as files end in a newline.
 *
 * @returns null for anything else, so that the caller names the variable without repeating its value
 */
export function readMasterKey(text: string): MasterKey | null {
  const secret = decode(text.trim());
  if (secret === null) return null;
  const sealing = derive(secret, 'sealing');
  const replies = derive(secret, 'replies');
  const digests = derive(secret, 'digests');
  secret.fill(0);
  // Not enumerable: spread, structured clone, loggers and assertion messages walk enumerable properties only.
  return Object.defineProperties(
    {},
    {
      sealing: { value: sealing },
      replies: { value: replies },
      digests: { value: digests },
      toJSON: { value: () => PRINTED },
      toString: { value: () => PRINTED },
      // The registered symbol of util.inspect; console and assertion messages go through it.
      [Symbol.for('nodejs.util.inspect.custom')]: { value: () => PRINTED },
    },
  ) as MasterKey;
}

/** A fresh secret for `readMasterKey`: 43 base64url characters, safe in shells, URLs and env files. */
export function newMasterKeyText(): string {
  return randomBytes(KEY_BYTES).toString('base64url');
}

function decode(text: string): Buffer | null {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Buffer.from(text, 'hex');
  if (!/^(?:[A-Za-z0-9+/]{43}|[A-Za-z0-9_-]{43})=?$/.test(text)) return null;
  const bytes = Buffer.from(text, 'base64url');
  // 43 characters carry two bits too many; Node drops them silently, which would hide a typing error.
  const canonical = text.replace('=', '').replaceAll('+', '-').replaceAll('/', '_');
  return bytes.toString('base64url') === canonical ? bytes : null;
}

/** HKDF-SHA256. No salt: the secret is uniformly random, and every instance has to derive the same keys. */
function derive(secret: Buffer, use: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), `maskplane/v1/${use}`, KEY_BYTES));
}
