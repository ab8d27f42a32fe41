import type { Database, Db } from '../db/database.ts';
import type { TenantId } from '../kernel/ids.ts';

export type ListTenants = (
  db: Db,
  limit: number,
  startingAfter: string | null,
) => Promise<{ id: TenantId }[]>;

const TENANTS_PER_PAGE = 100;

/** One tenant after the other. A failure is thrown when all have had their turn, so that one cannot hold up the others. */
export async function eachTenant(
  database: Database,
  listTenants: ListTenants,
  work: (tenantId: TenantId) => Promise<void>,
): Promise<void> {
  const pageAfter = (id: string | null) =>
    database.transaction({ as: 'operator' }, (unit) => listTenants(unit, TENANTS_PER_PAGE, id));
  const failures: unknown[] = [];
  let after: string | null = null;
  do {
    const page: { id: TenantId }[] = await pageAfter(after);
    for (const { id } of page) await work(id).catch((failure: unknown) => failures.push(failure));
    after = page.length === TENANTS_PER_PAGE ? (page.at(-1)?.id ?? null) : null;
  } while (after !== null);
  if (failures.length > 0) throw failures[0];
}
