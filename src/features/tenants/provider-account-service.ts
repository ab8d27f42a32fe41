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
  findWebhookAccountAcrossTenants,
  findWebhookTokenAcrossTenants,
  insertProviderAccount,
  listProviderAccounts,
  lockSecrets,
  type ProviderAccountRow,
  replaceWebhookToken,
  type SignatureMode,
  updateProviderAccount,
} from './provider-account-store.ts';
import { readCountry } from './tenant-service.ts';

type DriftRepair = ProviderAccountRow['drift_repair'];
/** What numbers may cost in a calendar month, in minor units. */
export type NumberBudget = { amount_minor: number; currency: string };

export type NewAccount = {
  provider: 'vobiz';
  auth_id: string;
  auth_token: string;
  signature_mode: SignatureMode;
  allowed_ips?: string[];
  default_country: string;
  drift_repair: DriftRepair;
  number_budget?: NumberBudget | null;
};
export type AccountChange = {
  auth_token?: string;
  signature_mode?: SignatureMode;
  allowed_ips?: string[];
  default_country?: string;
  drift_repair?: DriftRepair;
  number_budget?: NumberBudget | null;
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
  /** Gives the webhook URL another secret; those of before go on for so long. Throws not_found. */
  rotateWebhookToken(
    db: Db,
    viewer: AccountViewer,
    id: string,
    overlapSeconds: number,
  ): Promise<ProviderAccount>;
  /** For what is set up at the provider. Null when there is no such account. */
  webhookToken(db: Db, id: string): Promise<string | null>;
  /** For a request to the provider, and opened for that only. Null when there is no such account. */
  credentials(db: Db, id: string): Promise<{ authId: string; authToken: string } | null>;
  /** Null when no account has this secret. */
  findByWebhookToken(db: Db, token: string): Promise<WebhookAccount | null>;
};

/** @param setUp leaves, in the transaction of a change, what is to be set up at the provider after it; only for live accounts */
export function createProviderAccountService(
  master: MasterKey,
  setUp: (db: Db, account: { id: string; tenantId: TenantId | null }) => Promise<void> = async () => {},
): ProviderAccountService {
  const sealed = (id: string, field: string, text: string) => seal(master.sealing, text, placeOf(id, field));
  const opened = (id: string, field: string, blob: Buffer) =>
    unseal(master.sealing, blob, placeOf(id, field)).toString();
  const withToken = (row: ProviderAccountRow): ProviderAccount => ({
    ...row,
    webhookToken: opened(row.id, 'webhook_token', row.sealed_webhook_token),
  });

  const get = async (db: Db, viewer: AccountViewer, id: string) => {
    const row = await findProviderAccount(db, viewer, id);
    if (row === null) throw notFound();
    return withToken(row);
  };
  const isLive = (viewer: AccountViewer) => viewer?.livemode ?? true;

  return {
    async create(db, viewer, input) {
      const id = newId('pac');
      const webhookToken = newToken('whk');
      const tenantId = viewer?.tenantId ?? null;
      await insertProviderAccount(db, {
        id,
        tenant_id: tenantId,
        livemode: isLive(viewer),
        provider: input.provider,
        auth_id: input.auth_id,
        signature_mode: input.signature_mode,
        allowed_ips: readAllowedIps(input.allowed_ips ?? []),
        default_country: readCountry(input.default_country),
        sealed_auth_token: sealed(id, 'auth_token', input.auth_token),
        sealed_webhook_token: sealed(id, 'webhook_token', webhookToken),
        webhook_token_digest: keyedDigest(master, 'webhook_token', webhookToken),
        drift_repair: input.drift_repair,
        number_budget_minor: input.number_budget?.amount_minor ?? null,
        number_budget_currency: input.number_budget?.currency ?? null,
      });
      if (isLive(viewer)) await setUp(db, { id, tenantId });
      return get(db, viewer, id);
    },
    get,
    async list(db, viewer, limit, startingAfter) {
      return (await listProviderAccounts(db, viewer, limit, startingAfter)).map(withToken);
    },
    async update(db, viewer, id, change) {
      const { auth_token, signature_mode, allowed_ips, default_country, drift_repair, number_budget } =
        change;
      const owner = viewer?.tenantId ?? null;
      const before = await lockSecrets(db, viewer, id);
      if (before === null) throw notFound();
      // Setting the token that it has already must not push out the one before it.
      const isNew = auth_token !== undefined && opened(id, 'auth_token', before.auth) !== auth_token;
      await updateProviderAccount(db, owner, id, {
        sealed_auth_token: isNew ? sealed(id, 'auth_token', auth_token) : null,
        signature_mode: signature_mode ?? null,
        allowed_ips: allowed_ips === undefined ? null : readAllowedIps(allowed_ips),
        default_country: default_country === undefined ? null : readCountry(default_country),
        drift_repair: drift_repair ?? null,
        number_budget,
      });
      if (isNew && isLive(viewer)) await setUp(db, { id, tenantId: owner });
      return get(db, viewer, id);
    },
    async rotateWebhookToken(db, viewer, id, overlapSeconds) {
      const tenantId = viewer?.tenantId ?? null;
      if ((await lockSecrets(db, viewer, id)) === null) throw notFound();
      const fresh = newToken('whk');
      await replaceWebhookToken(
        db,
        { id, tenantId },
        {
          sealed: sealed(id, 'webhook_token', fresh),
          digest: keyedDigest(master, 'webhook_token', fresh),
          overlapSeconds,
        },
      );
      if (isLive(viewer)) await setUp(db, { id, tenantId });
      return get(db, viewer, id);
    },
    async webhookToken(db, id) {
      const blob = await findWebhookTokenAcrossTenants(db, id);
      return blob === null ? null : opened(id, 'webhook_token', blob);
    },
    async credentials(db, id) {
      const row = await findCredentialsAcrossTenants(db, id);
      if (row === null) return null;
      return { authId: row.auth_id, authToken: opened(id, 'auth_token', row.sealed_auth_token) };
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
