import type { Db } from '../db/database.ts';
import type { OperatorKeysRow, TenantsRow } from '../generated/tables.ts';

export type TenantKeyRow = {
  tenant_id: string;
  key_id: string;
  livemode: boolean;
  scopes: string[];
  stored_digest: Buffer;
  is_expired: boolean;
  tenant_status: TenantsRow['status'];
  default_country: string;
};

/** AcrossTenants: a key names its tenant. Null when no key that is not revoked has this digest. */
export async function findTenantKeyAcrossTenants(db: Db, digest: Buffer): Promise<TenantKeyRow | null> {
  const [row] = await db.rows<TenantKeyRow>('select * from find_api_key($1)', [digest]);
  return row ?? null;
}

export type OperatorKeyRow = Pick<OperatorKeysRow, 'id' | 'digest'>;

export async function findOperatorKey(db: Db, digest: Buffer): Promise<OperatorKeyRow | null> {
  const [row] = await db.rows<OperatorKeyRow>(
    'select id, digest from operator_keys where digest = $1 and revoked_at is null',
    [digest],
  );
  return row ?? null;
}
