import { callerIndex } from '../../crypto/blind-index.ts';
import { seal } from '../../crypto/sealing.ts';
import type { TenantKeys } from '../../crypto/tenant-keys.ts';
import type { Db } from '../../db/database.ts';
import { Failure, type Fault, invalid, notFound } from '../../kernel/errors.ts';
import { newId, type Owner } from '../../kernel/ids.ts';
import { type CountryCode, type E164, last4, readPhone } from '../../kernel/phone.ts';
import { withoutPhones } from '../../kernel/phones-in-text.ts';
import { referencedPool } from '../pool/pool-service.ts';
import type { KeyRing } from '../tenants/key-ring.ts';
import {
  type BlockRow,
  findBlock,
  insertBlock,
  liftBlock,
  listBlocks,
  type StoredPerson,
} from './block-store.ts';

/** Who asks, with the key that stands in the record of what was done. */
export type Blocker = Owner & { defaultCountry: CountryCode; keyId: string };

/** As a request has it. `towards`: only calls between the two. */
export type BlockInput = {
  phone: string;
  towards?: string | null;
  pool?: string | null;
  direction: BlockRow['direction'];
  reason?: string | null;
  expires_in_seconds?: number | null;
};

export type BlockService = {
  /** Throws invalid_phone, same_phone, unknown_reference, invalid_request. */
  create(db: Db, by: Blocker, input: BlockInput): Promise<BlockRow>;
  list: typeof listBlocks;
  /** Throws not_found. */
  get(db: Db, owner: Owner, id: string): Promise<BlockRow>;
  /** Again: its state. Throws not_found. */
  lift(db: Db, by: Blocker, id: string): Promise<BlockRow>;
};

export function createBlockService(keyRing: Pick<KeyRing, 'current'>): BlockService {
  const get = async (db: Db, owner: Owner, id: string): Promise<BlockRow> => {
    const block = await findBlock(db, owner, id);
    if (block === null) throw notFound();
    return block;
  };
  return {
    async create(db, by, input) {
      const { person, other } = readPeople(input, by.defaultCountry);
      const reason = input.reason ?? null;
      if (reason !== null && holdsPhone(reason, by.defaultCountry)) {
        throw invalid('invalid_request', '/reason', 'must not hold a phone number');
      }
      const pool = input.pool ?? null;
      const poolId = pool === null ? null : (await referencedPool(db, by, pool)).id;
      const keys = await keyRing.current(db, by.tenantId);
      const id = newId('blk');
      const stored = (phone: E164, who: string) =>
        storedPerson(keys, `${by.tenantId}|blocks|${id}|${who}`, phone);
      await insertBlock(db, by, {
        id,
        person: stored(person, 'person'),
        other: other === null ? null : stored(other, 'other'),
        keyVersion: keys.version,
        poolId,
        direction: input.direction,
        reason,
        expiresInSeconds: input.expires_in_seconds ?? null,
        createdBy: by.keyId,
      });
      return get(db, by, id);
    },
    list: listBlocks,
    get,
    async lift(db, by, id) {
      await liftBlock(db, by, id, by.keyId);
      return get(db, by, id);
    },
  };
}

function readPeople(input: BlockInput, country: CountryCode): { person: E164; other: E164 | null } {
  const person = readPhone(input.phone, country);
  const towards = input.towards ?? null;
  const other = towards === null ? null : readPhone(towards, country);
  const faults: Fault[] = [];
  const message = 'is not a valid phone number';
  if (person === null) faults.push({ pointer: '/phone', message });
  if (towards !== null && other === null) faults.push({ pointer: '/towards', message });
  if (person === null || faults.length > 0) {
    throw new Failure('invalid_phone', 'A phone is not a valid phone number.', { faults });
  }
  if (person === other) throw invalid('same_phone', '/towards', 'is the same phone');
  return { person, other };
}

/** By the digits that are taken out: other scripts are rewritten as well, which says nothing. */
function holdsPhone(text: string, country: CountryCode): boolean {
  const digits = (of: string) => of.normalize('NFKC').match(/\p{Nd}/gu)?.length ?? 0;
  return digits(withoutPhones(text, country)) < digits(text);
}

function storedPerson(keys: TenantKeys, context: string, phone: E164): StoredPerson {
  return { index: callerIndex(keys, phone), sealed: seal(keys.dataKey, phone, context), last4: last4(phone) };
}
