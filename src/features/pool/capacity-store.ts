import type { Db } from '../../db/database.ts';
import type { Owner } from '../../kernel/ids.ts';

/** Of 75,000 sessions that live or cool, about a second of work. */
const MOST_BINDINGS = 150_000;

export type Holder = { callerIndex: Buffer; held: number };
export type Occupancy = {
  /** Bindings whose session is live, and those that only cool; on every DID of the pool that is not retired. */
  live: number;
  cooling: number;
  sessionsLive: number;
  /** False: there are more bindings than one request counts, and every figure is at least so much. */
  complete: boolean;
  /** Who holds most of the pool's active DIDs, busiest first. */
  busiest: Holder[];
};

/** Who holds what in a pool at this moment, by Postgres' clock. */
export async function readOccupancy(
  db: Db,
  owner: Owner,
  poolId: string,
  mostHolders: number,
): Promise<Occupancy> {
  const [row] = await db.rows<
    Omit<Occupancy, 'complete' | 'busiest'> & {
      counted: number;
      callers: Buffer[] | null;
      held: number[] | null;
    }
  >(
    `with kept as materialized (
       select b.caller_index, b.session_id, b.released_at, d.status = 'active' as is_active
         from dids d join bindings b on b.tenant_id = d.tenant_id and b.did_id = d.id
        where d.tenant_id = $1 and d.livemode = $2 and d.pool_id = $3 and d.status <> 'retired' and b.free_at > now()
        limit $4
     ), held as materialized (
       select k.caller_index, k.session_id, k.is_active, s.expires_at > now() as is_live
         from kept k
         left join sessions s on s.tenant_id = $1 and s.id = k.session_id and k.released_at is null
     ), busiest as (
       select caller_index, count(*)::integer as dids from held where is_active
        group by caller_index order by dids desc, caller_index limit $5
     )
     select count(*)::integer as counted,
            count(*) filter (where is_live)::integer as live,
            count(*) filter (where is_live is not true)::integer as cooling,
            count(distinct session_id) filter (where is_live)::integer as "sessionsLive",
            (select array_agg(caller_index order by dids desc, caller_index) from busiest) as callers,
            (select array_agg(dids order by dids desc, caller_index) from busiest) as held
       from held`,
    [owner.tenantId, owner.livemode, poolId, MOST_BINDINGS, mostHolders],
  );
  if (row === undefined) throw new Error('a count gave no row');
  const { counted, callers, held, ...counts } = row;
  const busiest = (callers ?? []).map((callerIndex, place) => ({ callerIndex, held: held?.[place] ?? 0 }));
  return { ...counts, complete: counted < MOST_BINDINGS, busiest };
}

export type Fill = { usable: number; busiest: number };

/** How many DIDs of the pool anybody may get, and how many of them its busiest caller holds, live or cooling. */
export async function readFill(db: Db, owner: Owner, poolId: string): Promise<Fill> {
  const [row] = await db.rows<Fill>(
    `with usable as materialized (
       select d.id from dids d
        where d.tenant_id = $1 and d.livemode = $2 and d.pool_id = $3 and d.status = 'active' and not d.reserved
     ), kept as materialized (
       select b.caller_index from usable u join bindings b on b.tenant_id = $1 and b.did_id = u.id
        where b.free_at > now() limit $4
     ), held as (
       select count(*)::integer as dids from kept group by caller_index
     )
     select (select count(*)::integer from usable) as usable, (select coalesce(max(dids), 0) from held) as busiest`,
    [owner.tenantId, owner.livemode, poolId, MOST_BINDINGS],
  );
  if (row === undefined) throw new Error('a count gave no row');
  return row;
}

/** Four weeks: a month of weekdays and weekends, and no older habits. */
const HISTORY_DAYS = 28;
/** The tenant's newest so many, about a second of work. Who has more of them in four weeks is judged by fewer days. */
const MOST_SESSIONS = 100_000;
/** Of whom each is followed through all its sessions; the others cannot have held more, but by a rare accident. */
const BUSIEST_OF_A_WEEK = 10;

export type PeakHistory = { now: Date; peaks: number[] };

/**
 * The most DIDs that any phone held in each of the last days, oldest first. A day ends at this time of day, so that the last
 * one is whole, and a day counts only when all that was held in it is known.
 *
 * Ids are in the order of time, so their index bounds what is read: sessions that can still have held a DID on the first day.
 * Only phones that had most sessions, in a week or in all, can have been the busiest; of those, what they took (+1) and what
 * became free (-1) is put in order and summed up, with a 0 at the beginning of each day that carries the sum into it.
 */
export async function readDailyPeaks(
  db: Db,
  owner: Owner,
  pool: { id: string; effective_cooling_seconds: number },
): Promise<PeakHistory> {
  const rows = await db.rows<{ now: Date; peak: number | null }>(
    `with read as materialized (
       select s.id, s.pool_id, s.created_at, s.cooling_seconds,
              least(s.ended_at, s.expires_at) + make_interval(secs => s.grace_seconds) as over_at
         from sessions s
        where s.tenant_id = $1 and s.livemode = $2
          and s.id >= 'ses_' || lpad(to_hex((extract(epoch from
                now() - make_interval(hours => 24 * ($5 + 1), secs => $4)) * 1000)::bigint), 12, '0')
        order by s.id desc limit $6
     ), known as (
       select case when count(*) < $6 then min(created_at) filter (where pool_id = $3)
                   else min(created_at) + make_interval(secs => $4) end as since
         from read
     ), days as (
       select n as day, now() - make_interval(hours => 24 * (n + 1)) as began from generate_series(0, $5 - 1) n, known
        where now() - make_interval(hours => 24 * (n + 1)) >= known.since
     ), taken as materialized (
       select p.caller_index, r.created_at as at,
              least(r.over_at, p.removed_at) + make_interval(secs => r.cooling_seconds) as free_at
         from read r
         join session_phones p on p.tenant_id = $1 and p.session_id = r.id and p.session_id >= (select min(id) from read)
        where r.pool_id = $3
     ), phones as materialized (
       select caller_index, count(*) as sessions,
              count(*) filter (where at > now() - interval '168 hours') as week_1,
              count(*) filter (where at between now() - interval '336 hours' and now() - interval '168 hours') as week_2,
              count(*) filter (where at between now() - interval '504 hours' and now() - interval '336 hours') as week_3,
              count(*) filter (where at < now() - interval '504 hours') as week_4
         from taken group by caller_index
     ), busiest as materialized (
       (select caller_index from phones order by sessions desc, caller_index limit $7)
       union (select caller_index from phones order by week_1 desc, caller_index limit $7)
       union (select caller_index from phones order by week_2 desc, caller_index limit $7)
       union (select caller_index from phones order by week_3 desc, caller_index limit $7)
       union (select caller_index from phones order by week_4 desc, caller_index limit $7)
     ), theirs as materialized (
       select t.caller_index, t.at, t.free_at from taken t join busiest b on b.caller_index = t.caller_index
     ), steps as (
       select caller_index, at, 1 as step from theirs
       union all select caller_index, free_at, -1 from theirs where free_at <= now()
       union all select caller_index, began, 0 from busiest, days
     ), sums as (
       select at, sum(step) over (partition by caller_index order by at, step rows unbounded preceding) as held from steps
     ), peaks as (
       select greatest(ceil(extract(epoch from now() - at) / 86400) - 1, 0)::integer as day, max(held)::integer as peak
         from sums group by 1
     )
     select now() as now, p.peak
       from (select) one left join (days d join peaks p on p.day = d.day) on true
      order by d.day desc`,
    [
      owner.tenantId,
      owner.livemode,
      pool.id,
      pool.effective_cooling_seconds,
      HISTORY_DAYS,
      MOST_SESSIONS,
      BUSIEST_OF_A_WEEK,
    ],
  );
  const [first] = rows;
  if (first === undefined) throw new Error('a left join gave no row');
  return { now: first.now, peaks: rows.flatMap(({ peak }) => (peak === null ? [] : [peak])) };
}
