import { callerIndex } from '../../crypto/blind-index.ts';
import type { Database, Db } from '../../db/database.ts';
import { Failure, invalid, notFound } from '../../kernel/errors.ts';
import { newId, type Owner, type TenantId } from '../../kernel/ids.ts';
import { type CountryCode, type E164, last4, readPhone } from '../../kernel/phone.ts';
import type { KeyRing } from '../tenants/key-ring.ts';
import { readVoice } from '../tenants/voice-settings.ts';
import {
  type Listing,
  type ListingInput,
  type ListingSession,
  openSeller,
  sealSeller,
  sessionOfBuyer,
} from './listing.ts';
import {
  endExpired,
  endListing,
  findListing,
  findListingForCall,
  findPoolDids,
  insertListing,
  type ListingRow,
  listListings,
} from './listing-store.ts';
import type { Asker } from './new-session.ts';
import type { CreateSession } from './session-creation-service.ts';
import { endSession } from './session-store.ts';

export type ListingService = {
  /** Throws invalid_phone, phone_is_a_did, unknown_reference, did_has_listing. */
  create(db: Db, asker: Asker, input: ListingInput): Promise<Listing>;
  /** Throws not_found. */
  get(db: Db, owner: Owner, id: string): Promise<Listing>;
  list(db: Db, owner: Owner, page: { limit: number; startingAfter: string | null }): Promise<Listing[]>;
  /** Ends it and its sessions. Throws not_found. Again: the same answer. */
  end(db: Db, owner: Owner, id: string): Promise<Listing>;
};

/** Makes the session of a buyer who calls a listing. Throws what the creation of a session throws, and session_over. */
export type OpenListingCall = (
  place: { tenantId: TenantId; listing: string; defaultCountry: CountryCode },
  buyer: E164,
) => Promise<void>;

export function createListingService(parts: {
  keyRing: KeyRing;
  didsAmong: (db: Db, owner: Owner, numbers: readonly E164[]) => Promise<E164[]>;
}): ListingService {
  const { keyRing, didsAmong } = parts;

  const toListing = async (db: Db, { tenantId }: Owner, row: ListingRow): Promise<Listing> => {
    const keys = await keyRing.version(db, tenantId, row.key_version);
    const phone = openSeller(keys, tenantId, row.id, row.sealed);
    return {
      id: row.id,
      livemode: row.livemode,
      pool: row.pool,
      status: row.status,
      maskingNumber: row.masking_number,
      transactionRef: row.transaction_ref,
      expiresAt: row.expires_at,
      endedAt: row.ended_at,
      seller: { role: row.role, phoneLast4: last4(phone) },
      session: row.session,
      buyers: row.buyers,
      metadata: row.metadata,
      createdAt: row.created_at,
    };
  };

  const get = async (db: Db, owner: Owner, id: string): Promise<Listing> => {
    const row = await findListing(db, owner, id);
    if (row === null) throw notFound();
    return toListing(db, owner, row);
  };

  return {
    get,
    async create(db, asker, input) {
      const phone = readPhone(input.seller.phone, asker.defaultCountry);
      if (phone === null) throw invalid('invalid_phone', '/seller/phone', 'is not a valid phone number');
      if ((await didsAmong(db, asker, [phone])).length > 0) {
        throw invalid('phone_is_a_did', '/seller/phone', 'is one of your masking numbers');
      }
      readVoice(input.voice ?? {});
      const found = await findPoolDids(db, asker, input.pool, input.did ?? null);
      if (found === null) throw invalid('unknown_reference', '/pool', 'is not the name or id of a pool');
      if (input.did !== undefined && found.didIds.length === 0) {
        throw invalid('unknown_reference', '/did', 'is not the id or number of a DID in service in the pool');
      }
      const keys = await keyRing.current(db, asker.tenantId);
      const id = newId('lst');
      const listing = {
        id,
        poolId: found.poolId,
        transactionRef: input.transaction_ref ?? null,
        expiresInSeconds: input.expires_in_seconds,
        caller: callerIndex(keys, phone),
        sealed: sealSeller(keys, asker.tenantId, id, phone),
        keyVersion: keys.version,
        role: input.seller.role ?? null,
        session: sessionPartOf(input),
        metadata: input.metadata ?? {},
      };
      await endExpired(db, asker.tenantId, found.didIds);
      for (const didId of found.didIds) {
        if (await insertListing(db, asker, didId, listing)) return get(db, asker, id);
      }
      throw new Failure(
        'did_has_listing',
        input.did === undefined
          ? 'Every DID of the pool that is in service and not reserved carries a listing.'
          : 'The DID carries a listing.',
      );
    },
    async list(db, owner, page) {
      const rows = await listListings(db, owner, page);
      return Promise.all(rows.map((row) => toListing(db, owner, row)));
    },
    async end(db, owner, id) {
      const sessions = await endListing(db, owner, id);
      if (sessions === null) throw notFound();
      for (const session of sessions) await endSession(db, owner, session, true);
      return get(db, owner, id);
    },
  };
}

export function listingCalls(parts: {
  database: Database;
  keyRing: KeyRing;
  createSession: CreateSession;
}): OpenListingCall {
  const { database, keyRing, createSession } = parts;
  return async ({ tenantId, listing: id, defaultCountry }, buyer) => {
    const listing = await findListingForCall(database.single, tenantId, id);
    if (listing === null) throw new Failure('session_over', 'The listing is over.');
    const cached = keyRing.cached(tenantId);
    const keys =
      cached?.version === listing.key_version
        ? cached
        : await database.transaction({ as: 'tenant', tenantId }, (unit) =>
            keyRing.version(unit, tenantId, listing.key_version),
          );
    const seller = openSeller(keys, tenantId, id, listing.sealed);
    const asker = { tenantId, livemode: listing.livemode, defaultCountry };
    await createSession(database.single, asker, sessionOfBuyer({ ...listing, id }, seller, buyer), null);
  };
}

function sessionPartOf(input: ListingInput): ListingSession {
  const { cooling_seconds, ring_timeout_seconds, max_call_seconds, voice } = input;
  return {
    ring_timeout_seconds,
    max_call_seconds,
    ...(cooling_seconds === undefined ? {} : { cooling_seconds }),
    ...(voice === undefined ? {} : { voice }),
  };
}
