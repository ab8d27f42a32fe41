import type { Db } from '../../db/database.ts';
import type { Id, Owner, TenantId } from '../../kernel/ids.ts';
import type { E164 } from '../../kernel/phone.ts';

export type ProvisioningStatus = 'pending' | 'ready' | 'failed';
export type Drift = 'application' | 'blocked' | 'released';

/** What is asked of one account, comes one after the other: nobody has published how much Vobiz takes at once. */
const SERIAL = `'provider:' ||`;

/** There is something to set up for this account; for the operator, or the tenant whose account it is. */
export async function requestAccount(
  db: Db,
  account: { id: string; tenantId: TenantId | null },
): Promise<void> {
  await db.rows(
    `insert into account_provisioning (tenant_id, account_id) values (coalesce($1, 'operator'), $2)
     on conflict (tenant_id, account_id) do update
        set status = 'pending', reason = null, revision = account_provisioning.revision + 1, updated_at = now()`,
    [account.tenantId, account.id],
  );
  await wakeAccount(db, account.id, account.tenantId);
}

async function wakeAccount(db: Db, id: string, tenantId: TenantId | null): Promise<void> {
  await db.rows(
    `select enqueue_job('provision_account', jsonb_strip_nulls(jsonb_build_object('account', $1::text, 'tenant', $2::text)),
                        'provision_account:' || $1, false, ${SERIAL} $1)`,
    [id, tenantId],
  );
}

/** AcrossTenants: an account of a time in which nothing was set up for accounts. */
export async function adoptAccountAcrossTenants(db: Db, accountId: string): Promise<void> {
  const [made] = await db.rows<{ tenant_id: TenantId | null }>(
    `insert into account_provisioning (tenant_id, account_id)
     select coalesce(a.tenant_id, 'operator'), a.id from provider_accounts a where a.id = $1
     on conflict do nothing returning nullif(tenant_id, 'operator') as tenant_id`,
    [accountId],
  );
  if (made !== undefined) await wakeAccount(db, accountId, made.tenant_id);
}

export type AccountWork = {
  tenant_id: TenantId | null;
  application_id: string | null;
  status: ProvisioningStatus;
  drift_repair: 'repair' | 'report';
  revision: number;
};

/** AcrossTenants: for jobs, which act as the operator. Null when nothing is set up for it. */
export async function findAccountWorkAcrossTenants(db: Db, accountId: string): Promise<AccountWork | null> {
  const [row] = await db.rows<AccountWork>(
    `select a.tenant_id, p.application_id, p.status, a.drift_repair, p.revision
       from account_provisioning p join provider_accounts a on a.id = p.account_id where p.account_id = $1`,
    [accountId],
  );
  return row ?? null;
}

/** False when something else is wanted by now, and nothing was written. */
export async function settleAccountAcrossTenants(
  db: Db,
  accountId: string,
  revision: number,
  what: { status: ProvisioningStatus; reason: string | null; applicationId?: string },
): Promise<boolean> {
  const done = await db.rows(
    `update account_provisioning
        set status = $3, reason = $4, application_id = coalesce($5, application_id), updated_at = now()
      where account_id = $1 and revision = $2 returning 1`,
    [accountId, revision, what.status, what.reason, what.applicationId ?? null],
  );
  return done.length > 0;
}

/** Its DIDs that are not set up yet, or, with `all`, all of them: their application is another one. */
export async function wakeDidsOfAccountAcrossTenants(db: Db, accountId: string, all: boolean): Promise<void> {
  await db.rows(
    `with due as (
       update did_provisioning p set status = 'pending', reason = null, revision = p.revision + 1, updated_at = now()
        where p.account_id = $1 and ($2 or p.status <> 'ready') returning p.tenant_id, p.did_id
     )
     select enqueue_job('provision_did', jsonb_build_object('tenant', tenant_id, 'did', did_id), 'provision_did:' || did_id,
                        false, ${SERIAL} $1) from due`,
    [accountId, all],
  );
}

/** There is something to set up for this DID. */
export async function requestDid(
  db: Db,
  tenantId: TenantId,
  did: { id: string; accountId: string },
): Promise<void> {
  await db.rows(
    `insert into did_provisioning (tenant_id, did_id, account_id) values ($1, $2, $3)
     on conflict (tenant_id, did_id) do update
        set status = 'pending', reason = null, account_id = excluded.account_id,
            revision = did_provisioning.revision + 1, updated_at = now()`,
    [tenantId, did.id, did.accountId],
  );
  await db.rows(
    `select enqueue_job('provision_did', jsonb_build_object('tenant', $1::text, 'did', $2::text), 'provision_did:' || $2,
                        false, ${SERIAL} $3)`,
    [tenantId, did.id, did.accountId],
  );
}

export type DidWork = {
  account_id: Id<'pac'>;
  e164: E164;
  did_status: 'active' | 'retiring' | 'retired';
  /** Of our application, if it is there. */
  application_id: string | null;
  account_status: ProvisioningStatus | null;
  /** Somebody has registered the number anew: it is no longer this DID's. */
  is_anothers: boolean;
  revision: number;
};

export async function findDidWork(db: Db, tenantId: TenantId, didId: string): Promise<DidWork | null> {
  const [row] = await db.rows<DidWork>(
    `select p.account_id, d.e164, d.status as did_status, a.application_id, a.status as account_status, p.revision,
            exists (select from did_directory g where g.scope = 'live' and g.e164 = d.e164 and g.did_id <> d.id) as is_anothers
       from did_provisioning p join dids d on d.tenant_id = p.tenant_id and d.id = p.did_id
       left join account_provisioning a on a.tenant_id in ($1, 'operator') and a.account_id = p.account_id
      where p.tenant_id = $1 and p.did_id = $2`,
    [tenantId, didId],
  );
  return row ?? null;
}

/** Nothing is written when something else is wanted by now. */
export async function settleDid(
  db: Db,
  tenantId: TenantId,
  didId: string,
  revision: number,
  what: { status: ProvisioningStatus; reason: string | null },
): Promise<boolean> {
  const done = await db.rows(
    `update did_provisioning set status = $4, reason = $5, updated_at = now()
      where tenant_id = $1 and did_id = $2 and revision = $3 returning 1`,
    [tenantId, didId, revision, what.status, what.reason],
  );
  return done.length > 0;
}

export type Watched = {
  tenant_id: TenantId;
  did_id: string;
  livemode: boolean;
  e164: E164;
  drift: Drift | null;
  status: ProvisioningStatus;
  revision: number;
};

/** AcrossTenants: the DIDs of an account that should be attached, in the order of tenants, at most so many after one. */
export async function findWatched(
  db: Db,
  tenantId: TenantId,
  accountId: string,
  most: number,
  after: string,
): Promise<Watched[]> {
  return db.rows<Watched>(
    `select p.tenant_id, p.did_id, d.livemode, d.e164, p.drift, p.status, p.revision
       from did_provisioning p join dids d on d.tenant_id = p.tenant_id and d.id = p.did_id
      where p.tenant_id = $1 and p.account_id = $2 and d.status <> 'retired' and p.did_id > $4
      order by p.did_id limit $3`,
    [tenantId, accountId, most, after],
  );
}

/** AcrossTenants: whose DIDs an account carries. */
export async function findTenantsOfAccountAcrossTenants(db: Db, accountId: string): Promise<TenantId[]> {
  const rows = await db.rows<{ tenant_id: TenantId }>(
    'select distinct tenant_id from did_provisioning where account_id = $1 order by 1',
    [accountId],
  );
  return rows.map((row) => row.tenant_id);
}

/** True when the difference is another one than at the last look. */
export async function noteDrift(db: Db, owner: Owner, didId: string, drift: Drift | null): Promise<boolean> {
  const changed = await db.rows(
    `update did_provisioning set drift = $3, updated_at = now()
      where tenant_id = $1 and did_id = $2 and drift is distinct from $3 returning 1`,
    [owner.tenantId, didId, drift],
  );
  return changed.length > 0;
}

export async function noteCheckedAcrossTenants(db: Db, accountId: string): Promise<void> {
  await db.rows('update account_provisioning set checked_at = now() where account_id = $1', [accountId]);
}

/**
 * AcrossTenants: leaves a job to look at each account that was not looked at for so long; how many it were. They come at any
 * time within `spreadSeconds`, so that not all are asked for at once.
 */
export async function wakeUncheckedAcrossTenants(
  db: Db,
  seconds: number,
  spreadSeconds: number,
  most: number,
): Promise<number> {
  const rows = await db.rows(
    `with due as (
       select p.tenant_id, p.account_id from account_provisioning p
        where p.status <> 'pending' and (p.checked_at is null or p.checked_at <= now() - make_interval(secs => $1))
        order by p.checked_at nulls first limit $3
     )
     select enqueue_job('check_account', jsonb_strip_nulls(jsonb_build_object(
                          'account', account_id, 'tenant', nullif(tenant_id, 'operator'))),
                        'check_account:' || account_id, true, ${SERIAL} account_id,
                        now() + make_interval(secs => random() * $2)) from due`,
    [seconds, spreadSeconds, most],
  );
  return rows.length;
}

/** Which of these numbers of an account the viewer has as DIDs, and what our application there is. The operator has none itself. */
export async function findOwnNumbers(
  db: Db,
  viewer: Owner | null,
  accountId: string,
  numbers: readonly E164[],
): Promise<{ dids: Map<string, string>; applicationId: string | null }> {
  const rows = await db.rows<{ e164: string; did_id: string }>(
    `select g.e164, g.did_id from did_directory g
      where g.scope = 'live' and g.e164 = any ($1) and g.provider_account_id = $2 and ($3::text is null or g.tenant_id = $3)`,
    [numbers, accountId, viewer?.tenantId ?? null],
  );
  const [account] = await db.rows<{ application_id: string | null }>(
    'select application_id from account_provisioning where account_id = $1',
    [accountId],
  );
  const dids = new Map(rows.map(({ e164, did_id }) => [e164, did_id]));
  return { dids, applicationId: account?.application_id ?? null };
}
