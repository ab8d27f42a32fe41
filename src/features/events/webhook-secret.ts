import { seal, unseal } from '../../crypto/sealing.ts';
import type { TenantKeys } from '../../crypto/tenant-keys.ts';
import type { TenantId } from '../../kernel/ids.ts';

/** A secret as it is stored: sealed with the tenant's data key of a version, for this endpoint only. */
export type SealedSecret = { sealed: Buffer; keyVersion: number };

export function sealSecret(
  keys: TenantKeys,
  tenantId: TenantId,
  endpointId: string,
  secret: string,
): SealedSecret {
  return {
    sealed: seal(keys.dataKey, secret, placeOf(tenantId, endpointId)),
    keyVersion: keys.version,
  };
}

/** Throws when it was sealed for another tenant or endpoint. */
export function openSecret(keys: TenantKeys, tenantId: TenantId, endpointId: string, sealed: Buffer): string {
  return unseal(keys.dataKey, sealed, placeOf(tenantId, endpointId)).toString();
}

function placeOf(tenantId: TenantId, endpointId: string): string {
  return `${tenantId}|webhook_endpoints|${endpointId}`;
}
