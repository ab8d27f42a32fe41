import type { Db } from '../../db/database.ts';
import type { Owner, TenantId } from '../../kernel/ids.ts';
import { type CallCounts, healthOf, keptStanding, UNHEALTHY_BELOW } from './did-health.ts';
import { measureStale, readOtherCounts } from './did-measures-store.ts';
import { writeMeasures } from './did-store.ts';

/** A choice that goes by the load of a minute ago is still fair; one that goes by the load of an hour ago is not. */
const EVERY_SECONDS = 60;
const NONE: CallCounts = { calls: 0, answered: 0, short: 0 };

/** Leaves an event in the transaction of what it tells. */
type Tell = (
  db: Db,
  owner: Owner,
  event: { type: 'did.unhealthy'; data: { did: string; e164: string; pool: string; health: number } },
) => Promise<void>;

/** Measures some of the tenant's DIDs that are due; true when there may be more. */
export type MeasureDids = (db: Db, tenantId: TenantId) => Promise<boolean>;

export function didMeasuring(tell: Tell): MeasureDids {
  return async (db, tenantId) => {
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
    for (const { livemode, before, id, ...did } of await writeMeasures(db, tenantId, measures)) {
      if (did.health >= UNHEALTHY_BELOW || before < UNHEALTHY_BELOW) continue;
      await tell(db, { tenantId, livemode }, { type: 'did.unhealthy', data: { did: id, ...did } });
    }
    return !isAll;
  };
}

function together(one: CallCounts, other: CallCounts): CallCounts {
  return {
    calls: one.calls + other.calls,
    answered: one.answered + other.answered,
    short: one.short + other.short,
  };
}
