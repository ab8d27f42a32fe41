import type { Db } from '../../db/database.ts';
import {
  applicationName,
  hasUrls,
  isForNow,
  type Provider,
  reasonOf,
  type Trouble,
  urlsAt,
} from './provider.ts';
import {
  findAccountWorkAcrossTenants,
  settleAccountAcrossTenants,
  wakeDidsOfAccountAcrossTenants,
} from './provisioning-store.ts';

/** One transaction of the operator's. */
export type AsOperator = <T>(work: (db: Db) => Promise<T>) => Promise<T>;

export type ApplicationParts = {
  asOperator: AsOperator;
  provider: Provider;
  /** The URL that the provider is to be given, with the account's secret; null when there is no such account. */
  webhookUrlOf: (db: Db, accountId: string) => Promise<string | null>;
};

type Ensured = { kind: 'done'; id: string; repaired: boolean } | Trouble;

/** The task that gives an account its application, and the application the account's URLs. */
export function provisionAccountTask(parts: ApplicationParts) {
  return {
    name: 'provision_account',
    async work(payload: unknown): Promise<void> {
      const { account } = payload as { account: string };
      const { work, url } = await parts.asOperator(async (db) => ({
        work: await findAccountWorkAcrossTenants(db, account),
        url: await parts.webhookUrlOf(db, account),
      }));
      if (work === null || url === null) return;
      const ensured = await ensureApplication(parts.provider, account, work.application_id, url);
      if (ensured.kind === 'done') {
        const isOther = work.application_id !== null && work.application_id !== ensured.id;
        const done = { status: 'ready', reason: null, applicationId: ensured.id } as const;
        await parts.asOperator(async (db) => {
          // When something else is wanted by now, another job is behind this one.
          if (!(await settleAccountAcrossTenants(db, account, work.revision, done))) return;
          await wakeDidsOfAccountAcrossTenants(db, account, isOther);
        });
        return;
      }
      const reason = reasonOf(ensured);
      const status = isForNow(ensured) ? 'pending' : 'failed';
      await parts.asOperator((db) =>
        settleAccountAcrossTenants(db, account, work.revision, { status, reason }),
      );
      // The queue tries again, later each time. What is refused is refused again until somebody changes something.
      if (isForNow(ensured)) throw new Error(reason);
    },
  };
}

/** Searches before it makes anything: after a lost answer the application may be there. */
async function ensureApplication(
  provider: Provider,
  account: string,
  knownId: string | null,
  webhookUrl: string,
): Promise<Ensured> {
  const urls = urlsAt(webhookUrl);
  let found = knownId === null ? null : await provider.getApplication(account, knownId);
  if (found === null || found.kind === 'unknown') {
    found = await provider.findApplication(account, applicationName(account));
  }
  if (found.kind === 'unknown') {
    const made = await provider.createApplication(account, applicationName(account), urls);
    if (made.kind === 'found') return { kind: 'done', id: made.value, repaired: true };
    return made.kind === 'unknown' ? { kind: 'refused', status: 404 } : made;
  }
  if (found.kind !== 'found') return found;
  const { id } = found.value;
  if (hasUrls(found.value, urls)) return { kind: 'done', id, repaired: false };
  const changed = await provider.updateApplication(account, id, urls);
  if (changed.kind === 'found') return { kind: 'done', id, repaired: true };
  // It was there a moment ago: the next try looks for it anew.
  return changed.kind === 'unknown' ? { kind: 'failed', reason: 'gone' } : changed;
}
