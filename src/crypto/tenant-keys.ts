import { randomBytes } from 'node:crypto';
import type { MasterKey } from './master-key.ts';
import { seal, unseal } from './sealing.ts';

/** AES-256 and HMAC-SHA-256 both take 32 bytes. */
const KEY_BYTES = 32;
const FIRST_VERSION = 1;

/**
 * One tenant's keys: `dataKey` seals its phone numbers, `indexKey` finds them. Deleting the wrapped form makes all
 * of the tenant's numbers unreadable at once.
 */
export type TenantKeys = { version: number; dataKey: Buffer; indexKey: Buffer };

/** Random keys for a tenant that has none yet. */
export function newTenantKeys(): TenantKeys {
  return { version: FIRST_VERSION, dataKey: randomBytes(KEY_BYTES), indexKey: randomBytes(KEY_BYTES) };
}

/** The form that may be stored beside the tenant; `keys.version` is stored in clear next to it. */
export function wrapTenantKeys(master: MasterKey, tenantId: string, keys: TenantKeys): Buffer {
  return seal(master.sealing, Buffer.concat([keys.dataKey, keys.indexKey]), placeOf(tenantId, keys.version));
}

/**
 * @throws Error if the blob was wrapped under another master key, for another tenant or as another version: a row
 *   swapped in the database must not give one tenant the keys of another.
 */
export function unwrapTenantKeys(
  master: MasterKey,
  tenantId: string,
  version: number,
  wrapped: Buffer,
): TenantKeys {
  const both = unseal(master.sealing, wrapped, placeOf(tenantId, version));
  if (both.length !== 2 * KEY_BYTES) throw new Error('the wrapped tenant keys have an unknown length');
  return { version, dataKey: both.subarray(0, KEY_BYTES), indexKey: both.subarray(KEY_BYTES) };
}

function placeOf(tenantId: string, version: number): string {
  return `${tenantId}|tenant_keys|${version}`;
}
