import type { Db } from '../../db/database.ts';
import type { DidsRow } from '../../generated/tables.ts';
import type { Id, Owner, TenantId } from '../../kernel/ids.ts';
import type { E164 } from '../../kernel/phone.ts';
import type { CallCounts, Standing } from './did-health.ts';

export type DidStatus = DidsRow['status'];
export type DidRow = {
  id: Id<'did'>;
  livemode: boolean;
  e164: E164;
  country: string | null;
  pool: string;
  provider_account_id: string;
  region: string | null;
  carrier: string | null;
  reserved: boolean;
  status: DidStatus;
  health: number;
  health_calls: number;
  health_answered: number;
  health_short: number;
  load: number;
  measured_at: Date | null;
  created_at: Date;
  suspended: DidsRow['suspended'];
  provisioning_status: 'none' | 'pending' | 'ready' | 'failed';
  provisioning_reason: string | null;
};

const SELECT = `select d.id, d.livemode, d.e164, d.country, p.name as pool, d.provider_account_id, d.region, d.carrier,
    d.reserved, d.status, d.health, d.health_calls, d.health_answered, d.health_short, d.load, d.measured_at, d.created_at,
    d.suspended, coalesce(v.status, 'none') as provisioning_status, v.reason as provisioning_reason
  from dids d join pools p on p.tenant_id = d.tenant_id and p.id = d.pool_id
  left join did_provisioning v on v.tenant_id = d.tenant_id and v.did_id = d.id`;

/** A number exists once in the world; in test mode every tenant has a world of its own. */
function directoryScope(owner: Owner): string {
  return owner.livemode ? 'live' : owner.tenantId;
}

export type NewDid = {
  id: Id<'did'>;
  poolId: string;
  providerAccountId: string;
  e164: E164;
  country: string | null;
} & DidTraits;

/** What a DID is chosen by, as its owner says. */
export type DidTraits = { region: string | null; carrier: string | null; reserved: boolean };

/** False, and nothing written, when the number is assigned already, to whomever. */
export async function insertDid(db: Db, owner: Owner, did: NewDid): Promise<boolean> {
  const made = await db.rows(
    `with directory as (
       insert into did_directory (scope, e164, tenant_id, did_id, provider_account_id) values ($3, $4, $1, $2, $5)
       on conflict do nothing returning 1
     )
     insert into dids (tenant_id, id, livemode, pool_id, provider_account_id, e164, country, region, carrier, reserved)
     select $1, $2, $6, $7, $5, $4, $8, $9, $10, $11 from directory returning 1`,
    [
      owner.tenantId,
      did.id,
      directoryScope(owner),
      did.e164,
      did.providerAccountId,
      owner.livemode,
      did.poolId,
      did.country,
      did.region,
      did.carrier,
      did.reserved,
    ],
  );
  return made.length === 1;
}

export async function findDid(db: Db, owner: Owner, id: string): Promise<DidRow | null> {
  const [row] = await db.rows<DidRow>(`${SELECT} where d.tenant_id = $1 and d.livemode = $2 and d.id = $3`, [
    owner.tenantId,
    owner.livemode,
    id,
  ]);
  return row ?? null;
}

export async function listDids(
  db: Db,
  owner: Owner,
  filter: { pool: string | null; status: DidStatus | null; limit: number; startingAfter: string | null },
): Promise<DidRow[]> {
  return db.rows<DidRow>(
    `${SELECT} where d.tenant_id = $1 and d.livemode = $2 and ($3::text is null or p.name = $3 or p.id = $3)
        and ($4::text is null or d.status = $4) and ($6::text is null or d.id < $6)
      order by d.id desc limit $5`,
    [owner.tenantId, owner.livemode, filter.pool, filter.status, filter.limit, filter.startingAfter],
  );
}

/** Which of these numbers are DIDs of this tenant, retired ones aside. */
export async function didsAmong(db: Db, owner: Owner, numbers: readonly E164[]): Promise<E164[]> {
  const rows = await db.rows<{ e164: E164 }>(
    `select e164 from dids
      where tenant_id = $1 and livemode = $2 and e164 = any ($3) and status <> 'retired'`,
    [owner.tenantId, owner.livemode, numbers],
  );
  return rows.map((row) => row.e164);
}

/** Changes what is given, null included. Its bindings stay, in whichever pool it is. */
export async function updateDid(
  db: Db,
  owner: Owner,
  id: string,
  change: Partial<DidTraits> & { poolId?: string },
): Promise<void> {
  await db.rows(
    `update dids
        set region = case when $4 then $5 else region end, carrier = case when $6 then $7 else carrier end,
            reserved = coalesce($8, reserved), pool_id = coalesce($9, pool_id)
      where tenant_id = $1 and livemode = $2 and id = $3`,
    [
      owner.tenantId,
      owner.livemode,
      id,
      change.region !== undefined,
      change.region ?? null,
      change.carrier !== undefined,
      change.carrier ?? null,
      change.reserved ?? null,
      change.poolId ?? null,
    ],
  );
}

export type WrittenMeasure = {
  id: string;
  livemode: boolean;
  e164: string;
  pool: string;
  health: number;
  /** The health that it had. */
  before: number;
};

/**
 * Writes what was measured, and gives what was written. Allocations hold the DIDs that they use for a moment: those are left for the next time, so that
 * nobody waits for the other.
 */
export async function writeMeasures(
  db: Db,
  tenantId: TenantId,
  measures: readonly (Standing & CallCounts & { id: string })[],
): Promise<WrittenMeasure[]> {
  return db.rows<WrittenMeasure>(
    `with measured as (
       select * from unnest($2::text[], $3::float8[], $4::integer[], $5::integer[], $6::integer[], $7::integer[])
                  as m (id, health, load, calls, answered, short)
     ), free as materialized (
       select d.id, d.health from dids d where d.tenant_id = $1 and d.id = any ($2) order by d.id for no key update skip locked
     )
     update dids d
        set health = m.health, load = m.load, health_calls = m.calls, health_answered = m.answered,
            health_short = m.short, measured_at = now()
       from measured m join free on free.id = m.id
      where d.tenant_id = $1 and d.id = m.id
     returning d.id, d.livemode, d.e164, d.pool_id as pool, d.health, free.health as before`,
    [
      tenantId,
      measures.map((one) => one.id),
      measures.map((one) => one.health),
      measures.map((one) => one.load),
      measures.map((one) => one.calls),
      measures.map((one) => one.answered),
      measures.map((one) => one.short),
    ],
  );
}

/** Takes it out of automatic choice, or, with null, puts it back. Sessions that hold it keep it. */
export async function suspendDid(
  db: Db,
  tenantId: TenantId,
  id: string,
  why: DidsRow['suspended'],
): Promise<void> {
  await db.rows(
    'update dids set suspended = $3 where tenant_id = $1 and id = $2 and suspended is distinct from $3',
    [tenantId, id, why],
  );
}

/** The update waits for allocations that hold the row with `for share`, and they for it. */
export async function startRetiring(db: Db, owner: Owner, id: string): Promise<void> {
  await db.rows(
    `update dids set status = 'retiring'
      where tenant_id = $1 and livemode = $2 and id = $3 and status = 'active'`,
    [owner.tenantId, owner.livemode, id],
  );
}

/** Retires those of the tenant's retiring DIDs that no session holds any more, and frees their numbers. */
export async function finishRetiring(db: Db, tenantId: Owner['tenantId']): Promise<number> {
  const done = await db.rows(
    `with done as (
       update dids d set status = 'retired', retired_at = now(), load = 0
        where d.tenant_id = $1 and d.status = 'retiring'
          and not exists (select from bindings b where b.tenant_id = $1 and b.did_id = d.id and b.free_at > now())
       returning d.id, d.e164
     )
     delete from did_directory g using done where g.tenant_id = $1 and g.e164 = done.e164 and g.did_id = done.id
     returning 1`,
    [tenantId],
  );
  return done.length;
}
