import type { Db } from '../../db/database.ts';
import type { TenantId } from '../../kernel/ids.ts';
import type { ExhaustionStep, PoolRules } from './pool-rules.ts';
import type { PoolDid, PoolSnapshot } from './pool-snapshot.ts';

type SnapshotRow = {
  id: string;
  name: string;
  version: string;
  cooling_seconds: number;
  budget_cooling_seconds: number | null;
  affinity: PoolRules['affinity'];
  regions: string[];
  region_match: PoolRules['region_match'];
  carriers: string[];
  exhaustion: ExhaustionStep[];
  dids: [string, string, string | null, string | null, boolean, number, number][] | null;
};

/** @param known what was read of the pool before, if anything was; given back when nothing has changed */
export async function readSnapshot(
  db: Db,
  tenantId: TenantId,
  poolId: string,
  known: PoolSnapshot | null,
): Promise<PoolSnapshot | null> {
  const [row] = await db.rows<SnapshotRow>('select * from pool_snapshot($1, $2, $3)', [
    tenantId,
    poolId,
    known?.version ?? null,
  ]);
  if (row === undefined) return null;
  if (row.dids === null) return known;
  const dids = row.dids.map(
    ([didId, e164, region, carrier, isReserved, health, load]): PoolDid => ({
      didId,
      e164,
      region,
      carrier,
      isReserved,
      health,
      load,
    }),
  );
  return {
    id: row.id,
    name: row.name,
    version: row.version,
    rules: {
      affinity: row.affinity,
      regions: row.regions,
      regionMatch: row.region_match,
      carriers: row.carriers,
      exhaustion: row.exhaustion,
      coolingSeconds: row.cooling_seconds,
      budgetCoolingSeconds: row.budget_cooling_seconds,
    },
    dids,
    byId: new Map(dids.map((did) => [did.didId, did])),
    byNumber: new Map(dids.map((did) => [did.e164, did])),
    groups: new Map(),
    meanLoad: dids.reduce((sum, did) => sum + did.load, 0) / Math.max(dids.length, 1),
  };
}
