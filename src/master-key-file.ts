import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type MasterKey, newMasterKeyText, readMasterKey } from './crypto/master-key.ts';
import { StartFault } from './kernel/start-fault.ts';

/** The master key of the embedded default: made at the first start and kept beside the data that it seals. */
export function keptMasterKey(dataDir: string): MasterKey {
  const file = join(dataDir, 'master.key');
  try {
    mkdirSync(dataDir, { recursive: true });
    // wx: two first starts at once must not each make one.
    writeFileSync(file, `${newMasterKeyText()}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
      throw new StartFault(`The master key cannot be kept in ${file}.`);
    }
  }
  const key = readMasterKey(readFileSync(file, 'utf8'));
  if (key === null)
    throw new StartFault(`${file} holds no master key; put back the one that this data was made with.`);
  return key;
}
