import type { Db } from '../../db/database.ts';
import { invalid, notFound } from '../../kernel/errors.ts';
import { newId, type Owner, type TenantId } from '../../kernel/ids.ts';
import { findPool, insertPool, listPools, type PoolRow, updatePool } from './pool-store.ts';

/** A day: people call back about yesterday's ride, and hardly ever about an older one. */
const DEFAULT_COOLING_SECONDS = 86_400;

/** What every tenant starts with, in both modes. */
export async function createFirstPools(db: Db, tenantId: TenantId): Promise<void> {
  for (const livemode of [true, false]) {
    const pool = { id: newId('pool'), name: 'default', coolingSeconds: DEFAULT_COOLING_SECONDS };
    await insertPool(db, { tenantId, livemode }, pool);
  }
}

/** Throws pool_name_taken. */
export async function createPool(
  db: Db,
  owner: Owner,
  input: { name: string; cooling_seconds: number },
): Promise<PoolRow> {
  const pool = { id: newId('pool'), name: input.name, coolingSeconds: input.cooling_seconds };
  if (!(await insertPool(db, owner, pool))) throw invalid('pool_name_taken', '/name', 'is taken');
  return getPool(db, owner, pool.id);
}

/** By name or id. Throws not_found. */
export async function getPool(db: Db, owner: Owner, nameOrId: string): Promise<PoolRow> {
  const pool = await findPool(db, owner, nameOrId);
  if (pool === null) throw notFound();
  return pool;
}

/** The pool that a request's body names. Throws unknown_reference. */
export async function referencedPool(db: Db, owner: Owner, nameOrId: string): Promise<PoolRow> {
  const pool = await findPool(db, owner, nameOrId);
  if (pool === null) throw invalid('unknown_reference', '/pool', 'is not the name or id of a pool');
  return pool;
}

/** Throws not_found. */
export async function changePool(
  db: Db,
  owner: Owner,
  nameOrId: string,
  change: { cooling_seconds?: number },
): Promise<PoolRow> {
  const pool = await getPool(db, owner, nameOrId);
  if (change.cooling_seconds !== undefined) await updatePool(db, owner, pool.id, change.cooling_seconds);
  return getPool(db, owner, pool.id);
}

export { listPools };
