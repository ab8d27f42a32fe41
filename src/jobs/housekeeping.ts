import type { Database, Db } from '../db/database.ts';
import type { TenantId } from '../kernel/ids.ts';
import type { Job } from './runner.ts';

/** Deletes what is due, at most so many rows, and says how many it were. */
type Sweep = (db: Db, tenantId: TenantId, most: number) => Promise<number>;
type GlobalSweep = (db: Db, most: number) => Promise<number>;

/** Small enough that the locks of one sweep never hold up a call. */
const BATCH = 1_000;
const TENANTS_PER_PAGE = 100;

/**
 * The jobs that free what is over: cooled bindings, old keys and nonces. Correctness never waits for them: what is due
 * counts as free from its time on.
 */
export function housekeepingJobs(parts: {
  database: Database;
  listTenants: (db: Db, limit: number, startingAfter: string | null) => Promise<{ id: TenantId }[]>;
  perTenant: readonly Sweep[];
  asOperator: readonly GlobalSweep[];
}): Job[] {
  const { database } = parts;

  const tenantsPage = (after: string | null) =>
    database.transaction({ as: 'operator' }, (unit) => parts.listTenants(unit, TENANTS_PER_PAGE, after));

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
      async work() {
        let after: string | null = null;
        do {
          const page: { id: TenantId }[] = await tenantsPage(after);
          for (const tenant of page) await sweepTenant(tenant.id);
          after = page.length === TENANTS_PER_PAGE ? (page.at(-1)?.id ?? null) : null;
        } while (after !== null);
      },
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
