import { createHmac } from 'node:crypto';
import type { E164 } from '../kernel/phone.ts';
import type { TenantKeys } from './tenant-keys.ts';

/**
 * What a phone number is looked up by, since it is stored encrypted: HMAC-SHA-256, 32 bytes.
 *
 * Keyed, because a country has only some 10^9 numbers: a plain hash of each is computed in hours and would be clear
 * text. Per tenant, because an index shows which rows are equal: with a shared key, one tenant's rows would tell that
 * another tenant serves the same person. The leading word keeps the key usable for another index later.
 */
export function callerIndex(keys: TenantKeys, e164: E164): Buffer {
  return createHmac('sha256', keys.indexKey).update(`caller|${e164}`, 'utf8').digest();
}

/** What a PIN is looked up by. Keyed too: the few digits of a PIN behind a plain hash would be clear text. */
export function pinIndex(keys: TenantKeys, pin: string): Buffer {
  return createHmac('sha256', keys.indexKey).update(`pin|${pin}`, 'utf8').digest();
}
