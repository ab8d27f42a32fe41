import type { Db } from '../../db/database.ts';
import type { CallsRow } from '../../generated/tables.ts';
import type { Owner, TenantId } from '../../kernel/ids.ts';

/** A call that something is to be done with. */
export type ControlledCall = {
  id: string;
  livemode: boolean;
  accountId: string;
  providerCallId: string;
  isOver: boolean;
  /** Null for a call that somebody else placed. */
  placement: CallsRow['placement'];
  /** Somebody wants it over, whatever it does meanwhile. */
  isUnwanted: boolean;
};

const COLUMNS = `c.id, c.livemode, c.provider_account_id as "accountId", c.provider_call_id as "providerCallId",
  c.ended_at is not null as "isOver", c.placement,
  c.hangup_requested_at is not null as "isUnwanted"`;

export async function findControlledCall(db: Db, owner: Owner, id: string): Promise<ControlledCall | null> {
  const [row] = await db.rows<ControlledCall>(
    `select ${COLUMNS} from calls c where c.tenant_id = $1 and c.livemode = $2 and c.id = $3`,
    [owner.tenantId, owner.livemode, id],
  );
  return row ?? null;
}

/** The same for a job, which knows the call and not whose key asked for it. */
export async function findCallOfJob(db: Db, tenantId: TenantId, id: string): Promise<ControlledCall | null> {
  const [row] = await db.rows<ControlledCall>(
    `select ${COLUMNS} from calls c where c.tenant_id = $1 and c.id = $2`,
    [tenantId, id],
  );
  return row ?? null;
}

/** That somebody wants it over: a call that waits to be placed is not placed any more. */
export async function noteHangupRequest(db: Db, tenantId: TenantId, id: string): Promise<void> {
  await db.rows(
    `update calls set hangup_requested_at = now()
      where tenant_id = $1 and id = $2 and ended_at is null and hangup_requested_at is null`,
    [tenantId, id],
  );
}

/** Leaves a job for each call of a session that is not known to be over, in the transaction that ends the session. */
export async function enqueueHangups(db: Db, tenantId: TenantId, sessionId: string): Promise<void> {
  await db.rows('select hang_up_calls_of_session($1, $2)', [tenantId, sessionId]);
}
