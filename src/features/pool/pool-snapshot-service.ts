import { LRUCache } from 'lru-cache';
import type { Db } from '../../db/database.ts';
import type { TenantId } from '../../kernel/ids.ts';
import type { PoolSnapshot } from './pool-snapshot.ts';
import { readSnapshot } from './pool-snapshot-store.ts';

/** Gives a pool as it is at `version`, or newer; null when it is gone. `version` null: as it is now. */
export type SnapshotOf = (
  db: Db,
  tenantId: TenantId,
  poolId: string,
  version: string | null,
) => Promise<PoolSnapshot | null>;

/** A DID takes less than 300 bytes (ADR 0009): what all kept pools have together may take 60 MB. */
const MOST_DIDS_KEPT = 200_000;

/** Reads pools and keeps what it read until their version has moved. */
export function keptSnapshots(): SnapshotOf {
  const kept = new LRUCache<string, PoolSnapshot>({
    maxSize: MOST_DIDS_KEPT,
    sizeCalculation: (pool) => pool.dids.length + 1,
  });
  return async (db, tenantId, poolId, version) => {
    const known = kept.get(poolId) ?? null;
    if (known !== null && known.version === version) return known;
    const read = await readSnapshot(db, tenantId, poolId, known);
    if (read !== null) kept.set(poolId, read);
    return read;
  };
}
