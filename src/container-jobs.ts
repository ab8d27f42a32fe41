import { forgetOldKeys } from './api/idempotency-store.ts';
import { usageJobs } from './container-usage.ts';
import type { Database } from './db/database.ts';
import { emitEvent, forgetEvents, publishEvents, tenantsToPublish } from './features/events/event-store.ts';
import { forgetDeletedEndpoints, forgetDeliveries } from './features/events/webhook-delivery-store.ts';
import { wakeOverdueEndpoints } from './features/events/webhook-endpoint-store.ts';
import { forgetReplays } from './features/events/webhook-replay-store.ts';
import { didMeasuring } from './features/pool/did-measuring-service.ts';
import { finishRetiring } from './features/pool/did-store.ts';
import { measureRedials } from './features/pool/misroute-budget-service.ts';
import { lowMeasuring } from './features/pool/pool-low-service.ts';
import { forgetHistory, forgetPairs, purgeBindings } from './features/sessions/binding-store.ts';
import { forgetPinAttempts, purgePins } from './features/sessions/pin-store.ts';
import { tellExpiries } from './features/sessions/session-expiry-store.ts';
import { listTenantsAcrossTenants } from './features/tenants/tenant-store.ts';
import { forgetNonces } from './features/voice/call-store.ts';
import { housekeepingJobs } from './jobs/housekeeping.ts';
import { measuringJobs } from './jobs/measuring.ts';
import type { Job } from './jobs/runner.ts';
import { tellingJobs } from './jobs/telling.ts';

/** All that runs on a timer. The part of the composition root that needs nothing but the database. */
export function jobsOn(database: Database): Job[] {
  const parts = { database, listTenants: listTenantsAcrossTenants };
  return [
    ...housekeepingJobs({
      ...parts,
      perTenant: [
        purgeBindings,
        purgePins,
        forgetPinAttempts,
        forgetHistory,
        forgetPairs,
        forgetEvents,
        forgetDeliveries,
        forgetDeletedEndpoints,
        forgetReplays,
        wakeOverdueEndpoints,
        (db, tenantId) => finishRetiring(db, tenantId),
        (db, _tenantId, most) => forgetOldKeys(db, most),
      ],
      asOperator: [forgetOldKeys, forgetNonces],
    }),
    ...measuringJobs({
      ...parts,
      perTenant: [didMeasuring(emitEvent), measureRedials, lowMeasuring(emitEvent)],
    }),
    ...usageJobs(database),
    ...tellingJobs({ ...parts, tenantsToPublish, publish: publishEvents, tellExpiries }),
  ];
}
