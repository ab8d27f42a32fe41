import type { Db } from '../../db/database.ts';
import type { Id, Owner } from '../../kernel/ids.ts';

export type PoolRow = {
  id: Id<'pool'>;
  livemode: boolean;
  name: string;
  cooling_seconds: number;
  active_dids: number;
  created_at: Date;
};

const COLUMNS = `p.id, p.livemode, p.name, p.cooling_seconds, p.created_at,
  (select count(*)::integer from dids d
    where d.tenant_id = p.tenant_id and d.pool_id = p.id and d.status = 'active') as active_dids`;

/** False when the name is taken. */
export async function insertPool(
  db: Db,
  owner: Owner,
  pool: { id: Id<'pool'>; name: string; coolingSeconds: number },
): Promise<boolean> {
  const made = await db.rows(
    `insert into pools (tenant_id, id, livemode, name, cooling_seconds) values ($1, $2, $3, $4, $5)
     on conflict (tenant_id, livemode, name) do nothing returning 1`,
    [owner.tenantId, pool.id, owner.livemode, pool.name, pool.coolingSeconds],
  );
  return made.length === 1;
}

export async function findPool(db: Db, owner: Owner, nameOrId: string): Promise<PoolRow | null> {
  const [row] = await db.rows<PoolRow>(
    `select ${COLUMNS} from pools p where p.tenant_id = $1 and p.livemode = $2 and (p.name = $3 or p.id = $3)`,
    [owner.tenantId, owner.livemode, nameOrId],
  );
  return row ?? null;
}

export async function listPools(
  db: Db,
  owner: Owner,
  limit: number,
  startingAfter: string | null,
): Promise<PoolRow[]> {
  return db.rows<PoolRow>(
    `select ${COLUMNS} from pools p
      where p.tenant_id = $1 and p.livemode = $2 and ($4::text is null or p.id < $4) order by p.id desc limit $3`,
    [owner.tenantId, owner.livemode, limit, startingAfter],
  );
}

export async function updatePool(db: Db, owner: Owner, id: string, coolingSeconds: number): Promise<void> {
  await db.rows('update pools set cooling_seconds = $4 where tenant_id = $1 and livemode = $2 and id = $3', [
    owner.tenantId,
    owner.livemode,
    id,
    coolingSeconds,
  ]);
}
