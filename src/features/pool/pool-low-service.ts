import type { Db } from '../../db/database.ts';
import type { Owner, TenantId } from '../../kernel/ids.ts';
import { readFill } from './capacity-store.ts';
import { findUnmeasuredFill, writeFill } from './pool-store.ts';

/** Between two sessions of one caller pass some minutes: nobody runs out of DIDs within one. */
const EVERY_SECONDS = 60;
/** Whoever has to buy numbers first, cannot do anything about it within the hour. */
const TOLD_EVERY_SECONDS = 3_600;

export type PoolLow = {
  type: 'pool.low';
  data: { pool: string; dids_in_pool: number; dids_held_by_busiest: number; percent: number };
};

/**
 * Looks at one of the tenant's pools that are due, and tells when its busiest caller holds so much of it that it was to be
 * told; true when there was one.
 * @param tell leaves an event in the transaction of what it tells
 */
export function lowMeasuring(
  tell: (db: Db, owner: Owner, event: PoolLow) => Promise<void>,
): (db: Db, tenantId: TenantId) => Promise<boolean> {
  return async (db, tenantId) => {
    const pool = await findUnmeasuredFill(db, tenantId, EVERY_SECONDS);
    if (pool === null) return false;
    const owner = { tenantId, livemode: pool.livemode };
    // Before anything is locked, since it may take a while.
    const { usable, busiest } = await readFill(db, owner, pool.id);
    const isLow = usable > 0 && busiest * 100 >= usable * pool.low_at_percent;
    if (await writeFill(db, owner, pool, { isLow, toldEverySeconds: TOLD_EVERY_SECONDS })) {
      const data = {
        pool: pool.id,
        dids_in_pool: usable,
        dids_held_by_busiest: busiest,
        percent: Math.floor((busiest * 100) / usable),
      };
      await tell(db, owner, { type: 'pool.low', data });
    }
    return true;
  };
}
