import type { Db } from '../../db/database.ts';
import type { TenantId } from '../../kernel/ids.ts';

/** How many PINs there are on each of these DIDs, live or cooling. */
export async function countPins(db: Db, tenantId: TenantId, dids: readonly string[]): Promise<number[]> {
  const [row] = await db.rows<{ counts: number[] }>('select pins_on($1, $2) as counts', [tenantId, dids]);
  return row?.counts ?? [];
}

/** Deletes the PINs of sessions that have no binding left, neither live nor cooling. */
export async function purgePins(db: Db, tenantId: TenantId, most: number): Promise<number> {
  const gone = await db.rows(
    `delete from party_pins where tenant_id = $1 and (session_id, side) in (
       select p.session_id, p.side from party_pins p
         join sessions s on s.tenant_id = $1 and s.id = p.session_id
        where p.tenant_id = $1 and least(s.ended_at, s.expires_at) <= now()
          and not exists (select from bindings b
                           where b.tenant_id = $1 and b.session_id = p.session_id and b.free_at > now())
        limit $2)
     returning 1`,
    [tenantId, most],
  );
  return gone.length;
}

/** Wrong PINs count for an hour; a day later nobody asks who tried. */
const ATTEMPT_DAYS = 1;

export async function forgetPinAttempts(db: Db, tenantId: TenantId, most: number): Promise<number> {
  const gone = await db.rows(
    `delete from pin_attempts where ctid = any (array(
       select ctid from pin_attempts
        where tenant_id = $1 and tried_at < now() - make_interval(days => $2) limit $3))
     returning 1`,
    [tenantId, ATTEMPT_DAYS, most],
  );
  return gone.length;
}
