import type { Db } from '../../db/database.ts';
import type { OutOfSessionPoliciesRow } from '../../generated/tables.ts';
import type { Id, Owner } from '../../kernel/ids.ts';

export type PolicyRow = Pick<
  OutOfSessionPoliciesRow,
  | 'livemode'
  | 'action'
  | 'on_failure'
  | 'forward_last4'
  | 'time_limit_seconds'
  | 'url'
  | 'created_at'
  | 'updated_at'
> & {
  id: Id<'osp'>;
  /** By its name; null: of all whose pool says nothing. */
  pool: string | null;
  has_secret: boolean;
  /** Null when there is none that still signs. */
  previous_secret_expires_at: Date | null;
};

/** Something as it is kept: sealed, with the version of the tenant's keys. */
export type Sealed = { sealed: Buffer; keyVersion: number };

export type PolicyFields = Pick<
  OutOfSessionPoliciesRow,
  'action' | 'on_failure' | 'time_limit_seconds' | 'url'
> & {
  forward: (Sealed & { last4: string }) | null;
  /** Null: it has none any more. 'kept': as it is. */
  secret: Sealed | null | 'kept';
};

const SELECT = `select o.id, o.livemode, p.name as pool, o.action, o.on_failure, o.forward_last4, o.time_limit_seconds, o.url,
    o.sealed_secret is not null as has_secret,
    case when o.previous_secret_expires_at > now() then o.previous_secret_expires_at end as previous_secret_expires_at,
    o.created_at, o.updated_at
  from out_of_session_policies o left join pools p on p.tenant_id = o.tenant_id and p.id = o.pool_id`;

/** One change at a time, so that of two at once none is built on what the other has replaced. */
export async function lockPolicies(db: Db, owner: Owner): Promise<void> {
  await db.rows('select pg_advisory_xact_lock(hashtext($1), hashtext($2))', [
    'out_of_session_policies',
    owner.tenantId,
  ]);
}

export async function findPolicy(db: Db, owner: Owner, id: string): Promise<PolicyRow | null> {
  const [row] = await db.rows<PolicyRow>(
    `${SELECT} where o.tenant_id = $1 and o.livemode = $2 and o.id = $3`,
    [owner.tenantId, owner.livemode, id],
  );
  return row ?? null;
}

/** Of this pool, or, for null, of all whose pool says nothing. */
export async function findPolicyOf(db: Db, owner: Owner, poolId: string | null): Promise<PolicyRow | null> {
  const [row] = await db.rows<PolicyRow>(
    `${SELECT} where o.tenant_id = $1 and o.livemode = $2 and o.pool_id is not distinct from $3`,
    [owner.tenantId, owner.livemode, poolId],
  );
  return row ?? null;
}

export async function listPolicies(
  db: Db,
  owner: Owner,
  limit: number,
  startingAfter: string | null,
): Promise<PolicyRow[]> {
  return db.rows<PolicyRow>(
    `${SELECT} where o.tenant_id = $1 and o.livemode = $2 and ($4::text is null or o.id < $4)
      order by o.id desc limit $3`,
    [owner.tenantId, owner.livemode, limit, startingAfter],
  );
}

/** Replaces all of a policy, or makes it. A secret that is kept is in the row that there is: what is inserted then is never kept. */
export async function writePolicy(
  db: Db,
  owner: Owner,
  id: Id<'osp'>,
  poolId: string | null,
  fields: PolicyFields,
): Promise<void> {
  const { secret } = fields;
  const isKept = secret === 'kept';
  await db.rows(
    `insert into out_of_session_policies as o (tenant_id, livemode, id, pool_id, action, on_failure, sealed_forward, forward_last4,
       forward_key_version, time_limit_seconds, url, sealed_secret, secret_key_version)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
       case when $14::boolean then ''::bytea else $12::bytea end, $13::integer)
     on conflict (tenant_id, id) do update
        set action = excluded.action, on_failure = excluded.on_failure, sealed_forward = excluded.sealed_forward,
            forward_last4 = excluded.forward_last4, forward_key_version = excluded.forward_key_version,
            time_limit_seconds = excluded.time_limit_seconds, url = excluded.url, updated_at = now(),
            sealed_secret = case when $14 then o.sealed_secret else excluded.sealed_secret end,
            secret_key_version = case when $14 then o.secret_key_version else excluded.secret_key_version end,
            sealed_previous_secret = case when $14 then o.sealed_previous_secret end,
            previous_key_version = case when $14 then o.previous_key_version end,
            previous_secret_expires_at = case when $14 then o.previous_secret_expires_at end`,
    [
      owner.tenantId,
      owner.livemode,
      id,
      poolId,
      fields.action,
      fields.on_failure,
      fields.forward?.sealed ?? null,
      fields.forward?.last4 ?? null,
      fields.forward?.keyVersion ?? null,
      fields.time_limit_seconds,
      fields.url,
      isKept ? null : (secret?.sealed ?? null),
      isKept ? null : (secret?.keyVersion ?? null),
      isKept,
    ],
  );
}

/** The one before signs as well for so long. False when the policy has no secret. */
export async function replacePolicySecret(
  db: Db,
  owner: Owner,
  id: string,
  secret: Sealed,
  overlapSeconds: number,
): Promise<boolean> {
  const replaced = await db.rows(
    `update out_of_session_policies
        set sealed_previous_secret = sealed_secret, previous_key_version = secret_key_version,
            previous_secret_expires_at = now() + make_interval(secs => $6),
            sealed_secret = $4, secret_key_version = $5, updated_at = now()
      where tenant_id = $1 and livemode = $2 and id = $3 and sealed_secret is not null returning 1`,
    [owner.tenantId, owner.livemode, id, secret.sealed, secret.keyVersion, overlapSeconds],
  );
  return replaced.length === 1;
}

export async function deletePolicy(db: Db, owner: Owner, id: string): Promise<void> {
  await db.rows('delete from out_of_session_policies where tenant_id = $1 and livemode = $2 and id = $3', [
    owner.tenantId,
    owner.livemode,
    id,
  ]);
}
