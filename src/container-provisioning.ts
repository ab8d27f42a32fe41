import type { MasterKey } from './crypto/master-key.ts';
import type { Database, Db } from './db/database.ts';
import { emitEvent } from './features/events/event-store.ts';
import { createDidService, type DidService } from './features/pool/did-service.ts';
import { suspendDid } from './features/pool/did-store.ts';
import { referencedPool } from './features/pool/pool-service.ts';
import { provisionAccountTask } from './features/provisioning/application-service.ts';
import { provisionDidTask } from './features/provisioning/attachment-service.ts';
import { checkAccountTask } from './features/provisioning/drift-service.ts';
import { importTask, type WorkParts } from './features/provisioning/import-service.ts';
import { numberHandlers } from './features/provisioning/number-handlers.ts';
import { orderTask } from './features/provisioning/number-order-service.ts';
import { createNumberService } from './features/provisioning/number-service.ts';
import type { Provider } from './features/provisioning/provider.ts';
import {
  requestAccount,
  requestDid,
  wakeUncheckedAcrossTenants,
} from './features/provisioning/provisioning-store.ts';
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

/** A difference is seen within about an hour, and a large account takes some tens of requests each time. */
const CHECK_SECONDS = 3_300;
const SPREAD_SECONDS = 300;
const WOKEN_AT_ONCE = 500;

function driftJob(wake: (most: number) => Promise<number>): Job {
  return { name: 'check_accounts', everySeconds: 120, work: async () => void (await wake(WOKEN_AT_ONCE)) };
}

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
}) {
  const { database, accounts, options } = parts;
  const provider = parts.rest !== null && isOn(options) ? providerOf(parts.rest) : null;
  const inTenant = <T>(tenantId: TenantId, work: (db: Db) => Promise<T>): Promise<T> =>
    database.transaction({ as: 'tenant', tenantId }, work);
  const asOperator = <T>(work: (db: Db) => Promise<T>): Promise<T> =>
    database.transaction({ as: 'operator' }, work);
  const webhookUrlOf = async (db: Db, id: string) => {
    const token = await accounts.webhookToken(db, id);
    return token === null ? null : `${options.publicUrl}/webhooks/vobiz/${token}`;
  };
  const numbers = createNumberService({
    provider,
    as: (viewer, work) =>
      database.transaction(
        viewer === null ? { as: 'operator' } : { as: 'tenant', tenantId: viewer.tenantId },
        work,
      ),
    async ownAccount(db, viewer, id) {
      const account = await findProviderAccount(db, viewer, id);
      if (account === null || account.tenant_id !== (viewer?.tenantId ?? null)) return null;
      return { id: account.id, currency: account.number_budget_currency };
    },
    enterTenant: async (unit, id) => (await parts.tenants.enterOpen(unit, id)).id,
    poolOf: async (db, owner, nameOrId) => (await referencedPool(db, owner, nameOrId)).id,
  });
  const handlers = numberHandlers(numbers);
  if (provider === null) return { handlers, tasks: [], jobs: [] };

  const work: WorkParts = {
    provider,
    inOperation: (of, to, step) =>
      database.transaction(
        of === null ? { as: 'operator' } : { as: 'tenant', tenantId: of },
        async (unit) => {
          if (of === null && to !== null) await unit.enter(to);
          return step(unit);
        },
      ),
    // Numbers of the provider carry their plus, so no country is needed to read them.
    register: (db, owner, did) =>
      parts.dids.register(db, owner, 'IN', { ...did, region: null, carrier: null, reserved: false }),
  };
  return {
    handlers,
    tasks: [
      provisionAccountTask({ asOperator, provider, webhookUrlOf }),
      provisionDidTask({ inTenant, asOperator, provider }),
      checkAccountTask({
        asOperator,
        inTenant,
        provider,
        webhookUrlOf,
        tell: emitEvent,
        suspend: suspendDid,
      }),
      importTask(work),
      orderTask(work),
    ] satisfies Task[],
    jobs: [
      driftJob((most) =>
        asOperator((db) => wakeUncheckedAcrossTenants(db, CHECK_SECONDS, SPREAD_SECONDS, most)),
      ),
    ],
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
