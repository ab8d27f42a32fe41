import type { Db } from '../../db/database.ts';
import type { Id, Owner, TenantId } from '../../kernel/ids.ts';
import type { PoolRules, PoolVoice } from './pool-rules.ts';
import type { BudgetCooling } from './redial-delay.ts';

/** Its rules, with other pools by their names. */
export type PoolRow = PoolRules & {
  id: Id<'pool'>;
  livemode: boolean;
  name: string;
  /** What a session of this pool cools for, unless it is told otherwise: the longer of the two times. */
  effective_cooling_seconds: number;
  /** Null without a misroute budget. */
  budget_cooling_seconds: number | null;
  redial_delay_seconds: number | null;
  redial_samples: number;
  redials_measured_at: Date | null;
  voice: PoolVoice;
  active_dids: number;
  created_at: Date;
};

const COLUMNS = `p.id, p.livemode, p.name, p.cooling_seconds, p.misroute_budget, p.budget_cooling_seconds,
  greatest(coalesce(p.cooling_seconds, 0), coalesce(p.budget_cooling_seconds, 0)) as effective_cooling_seconds,
  p.redial_delay_seconds, p.redial_samples, p.redials_measured_at, p.affinity, p.regions, p.region_match, p.carriers,
  p.low_at_percent, p.voice, p.created_at,
  (select coalesce(jsonb_agg(case when o.id is null then e.step else e.step || jsonb_build_object('pool', o.name) end
                             order by e.place), '[]')
     from jsonb_array_elements(p.exhaustion) with ordinality as e (step, place)
     left join pools o on o.tenant_id = p.tenant_id and o.id = e.step->>'pool') as exhaustion,
  (select count(*)::integer from dids d
    where d.tenant_id = p.tenant_id and d.pool_id = p.id and d.status = 'active') as active_dids`;

/** What a budget comes to, from so many late redials. */
export type Derived = BudgetCooling & { samples: number };

/** The values of a pool's rules, with other pools by their ids; null for exhaustion leaves it as it is. */
function valuesOf(rules: PoolRules, keepsExhaustion: boolean): unknown[] {
  return [
    rules.cooling_seconds,
    rules.misroute_budget,
    rules.affinity,
    rules.regions,
    rules.region_match,
    rules.carriers,
    rules.low_at_percent,
    keepsExhaustion ? null : JSON.stringify(rules.exhaustion),
  ];
}

/** False when the name is taken. `derived`: null without a budget. */
export async function insertPool(
  db: Db,
  owner: Owner,
  pool: { id: Id<'pool'>; name: string; rules: PoolRules; derived: Derived | null; voice: PoolVoice },
): Promise<boolean> {
  const made = await db.rows(
    `insert into pools (tenant_id, id, livemode, name, cooling_seconds, misroute_budget, affinity, regions, region_match,
                        carriers, low_at_percent, exhaustion, budget_cooling_seconds, redials_measured_at, voice)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, case when $13::integer is not null then now() end, $14)
     on conflict (tenant_id, livemode, name) do nothing returning 1`,
    [
      owner.tenantId,
      pool.id,
      owner.livemode,
      pool.name,
      ...valuesOf(pool.rules, false),
      pool.derived?.coolingSeconds ?? null,
      JSON.stringify(pool.voice),
    ],
  );
  return made.length === 1;
}

export async function findPool(db: Db, owner: Owner, nameOrId: string): Promise<PoolRow | null> {
  const [row] = await db.rows<PoolRow>(
    `select ${COLUMNS} from pools p where p.tenant_id = $1 and p.livemode = $2 and (p.name = $3 or p.id = $3)`,
    [owner.tenantId, owner.livemode, nameOrId],
  );
  return row ?? null;
}

/** The pool of this id, which nobody else changes until this transaction is over. */
export async function lockPool(db: Db, owner: Owner, id: Id<'pool'>): Promise<PoolRow> {
  await db.rows('select 1 from pools where tenant_id = $1 and livemode = $2 and id = $3 for no key update', [
    owner.tenantId,
    owner.livemode,
    id,
  ]);
  const pool = await findPool(db, owner, id);
  if (pool === null) throw new Error('a pool is gone, though none is ever deleted');
  return pool;
}

export async function listPools(
  db: Db,
  owner: Owner,
  limit: number,
  startingAfter: string | null,
): Promise<PoolRow[]> {
  return db.rows<PoolRow>(
    `select ${COLUMNS} from pools p
      where p.tenant_id = $1 and p.livemode = $2 and ($4::text is null or p.id < $4) order by p.id desc limit $3`,
    [owner.tenantId, owner.livemode, limit, startingAfter],
  );
}

/**
 * Writes the rules, and what the budget comes to. `exhaustion`: with ids, or null to leave it. `derived`: null when the
 * budget is what it was, if there is any; a pool without one knows nothing of redials.
 */
export async function updatePool(
  db: Db,
  owner: Owner,
  id: string,
  rules: PoolRules,
  changed: { exhaustion: boolean; derived: Derived | null },
): Promise<void> {
  const { derived } = changed;
  await db.rows(
    `update pools p
        set cooling_seconds = $4, misroute_budget = $5, affinity = $6, regions = $7, region_match = $8, carriers = $9,
            low_at_percent = $10, low_told_at = case when $10::integer is not null then p.low_told_at end,
            exhaustion = coalesce($11, p.exhaustion),
            budget_cooling_seconds = case when $5::float8 is not null then coalesce($12, p.budget_cooling_seconds) end,
            redial_delay_seconds = case when $12::integer is not null then $13
                                        when $5::float8 is not null then p.redial_delay_seconds end,
            redial_samples = case when $5::float8 is null then 0 else coalesce($14, p.redial_samples) end,
            redials_measured_at = case when $12::integer is not null then now()
                                       when $5::float8 is not null then p.redials_measured_at end
      where p.tenant_id = $1 and p.livemode = $2 and p.id = $3`,
    [
      owner.tenantId,
      owner.livemode,
      id,
      ...valuesOf(rules, !changed.exhaustion),
      derived?.coolingSeconds ?? null,
      derived?.tailSeconds ?? null,
      derived?.samples ?? null,
    ],
  );
}

/** What callers hear touches no choice of a pair: the pool's version stays. */
export async function updatePoolVoice(db: Db, owner: Owner, id: string, voice: PoolVoice): Promise<void> {
  await db.rows('update pools set voice = $4 where tenant_id = $1 and livemode = $2 and id = $3', [
    owner.tenantId,
    owner.livemode,
    id,
    JSON.stringify(voice),
  ]);
}

export type WithBudget = { id: string; misroute_budget: number };

/** A pool with a budget whose redials were not looked at for so long, longest ago first. */
export async function findUnmeasured(
  db: Db,
  tenantId: TenantId,
  seconds: number,
): Promise<WithBudget | null> {
  const [pool] = await db.rows<WithBudget>(
    `select id, misroute_budget from pools
      where tenant_id = $1 and misroute_budget is not null
        and (redials_measured_at is null or redials_measured_at <= now() - make_interval(secs => $2))
      order by redials_measured_at nulls first limit 1`,
    [tenantId, seconds],
  );
  return pool ?? null;
}

/**
 * Nothing when the pool has another budget by now. To name the cooling time in an update makes every process read the pool
 * again, so an unchanged one is not named.
 */
export async function writeDerived(
  db: Db,
  tenantId: TenantId,
  { id, misroute_budget }: WithBudget,
  derived: Derived,
): Promise<void> {
  await db.rows(
    `update pools set redial_delay_seconds = $4, redial_samples = $5, redials_measured_at = now()
      where tenant_id = $1 and id = $2 and misroute_budget = $3`,
    [tenantId, id, misroute_budget, derived.tailSeconds, derived.samples],
  );
  await db.rows(
    `update pools set budget_cooling_seconds = $4
      where tenant_id = $1 and id = $2 and misroute_budget = $3 and budget_cooling_seconds <> $4`,
    [tenantId, id, misroute_budget, derived.coolingSeconds],
  );
}

export type Unfilled = { id: string; livemode: boolean; low_at_percent: number };

/** A pool that is to be told of when it runs low, and whose fill was not looked at for so long, longest ago first. */
export async function findUnmeasuredFill(
  db: Db,
  tenantId: TenantId,
  seconds: number,
): Promise<Unfilled | null> {
  const [pool] = await db.rows<Unfilled>(
    `select id, livemode, low_at_percent from pools
      where tenant_id = $1 and low_at_percent is not null
        and (low_measured_at is null or low_measured_at <= now() - make_interval(secs => $2))
      order by low_measured_at nulls first limit 1`,
    [tenantId, seconds],
  );
  return pool ?? null;
}

/**
 * Notes that the pool was looked at, and whether it is low; true when that is to be told now. Of two processes that have looked at
 * the same time, the second finds that it was told. Nothing when the threshold is another one by now.
 */
export async function writeFill(
  db: Db,
  owner: Owner,
  pool: Unfilled,
  { isLow, toldEverySeconds }: { isLow: boolean; toldEverySeconds: number },
): Promise<boolean> {
  const [row] = await db.rows<{ is_told: boolean }>(
    `update pools p
        set low_measured_at = now(),
            low_told_at = case when not $5 then null
                               when p.low_told_at > now() - make_interval(secs => $6) then p.low_told_at
                               else now() end
      where p.tenant_id = $1 and p.livemode = $2 and p.id = $3 and p.low_at_percent = $4
     returning p.low_told_at is not distinct from now() as is_told`,
    [owner.tenantId, owner.livemode, pool.id, pool.low_at_percent, isLow, toldEverySeconds],
  );
  return row?.is_told === true;
}
