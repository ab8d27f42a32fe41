import type { Database } from './db/database.ts';
import type { KeyRing } from './features/tenants/key-ring.ts';
import type { ProviderAccountService } from './features/tenants/provider-account-service.ts';
import { listTenantsAcrossTenants } from './features/tenants/tenant-store.ts';
import { ledger } from './features/usage/usage-service.ts';
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
}): { jobs: Job[]; rest: RestConnection | null; close(): Promise<void> } {
  const { database, keyRing, accounts, base } = parts;
  if (base === null) return { jobs: [], rest: null, close: async () => {} };
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
    meter: ledger,
  });
  const job = settlingJob({ database, listTenants: listTenantsAcrossTenants, settle: settleTenant });
  return { jobs: [job], rest, close: rest.close };
}
