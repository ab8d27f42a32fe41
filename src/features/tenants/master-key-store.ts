import type { Db } from '../../db/database.ts';

/** Keeps the first proof that comes, and gives the one that is kept. */
export async function keepProof(db: Db, sealed: Buffer): Promise<Buffer> {
  await db.rows('insert into master_key_proof (sealed) values ($1) on conflict do nothing', [sealed]);
  const [row] = await db.rows<{ sealed: Buffer }>('select sealed from master_key_proof', []);
  if (row === undefined) throw new Error('a proof that was kept is gone');
  return row.sealed;
}
