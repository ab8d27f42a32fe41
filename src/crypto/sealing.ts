import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** First byte of every blob: lets a later algorithm be told from this one without a migration in one go. */
const FORMAT_VERSION = 1;
/** 96 bits, the length GCM is defined for. Random nonces allow 2^32 seals per key; a tenant's key stays far below. */
const NONCE_BYTES = 12;
/** The full tag. A shorter one would make forgery cheaper for four bytes saved. */
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + NONCE_BYTES;

/**
 * Encrypts and authenticates with AES-256-GCM: version (1 byte) | nonce (12) | ciphertext | tag (16).
 *
 * @param key 32 bytes
 * @param context names the place of the value (`ten_x|session_phones|ses_y|a|0`). It is authenticated, not stored:
 *   a blob copied into another row, column or tenant does not open there.
 * @throws if the key is not 32 bytes long
 */
export function seal(key: Buffer, plain: Buffer | string, context: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(context, 'utf8'));
  const bytes = typeof plain === 'string' ? Buffer.from(plain, 'utf8') : plain;
  const body = Buffer.concat([cipher.update(bytes), cipher.final()]);
  return Buffer.concat([Buffer.of(FORMAT_VERSION), nonce, body, cipher.getAuthTag()]);
}

/**
 * Opens what `seal` made with the same key and context.
 *
 * @throws Error if the blob is of another format, or if key, context or a single bit differ. The message tells nothing
 *   about the value, and the inner error is not attached, so the failure may be logged as it is.
 */
export function unseal(key: Buffer, sealed: Buffer, context: string): Buffer {
  if (sealed.length < HEADER_BYTES + TAG_BYTES || sealed[0] !== FORMAT_VERSION) {
    throw new Error('the sealed value has an unknown format');
  }
  try {
    const nonce = sealed.subarray(1, HEADER_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(context, 'utf8'));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(sealed.subarray(HEADER_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    throw new Error('the sealed value does not open: wrong key, wrong place, or damaged');
  }
}
