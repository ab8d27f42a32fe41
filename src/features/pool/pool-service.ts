import type { Db } from '../../db/database.ts';
import { Failure, invalid, notFound } from '../../kernel/errors.ts';
import { newId, type Owner, type TenantId } from '../../kernel/ids.ts';
import { readVoice } from '../tenants/voice-settings.ts';
import { deriveCooling, derivedForNewPool } from './misroute-budget-service.ts';
import {
  DEFAULT_RULES,
  type ExhaustionStep,
  faultsOf,
  type PoolRules,
  type PoolVoice,
} from './pool-rules.ts';
import {
  findPool,
  insertPool,
  listPools,
  lockPool,
  type PoolRow,
  updatePool,
  updatePoolVoice,
} from './pool-store.ts';

/** What every tenant starts with, in both modes. */
export async function createFirstPools(db: Db, tenantId: TenantId): Promise<void> {
  for (const livemode of [true, false]) {
    const pool = { id: newId('pool'), name: 'default', rules: DEFAULT_RULES, derived: null, voice: {} };
    await insertPool(db, { tenantId, livemode }, pool);
  }
}

/** Throws invalid_request, unknown_reference, pool_name_taken. */
export async function createPool(
  db: Db,
  owner: Owner,
  input: PoolRules & { name: string; voice?: PoolVoice },
): Promise<PoolRow> {
  refuse(faultsOf(input, input));
  const voice = readVoice(input.voice ?? {});
  const id = newId('pool');
  const rules = { ...input, exhaustion: await withIds(db, owner, id, input.exhaustion) };
  const derived = derivedForNewPool(input.misroute_budget);
  if (!(await insertPool(db, owner, { id, name: input.name, rules, derived, voice }))) {
    throw invalid('pool_name_taken', '/name', 'is taken');
  }
  return getPool(db, owner, id);
}

/** By name or id. Throws not_found. */
export async function getPool(db: Db, owner: Owner, nameOrId: string): Promise<PoolRow> {
  const pool = await findPool(db, owner, nameOrId);
  if (pool === null) throw notFound();
  return pool;
}

/** The pool that a request's body names. Throws unknown_reference. */
export async function referencedPool(
  db: Db,
  owner: Owner,
  nameOrId: string,
  pointer = '/pool',
): Promise<PoolRow> {
  const pool = await findPool(db, owner, nameOrId);
  if (pool === null) throw invalid('unknown_reference', pointer, 'is not the name or id of a pool');
  return pool;
}

/** Throws not_found, invalid_request, unknown_reference. */
export async function changePool(
  db: Db,
  owner: Owner,
  nameOrId: string,
  { voice, ...change }: Partial<PoolRules> & { voice?: PoolVoice },
): Promise<PoolRow> {
  const { id } = await getPool(db, owner, nameOrId);
  if (voice !== undefined) await updatePoolVoice(db, owner, id, readVoice(voice));
  if (Object.keys(change).length === 0) return getPool(db, owner, id);
  const budget = change.misroute_budget ?? null;
  // Before the lock, since it takes a while.
  const derived = budget === null ? null : await deriveCooling(db, owner.tenantId, id, budget);
  // Rules hold together: two changes at once, each right by what it saw, could be wrong in the end.
  const rules = { ...(await lockPool(db, owner, id)), ...change };
  refuse(faultsOf(rules, change));
  if (change.exhaustion !== undefined) rules.exhaustion = await withIds(db, owner, id, change.exhaustion);
  await updatePool(db, owner, id, rules, { exhaustion: change.exhaustion !== undefined, derived });
  return getPool(db, owner, id);
}

function refuse(faults: ReturnType<typeof faultsOf>): void {
  if (faults.length > 0) throw new Failure('invalid_request', 'These rules do not fit together.', { faults });
}

/** The same steps with the ids of other pools, which outlive a name. Throws unknown_reference, invalid_request. */
async function withIds(
  db: Db,
  owner: Owner,
  ownId: string,
  steps: readonly ExhaustionStep[],
): Promise<ExhaustionStep[]> {
  const found: ExhaustionStep[] = [];
  for (const [place, { step, pool }] of steps.entries()) {
    if (pool === undefined) {
      found.push({ step });
      continue;
    }
    const pointer = `/exhaustion/${place}/pool`;
    const { id } = await referencedPool(db, owner, pool, pointer);
    if (id === ownId) throw invalid('invalid_request', pointer, 'must be another pool');
    if (found.some((earlier) => earlier.pool === id)) {
      throw invalid('invalid_request', pointer, 'is in the list already');
    }
    found.push({ step, pool: id });
  }
  return found;
}

export { listPools };
