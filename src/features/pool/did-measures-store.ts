import type { Db } from '../../db/database.ts';
import type { TenantId } from '../../kernel/ids.ts';
import type { CallCounts, Standing } from './did-health.ts';

/** So many DIDs at a time: with the most bindings and calls that are read of each, about a second of work. */
const MOST_DIDS = 25;
/** Four times what is advised to put on one number; a DID with more is shown with at least so many. */
const MOST_BINDINGS = 20_000;
/** A share of 1,000 calls is exact to 1.6 %, and health moves in steps of 5 %. */
const MOST_CALLS = 1_000;
const HISTORY_HOURS = 24;
/** Who hangs up sooner has heard nothing, or somebody else. */
const SHORT_SECONDS = 6;

/** As it is kept, and as it is now. */
export type Measured = Standing & CallCounts & { id: string; poolId: string; liveBindings: number };

/**
 * Measures some DIDs of the tenant that were not measured for so long, longest ago first. Live: with a session that is not
 * over. Calls: bridged, of callers who dialled this DID, over, newest first.
 */
export async function measureStale(
  db: Db,
  tenantId: TenantId,
  seconds: number,
): Promise<{ dids: Measured[]; isAll: boolean }> {
  const dids = await db.rows<Measured>(
    `with stale as materialized (
       select d.id, d.pool_id, d.health, d.load from dids d
        where d.tenant_id = $1 and d.status <> 'retired'
          and (d.measured_at is null or d.measured_at <= now() - make_interval(secs => $2))
        order by d.measured_at nulls first, d.id limit $3
     )
     select d.id, d.pool_id as "poolId", d.health, d.load, l.live as "liveBindings", c.calls, c.answered, c.short
       from stale d
      cross join lateral (
        select count(*)::integer as live
          from (select b.session_id, b.released_at from bindings b
                 where b.tenant_id = $1 and b.did_id = d.id limit $4) b
          join sessions s on s.tenant_id = $1 and s.id = b.session_id
         where (b.released_at is null or b.released_at > now())
           and s.expires_at + make_interval(secs => s.grace_seconds) > now()
      ) l
      cross join lateral (
        select count(*)::integer as calls, (count(*) filter (where n.connected))::integer as answered,
               (count(*) filter (where n.connected and n.duration_seconds < $7))::integer as short
          from (select k.connected, k.duration_seconds from calls k
                 where k.tenant_id = $1 and k.did_id = d.id and k.decision = 'bridge' and k.ended_at is not null
                   and k.started_at > now() - make_interval(hours => $6)
                 order by k.started_at desc limit $5) n
      ) c`,
    [tenantId, seconds, MOST_DIDS, MOST_BINDINGS, MOST_CALLS, HISTORY_HOURS, SHORT_SECONDS],
  );
  return { dids, isAll: dids.length < MOST_DIDS };
}

/** What was counted before for the other DIDs of these pools, by pool. */
export async function readOtherCounts(
  db: Db,
  tenantId: TenantId,
  poolIds: readonly string[],
  measuredIds: readonly string[],
): Promise<Map<string, CallCounts>> {
  const rows = await db.rows<CallCounts & { poolId: string }>(
    `select pool_id as "poolId", sum(health_calls)::integer as calls, sum(health_answered)::integer as answered,
            sum(health_short)::integer as short
       from dids where tenant_id = $1 and pool_id = any ($2) and id <> all ($3) and status <> 'retired' group by pool_id`,
    [tenantId, poolIds, measuredIds],
  );
  return new Map(rows.map(({ poolId, ...counts }) => [poolId, counts]));
}
