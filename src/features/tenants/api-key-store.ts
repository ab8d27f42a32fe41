import type { Db } from '../../db/database.ts';
import type { Id, TenantId } from '../../kernel/ids.ts';

export type ApiKeyRow = {
  id: Id<'key'>;
  livemode: boolean;
  name: string;
  scopes: Scope[];
  last4: string;
  expires_at: Date | null;
  revoked_at: Date | null;
  /** By Postgres' clock. */
  is_expired: boolean;
  created_at: Date;
};

/** In the order of the spec, which is what "all scopes" means. */
export const scopes = [
  'keys:read',
  'keys:write',
  'provider_accounts:read',
  'provider_accounts:write',
  'pools:read',
  'pools:write',
  'dids:read',
  'dids:write',
  'sessions:read',
  'sessions:write',
  'routes:read',
  'calls:read',
  'calls:write',
  'usage:read',
  'events:read',
  'webhooks:read',
  'webhooks:write',
] as const;
export type Scope = (typeof scopes)[number];

const COLUMNS = `id, livemode, name, scopes, last4, expires_at, revoked_at,
  coalesce(expires_at <= now(), false) as is_expired, created_at`;

export type NewApiKeyRow = {
  id: Id<'key'>;
  livemode: boolean;
  name: string;
  scopes: readonly Scope[];
  last4: string;
  digest: Buffer;
  /** Both null: never. */
  expiresInSeconds: number | null;
  expiresAt: Date | null;
};

export async function insertApiKey(db: Db, tenantId: TenantId, key: NewApiKeyRow): Promise<ApiKeyRow> {
  const [row] = await db.rows<ApiKeyRow>(
    `with directory as (insert into api_key_directory (digest, tenant_id, key_id) values ($7, $1, $2))
     insert into api_keys (tenant_id, id, livemode, name, scopes, last4, digest, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, coalesce($9, now() + make_interval(secs => $8))) returning ${COLUMNS}`,
    [
      tenantId,
      key.id,
      key.livemode,
      key.name,
      key.scopes,
      key.last4,
      key.digest,
      key.expiresInSeconds,
      key.expiresAt,
    ],
  );
  if (row === undefined) throw new Error('an insert gave no row');
  return row;
}

/** livemode null: of both modes, for the operator. */
export async function listApiKeys(
  db: Db,
  tenantId: TenantId,
  filter: { livemode: boolean | null; limit: number; startingAfter: string | null },
): Promise<ApiKeyRow[]> {
  return db.rows<ApiKeyRow>(
    `select ${COLUMNS} from api_keys
      where tenant_id = $1 and ($2::boolean is null or livemode = $2) and ($4::text is null or id < $4)
      order by id desc limit $3`,
    [tenantId, filter.livemode, filter.limit, filter.startingAfter],
  );
}

/** Locked, so that a rotation and a revocation of the same key come one after the other. */
export async function lockApiKey(
  db: Db,
  tenantId: TenantId,
  livemode: boolean | null,
  id: string,
): Promise<ApiKeyRow | null> {
  const [row] = await db.rows<ApiKeyRow>(
    `select ${COLUMNS} from api_keys
      where tenant_id = $1 and ($2::boolean is null or livemode = $2) and id = $3 for no key update`,
    [tenantId, livemode, id],
  );
  return row ?? null;
}

export async function revokeApiKey(db: Db, tenantId: TenantId, id: string): Promise<ApiKeyRow | null> {
  const [row] = await db.rows<ApiKeyRow>(
    `update api_keys set revoked_at = coalesce(revoked_at, now())
      where tenant_id = $1 and id = $2 returning ${COLUMNS}`,
    [tenantId, id],
  );
  return row ?? null;
}

/** Never lengthens a key's life. */
export async function shortenApiKey(db: Db, tenantId: TenantId, id: string, seconds: number): Promise<void> {
  await db.rows(
    `update api_keys set expires_at = least(expires_at, now() + make_interval(secs => $3))
      where tenant_id = $1 and id = $2`,
    [tenantId, id, seconds],
  );
}

export async function insertOperatorKey(
  db: Db,
  key: { id: Id<'key'>; name: string; last4: string; digest: Buffer },
): Promise<void> {
  await db.rows(
    `insert into operator_keys (id, name, last4, digest) values ($1, $2, $3, $4) on conflict (digest) do nothing`,
    [key.id, key.name, key.last4, key.digest],
  );
}

export async function countOperatorKeys(db: Db): Promise<number> {
  const [row] = await db.rows<{ n: number }>(
    'select count(*)::integer as n from operator_keys where revoked_at is null',
    [],
  );
  return row?.n ?? 0;
}
