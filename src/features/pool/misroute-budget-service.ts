import type { Db } from '../../db/database.ts';
import type { TenantId } from '../../kernel/ids.ts';
import { type Derived, findUnmeasured, writeDerived } from './pool-store.ts';
import { coolingWithin } from './redial-delay.ts';
import { readLateRedials } from './redial-store.ts';

/** An hour brings no more than one redial in seven hundred of those that are looked at. */
const EVERY_SECONDS = 3_600;

/** What a budget comes to for a pool that has nothing to look back on. */
export function derivedForNewPool(budget: number | null): Derived | null {
  return budget === null ? null : { ...coolingWithin(budget, []), samples: 0 };
}

/** What a budget comes to by the late redials that a pool had. */
export async function deriveCooling(
  db: Db,
  tenantId: TenantId,
  poolId: string,
  budget: number,
): Promise<Derived> {
  const redials = await readLateRedials(db, tenantId, poolId);
  return { ...coolingWithin(budget, redials), samples: redials.length };
}

/** Looks at one of the tenant's pools that are due; true when there was one. */
export async function measureRedials(db: Db, tenantId: TenantId): Promise<boolean> {
  const pool = await findUnmeasured(db, tenantId, EVERY_SECONDS);
  if (pool === null) return false;
  // Before anything is locked: allocations would wait behind those who wait for the pool's row.
  const derived = await deriveCooling(db, tenantId, pool.id, pool.misroute_budget);
  await writeDerived(db, tenantId, pool, derived);
  return true;
}
