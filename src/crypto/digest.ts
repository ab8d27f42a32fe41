import { createHmac, timingSafeEqual } from 'node:crypto';
import type { MasterKey } from './master-key.ts';

/** No purpose may contain `|`, which separates it from the text. */
export type DigestPurpose = 'api_key' | 'webhook_token' | 'fingerprint' | 'idempotency_key';

/**
 * HMAC-SHA-256, 32 bytes, for secrets and request bodies that are compared but never read back. Keyed, so that a
 * stolen database neither lets anyone test guesses nor tells that two requests carried the same numbers. No slow
 * hash: tokens have at least 190 random bits. The purpose is part of the input, so a digest of one table is worth
 * nothing in another.
 */
export function keyedDigest(master: MasterKey, purpose: DigestPurpose, text: string): Buffer {
  return createHmac('sha256', master.digests).update(`${purpose}|${text}`, 'utf8').digest();
}

/** Equality in time that depends on the length only. Unequal lengths are false, not an error as in node:crypto. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
