import type { MasterKey } from '../../crypto/master-key.ts';
import { seal, unseal } from '../../crypto/sealing.ts';
import type { Db } from '../../db/database.ts';
import { keepProof } from './master-key-store.ts';

const CONTEXT = 'master_key_proof';

/** Whether this database was made with this master key; the first key to ask makes it so. */
export async function isMasterKeyOf(db: Db, master: MasterKey): Promise<boolean> {
  const kept = await keepProof(db, seal(master.sealing, 'maskplane', CONTEXT));
  try {
    unseal(master.sealing, kept, CONTEXT);
    return true;
  } catch {
    return false;
  }
}
