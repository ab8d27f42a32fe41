import type { Db } from '../../db/database.ts';
import type { TenantId } from '../../kernel/ids.ts';
import type { Side } from './session.ts';

export async function updateRole(
  db: Db,
  tenantId: TenantId,
  id: string,
  side: Side,
  role: string,
): Promise<void> {
  await db.rows(
    'update session_parties set role = $4 where tenant_id = $1 and session_id = $2 and side = $3',
    [tenantId, id, side, role],
  );
}

/** The callers that each party has now, in the order in which they are tried. */
export async function findCallers(db: Db, tenantId: TenantId, id: string): Promise<Record<Side, Buffer[]>> {
  const rows = await db.rows<{ side: Side; caller_index: Buffer }>(
    `select side, caller_index from session_phones
      where tenant_id = $1 and session_id = $2 and removed_at is null order by side, position`,
    [tenantId, id],
  );
  const of = (side: Side) => rows.filter((row) => row.side === side).map((row) => row.caller_index);
  return { a: of('a'), b: of('b') };
}

/** From now on a party has these phones and no others, in this order. */
export async function setPhones(
  db: Db,
  tenantId: TenantId,
  id: string,
  side: Side,
  phones: readonly { caller: Buffer; sealed: Buffer; keyVersion: number }[],
): Promise<void> {
  const callers = phones.map((phone) => phone.caller);
  await db.rows(
    `update session_phones set removed_at = now()
      where tenant_id = $1 and session_id = $2 and side = $3 and removed_at is null and caller_index <> all ($4)`,
    [tenantId, id, side, callers],
  );
  await db.rows(
    `insert into session_phones (tenant_id, session_id, side, position, caller_index, sealed, key_version)
     select $1, $2, $3, x.place, x.caller, x.sealed, x.version
       from unnest($4::bytea[], $5::bytea[], $6::integer[]) with ordinality as x (caller, sealed, version, place)
     on conflict (tenant_id, session_id, side, caller_index) do update
        set removed_at = null, position = excluded.position, sealed = excluded.sealed,
            key_version = excluded.key_version`,
    [
      tenantId,
      id,
      side,
      callers,
      phones.map((phone) => phone.sealed),
      phones.map((phone) => phone.keyVersion),
    ],
  );
}
