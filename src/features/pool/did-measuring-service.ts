import type { Db } from '../../db/database.ts';
import type { TenantId } from '../../kernel/ids.ts';
import { type CallCounts, healthOf, keptStanding } from './did-health.ts';
import { measureStale, readOtherCounts } from './did-measures-store.ts';
import { writeMeasures } from './did-store.ts';

/** A choice that goes by the load of a minute ago is still fair; one that goes by the load of an hour ago is not. */
const EVERY_SECONDS = 60;
const NONE: CallCounts = { calls: 0, answered: 0, short: 0 };

/** Measures some of the tenant's DIDs that are due; true when there may be more. */
export async function measureDids(db: Db, tenantId: TenantId): Promise<boolean> {
  const { dids, isAll } = await measureStale(db, tenantId, EVERY_SECONDS);
  if (dids.length === 0) return false;
  const poolIds = [...new Set(dids.map((did) => did.poolId))];
  const ofPools = await readOtherCounts(
    db,
    tenantId,
    poolIds,
    dids.map(({ id }) => id),
  );
  for (const did of dids) ofPools.set(did.poolId, together(ofPools.get(did.poolId) ?? NONE, did));
  const measures = dids.map((did) => {
    const now = { health: healthOf(did, ofPools.get(did.poolId) ?? NONE), load: did.liveBindings };
    const { id, calls, answered, short } = did;
    return { id, calls, answered, short, ...keptStanding(did, now) };
  });
  await writeMeasures(db, tenantId, measures);
  return !isAll;
}

function together(one: CallCounts, other: CallCounts): CallCounts {
  return {
    calls: one.calls + other.calls,
    answered: one.answered + other.answered,
    short: one.short + other.short,
  };
}
