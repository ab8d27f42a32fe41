import type { MasterKey } from './crypto/master-key.ts';
import type { Database, Db } from './db/database.ts';
import { createDidService, type DidService } from './features/pool/did-service.ts';
import { provisionAccountTask } from './features/provisioning/application-service.ts';
import { provisionDidTask } from './features/provisioning/attachment-service.ts';
import type { Provider } from './features/provisioning/provider.ts';
import { requestAccount, requestDid } from './features/provisioning/provisioning-store.ts';
import {
  createProviderAccountService,
  type ProviderAccountService,
} from './features/tenants/provider-account-service.ts';
import { findProviderAccount } from './features/tenants/provider-account-store.ts';
import type { TenantService } from './features/tenants/tenant-service.ts';
import * as applications from './features/vobiz/rest-applications-adapter.ts';
import type { RestConnection } from './features/vobiz/rest-client.ts';
import * as numbers from './features/vobiz/rest-numbers-adapter.ts';
import type { Task } from './jobs/queue.ts';
import type { Job } from './jobs/runner.ts';
import type { TenantId } from './kernel/ids.ts';

type Options = { publicUrl: string; vobizApiBase?: string | null; vobizProvisioning?: boolean };

/** Whether anything is set up at Vobiz by this process. */
function isOn({ vobizApiBase, vobizProvisioning }: Options): boolean {
  return (vobizApiBase ?? null) !== null && vobizProvisioning !== false;
}

/** Accounts and DIDs, whose changes leave what is to be set up for them. */
export function accountsAndDids(master: MasterKey, options: Options) {
  const isSetUp = isOn(options);
  const accounts = createProviderAccountService(master, isSetUp ? requestAccount : undefined);
  const dids = createDidService({
    accountExists: async (db, owner, id) => (await findProviderAccount(db, owner, id)) !== null,
    ...(isSetUp ? { setUp: requestDid } : {}),
  });
  return { accounts, dids };
}

/** The part of the composition root that sets up accounts and numbers at Vobiz. */
export function provisioningOn(parts: {
  database: Database;
  accounts: ProviderAccountService;
  dids: DidService;
  tenants: TenantService;
  options: Options;
  rest: RestConnection | null;
}): { handlers: object; tasks: Task[]; jobs: Job[] } {
  const { database, accounts, options } = parts;
  const provider = parts.rest !== null && isOn(options) ? providerOf(parts.rest) : null;
  const inTenant = <T>(tenantId: TenantId, work: (db: Db) => Promise<T>): Promise<T> =>
    database.transaction({ as: 'tenant', tenantId }, work);
  const asOperator = <T>(work: (db: Db) => Promise<T>): Promise<T> =>
    database.transaction({ as: 'operator' }, work);
  if (provider === null) return { handlers: {}, tasks: [], jobs: [] };
  const webhookUrlOf = async (db: Db, id: string) => {
    const token = await accounts.webhookToken(db, id);
    return token === null ? null : `${options.publicUrl}/webhooks/vobiz/${token}`;
  };
  return {
    handlers: {},
    tasks: [
      provisionAccountTask({ asOperator, provider, webhookUrlOf }),
      provisionDidTask({ inTenant, asOperator, provider }),
    ],
    jobs: [],
  };
}

function providerOf(rest: RestConnection): Provider {
  return {
    getApplication: (...what) => applications.getApplication(rest, ...what),
    findApplication: (...what) => applications.findApplication(rest, ...what),
    createApplication: (...what) => applications.createApplication(rest, ...what),
    updateApplication: (...what) => applications.updateApplication(rest, ...what),
    listNumbers: (...what) => numbers.listNumbers(rest, ...what),
    findNumber: (...what) => numbers.findNumber(rest, ...what),
    searchInventory: (...what) => numbers.searchInventory(rest, ...what),
    purchaseNumber: (...what) => numbers.purchaseNumber(rest, ...what),
    attachNumber: (...what) => numbers.attachNumber(rest, ...what),
    detachNumber: (...what) => numbers.detachNumber(rest, ...what),
    availableBalance: (...what) => numbers.availableBalance(rest, ...what),
  };
}
