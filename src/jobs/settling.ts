import type { Database } from '../db/database.ts';
import type { TenantId } from '../kernel/ids.ts';
import { eachTenant, type ListTenants } from './each-tenant.ts';
import type { Job } from './runner.ts';

/** Then it is the next tenant's turn: after an outage many calls are due at once. */
const MOST_TURNS = 5;

/** Settles calls from the provider's records. By itself, since it waits for somebody else's servers. */
export function settlingJob(parts: {
  database: Database;
  listTenants: ListTenants;
  /** Does at most so much, and says how much it was; 0 when nothing is due. */
  settle: (tenantId: TenantId) => Promise<number>;
}): Job {
  return {
    name: 'settle_calls',
    everySeconds: 30,
    work: () =>
      eachTenant(parts.database, parts.listTenants, async (tenantId) => {
        for (let turns = 0; turns < MOST_TURNS; turns += 1) {
          if ((await parts.settle(tenantId)) === 0) return;
        }
      }),
  };
}
