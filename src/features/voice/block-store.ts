import type { Db } from '../../db/database.ts';
import type { Id, Owner } from '../../kernel/ids.ts';

export type BlockStatus = 'active' | 'expired' | 'lifted';

export type BlockRow = {
  id: Id<'blk'>;
  livemode: boolean;
  person_last4: string;
  other_last4: string | null;
  /** By its name. */
  pool: string | null;
  direction: 'from' | 'to' | 'both';
  reason: string | null;
  status: BlockStatus;
  expires_at: Date | null;
  created_by: string;
  created_at: Date;
  lifted_by: string | null;
  lifted_at: Date | null;
};

/** A person as it is kept. */
export type StoredPerson = { index: Buffer; sealed: Buffer; last4: string };

export type NewBlock = {
  id: Id<'blk'>;
  person: StoredPerson;
  other: StoredPerson | null;
  keyVersion: number;
  poolId: string | null;
  direction: BlockRow['direction'];
  reason: string | null;
  expiresInSeconds: number | null;
  createdBy: string;
};

const STATUS = `case when bl.lifted_at is not null then 'lifted' when bl.expires_at <= now() then 'expired' else 'active' end`;
const SELECT = `select bl.id, bl.livemode, bl.person_last4, bl.other_last4, p.name as pool, bl.direction, bl.reason,
    ${STATUS} as status, bl.expires_at, bl.created_by, bl.created_at, bl.lifted_by, bl.lifted_at
  from blocks bl left join pools p on p.tenant_id = bl.tenant_id and p.id = bl.pool_id`;

export async function insertBlock(db: Db, owner: Owner, block: NewBlock): Promise<void> {
  await db.rows(
    `insert into blocks (tenant_id, id, livemode, person_index, sealed_person, person_last4, other_index, sealed_other,
                         other_last4, key_version, pool_id, direction, reason, expires_at, created_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, now() + make_interval(secs => $14), $15)`,
    [
      owner.tenantId,
      block.id,
      owner.livemode,
      block.person.index,
      block.person.sealed,
      block.person.last4,
      block.other?.index ?? null,
      block.other?.sealed ?? null,
      block.other?.last4 ?? null,
      block.keyVersion,
      block.poolId,
      block.direction,
      block.reason,
      block.expiresInSeconds,
      block.createdBy,
    ],
  );
}

export async function findBlock(db: Db, owner: Owner, id: string): Promise<BlockRow | null> {
  const [row] = await db.rows<BlockRow>(
    `${SELECT} where bl.tenant_id = $1 and bl.livemode = $2 and bl.id = $3`,
    [owner.tenantId, owner.livemode, id],
  );
  return row ?? null;
}

export async function listBlocks(
  db: Db,
  owner: Owner,
  filter: { status: BlockStatus | null; limit: number; startingAfter: string | null },
): Promise<BlockRow[]> {
  return db.rows<BlockRow>(
    `${SELECT} where bl.tenant_id = $1 and bl.livemode = $2 and ($4::text is null or bl.id < $4)
        and ($5::text is null or ${STATUS} = $5)
      order by bl.id desc limit $3`,
    [owner.tenantId, owner.livemode, filter.limit, filter.startingAfter, filter.status],
  );
}

/** Once: who lifted it first stands there. */
export async function liftBlock(db: Db, owner: Owner, id: string, by: string): Promise<void> {
  await db.rows(
    `update blocks set lifted_by = $4, lifted_at = now()
      where tenant_id = $1 and livemode = $2 and id = $3 and lifted_at is null`,
    [owner.tenantId, owner.livemode, id, by],
  );
}
