import type { Db } from '../../db/database.ts';
import type { TenantId } from '../../kernel/ids.ts';
import { findAdjustments, listUnrecordedDidMonths, lockMonth } from './usage-closing-store.ts';
import { worthOfAdjustment, worthOfDidMonth } from './usage-line.ts';
import { dueAdjustments, monthAfter, monthOf, monthStart, monthsToClose } from './usage-month.ts';
import { sumByRate } from './usage-reading-store.ts';
import { insertLines } from './usage-store.ts';

const DIDS_AT_ONCE = 200;

/** What stands in the ledger of no event, but by the calendar. Both are safe to repeat. */
export type UsageClosing = {
  /** A line for each DID in service this month, or the last one. Whether there may be more. */
  recordDids(db: Db, tenantId: TenantId): Promise<boolean>;
  /** What allowances and tiers make of the months that are over; again after a correction. Never more to do. */
  closeMonths(db: Db, tenantId: TenantId): Promise<boolean>;
};

export function createUsageClosing(now: () => Date): UsageClosing {
  const closeMonth = async (db: Db, tenantId: TenantId, month: string): Promise<void> => {
    await lockMonth(db, tenantId, month);
    // Nothing of the test mode has an amount.
    const due = dueAdjustments(await sumByRate(db, { tenantId, livemode: true }, month));
    for (const adjustment of due) {
      const subjectId = `${adjustment.planId}/${adjustment.rate}`;
      const { firstId, revision } = await findAdjustments(db, tenantId, month, subjectId);
      const thing = {
        kind: 'month_adjustment' as const,
        livemode: true,
        ...{ providerAccountId: '', subjectId, callId: null, sessionId: null, didId: null, poolId: null },
        occurredAt: new Date(monthStart(monthAfter(month)).getTime() - 1),
      };
      const line = { entry: 'adjustment' as const, quantity: 0 as const, source: 'job' as const };
      const worth = worthOfAdjustment(adjustment);
      await insertLines(db, tenantId, thing, [{ ...line, revision: revision + 1, corrects: firstId, worth }]);
    }
  };

  return {
    async recordDids(db, tenantId) {
      const current = monthOf(now());
      let isFull = false;
      for (const name of [monthAfter(current, -1), current]) {
        // Two that record at once would both find a DID without a line.
        await lockMonth(db, tenantId, name);
        const month = { name, start: monthStart(name), end: monthStart(monthAfter(name)) };
        const dids = await listUnrecordedDidMonths(db, tenantId, month, DIDS_AT_ONCE);
        for (const { plan, country, didId, ...did } of dids) {
          const thing = {
            ...did,
            didId,
            kind: 'did_month' as const,
            subjectId: didId,
            callId: null,
            sessionId: null,
          };
          const worth = worthOfDidMonth(country, did.livemode, plan);
          const charge = { entry: 'charge' as const, quantity: 1 as const, source: 'job' as const };
          await insertLines(db, tenantId, thing, [{ ...charge, revision: 1, corrects: null, worth }]);
        }
        isFull ||= dids.length === DIDS_AT_ONCE;
      }
      return isFull;
    },

    async closeMonths(db, tenantId) {
      for (const month of monthsToClose(now())) await closeMonth(db, tenantId, month);
      return false;
    },
  };
}
