import type { Handlers } from './api/contract.ts';
import type { Database } from './db/database.ts';
import type { TenantService } from './features/tenants/tenant-service.ts';
import { listTenantsAcrossTenants } from './features/tenants/tenant-store.ts';
import { planHandlers } from './features/usage/plan-handlers.ts';
import { createUsageClosing } from './features/usage/usage-closing-service.ts';
import { usageHandlers } from './features/usage/usage-handlers.ts';
import { createUsageReading } from './features/usage/usage-reading-service.ts';
import { measuringJobs } from './jobs/measuring.ts';
import type { Job } from './jobs/runner.ts';

/** The part of the composition root that counts what is used and says what it costs. The ledger itself is handed to who settles calls. */
export function usageOn(database: Database, tenants: Pick<TenantService, 'enter' | 'enterOpen'>) {
  const reading = createUsageReading({
    inTenant: (tenantId, work) => database.transaction({ as: 'tenant', tenantId }, work),
    now: () => new Date(),
  });
  return { ...planHandlers(tenants), ...usageHandlers(reading) } satisfies Partial<Handlers>;
}

/** A DID that is there for a month, and a month that has been over for days, wait an hour. */
const EVERY_SECONDS = 3_600;

export function usageJobs(database: Database): Job[] {
  const closing = createUsageClosing(() => new Date());
  return measuringJobs({
    database,
    listTenants: listTenantsAcrossTenants,
    perTenant: [closing.recordDids, closing.closeMonths],
  }).map((job) => ({ ...job, name: 'close_usage', everySeconds: EVERY_SECONDS }));
}
