import type { Db } from '../../db/database.ts';
import type { UsageRecordsRow } from '../../generated/tables.ts';
import type { Owner } from '../../kernel/ids.ts';
import type { PlanTerms } from './plan-terms.ts';
import type { RateMonth } from './usage-month.ts';

export type UsageFilter = {
  start: string;
  end: string;
  kind: string | null;
  call: string | null;
  pool: string | null;
  did: string | null;
  transactionRef: string | null;
};

export type RecordRow = Omit<
  UsageRecordsRow,
  'tenant_id' | 'month' | 'leg_id' | 'revision' | 'provider_account_id'
> & {
  transaction_ref: string | null;
  call_status: string | null;
  call_decision: string | null;
  call_started_at: Date | null;
  call_ended_at: Date | null;
  call_confirmed_by: 'event' | 'cdr' | null;
};

export type SumRow = {
  period_start: Date;
  kind: UsageRecordsRow['kind'];
  pool: string | null;
  did: string | null;
  transaction_ref: string | null;
  quantity: string;
  billable_quantity: string;
  seconds: string;
  billed_seconds: string;
  currency: string | null;
  amount: string | null;
};

/** The session is there for its transaction_ref only, which it alone knows. */
const LINES = `
  from usage_records u
  left join sessions s on s.tenant_id = u.tenant_id and s.id = u.session_id
 where u.tenant_id = $1 and u.livemode = $2 and u.occurred_at >= $3 and u.occurred_at < $4
   and ($5::text is null or u.kind = $5) and ($6::text is null or u.call_id = $6)
   and ($7::text is null or u.pool_id = $7) and ($8::text is null or u.did_id = $8)
   and ($9::text is null or s.transaction_ref = $9)`;

const RECORD = `
  u.id, u.livemode, u.kind, u.entry, u.subject_id, u.corrects, u.occurred_at, u.recorded_at, u.call_id, u.session_id, u.did_id,
  u.pool_id, u.destination, u.billable, u.reason, u.quantity, u.seconds, u.billed_seconds, u.currency, u.amount, u.plan_id,
  u.rate, u.source, u.legs, s.transaction_ref`;

function paramsOf(owner: Owner, filter: UsageFilter): unknown[] {
  return [
    ...[owner.tenantId, owner.livemode, filter.start, filter.end, filter.kind, filter.call],
    ...[filter.pool, filter.did, filter.transactionRef],
  ];
}

/** Newest first, each with the call behind it. */
export async function listRecords(
  db: Db,
  owner: Owner,
  filter: UsageFilter,
  limit: number,
  startingAfter: string | null,
): Promise<RecordRow[]> {
  return db.rows<RecordRow>(
    `select l.*, c.status as call_status, c.decision as call_decision, c.started_at as call_started_at,
            c.ended_at as call_ended_at, c.confirmed_by as call_confirmed_by
       from (select ${RECORD} ${LINES} and ($10::text is null or u.id < $10) order by u.id desc limit $11) l
       left join calls c on c.tenant_id = $1 and c.id = l.call_id
      order by l.id desc`,
    [...paramsOf(owner, filter), startingAfter, limit],
  );
}

/** Where a reader of all lines has come to. */
export type Cursor = { occurredAt: string; id: string };
export type ExportedRow = Omit<
  RecordRow,
  'call_status' | 'call_decision' | 'call_started_at' | 'call_ended_at' | 'call_confirmed_by'
> & { cursor: string };

/** By time, page by page. `recordedUpTo`: what is written while somebody reads is left out, wherever it would stand. */
export async function listRecordsByTime(
  db: Db,
  owner: Owner,
  filter: UsageFilter,
  recordedUpTo: string,
  after: Cursor | null,
  limit: number,
): Promise<ExportedRow[]> {
  return db.rows<ExportedRow>(
    `select ${RECORD}, u.occurred_at::text as cursor ${LINES} and u.recorded_at <= $10
        and (u.occurred_at, u.id) > (coalesce($11::timestamptz, '-infinity'), coalesce($12::text, ''))
      order by u.occurred_at, u.id limit $13`,
    [...paramsOf(owner, filter), recordedUpTo, after?.occurredAt ?? null, after?.id ?? '', limit],
  );
}

/** By Postgres' clock, which wrote `recorded_at`. */
export async function readClock(db: Db): Promise<string> {
  const [row] = await db.rows<{ now: string }>('select now()::text as now', []);
  if (row === undefined) throw new Error('Postgres has no time');
  return row.now;
}

export type Grouping = 'pool' | 'did' | 'transaction_ref';

export async function sumRecords(
  db: Db,
  owner: Owner,
  filter: UsageFilter,
  by: { granularity: 'hour' | 'day' | 'month'; group: Grouping | null },
  limit: number,
): Promise<SumRow[]> {
  return db.rows<SumRow>(
    `select date_trunc($10, u.occurred_at, 'UTC') as period_start, u.kind,
            case when $11 = 'pool' then u.pool_id end as pool, case when $11 = 'did' then u.did_id end as did,
            case when $11 = 'transaction_ref' then s.transaction_ref end as transaction_ref,
            sum(u.quantity) as quantity, sum(u.quantity) filter (where u.billable) as billable_quantity,
            sum(u.seconds) as seconds, sum(u.billed_seconds) as billed_seconds, u.currency, sum(u.amount) as amount
       ${LINES}
      group by 1, 2, 3, 4, 5, u.currency
     having sum(u.quantity) <> 0 or sum(u.seconds) <> 0 or sum(u.billed_seconds) <> 0 or sum(u.amount) <> 0
      order by 1, 2, 3 nulls first, 4 nulls first, 5 nulls first, u.currency nulls first limit $12`,
    [...paramsOf(owner, filter), by.granularity, by.group, limit],
  );
}

/** What the lines of a month come to, by plan and rate: all that allowances and tiers are computed from. */
export async function sumByRate(db: Db, owner: Owner, month: string): Promise<RateMonth[]> {
  const rows = await db.rows<Record<keyof RateMonth, string> & { terms: PlanTerms }>(
    `select u.plan_id as "planId", p.terms, u.rate, u.currency,
            sum(u.quantity) as quantity, sum(u.billed_seconds) as "billedSeconds",
            coalesce(sum(u.amount) filter (where u.entry <> 'adjustment'), 0) as amount,
            coalesce(sum(u.amount) filter (where u.entry = 'adjustment'), 0) as adjusted
       from usage_records u join plans p on p.id = u.plan_id
      where u.tenant_id = $1 and u.livemode = $2 and u.month = $3 and u.rate is not null
      group by u.plan_id, p.terms, u.rate, u.currency order by 1, 3`,
    [owner.tenantId, owner.livemode, month],
  );
  return rows.map((row) => ({
    ...row,
    quantity: Number(row.quantity),
    billedSeconds: Number(row.billedSeconds),
    amount: Number(row.amount),
    adjusted: Number(row.adjusted),
  }));
}

export async function sumByCurrency(
  db: Db,
  owner: Owner,
  month: string,
): Promise<{ currency: string; amount: number }[]> {
  const rows = await db.rows<{ currency: string; amount: string }>(
    `select currency, sum(amount) as amount from usage_records
      where tenant_id = $1 and livemode = $2 and month = $3 and currency is not null group by currency order by currency`,
    [owner.tenantId, owner.livemode, month],
  );
  return rows.map(({ currency, amount }) => ({ currency, amount: Number(amount) }));
}
