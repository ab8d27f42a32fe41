import type { Db } from '../../db/database.ts';
import type { Owner, TenantId } from '../../kernel/ids.ts';
import type { AsOperator } from './application-service.ts';
import type { InTenant } from './attachment-service.ts';
import { type AccountNumber, hasUrls, isForNow, type Provider, reasonOf, urlsAt } from './provider.ts';
import {
  type AccountWork,
  type Drift,
  findAccountWorkAcrossTenants,
  findTenantsOfAccountAcrossTenants,
  findWatched,
  noteCheckedAcrossTenants,
  noteDrift,
  requestAccount,
  requestDid,
  settleAccountAcrossTenants,
  settleDid,
  type Watched,
} from './provisioning-store.ts';

export type DriftedEvent = {
  type: 'did.drifted';
  data: { did: string; e164: string; what: string; expected: string | null; found: string | null };
};

export type DriftParts = {
  asOperator: AsOperator;
  inTenant: InTenant;
  provider: Provider;
  webhookUrlOf: (db: Db, accountId: string) => Promise<string | null>;
  /** Leaves an event in the transaction of what it tells. */
  tell: (db: Db, owner: Owner, event: DriftedEvent) => Promise<void>;
  /** Takes a DID out of automatic choice, or puts it back. */
  suspend: (db: Db, tenantId: TenantId, didId: string, why: 'blocked' | 'released' | null) => Promise<void>;
};

const PER_PAGE = 100;
const MOST_PAGES = 500;
/** One transaction of a tenant's. */
const BATCH = 100;

/** The task that compares what an account has at the provider with what was set up there. */
export function checkAccountTask(parts: DriftParts) {
  return {
    name: 'check_account',
    async work(payload: unknown): Promise<void> {
      const { account } = payload as { account: string };
      const { work, url } = await parts.asOperator(async (db) => ({
        work: await findAccountWorkAcrossTenants(db, account),
        url: await parts.webhookUrlOf(db, account),
      }));
      // What is on its way to be set up is no drift.
      if (work === null || url === null || work.status === 'pending') return;
      if (work.status === 'failed' || work.application_id === null) {
        await parts.asOperator(async (db) => {
          await noteCheckedAcrossTenants(db, account);
          await requestAccount(db, { id: account, tenantId: work.tenant_id });
        });
        return;
      }
      if (await checkApplication(parts, account, work, url)) await checkNumbers(parts, account, work);
      await parts.asOperator((db) => noteCheckedAcrossTenants(db, account));
    },
  };
}

/** False when there is no use in looking at its numbers. */
async function checkApplication(
  { asOperator, provider }: DriftParts,
  account: string,
  work: AccountWork,
  url: string,
): Promise<boolean> {
  const found = await provider.getApplication(account, work.application_id ?? '');
  if (found.kind !== 'found' && isForNow(found)) throw new Error(reasonOf(found));
  if (found.kind === 'found' && hasUrls(found.value, urlsAt(url))) return true;
  const isRefused = found.kind === 'refused';
  if (!isRefused && work.drift_repair === 'repair') {
    await asOperator((db) => requestAccount(db, { id: account, tenantId: work.tenant_id }));
    return found.kind === 'found';
  }
  const reason = isRefused
    ? reasonOf(found)
    : found.kind === 'unknown'
      ? 'The application at the provider is gone.'
      : 'The URLs of the application at the provider were changed.';
  await asOperator((db) =>
    settleAccountAcrossTenants(db, account, work.revision, { status: 'failed', reason }),
  );
  return !isRefused;
}

async function checkNumbers(parts: DriftParts, account: string, work: AccountWork): Promise<void> {
  const numbers = new Map<string, AccountNumber>();
  for (let page = 1; ; page += 1) {
    const answer = await parts.provider.listNumbers(account, page, PER_PAGE);
    if (answer.kind !== 'found') throw new Error(reasonOf(answer));
    for (const number of answer.value.items) numbers.set(number.e164, number);
    if (answer.value.items.length < PER_PAGE) break;
    // What is not on a list that was not read to its end is not gone.
    if (page === MOST_PAGES) throw new Error('The account has more numbers than are looked at.');
  }
  const tenants = await parts.asOperator((db) => findTenantsOfAccountAcrossTenants(db, account));
  for (const tenantId of tenants) {
    let after = '';
    for (;;) {
      const batch = await parts.inTenant(tenantId, async (db) => {
        const watched = await findWatched(db, tenantId, account, BATCH, after);
        for (const did of watched) await settle(parts, db, did, account, numbers.get(did.e164) ?? null, work);
        return watched;
      });
      if (batch.length < BATCH) break;
      after = batch.at(-1)?.did_id ?? after;
    }
  }
}

async function settle(
  { tell, suspend }: DriftParts,
  db: Db,
  did: Watched,
  account: string,
  number: AccountNumber | null,
  work: AccountWork,
): Promise<void> {
  const drift = driftOf(number, work.application_id);
  const owner = { tenantId: did.tenant_id, livemode: did.livemode };
  // A number that was never there, or not attached yet, has not drifted: its own job says so.
  if (drift !== null && did.status === 'pending') return;
  if (drift === 'released' && did.status === 'failed' && did.drift === null) {
    await requestDid(db, did.tenant_id, { id: did.did_id, accountId: account });
    return;
  }
  await suspend(db, did.tenant_id, did.did_id, drift === 'blocked' || drift === 'released' ? drift : null);
  if (await noteDrift(db, owner, did.did_id, drift)) {
    if (drift !== null) await tell(db, owner, eventOf(did, drift, number, work.application_id));
  }
  if (drift === 'application' && work.drift_repair === 'repair') {
    await requestDid(db, did.tenant_id, { id: did.did_id, accountId: account });
  } else if (drift !== null) {
    const what = { status: 'failed', reason: reasons[drift] } as const;
    await settleDid(db, did.tenant_id, did.did_id, did.revision, what);
  } else if (did.status === 'failed') {
    await settleDid(db, did.tenant_id, did.did_id, did.revision, { status: 'ready', reason: null });
  }
}

const reasons: Record<Drift, string> = {
  application: 'The number is attached to another application at the provider.',
  blocked: 'The provider has blocked the number.',
  released: 'The account does not have this number at the provider any more.',
};

function driftOf(number: AccountNumber | null, applicationId: string | null): Drift | null {
  if (number === null || number.status === 'releasing') return 'released';
  if (number.status === 'blocked') return 'blocked';
  return number.applicationId === applicationId ? null : 'application';
}

function eventOf(
  { did_id, e164 }: Watched,
  drift: Drift,
  number: AccountNumber | null,
  applicationId: string | null,
): DriftedEvent {
  const of = { did: did_id, e164 };
  if (drift === 'application')
    return {
      type: 'did.drifted',
      data: { ...of, what: 'application', expected: applicationId, found: number?.applicationId ?? null },
    };
  return { type: 'did.drifted', data: { ...of, what: 'status', expected: 'active', found: drift } };
}
