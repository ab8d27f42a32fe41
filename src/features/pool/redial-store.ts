import type { Db } from '../../db/database.ts';
import type { TenantId } from '../../kernel/ids.ts';
import type { LateRedial } from './redial-delay.ts';

/** A month of weekdays and weekends, and no older habits. */
const HISTORY_DAYS = 30;
/** More say nothing new: with 10,000 the bound of a tail lies 10 % above its estimate. */
const MOST_REDIALS = 10_000;
/** The tenant's newest so many are looked through for those of one pool; about half a second of work. */
const MOST_READ = 100_000;

/**
 * Calls that came when their session was over, by callers whose number still cooled. The delay counts from when the session
 * was over for good, as its cooling time does. One of before a session was reopened is none.
 */
export async function readLateRedials(db: Db, tenantId: TenantId, poolId: string): Promise<LateRedial[]> {
  return db.rows<LateRedial>(
    `with late as materialized (
       select c.session_id, c.started_at from calls c
        where c.tenant_id = $1 and c.decision = 'announce' and c.reason in ('session_ended', 'session_expired')
          and c.started_at > now() - make_interval(days => $3)
        order by c.started_at desc limit $4
     ), of_pool as (
       select l.started_at, s.cooling_seconds,
              extract(epoch from l.started_at - least(s.ended_at, s.expires_at))::float8 - s.grace_seconds as delay
         from late l join sessions s on s.tenant_id = $1 and s.id = l.session_id
        where s.pool_id = $2
     )
     select delay as "delaySeconds", cooling_seconds as "coolingSeconds" from of_pool
      where delay >= 0 and delay <= cooling_seconds
      order by started_at desc limit $5`,
    [tenantId, poolId, HISTORY_DAYS, MOST_READ, MOST_REDIALS],
  );
}
