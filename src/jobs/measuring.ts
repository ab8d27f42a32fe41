import type { Database, Db } from '../db/database.ts';
import type { TenantId } from '../kernel/ids.ts';
import { eachTenant, type ListTenants } from './each-tenant.ts';
import type { Job } from './runner.ts';

/** Measures some of what is due, and says whether there may be more. */
type Measure = (db: Db, tenantId: TenantId) => Promise<boolean>;

/** Then it is the next tenant's turn; what is left is due longest when this one's comes again. */
const MOST_TURNS = 200;

/**
 * Keeps what choices go by up to date. By itself, since it takes longer than freeing what is over; in transactions of one turn
 * each, since what they write is read by allocations.
 */
export function measuringJobs(parts: {
  database: Database;
  listTenants: ListTenants;
  perTenant: readonly Measure[];
}): Job[] {
  const { database, listTenants, perTenant } = parts;

  const measureTenant = async (tenantId: TenantId): Promise<void> => {
    for (const measure of perTenant) {
      let hasMore = true;
      for (let turn = 0; hasMore && turn < MOST_TURNS; turn += 1) {
        hasMore = await database.transaction({ as: 'tenant', tenantId }, (unit) => measure(unit, tenantId));
      }
    }
  };

  return [
    {
      name: 'measure_tenants',
      everySeconds: 30,
      work: () => eachTenant(database, listTenants, measureTenant),
    },
  ];
}
