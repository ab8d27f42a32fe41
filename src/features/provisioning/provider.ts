import type { E164 } from '../../kernel/phone.ts';

/** What the provider answers. `failed`: nobody knows whether it was done. */
export type Answered<T> = { kind: 'found'; value: T } | Trouble;
export type Trouble =
  | { kind: 'unknown' }
  | { kind: 'refused'; status: number }
  | { kind: 'limited'; retryAfterSeconds: number | null }
  | { kind: 'failed'; reason: string };

export type ApplicationUrls = { answerUrl: string; hangupUrl: string; fallbackUrl: string };
export type Application = ApplicationUrls & { id: string; name: string };
export type AccountNumber = {
  e164: E164;
  country: string | null;
  region: string | null;
  status: 'active' | 'blocked' | 'releasing' | 'other';
  applicationId: string | null;
};
export type StockNumber = {
  e164: E164;
  country: string | null;
  region: string | null;
  setupMinor: number;
  monthlyMinor: number;
  currency: string;
};
export type Page<T> = { items: T[]; total: number | null };

/** What is asked of a provider, by the id of our account there. */
export type Provider = {
  getApplication(account: string, id: string): Promise<Answered<Application>>;
  findApplication(account: string, name: string): Promise<Answered<Application>>;
  createApplication(account: string, name: string, urls: ApplicationUrls): Promise<Answered<string>>;
  updateApplication(account: string, id: string, urls: ApplicationUrls): Promise<Answered<true>>;
  listNumbers(account: string, page: number, perPage: number): Promise<Answered<Page<AccountNumber>>>;
  findNumber(account: string, e164: E164): Promise<Answered<AccountNumber>>;
  searchInventory(
    account: string,
    wanted: { country: string; digits: string | null; page: number; perPage: number },
  ): Promise<Answered<Page<StockNumber>>>;
  purchaseNumber(account: string, e164: E164): Promise<Answered<true>>;
  attachNumber(account: string, e164: E164, applicationId: string): Promise<Answered<true>>;
  detachNumber(account: string, e164: E164): Promise<Answered<true>>;
  availableBalance(account: string, currency: string): Promise<Answered<number>>;
};

/** What an owner reads of a trouble. Nothing of what the provider says itself: it may name numbers. */
export function reasonOf(trouble: Trouble, unknown = 'The provider does not know it.'): string {
  switch (trouble.kind) {
    case 'unknown':
      return unknown;
    case 'limited':
      return 'The provider asks us to wait.';
    case 'failed':
      return 'The provider cannot be reached for now.';
    case 'refused':
      if (trouble.status === 401 || trouble.status === 403)
        return 'The provider refuses the credentials of the account.';
      if (trouble.status === 402) return 'The balance at the provider is not enough.';
      if (trouble.status === 409)
        return 'The provider says that it conflicts with something else there (409).';
      return `The provider refuses it (${trouble.status}).`;
  }
}

/** Whether to try again is likely to help, without anybody changing anything. */
export function isForNow(trouble: Trouble): boolean {
  return trouble.kind === 'limited' || trouble.kind === 'failed';
}

/** Of its own for each account of ours: two that share credentials have two secrets, and so two URLs. */
export function applicationName(accountId: string): string {
  return `maskplane_${accountId}`;
}

/** One endpoint takes everything. */
export function urlsAt(webhookUrl: string): ApplicationUrls {
  return { answerUrl: webhookUrl, hangupUrl: webhookUrl, fallbackUrl: webhookUrl };
}

export function hasUrls(application: ApplicationUrls, urls: ApplicationUrls): boolean {
  const { answerUrl, hangupUrl, fallbackUrl } = application;
  return answerUrl === urls.answerUrl && hangupUrl === urls.hangupUrl && fallbackUrl === urls.fallbackUrl;
}
