import type { Db } from '../../db/database.ts';
import { readTenantId, type TenantId } from '../../kernel/ids.ts';
import type { AsOperator } from './application-service.ts';
import { isForNow, type Provider, reasonOf, type Trouble } from './provider.ts';
import {
  adoptAccountAcrossTenants,
  type DidWork,
  findDidWork,
  type ProvisioningStatus,
  settleDid,
} from './provisioning-store.ts';

/** One transaction of the tenant's. */
export type InTenant = <T>(tenantId: TenantId, work: (db: Db) => Promise<T>) => Promise<T>;

type Outcome = { status: ProvisioningStatus; reason: string | null; again?: boolean };

const NOT_THERE = 'The account does not have this number at the provider.';

/** The task that attaches a DID to its account's application, and detaches it when it is retired. */
export function provisionDidTask(parts: { inTenant: InTenant; asOperator: AsOperator; provider: Provider }) {
  return {
    name: 'provision_did',
    async work(payload: unknown): Promise<void> {
      const { tenant, did } = payload as { tenant: string; did: string };
      const tenantId = readTenantId(tenant);
      if (tenantId === null) throw new Error('a DID without a tenant');
      const work = await parts.inTenant(tenantId, (db) => findDidWork(db, tenantId, did));
      if (work === null) return;
      if (work.account_status === null) {
        await parts.asOperator((db) => adoptAccountAcrossTenants(db, work.account_id));
      }
      const outcome = await set(parts.provider, work);
      const { again = false, ...what } = outcome;
      await parts.inTenant(tenantId, (db) => settleDid(db, tenantId, did, work.revision, what));
      if (again) throw new Error(what.reason ?? 'The DID is not set up yet.');
    },
  };
}

async function set(provider: Provider, work: DidWork): Promise<Outcome> {
  if (work.did_status === 'retired') return detach(provider, work);
  const { account_id: account, application_id: application, e164 } = work;
  // The account's own job leaves one for each of its DIDs when it is done.
  if (application === null || work.account_status !== 'ready') {
    const status = work.account_status === 'failed' ? 'failed' : 'pending';
    return { status, reason: 'The account is not set up at the provider yet.' };
  }
  const found = await provider.findNumber(account, e164);
  if (found.kind !== 'found') return trouble(found);
  const number = found.value;
  if (number.status === 'releasing') return { status: 'failed', reason: 'The number is being released.' };
  if (number.status === 'blocked')
    return { status: 'failed', reason: 'The provider has blocked the number.' };
  if (number.applicationId === application) return { status: 'ready', reason: null };
  const attached = await provider.attachNumber(account, e164, application);
  return attached.kind === 'found' ? { status: 'ready', reason: null } : trouble(attached);
}

/** Only from our own application: what somebody else has attached it to since is not ours to undo. */
async function detach(provider: Provider, work: DidWork): Promise<Outcome> {
  const done = { status: 'ready', reason: null } as const;
  if (work.is_anothers || work.application_id === null) return done;
  const found = await provider.findNumber(work.account_id, work.e164);
  if (found.kind === 'unknown') return done;
  if (found.kind !== 'found') return trouble(found);
  if (found.value.applicationId !== work.application_id) return done;
  const detached = await provider.detachNumber(work.account_id, work.e164);
  return detached.kind === 'found' || detached.kind === 'unknown' ? done : trouble(detached);
}

function trouble(answer: Trouble): Outcome {
  const again = isForNow(answer);
  return { status: again ? 'pending' : 'failed', reason: reasonOf(answer, NOT_THERE), again };
}
