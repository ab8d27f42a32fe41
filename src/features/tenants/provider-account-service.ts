import { keyedDigest } from '../../crypto/digest.ts';
import type { MasterKey } from '../../crypto/master-key.ts';
import { seal, unseal } from '../../crypto/sealing.ts';
import type { Db } from '../../db/database.ts';
import { invalid, notFound } from '../../kernel/errors.ts';
import { type Id, newId, type TenantId } from '../../kernel/ids.ts';
import { isIpOrBlock } from '../../kernel/ip.ts';
import type { CountryCode } from '../../kernel/phone.ts';
import { checkToken, newToken } from '../../kernel/tokens.ts';
import {
  type AccountViewer,
  findCredentialsAcrossTenants,
  findProviderAccount,
  findSealedWebhookTokenAcrossTenants,
  findWebhookAccountAcrossTenants,
  insertProviderAccount,
  listProviderAccounts,
  lockAuthToken,
  type ProviderAccountRow,
  type SignatureMode,
  updateProviderAccount,
} from './provider-account-store.ts';
import { readCountry } from './tenant-service.ts';

export type NewAccount = {
  provider: 'vobiz';
  auth_id: string;
  auth_token: string;
  signature_mode: SignatureMode;
  allowed_ips?: string[];
  default_country: string;
};
export type AccountChange = {
  auth_token?: string;
  signature_mode?: SignatureMode;
  allowed_ips?: string[];
  default_country?: string;
};

/** An account as its owner sees it. */
export type ProviderAccount = ProviderAccountRow & { webhookToken: string };

/** What the webhook needs to know about whoever posts to it. */
export type WebhookAccount = {
  id: Id<'pac'>;
  tenantId: TenantId | null;
  livemode: boolean;
  signatureMode: SignatureMode;
  allowedIps: readonly string[];
  defaultCountry: CountryCode;
  /** The current token, then the one before it. */
  authTokens: readonly string[];
};

export type ProviderAccountService = {
  create(db: Db, viewer: AccountViewer, input: NewAccount): Promise<ProviderAccount>;
  /** Throws not_found. */
  get(db: Db, viewer: AccountViewer, id: string): Promise<ProviderAccount>;
  list(
    db: Db,
    viewer: AccountViewer,
    limit: number,
    startingAfter: string | null,
  ): Promise<ProviderAccount[]>;
  /** Throws not_found, also for a shared account when a tenant asks. */
  update(db: Db, viewer: AccountViewer, id: string, change: AccountChange): Promise<ProviderAccount>;
  /** For a request to the provider, and opened for that only. Null when there is no such account. */
  credentials(db: Db, id: string): Promise<{ authId: string; authToken: string } | null>;
  /** The secret of its webhook, for URLs that the provider is given. Null when there is no such account. */
  webhookToken(db: Db, id: string): Promise<string | null>;
  /** Null when no account has this secret. */
  findByWebhookToken(db: Db, token: string): Promise<WebhookAccount | null>;
};

export function createProviderAccountService(master: MasterKey): ProviderAccountService {
  const sealed = (id: string, field: string, text: string) => seal(master.sealing, text, placeOf(id, field));
  const opened = (id: string, field: string, blob: Buffer) =>
    unseal(master.sealing, blob, placeOf(id, field)).toString();
  const withToken = (row: ProviderAccountRow): ProviderAccount => ({
    ...row,
    webhookToken: opened(row.id, 'webhook_token', row.sealed_webhook_token),
  });

  return {
    async create(db, viewer, input) {
      const id = newId('pac');
      const webhookToken = newToken('whk');
      const row = await insertProviderAccount(db, {
        id,
        tenant_id: viewer?.tenantId ?? null,
        livemode: viewer?.livemode ?? true,
        provider: input.provider,
        auth_id: input.auth_id,
        signature_mode: input.signature_mode,
        allowed_ips: readAllowedIps(input.allowed_ips ?? []),
        default_country: readCountry(input.default_country),
        sealed_auth_token: sealed(id, 'auth_token', input.auth_token),
        sealed_webhook_token: sealed(id, 'webhook_token', webhookToken),
        webhook_token_digest: keyedDigest(master, 'webhook_token', webhookToken),
      });
      return { ...row, webhookToken };
    },
    async get(db, viewer, id) {
      const row = await findProviderAccount(db, viewer, id);
      if (row === null) throw notFound();
      return withToken(row);
    },
    async list(db, viewer, limit, startingAfter) {
      return (await listProviderAccounts(db, viewer, limit, startingAfter)).map(withToken);
    },
    async update(db, viewer, id, change) {
      const { auth_token, signature_mode, allowed_ips, default_country } = change;
      const owner = viewer?.tenantId ?? null;
      const before = await lockAuthToken(db, owner, id);
      if (before === null) throw notFound();
      // Setting the token that it has already must not push out the one before it.
      const isNew = auth_token !== undefined && opened(id, 'auth_token', before) !== auth_token;
      const row = await updateProviderAccount(db, owner, id, {
        sealed_auth_token: isNew ? sealed(id, 'auth_token', auth_token) : null,
        signature_mode: signature_mode ?? null,
        allowed_ips: allowed_ips === undefined ? null : readAllowedIps(allowed_ips),
        default_country: default_country === undefined ? null : readCountry(default_country),
      });
      if (row === null || (viewer !== null && row.livemode !== viewer.livemode)) throw notFound();
      return withToken(row);
    },
    async credentials(db, id) {
      const row = await findCredentialsAcrossTenants(db, id);
      if (row === null) return null;
      return { authId: row.auth_id, authToken: opened(id, 'auth_token', row.sealed_auth_token) };
    },
    async webhookToken(db, id) {
      const blob = await findSealedWebhookTokenAcrossTenants(db, id);
      return blob === null ? null : opened(id, 'webhook_token', blob);
    },
    async findByWebhookToken(db, token) {
      // The digest decides, so how long a wrong token takes says nothing about the right one.
      if (checkToken(token) !== 'whk') return null;
      const row = await findWebhookAccountAcrossTenants(db, keyedDigest(master, 'webhook_token', token));
      if (row === null) return null;
      const tokens = [row.sealed_auth_token, row.sealed_previous_token].filter((blob) => blob !== null);
      return {
        id: row.account_id,
        tenantId: row.tenant_id,
        livemode: row.livemode,
        signatureMode: row.signature_mode,
        allowedIps: row.allowed_ips,
        defaultCountry: row.default_country,
        authTokens: tokens.map((blob) => opened(row.account_id, 'auth_token', blob)),
      };
    },
  };
}

function placeOf(id: string, field: string): string {
  return `${id}|provider_accounts|${field}`;
}

function readAllowedIps(texts: readonly string[]): string[] {
  texts.forEach((text, place) => {
    if (isIpOrBlock(text)) return;
    throw invalid('invalid_request', `/allowed_ips/${place}`, 'is not an IP address or CIDR block');
  });
  return [...texts];
}
