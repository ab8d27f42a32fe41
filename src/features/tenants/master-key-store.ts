import type { MasterKey } from '../../crypto/master-key.ts';
import { seal, unseal } from '../../crypto/sealing.ts';
import type { Db } from '../../db/database.ts';

const CONTEXT = 'master_key_proof';

/** Whether this database was made with this master key; the first key to ask makes it so. */
export async function isMasterKeyOf(db: Db, master: MasterKey): Promise<boolean> {
  await db.rows('insert into master_key_proof (sealed) values ($1) on conflict do nothing', [
    seal(master.sealing, 'maskplane', CONTEXT),
  ]);
  const [row] = await db.rows<{ sealed: Buffer }>('select sealed from master_key_proof', []);
  if (row === undefined) return false;
  try {
    unseal(master.sealing, row.sealed, CONTEXT);
    return true;
  } catch {
    return false;
  }
}
