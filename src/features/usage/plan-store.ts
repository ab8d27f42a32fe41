import type { Db } from '../../db/database.ts';
import type { TenantId } from '../../kernel/ids.ts';
import type { PlanTerms } from './plan-terms.ts';

export type PlanRow = {
  id: string;
  name: string;
  version: number;
  currency: string;
  terms: PlanTerms;
  created_at: Date;
};
export type AssignmentRow = { plan_id: string | null; valid_from: Date; valid_until: Date | null };

const COLUMNS = 'id, name, version, currency, terms, created_at';

/** The next version of its name. Two at once: one of them waits for the other. */
export async function insertPlan(
  db: Db,
  id: string,
  plan: Pick<PlanRow, 'name' | 'currency' | 'terms'>,
): Promise<PlanRow> {
  await db.rows(`select pg_advisory_xact_lock(hashtextextended('plan|' || $1, 0))`, [plan.name]);
  const [row] = await db.rows<PlanRow>(
    `insert into plans (id, name, version, currency, terms)
     select $1, $2, coalesce(max(p.version), 0) + 1, $3, $4 from plans p where p.name = $2
     returning ${COLUMNS}`,
    [id, plan.name, plan.currency, JSON.stringify(plan.terms)],
  );
  if (row === undefined) throw new Error('an insert gave no row');
  return row;
}

export async function findPlan(db: Db, id: string): Promise<PlanRow | null> {
  const [row] = await db.rows<PlanRow>(`select ${COLUMNS} from plans where id = $1`, [id]);
  return row ?? null;
}

export async function listPlans(db: Db, limit: number, startingAfter: string | null): Promise<PlanRow[]> {
  return db.rows<PlanRow>(
    `select ${COLUMNS} from plans where ($2::text is null or id < $2) order by id desc limit $1`,
    [limit, startingAfter],
  );
}

/**
 * From when on, by Postgres' clock; null: now. Null when that is in the past. One that has not begun may be replaced; a plan
 * that is to begin later does so all the same.
 */
export async function assignPlan(
  db: Db,
  tenantId: TenantId,
  planId: string | null,
  validFrom: string | null,
): Promise<AssignmentRow | null> {
  const [row] = await db.rows<AssignmentRow>(
    `insert into tenant_plans as held (tenant_id, valid_from, plan_id)
     select $1, coalesce($3, date_trunc('milliseconds', now())), $2
      where coalesce($3, now()) >= now()
     on conflict (tenant_id, valid_from) do update set plan_id = excluded.plan_id where held.valid_from > now()
     returning plan_id, valid_from,
               (select min(later.valid_from) from tenant_plans later
                 where later.tenant_id = $1 and later.valid_from > held.valid_from) as valid_until`,
    [tenantId, planId, validFrom],
  );
  return row ?? null;
}

export async function listAssignments(db: Db, tenantId: TenantId, limit: number): Promise<AssignmentRow[]> {
  return db.rows<AssignmentRow>(
    `select plan_id, valid_from, lead(valid_from) over (order by valid_from) as valid_until
       from tenant_plans where tenant_id = $1 order by valid_from desc limit $2`,
    [tenantId, limit],
  );
}
