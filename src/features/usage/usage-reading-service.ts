import type { Db } from '../../db/database.ts';
import { invalid } from '../../kernel/errors.ts';
import type { Owner, TenantId } from '../../kernel/ids.ts';
import { dueAdjustments, monthOf, monthStart } from './usage-month.ts';
import {
  type Cursor,
  type ExportedRow,
  type Grouping,
  listRecords,
  listRecordsByTime,
  type RecordRow,
  readClock,
  type SumRow,
  sumByCurrency,
  sumByRate,
  sumRecords,
  type UsageFilter,
} from './usage-reading-store.ts';

export type Granularity = 'hour' | 'day' | 'month';
/** As a request gives it: times may be absent, or no times. */
export type UsageQuery = Partial<Omit<UsageFilter, 'start' | 'end'>> & {
  start?: string | undefined;
  end?: string | undefined;
};

/** So many lines are read at once; the reader's pace decides when the next ones are. */
const EXPORTED_AT_ONCE = 1_000;
/** So that a sum reads no more than somebody can look at. */
const MOST_DAYS: Record<Granularity, number> = { hour: 31, day: 366, month: 3_660 };
const DAY_MS = 86_400_000;
/** Postgres knows no later dates than some, and none of ours is before. */
const [EARLIEST, LATEST] = [Date.UTC(2000), Date.UTC(2200)];

export type Estimate = {
  month: string;
  asOf: Date;
  sums: { currency: string; recorded: number; adjustments: number }[];
};

export type UsageReading = {
  /** All throw invalid_request. */
  filter(query: UsageQuery): UsageFilter;
  sums(
    db: Db,
    owner: Owner,
    filter: UsageFilter,
    by: { granularity: Granularity; group: Grouping | null },
    limit: number,
  ): Promise<SumRow[]>;
  records(
    db: Db,
    owner: Owner,
    filter: UsageFilter,
    limit: number,
    startingAfter: string | null,
  ): Promise<RecordRow[]>;
  /** All of them, oldest first, as they were when it began; a page and a short transaction at a time. */
  all(owner: Owner, filter: UsageFilter): AsyncGenerator<ExportedRow[]>;
  estimate(db: Db, owner: Owner): Promise<Estimate>;
};

/** @param inTenant one short transaction of the tenant's */
export function createUsageReading(parts: {
  inTenant: <T>(tenantId: TenantId, work: (db: Db) => Promise<T>) => Promise<T>;
  now: () => Date;
}): UsageReading {
  const { inTenant, now } = parts;

  const timeOf = (name: 'start' | 'end', text: string | undefined, absent: Date): number => {
    if (text === undefined) return absent.getTime();
    const time = Date.parse(text);
    if (Number.isNaN(time)) throw invalid('invalid_request', `/query/${name}`, 'is not a time');
    return Math.min(Math.max(time, EARLIEST), LATEST);
  };

  return {
    filter(query) {
      const at = now();
      const end = timeOf('end', query.end, at);
      const start = timeOf('start', query.start, monthStart(monthOf(new Date(Math.min(end, at.getTime())))));
      if (start > end) throw invalid('invalid_request', '/query/start', 'is after the end');
      const { kind = null, call = null, pool = null, did = null, transactionRef = null } = query;
      const times = { start: new Date(start).toISOString(), end: new Date(end).toISOString() };
      return { ...times, kind, call, pool, did, transactionRef };
    },

    async sums(db, owner, filter, by, limit) {
      const days = (Date.parse(filter.end) - Date.parse(filter.start)) / DAY_MS;
      if (days > MOST_DAYS[by.granularity]) {
        const most = `is more than ${MOST_DAYS[by.granularity]} days before the end`;
        throw invalid('invalid_request', '/query/start', most);
      }
      return sumRecords(db, owner, filter, by, limit);
    },

    records: listRecords,

    async *all(owner, filter) {
      const upTo = await inTenant(owner.tenantId, readClock);
      let after: Cursor | null = null;
      for (let isLast = false; !isLast; ) {
        const from: Cursor | null = after;
        const rows: ExportedRow[] = await inTenant(owner.tenantId, (db) =>
          listRecordsByTime(db, owner, filter, upTo, from, EXPORTED_AT_ONCE),
        );
        const last = rows.at(-1);
        if (last !== undefined) {
          yield rows;
          after = { occurredAt: last.cursor, id: last.id };
        }
        isLast = rows.length < EXPORTED_AT_ONCE;
      }
    },

    async estimate(db, owner) {
      const asOf = now();
      const month = monthOf(asOf);
      const due = dueAdjustments(await sumByRate(db, owner, month));
      const sums = (await sumByCurrency(db, owner, month)).map(({ currency, amount }) => ({
        currency,
        recorded: amount,
        adjustments: due.filter((one) => one.currency === currency).reduce((sum, one) => sum + one.amount, 0),
      }));
      return { month, asOf, sums };
    },
  };
}
