import type { Db } from '../../db/database.ts';
import { invalid, notFound } from '../../kernel/errors.ts';
import { newId, type Owner, type TenantId } from '../../kernel/ids.ts';
import { type CountryCode, countryOf, type E164, readPhone } from '../../kernel/phone.ts';
import {
  type DidRow,
  type DidTraits,
  didsAmong,
  findDid,
  finishRetiring,
  insertDid,
  listDids,
  startRetiring,
  updateDid,
} from './did-store.ts';
import { referencedPool } from './pool-service.ts';

export type NewDidInput = DidTraits & { e164: string; provider_account: string; pool: string };
/** Null clears. */
export type DidChange = Partial<DidTraits> & { pool?: string };

export type DidService = {
  /** Throws invalid_phone, unknown_reference, did_already_assigned. */
  register(db: Db, owner: Owner, country: CountryCode, input: NewDidInput): Promise<DidRow>;
  /** Throws not_found. */
  get(db: Db, owner: Owner, id: string): Promise<DidRow>;
  list: typeof listDids;
  /** Which of these numbers are masking numbers of this tenant, in either mode's own world. */
  among(db: Db, owner: Owner, numbers: readonly E164[]): Promise<E164[]>;
  /** Throws not_found, unknown_reference. */
  change(db: Db, owner: Owner, id: string, change: DidChange): Promise<DidRow>;
  /** Throws not_found. Again: its state. */
  retire(db: Db, owner: Owner, id: string): Promise<DidRow>;
};

/**
 * @param parts.accountExists whether the owner may use this provider account; handed in by the tenants' side
 * @param parts.setUp leaves, in the transaction that makes a DID, what is to be set up for it at the provider; only for live ones
 */
export function createDidService(parts: {
  accountExists: (db: Db, owner: Owner, accountId: string) => Promise<boolean>;
  setUp?: (db: Db, tenantId: TenantId, did: { id: string; accountId: string }) => Promise<void>;
}): DidService {
  const get = async (db: Db, owner: Owner, id: string): Promise<DidRow> => {
    const did = await findDid(db, owner, id);
    if (did === null) throw notFound();
    return did;
  };
  return {
    async register(db, owner, country, input) {
      const e164 = readPhone(input.e164, country);
      if (e164 === null) throw invalid('invalid_phone', '/e164', 'is not a valid phone number');
      const pool = await referencedPool(db, owner, input.pool);
      if (!(await parts.accountExists(db, owner, input.provider_account))) {
        throw invalid('unknown_reference', '/provider_account', 'is not the id of a provider account');
      }
      const id = newId('did');
      const providerAccountId = input.provider_account;
      const { region, carrier, reserved } = input;
      const traits = { country: countryOf(e164), region, carrier, reserved };
      const did = { id, poolId: pool.id, providerAccountId, e164, ...traits };
      if (!(await insertDid(db, owner, did))) {
        throw invalid('did_already_assigned', '/e164', 'is assigned already');
      }
      if (owner.livemode) await parts.setUp?.(db, owner.tenantId, { id, accountId: providerAccountId });
      return get(db, owner, id);
    },
    get,
    list: listDids,
    among: didsAmong,
    async change(db, owner, id, { pool: nameOrId, ...traits }) {
      // The DID first: a stranger's is unknown, whatever else is wrong with the request.
      const did = await get(db, owner, id);
      const pool = nameOrId === undefined ? null : await referencedPool(db, owner, nameOrId);
      await updateDid(db, owner, did.id, pool === null ? traits : { ...traits, poolId: pool.id });
      return get(db, owner, id);
    },
    async retire(db, owner, id) {
      await startRetiring(db, owner, (await get(db, owner, id)).id);
      await finishRetiring(db, owner.tenantId);
      return get(db, owner, id);
    },
  };
}
