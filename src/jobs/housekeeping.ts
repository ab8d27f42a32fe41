import type { Database, Db } from '../db/database.ts';
import type { TenantId } from '../kernel/ids.ts';
import { eachTenant, type ListTenants } from './each-tenant.ts';
import type { Job } from './runner.ts';

/** Deletes what is due, at most so many rows, and says how many it were. */
type Sweep = (db: Db, tenantId: TenantId, most: number) => Promise<number>;
type GlobalSweep = (db: Db, most: number) => Promise<number>;

/** Small enough that the locks of one sweep never hold up a call. */
const BATCH = 1_000;

/**
 * The jobs that free what is over: cooled bindings, old keys and nonces. Correctness never waits for them: what is due
 * counts as free from its time on.
 */
export function housekeepingJobs(parts: {
  database: Database;
  listTenants: ListTenants;
  perTenant: readonly Sweep[];
  asOperator: readonly GlobalSweep[];
}): Job[] {
  const { database } = parts;

  const sweepTenant = async (tenantId: TenantId): Promise<void> => {
    for (const sweep of parts.perTenant) {
      for (let gone = BATCH; gone === BATCH; ) {
        gone = await database.transaction({ as: 'tenant', tenantId }, (unit) => sweep(unit, tenantId, BATCH));
      }
    }
  };

  return [
    {
      name: 'sweep_tenants',
      everySeconds: 30,
      work: () => eachTenant(database, parts.listTenants, sweepTenant),
    },
    {
      name: 'sweep_global',
      everySeconds: 300,
      async work() {
        for (const sweep of parts.asOperator) {
          for (let gone = BATCH; gone === BATCH; ) {
            gone = await database.transaction({ as: 'operator' }, (unit) => sweep(unit, BATCH));
          }
        }
      },
    },
  ];
}
