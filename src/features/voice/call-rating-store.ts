import type { Db } from '../../db/database.ts';
import type { TenantId } from '../../kernel/ids.ts';

/** The first one counts: a caller is asked once. In a transaction that acts for the tenant. */
export async function keepRating(db: Db, tenantId: TenantId, callId: string, rating: number): Promise<void> {
  await db.rows('update calls set rating = $3 where tenant_id = $1 and id = $2 and rating is null', [
    tenantId,
    callId,
    rating,
  ]);
}
