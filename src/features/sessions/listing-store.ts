import type { Db } from '../../db/database.ts';
import type { Id, Owner, TenantId } from '../../kernel/ids.ts';
import type { ListingSession } from './listing.ts';

export type ListingRow = {
  id: Id<'lst'>;
  livemode: boolean;
  pool: string;
  /** By Postgres' clock. */
  status: 'active' | 'ended' | 'expired';
  masking_number: string;
  transaction_ref: string | null;
  expires_at: Date;
  ended_at: Date | null;
  sealed: Buffer;
  key_version: number;
  role: string | null;
  session: ListingSession;
  /** Sessions of its buyers, over ones included. */
  buyers: number;
  metadata: Record<string, string>;
  created_at: Date;
};

const SELECT = `select l.id, l.livemode, pool.name as pool, d.e164 as masking_number, l.transaction_ref, l.expires_at, l.ended_at,
    case when l.ended_at is null and l.expires_at > now() then 'active'
         when l.ended_at is null or l.ended_at >= l.expires_at then 'expired' else 'ended' end as status,
    l.sealed, l.key_version, l.role, l.session, l.metadata, l.created_at,
    (select count(*)::integer from sessions s where s.tenant_id = l.tenant_id and s.listing_id = l.id) as buyers
  from listings l
  join pools pool on pool.tenant_id = l.tenant_id and pool.id = l.pool_id
  join dids d on d.tenant_id = l.tenant_id and d.id = l.did_id`;

export async function findListing(db: Db, owner: Owner, id: string): Promise<ListingRow | null> {
  const [row] = await db.rows<ListingRow>(
    `${SELECT} where l.tenant_id = $1 and l.livemode = $2 and l.id = $3`,
    [owner.tenantId, owner.livemode, id],
  );
  return row ?? null;
}

export async function listListings(
  db: Db,
  owner: Owner,
  page: { limit: number; startingAfter: string | null },
): Promise<ListingRow[]> {
  return db.rows<ListingRow>(
    `${SELECT} where l.tenant_id = $1 and l.livemode = $2 and ($4::text is null or l.id < $4) order by l.id desc limit $3`,
    [owner.tenantId, owner.livemode, page.limit, page.startingAfter],
  );
}

/** The DIDs in service of a pool, or the one of this id or number; null: there is no such pool. */
export async function findPoolDids(
  db: Db,
  owner: Owner,
  pool: string,
  did: string | null,
): Promise<{ poolId: string; didIds: string[] } | null> {
  const [row] = await db.rows<{ id: string; dids: string[] }>(
    `select p.id, array(select d.id::text from dids d
              where d.tenant_id = $1 and d.pool_id = p.id and d.livemode = $2 and d.status = 'active'
                and ($4::text is null and not d.reserved or d.id = $4 or d.e164 = $4) order by d.load, d.id) as dids
       from pools p where p.tenant_id = $1 and p.livemode = $2 and (p.name = $3 or p.id = $3)`,
    [owner.tenantId, owner.livemode, pool, did],
  );
  return row === undefined ? null : { poolId: row.id, didIds: row.dids };
}

/** Expired listings on these DIDs make room. */
export async function endExpired(db: Db, tenantId: TenantId, didIds: readonly string[]): Promise<void> {
  await db.rows(
    `update listings set ended_at = expires_at
      where tenant_id = $1 and did_id = any ($2) and ended_at is null and expires_at <= now()`,
    [tenantId, didIds],
  );
}

export type NewListing = {
  id: Id<'lst'>;
  poolId: string;
  transactionRef: string | null;
  expiresInSeconds: number;
  caller: Buffer;
  sealed: Buffer;
  keyVersion: number;
  role: string | null;
  session: ListingSession;
  metadata: Record<string, string>;
};

/** False when the DID carries a listing. */
export async function insertListing(
  db: Db,
  owner: Owner,
  didId: string,
  listing: NewListing,
): Promise<boolean> {
  const made = await db.rows(
    `insert into listings (tenant_id, id, livemode, pool_id, did_id, transaction_ref, expires_at, caller_index, sealed,
                           key_version, role, session, metadata)
     values ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7), $8, $9, $10, $11, $12, $13)
     on conflict (tenant_id, did_id) where ended_at is null do nothing returning 1`,
    [
      owner.tenantId,
      listing.id,
      owner.livemode,
      listing.poolId,
      didId,
      listing.transactionRef,
      listing.expiresInSeconds,
      listing.caller,
      listing.sealed,
      listing.keyVersion,
      listing.role,
      JSON.stringify(listing.session),
      JSON.stringify(listing.metadata),
    ],
  );
  return made.length === 1;
}

/** Ends a listing, and says which sessions of it are not over; null: there is none. */
export async function endListing(db: Db, owner: Owner, id: string): Promise<string[] | null> {
  // The row comes first: whoever makes a session of the listing holds it meanwhile, and makes none afterwards.
  const [row] = await db.rows(
    `update listings set ended_at = coalesce(ended_at, least(now(), expires_at))
      where tenant_id = $1 and livemode = $2 and id = $3 returning 1`,
    [owner.tenantId, owner.livemode, id],
  );
  if (row === undefined) return null;
  const sessions = await db.rows<{ id: string }>(
    `select id from sessions where tenant_id = $1 and listing_id = $2 and status = 'active' and expires_at > now() order by id`,
    [owner.tenantId, id],
  );
  return sessions.map((session) => session.id);
}

export type ListingForCall = {
  livemode: boolean;
  pool_id: string;
  did_id: string;
  transaction_ref: string | null;
  seconds_left: number;
  sealed: Buffer;
  key_version: number;
  role: string | null;
  session: ListingSession;
  metadata: Record<string, string>;
};

/** Null when it is over. One round trip. */
export async function findListingForCall(
  db: Db,
  tenantId: TenantId,
  id: string,
): Promise<ListingForCall | null> {
  const [row] = await db.rows<ListingForCall>('select * from listing_for_call($1, $2)', [tenantId, id]);
  return row ?? null;
}
