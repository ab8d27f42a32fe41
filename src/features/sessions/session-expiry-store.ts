import type { Db } from '../../db/database.ts';
import type { TenantId } from '../../kernel/ids.ts';

/** Long enough to extend a ride by hand, short enough that nobody has forgotten it. */
const NOTICE_SECONDS = 5 * 60;
/** Whoever asks for a shorter session knows that it is about to end. */
const LEAST_SECONDS = 10 * 60;

/** Leaves the events of sessions that expire soon or have expired, each once, at most so many; how many it were. */
export async function tellExpiries(db: Db, tenantId: TenantId, most: number): Promise<number> {
  const [row] = await db.rows<{ count: number }>('select tell_expiries($1, $2, $3, $4) as count', [
    tenantId,
    NOTICE_SECONDS,
    LEAST_SECONDS,
    most,
  ]);
  return row?.count ?? 0;
}
