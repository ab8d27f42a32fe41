import type { Db } from '../../db/database.ts';
import type { TenantId } from '../../kernel/ids.ts';
import type { Side } from './route-kinds.ts';

/** Whether this number may be shown to these phones of a side, or, without phones, is held by the side. One round trip. */
export async function dialBelongs(
  db: Db,
  tenantId: TenantId,
  dial: { sessionId: string; side: Side; callerId: string; phones: readonly Buffer[] | null },
): Promise<boolean> {
  const [row] = await db.rows<{ belongs: boolean }>('select dial_belongs($1, $2, $3, $4, $5) as belongs', [
    tenantId,
    dial.sessionId,
    dial.side,
    dial.callerId,
    dial.phones,
  ]);
  return row?.belongs === true;
}
