import type { Db } from '../../db/database.ts';
import type { TenantId } from '../../kernel/ids.ts';
import type { PlanTerms } from './plan-terms.ts';
import type { HeldPlan } from './usage-line.ts';

/** For the rest of the transaction nobody else closes this month: two would add the same adjustment. */
export async function lockMonth(db: Db, tenantId: TenantId, month: string): Promise<void> {
  await db.rows(`select pg_advisory_xact_lock(hashtextextended('usage|' || $1 || '|' || $2, 0))`, [
    tenantId,
    month,
  ]);
}

/** The adjustments of one rate of one plan so far: the first one's id, and how many. */
export async function findAdjustments(
  db: Db,
  tenantId: TenantId,
  month: string,
  subject: string,
): Promise<{ firstId: string | null; revision: number }> {
  const [row] = await db.rows<{ firstId: string | null; revision: number }>(
    `select min(id) filter (where revision = 1) as "firstId", coalesce(max(revision), 0) as revision
       from usage_records
      where tenant_id = $1 and month = $2 and provider_account_id = '' and subject_id = $3 and leg_id = ''
        and kind = 'month_adjustment'`,
    [tenantId, month, subject],
  );
  return row ?? { firstId: null, revision: 0 };
}

export type DidMonth = {
  didId: string;
  poolId: string;
  livemode: boolean;
  providerAccountId: string;
  country: string | null;
  /** When it was first in service in this month; by it the plan is found. */
  occurredAt: Date;
  plan: HeldPlan | null;
};

/** DIDs that were in service in this month, be it for a day, and have no line for it yet. */
export async function listUnrecordedDidMonths(
  db: Db,
  tenantId: TenantId,
  month: { name: string; start: Date; end: Date },
  most: number,
): Promise<DidMonth[]> {
  type Row = Omit<DidMonth, 'plan'> & {
    planId: string | null;
    currency: string | null;
    terms: PlanTerms | null;
  };
  const rows = await db.rows<Row>(
    `select d.id as "didId", d.pool_id as "poolId", d.livemode, d.provider_account_id as "providerAccountId", d.country,
            begun.at as "occurredAt", p.id as "planId", p.currency, p.terms
       from dids d
      cross join lateral (select greatest(d.created_at, $3::timestamptz) as at) begun
       left join lateral (select t.plan_id from tenant_plans t where t.tenant_id = $1 and t.valid_from <= begun.at
                           order by t.valid_from desc limit 1) held on true
       left join plans p on p.id = held.plan_id
      where d.tenant_id = $1 and d.created_at < $4 and (d.retired_at is null or d.retired_at >= $3)
        and not exists (select from usage_records u
                         where u.tenant_id = $1 and u.month = $2 and u.provider_account_id = d.provider_account_id
                           and u.subject_id = d.id and u.leg_id = '' and u.kind = 'did_month')
      order by d.id limit $5`,
    [tenantId, month.name, month.start.toISOString(), month.end.toISOString(), most],
  );
  return rows.map(({ planId, currency, terms, ...did }) => ({
    ...did,
    plan: planId === null || currency === null || terms === null ? null : { id: planId, currency, terms },
  }));
}
