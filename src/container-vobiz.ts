import type { Database } from './db/database.ts';
import type { KeyRing } from './features/tenants/key-ring.ts';
import type { ProviderAccountService } from './features/tenants/provider-account-service.ts';
import { listTenantsAcrossTenants } from './features/tenants/tenant-store.ts';
import { fetchCdr } from './features/vobiz/rest-cdr-adapter.ts';
import { connectRest, type RestConnection } from './features/vobiz/rest-client.ts';
import { createCallSettling } from './features/voice/call-settling-service.ts';
import type { Job } from './jobs/runner.ts';
import { settlingJob } from './jobs/settling.ts';

/** What asks Vobiz for something. The part of the composition root behind one address: without it, nothing is asked. */
export function vobizJobs(parts: {
  database: Database;
  keyRing: KeyRing;
  accounts: ProviderAccountService;
  base: string | null;
}): { rest: RestConnection | null; jobs: Job[]; close(): Promise<void> } {
  const { database, keyRing, accounts, base } = parts;
  if (base === null) return { rest: null, jobs: [], close: async () => {} };
  const rest = connectRest({
    base,
    credentialsOf: (account) =>
      database.transaction({ as: 'operator' }, (unit) => accounts.credentials(unit, account)),
  });
  const { settleTenant } = createCallSettling({
    transaction: (tenantId, work) => database.transaction({ as: 'tenant', tenantId }, work),
    keyRing,
    fetchCdr: (account, callUuid) => fetchCdr(rest, account, callUuid),
    random: Math.random,
  });
  const job = settlingJob({ database, listTenants: listTenantsAcrossTenants, settle: settleTenant });
  return { rest, jobs: [job], close: rest.close };
}
