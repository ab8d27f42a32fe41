import { createHmac } from 'node:crypto';
import type { TenantKeys } from './tenant-keys.ts';

/** 48 bits: a tenant with a million callers has two of the same name with a chance of 1 in 600. */
const HEX_DIGITS = 12;

/**
 * A name for a caller that a tenant may see and compare, and nothing else: the blind index itself would let whoever reads
 * reports find the caller's rows. Keyed and one-way; the same caller has the same name every time.
 */
export function maskedCaller(keys: TenantKeys, callerIndex: Buffer): `caller_${string}` {
  const digest = createHmac('sha256', keys.indexKey).update('masked_caller|', 'utf8').update(callerIndex);
  return `caller_${digest.digest('hex').slice(0, HEX_DIGITS)}`;
}
