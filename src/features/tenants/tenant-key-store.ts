import type { Db } from '../../db/database.ts';
import type { TenantKeysRow } from '../../generated/tables.ts';
import type { TenantId } from '../../kernel/ids.ts';

export type WrappedKeys = Pick<TenantKeysRow, 'version' | 'wrapped'>;

export async function insertTenantKeys(db: Db, tenantId: TenantId, keys: WrappedKeys): Promise<void> {
  await db.rows('insert into tenant_keys (tenant_id, version, wrapped) values ($1, $2, $3)', [
    tenantId,
    keys.version,
    keys.wrapped,
  ]);
}

/** Version null: the newest. */
export async function findTenantKeys(
  db: Db,
  tenantId: TenantId,
  version: number | null,
): Promise<WrappedKeys | null> {
  const [row] = await db.rows<WrappedKeys>(
    `select version, wrapped from tenant_keys
      where tenant_id = $1 and ($2::integer is null or version = $2) order by version desc limit 1`,
    [tenantId, version],
  );
  return row ?? null;
}
