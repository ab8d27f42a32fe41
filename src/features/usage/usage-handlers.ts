import { type Handlers, tenantOf } from '../../api/contract.ts';
import { listView, pageOf, pageQuery } from '../../api/pagination.ts';
import type { components } from '../../generated/schema.ts';
import type { UsageQuery, UsageReading } from './usage-reading-service.ts';
import type { ExportedRow, RecordRow, SumRow } from './usage-reading-store.ts';

type Views = components['schemas'];

function toSumView(row: SumRow): Views['UsageSum'] {
  return {
    period_start: row.period_start.toISOString(),
    kind: row.kind,
    pool: row.pool,
    did: row.did,
    transaction_ref: row.transaction_ref,
    quantity: Number(row.quantity),
    billable_quantity: Number(row.billable_quantity ?? 0),
    seconds: Number(row.seconds),
    billed_seconds: Number(row.billed_seconds),
    currency: row.currency,
    amount: row.amount === null ? null : Number(row.amount),
  };
}

function toRecordView(row: RecordRow): Views['UsageRecord'] {
  return {
    id: row.id,
    kind: row.kind,
    entry: row.entry,
    livemode: row.livemode,
    corrects: row.corrects,
    occurred_at: row.occurred_at.toISOString(),
    recorded_at: row.recorded_at.toISOString(),
    call: toCallView(row),
    session: row.session_id,
    transaction_ref: row.transaction_ref,
    did: row.did_id,
    pool: row.pool_id,
    subject: row.subject_id,
    destination: row.destination,
    billable: row.billable,
    reason: row.reason as Views['UsageRecord']['reason'],
    quantity: row.quantity,
    seconds: row.seconds,
    billed_seconds: row.billed_seconds,
    legs: toLegsView(row.legs as { caller: number; talked: number[] } | null),
    currency: row.currency,
    amount: row.amount === null ? null : Number(row.amount),
    plan: row.plan_id,
    rate: row.rate,
    source: row.source,
  };
}

function toLegsView(legs: { caller: number; talked: number[] } | null): Views['UsageRecord']['legs'] {
  return legs === null ? null : { caller_seconds: legs.caller, talked_seconds: legs.talked };
}

function toCallView(row: RecordRow): Views['UsageRecordCall'] {
  if (row.call_id === null || row.call_status === null || row.call_started_at === null) return null;
  return {
    id: row.call_id,
    status: row.call_status as Views['CallStatus'],
    decision: row.call_decision as Views['RouteDecision'],
    started_at: row.call_started_at.toISOString(),
    ended_at: row.call_ended_at?.toISOString() ?? null,
    confirmed_by: row.call_confirmed_by,
  };
}

/** A field as RFC 4180 has it. What a spreadsheet would run as a formula is made a text: `transaction_ref` is anybody's words. */
function csvField(value: string | number | boolean | null): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function csvLine(fields: readonly (string | number | boolean | null)[]): string {
  return `${fields.map(csvField).join(',')}\n`;
}

const CSV_HEAD = `id,kind,entry,corrects,occurred_at,recorded_at,call,session,transaction_ref,did,pool,subject,destination,\
billable,reason,quantity,seconds,billed_seconds,currency,amount,plan,rate,source
`;

function toCsvLine(row: ExportedRow): string {
  return csvLine([
    ...[
      row.id,
      row.kind,
      row.entry,
      row.corrects,
      row.occurred_at.toISOString(),
      row.recorded_at.toISOString(),
    ],
    ...[row.call_id, row.session_id, row.transaction_ref, row.did_id, row.pool_id, row.subject_id],
    ...[row.destination, row.billable, row.reason, row.quantity, row.seconds, row.billed_seconds],
    ...[row.currency, row.amount === null ? null : Number(row.amount), row.plan_id, row.rate, row.source],
  ]);
}

/** A page of lines is one bit; the last line says that nothing is missing, since a stream that breaks off looks like an end. */
async function* asCsv(pages: AsyncIterable<ExportedRow[]>): AsyncGenerator<string> {
  yield CSV_HEAD;
  let count = 0;
  for await (const rows of pages) {
    count += rows.length;
    yield rows.map(toCsvLine).join('');
  }
  yield `# complete,${count}\n`;
}

function queryOf<Q extends { transaction_ref?: string }>({ transaction_ref, ...query }: Q): UsageQuery {
  return { ...query, transactionRef: transaction_ref ?? null };
}

type Operations = 'getUsage' | 'listUsageRecords' | 'exportUsageRecords' | 'estimateUsage';

export function usageHandlers(usage: UsageReading): Pick<Handlers, Operations> {
  return {
    async getUsage(call) {
      const { granularity = 'day', group_by = null, limit = 1_000, ...query } = call.query;
      const filter = usage.filter(queryOf(query));
      const rows = await usage.sums(
        call.unit,
        tenantOf(call),
        filter,
        { granularity, group: group_by },
        limit + 1,
      );
      const page = pageOf(rows, { limit, startingAfter: null });
      const { start, end } = filter;
      const data = page.rows.map(toSumView);
      return { status: 200, body: { start, end, granularity, data, truncated: page.hasMore } };
    },
    async listUsageRecords(call) {
      const page = pageQuery(call.query);
      const { limit: _limit, starting_after: _after, ...query } = call.query;
      const filter = usage.filter(queryOf(query));
      const rows = await usage.records(call.unit, tenantOf(call), filter, page.limit + 1, page.startingAfter);
      return { status: 200, body: listView(pageOf(rows, page), toRecordView) };
    },
    async exportUsageRecords(call) {
      const filter = usage.filter(queryOf(call.query));
      return { status: 200, stream: asCsv(usage.all(tenantOf(call), filter)) };
    },
    async estimateUsage(call) {
      const { month, asOf, sums } = await usage.estimate(call.unit, tenantOf(call));
      const data = sums.map((sum) => ({ ...sum, amount: sum.recorded + sum.adjustments }));
      return { status: 200, body: { month, as_of: asOf.toISOString(), data } };
    },
  };
}
