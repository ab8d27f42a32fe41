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
  drift_repair: ProviderAccountsRow['drift_repair'];
  number_budget_minor: number | null;
  number_budget_currency: string | null;
  created_at: Date;
  provisioning_status: 'none' | 'pending' | 'ready' | 'failed';
  provisioning_reason: string | null;
};

const COLUMNS = `id, tenant_id, livemode, provider, auth_id, signature_mode, allowed_ips, default_country,
  sealed_webhook_token, drift_repair, number_budget_minor::float8 as number_budget_minor, number_budget_currency, created_at`;

/** With what is set up for it at the provider, which is another table's. */
const SHOWN = `select a.*, coalesce(p.status, 'none') as provisioning_status, p.reason as provisioning_reason
  from (select ${COLUMNS}, tenant_id as owner_id from provider_accounts) a
  left join account_provisioning p on p.tenant_id = coalesce(a.owner_id, 'operator') and p.account_id = a.id`;

export type NewProviderAccount = Omit<
  ProviderAccountRow,
  'created_at' | 'provisioning_status' | 'provisioning_reason'
> & {
  sealed_auth_token: Buffer;
  webhook_token_digest: Buffer;
};

export async function insertProviderAccount(db: Db, account: NewProviderAccount): Promise<void> {
  await db.rows(
    `insert into provider_accounts (id, tenant_id, livemode, provider, auth_id, signature_mode, allowed_ips,
                                    default_country, sealed_auth_token, sealed_webhook_token, drift_repair,
                                    number_budget_minor, number_budget_currency)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
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
      account.drift_repair,
      account.number_budget_minor,
      account.number_budget_currency,
    ],
  );
  await db.rows(
    'insert into webhook_directory (token_digest, provider_account_id, tenant_id) values ($1, $2, $3)',
    [account.webhook_token_digest, account.id, account.tenant_id],
  );
}

/** Who asks: a tenant, which sees its own accounts of its mode and the shared ones; null: the operator, who sees the shared. */
export type AccountViewer = { tenantId: TenantId; livemode: boolean } | null;

const VISIBLE = `(a.owner_id is null or (a.owner_id = $1 and a.livemode = $2))`;

export async function findProviderAccount(
  db: Db,
  viewer: AccountViewer,
  id: string,
): Promise<ProviderAccountRow | null> {
  const [row] = await db.rows<ProviderAccountRow>(`${SHOWN} where ${VISIBLE} and a.id = $3`, [
    viewer?.tenantId ?? null,
    viewer?.livemode ?? null,
    id,
  ]);
  return row ?? null;
}

export async function listProviderAccounts(
  db: Db,
  viewer: AccountViewer,
  limit: number,
  startingAfter: string | null,
): Promise<ProviderAccountRow[]> {
  return db.rows<ProviderAccountRow>(
    `${SHOWN}
      where ${VISIBLE} and ($4::text is null or a.id < $4) order by a.id desc limit $3`,
    [viewer?.tenantId ?? null, viewer?.livemode ?? null, limit, startingAfter],
  );
}

/** The current secrets, sealed; locked, so that two changes come one after the other. Null for another mode's. */
export async function lockSecrets(
  db: Db,
  owner: AccountViewer,
  id: string,
): Promise<{ auth: Buffer; webhook: Buffer } | null> {
  const [row] = await db.rows<{ auth: Buffer; webhook: Buffer }>(
    `select sealed_auth_token as auth, sealed_webhook_token as webhook from provider_accounts
      where tenant_id is not distinct from $1 and id = $2 and livemode = coalesce($3, livemode) for no key update`,
    [owner?.tenantId ?? null, id, owner?.livemode ?? null],
  );
  return row ?? null;
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

export type ProviderAccountChange = {
  sealed_auth_token: Buffer | null;
  signature_mode: SignatureMode | null;
  allowed_ips: string[] | null;
  default_country: CountryCode | null;
  drift_repair: ProviderAccountRow['drift_repair'] | null;
  /** Undefined stays; null takes it away. */
  number_budget: { amount_minor: number; currency: string } | null | undefined;
};

/** Null fields stay. A new auth token keeps the one before it, because events signed with that one are still on their way. */
export async function updateProviderAccount(
  db: Db,
  owner: TenantId | null,
  id: string,
  change: ProviderAccountChange,
): Promise<void> {
  await db.rows(
    `update provider_accounts
        set sealed_previous_token = case when $3::bytea is null then sealed_previous_token else sealed_auth_token end,
            sealed_auth_token = coalesce($3, sealed_auth_token),
            signature_mode = coalesce($4, signature_mode), allowed_ips = coalesce($5, allowed_ips),
            default_country = coalesce($6, default_country), drift_repair = coalesce($7, drift_repair),
            number_budget_minor = case when $8 then $9 else number_budget_minor end,
            number_budget_currency = case when $8 then $10 else number_budget_currency end, updated_at = now()
      where tenant_id is not distinct from $1 and id = $2`,
    [
      ...[
        owner,
        id,
        change.sealed_auth_token,
        change.signature_mode,
        change.allowed_ips,
        change.default_country,
      ],
      ...[change.drift_repair, change.number_budget !== undefined],
      ...[change.number_budget?.amount_minor ?? null, change.number_budget?.currency ?? null],
    ],
  );
}

/** The secrets of before go on for so long, and not longer than they were to. */
export async function replaceWebhookToken(
  db: Db,
  account: { id: string; tenantId: TenantId | null },
  fresh: { sealed: Buffer; digest: Buffer; overlapSeconds: number },
): Promise<void> {
  await db.rows(
    `update webhook_directory set expires_at = least(expires_at, now() + make_interval(secs => $2))
      where provider_account_id = $1`,
    [account.id, fresh.overlapSeconds],
  );
  await db.rows('delete from webhook_directory where provider_account_id = $1 and expires_at <= now()', [
    account.id,
  ]);
  await db.rows(
    'insert into webhook_directory (token_digest, provider_account_id, tenant_id) values ($1, $2, $3)',
    [fresh.digest, account.id, account.tenantId],
  );
  await db.rows('update provider_accounts set sealed_webhook_token = $2, updated_at = now() where id = $1', [
    account.id,
    fresh.sealed,
  ]);
}

/** AcrossTenants: for jobs, which act as the operator. */
export async function findWebhookTokenAcrossTenants(db: Db, id: string): Promise<Buffer | null> {
  const [row] = await db.rows<{ sealed_webhook_token: Buffer }>(
    'select sealed_webhook_token from provider_accounts where id = $1',
    [id],
  );
  return row?.sealed_webhook_token ?? null;
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
