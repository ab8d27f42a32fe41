import type { Db } from '../../db/database.ts';
import type { ProviderAccountsRow } from '../../generated/tables.ts';
import type { Id, TenantId } from '../../kernel/ids.ts';
import type { CountryCode } from '../../kernel/phone.ts';

export type SignatureMode = ProviderAccountsRow['signature_mode'];

export type ProviderAccountRow = {
  id: Id<'pac'>;
  /** Null: the operator's, shared by all tenants. */
  tenant_id: TenantId | null;
  livemode: boolean;
  provider: ProviderAccountsRow['provider'];
  auth_id: string;
  signature_mode: SignatureMode;
  allowed_ips: string[];
  default_country: CountryCode;
  sealed_webhook_token: Buffer;
  created_at: Date;
};

const COLUMNS = `id, tenant_id, livemode, provider, auth_id, signature_mode, allowed_ips, default_country,
  sealed_webhook_token, created_at`;

export type NewProviderAccount = Omit<ProviderAccountRow, 'created_at'> & {
  sealed_auth_token: Buffer;
  webhook_token_digest: Buffer;
};

export async function insertProviderAccount(
  db: Db,
  account: NewProviderAccount,
): Promise<ProviderAccountRow> {
  const [row] = await db.rows<ProviderAccountRow>(
    `insert into provider_accounts (id, tenant_id, livemode, provider, auth_id, signature_mode, allowed_ips,
                                    default_country, sealed_auth_token, sealed_webhook_token)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning ${COLUMNS}`,
    [
      account.id,
      account.tenant_id,
      account.livemode,
      account.provider,
      account.auth_id,
      account.signature_mode,
      account.allowed_ips,
      account.default_country,
      account.sealed_auth_token,
      account.sealed_webhook_token,
    ],
  );
  if (row === undefined) throw new Error('an insert gave no row');
  await db.rows(
    'insert into webhook_directory (token_digest, provider_account_id, tenant_id) values ($1, $2, $3)',
    [account.webhook_token_digest, account.id, account.tenant_id],
  );
  return row;
}

/** Who asks: a tenant, which sees its own accounts of its mode and the shared ones; null: the operator, who sees the shared. */
export type AccountViewer = { tenantId: TenantId; livemode: boolean } | null;

const VISIBLE = `(tenant_id is null or (tenant_id = $1 and livemode = $2))`;

export async function findProviderAccount(
  db: Db,
  viewer: AccountViewer,
  id: string,
): Promise<ProviderAccountRow | null> {
  const [row] = await db.rows<ProviderAccountRow>(
    `select ${COLUMNS} from provider_accounts where ${VISIBLE} and id = $3`,
    [viewer?.tenantId ?? null, viewer?.livemode ?? null, id],
  );
  return row ?? null;
}

export async function listProviderAccounts(
  db: Db,
  viewer: AccountViewer,
  limit: number,
  startingAfter: string | null,
): Promise<ProviderAccountRow[]> {
  return db.rows<ProviderAccountRow>(
    `select ${COLUMNS} from provider_accounts
      where ${VISIBLE} and ($4::text is null or id < $4) order by id desc limit $3`,
    [viewer?.tenantId ?? null, viewer?.livemode ?? null, limit, startingAfter],
  );
}

/** The current auth token, sealed; locked, so that two changes come one after the other. */
export async function lockAuthToken(db: Db, owner: TenantId | null, id: string): Promise<Buffer | null> {
  const [row] = await db.rows<{ sealed_auth_token: Buffer }>(
    `select sealed_auth_token from provider_accounts
      where tenant_id is not distinct from $1 and id = $2 for no key update`,
    [owner, id],
  );
  return row?.sealed_auth_token ?? null;
}

/** AcrossTenants: for jobs, which act as the operator. */
export async function findCredentialsAcrossTenants(
  db: Db,
  id: string,
): Promise<{ auth_id: string; sealed_auth_token: Buffer } | null> {
  const [row] = await db.rows<{ auth_id: string; sealed_auth_token: Buffer }>(
    'select auth_id, sealed_auth_token from provider_accounts where id = $1',
    [id],
  );
  return row ?? null;
}

/** AcrossTenants: for jobs, which act as the operator. */
export async function findSealedWebhookTokenAcrossTenants(db: Db, id: string): Promise<Buffer | null> {
  const [row] = await db.rows<{ sealed_webhook_token: Buffer }>(
    'select sealed_webhook_token from provider_accounts where id = $1',
    [id],
  );
  return row?.sealed_webhook_token ?? null;
}

export type ProviderAccountChange = {
  sealed_auth_token: Buffer | null;
  signature_mode: SignatureMode | null;
  allowed_ips: string[] | null;
  default_country: CountryCode | null;
};

/** Null fields stay. A new auth token keeps the one before it, because events signed with that one are still on their way. */
export async function updateProviderAccount(
  db: Db,
  owner: TenantId | null,
  id: string,
  change: ProviderAccountChange,
): Promise<ProviderAccountRow | null> {
  const [row] = await db.rows<ProviderAccountRow>(
    `update provider_accounts
        set sealed_previous_token = case when $3::bytea is null then sealed_previous_token else sealed_auth_token end,
            sealed_auth_token = coalesce($3, sealed_auth_token),
            signature_mode = coalesce($4, signature_mode), allowed_ips = coalesce($5, allowed_ips),
            default_country = coalesce($6, default_country), updated_at = now()
      where tenant_id is not distinct from $1 and id = $2 returning ${COLUMNS}`,
    [owner, id, change.sealed_auth_token, change.signature_mode, change.allowed_ips, change.default_country],
  );
  return row ?? null;
}

export type WebhookAccountRow = {
  account_id: Id<'pac'>;
  tenant_id: TenantId | null;
  livemode: boolean;
  signature_mode: SignatureMode;
  allowed_ips: string[];
  default_country: CountryCode;
  sealed_auth_token: Buffer;
  sealed_previous_token: Buffer | null;
};

/** AcrossTenants: the secret in a webhook URL names the account. */
export async function findWebhookAccountAcrossTenants(
  db: Db,
  tokenDigest: Buffer,
): Promise<WebhookAccountRow | null> {
  const [row] = await db.rows<WebhookAccountRow>('select * from find_webhook_account($1)', [tokenDigest]);
  return row ?? null;
}
