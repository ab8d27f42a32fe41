import type { Db } from '../../db/database.ts';
import type { TenantsRow } from '../../generated/tables.ts';
import type { TenantId } from '../../kernel/ids.ts';
import type { CountryCode } from '../../kernel/phone.ts';
import type { VoiceSettings } from './voice-settings.ts';

export type TenantRow = Omit<TenantsRow, 'id' | 'default_country' | 'voice' | 'updated_at'> & {
  id: TenantId;
  default_country: CountryCode;
  voice: VoiceSettings;
};
export type TenantFields = Omit<TenantRow, 'id' | 'status' | 'created_at'>;

const COLUMNS = 'id, name, vertical, default_country, status, out_of_session_policy, voice, created_at';

export async function insertTenant(db: Db, id: TenantId, fields: TenantFields): Promise<TenantRow> {
  const [row] = await db.rows<TenantRow>(
    `insert into tenants (id, name, vertical, default_country, out_of_session_policy, voice)
     values ($1, $2, $3, $4, $5, $6) returning ${COLUMNS}`,
    [
      id,
      fields.name,
      fields.vertical,
      fields.default_country,
      fields.out_of_session_policy,
      JSON.stringify(fields.voice),
    ],
  );
  if (row === undefined) throw new Error('an insert gave no row');
  return row;
}

/** AcrossTenants: for the operator. Takes any text, since it is what the operator asks for. */
export async function findTenantAcrossTenants(db: Db, id: string): Promise<TenantRow | null> {
  const [row] = await db.rows<TenantRow>(`select ${COLUMNS} from tenants where id = $1`, [id]);
  return row ?? null;
}

/** AcrossTenants: for the operator and for jobs that visit every tenant. */
export async function listTenantsAcrossTenants(
  db: Db,
  limit: number,
  startingAfter: string | null,
): Promise<TenantRow[]> {
  return db.rows<TenantRow>(
    `select ${COLUMNS} from tenants where ($2::text is null or id < $2) order by id desc limit $1`,
    [limit, startingAfter],
  );
}

/** Absent fields stay. Null when the tenant is closed, or not there. */
export async function updateTenant(
  db: Db,
  id: TenantId,
  change: Partial<TenantFields> & { status?: TenantRow['status'] },
): Promise<TenantRow | null> {
  const [row] = await db.rows<TenantRow>(
    `update tenants
        set name = coalesce($2, name), vertical = coalesce($3, vertical),
            default_country = coalesce($4, default_country), status = coalesce($5, status),
            out_of_session_policy = coalesce($6, out_of_session_policy), voice = coalesce($7, voice), updated_at = now()
      where id = $1 and status <> 'closed' returning ${COLUMNS}`,
    [
      id,
      change.name ?? null,
      change.vertical ?? null,
      change.default_country ?? null,
      change.status ?? null,
      change.out_of_session_policy ?? null,
      change.voice === undefined ? null : JSON.stringify(change.voice),
    ],
  );
  return row ?? null;
}
