import type { Db } from '../../db/database.ts';
import type { Saturation } from '../../kernel/errors.ts';
import type { TenantId } from '../../kernel/ids.ts';

/** Leaves an event that the pool had no pair for somebody, unless it was told within the last minute. */
export async function tellExhausted(
  db: Db,
  tenantId: TenantId,
  poolId: string,
  saturation: Saturation,
): Promise<void> {
  await db.rows('select tell_exhausted($1, $2, $3)', [
    tenantId,
    poolId,
    JSON.stringify({ pool: poolId, ...saturation }),
  ]);
}
