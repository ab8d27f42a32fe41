import type { Db } from '../../db/database.ts';
import type { TenantId } from '../../kernel/ids.ts';

/** A call whose records are due to be read. */
export type DueCall = {
  id: string;
  accountId: string;
  providerCallId: string;
  isOver: boolean;
  /** Of this call, this one included. */
  attempts: number;
  ageSeconds: number;
  /** Those legs to other phones that were heard of, the provider's ids. */
  otherLegs: string[];
};

/**
 * Calls that are due, at most so many, the longest due first. Nobody else gets them for `leaseSeconds`: then, if whoever took
 * them has died, they are due again.
 */
export async function claimDueCalls(
  db: Db,
  tenantId: TenantId,
  limits: { most: number; mostLegs: number; leaseSeconds: number },
): Promise<DueCall[]> {
  return db.rows<DueCall>(
    `with due as (
       select c.id from calls c where c.tenant_id = $1 and c.settle_at <= now()
        order by c.settle_at limit $2 for no key update skip locked
     )
     update calls c
        set settle_at = now() + make_interval(secs => $3), settle_attempts = c.settle_attempts + 1
       from due where c.tenant_id = $1 and c.id = due.id
     returning c.id, c.provider_account_id as "accountId", c.provider_call_id as "providerCallId",
               c.ended_at is not null as "isOver", c.settle_attempts as attempts,
               extract(epoch from now() - c.started_at)::double precision as "ageSeconds",
               array(select l.leg_id from call_legs l
                      where l.tenant_id = $1 and l.call_id = c.id and l.side = 'B' order by l.leg_id limit $4
               ) as "otherLegs"`,
    [tenantId, limits.most, limits.leaseSeconds, limits.mostLegs],
  );
}

/** When the records of a call are to be read again; null: never. */
export async function planSettling(
  db: Db,
  tenantId: TenantId,
  callId: string,
  inSeconds: number | null,
): Promise<void> {
  await db.rows(
    `update calls set settle_at = now() + make_interval(secs => $3) where tenant_id = $1 and id = $2`,
    [tenantId, callId, inSeconds],
  );
}
