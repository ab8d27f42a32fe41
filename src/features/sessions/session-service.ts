import type { Db, Unit } from '../../db/database.ts';
import { Failure, invalid, notFound } from '../../kernel/errors.ts';
import { newId, type Owner } from '../../kernel/ids.ts';
import { type CountryCode, type E164, last4 } from '../../kernel/phone.ts';
import { referencedPool } from '../pool/pool-service.ts';
import type { KeyRing } from '../tenants/key-ring.ts';
import { allocatePair, type PairLocks } from './allocation.ts';
import { bindPhone, releasePhone, type Side } from './binding-store.ts';
import { openPhone, type Phones, readPhones, refuseDids, samePhone, storedPhone } from './party-phones.ts';
import {
  type Direction,
  endSession,
  findCallers,
  findSession,
  insertSession,
  listSessions,
  lockSession,
  replacePhone,
  type SessionRow,
  updateRole,
  updateSession,
} from './session-store.ts';

/** Who asks: whose sessions, and how its numbers are read. */
export type Asker = Owner & { defaultCountry: CountryCode };

export type NewSessionInput = {
  transaction_ref?: string;
  pool: string;
  expires_in_seconds: number;
  parties: Record<Side, { phone: string; role?: string }>;
  direction: Direction;
  cooling_seconds?: number;
  ring_timeout_seconds: number;
  max_call_seconds: number;
  metadata?: Record<string, string>;
};

export type SessionChangeInput = {
  expires_in_seconds?: number;
  parties?: { [side in Side]?: { phone?: string; role?: string } };
  direction?: Direction;
  ring_timeout_seconds?: number;
  max_call_seconds?: number;
  metadata?: Record<string, string>;
};

/** A session as its tenant may see it: of each phone only the end. */
export type Session = SessionRow & { last4: Record<Side, string> };

export type SessionService = {
  /** Throws invalid_phone, same_phone, phone_is_a_did, unknown_reference, pool_exhausted. */
  create(unit: Unit, asker: Asker, input: NewSessionInput): Promise<Session>;
  /** Throws not_found. */
  get(db: Db, owner: Owner, id: string): Promise<Session>;
  list(db: Db, owner: Owner, filter: Parameters<typeof listSessions>[2]): Promise<Session[]>;
  /** Throws not_found, session_over, phone_busy_on_did, and what create throws about phones. */
  change(db: Db, asker: Asker, id: string, input: SessionChangeInput): Promise<Session>;
  /** Throws not_found. Again: the same answer. */
  end(db: Db, owner: Owner, id: string): Promise<Session>;
};

/** @param didsAmong which of these numbers are masking numbers of this tenant */
export function createSessionService(parts: {
  keyRing: KeyRing;
  locks: PairLocks;
  random: () => number;
  didsAmong: (db: Db, owner: Owner, numbers: readonly E164[]) => Promise<E164[]>;
}): SessionService {
  const { keyRing, didsAmong } = parts;

  const withLast4 = async (db: Db, owner: Owner, row: SessionRow): Promise<Session> => {
    const ending = async (side: Side, sealed: Buffer, version: number) => {
      const keys = await keyRing.version(db, owner.tenantId, version);
      return last4(openPhone(keys, owner.tenantId, row.id, side, sealed));
    };
    const a = await ending('a', row.a_sealed, row.a_key_version);
    const b = await ending('b', row.b_sealed, row.b_key_version);
    return { ...row, last4: { a, b } };
  };

  const get = async (db: Db, owner: Owner, id: string): Promise<Session> => {
    const row = await findSession(db, owner, id);
    if (row === null) throw notFound();
    return withLast4(db, owner, row);
  };

  const changePhones = async (db: Db, asker: Asker, id: string, phones: Phones): Promise<void> => {
    const keys = await keyRing.current(db, asker.tenantId);
    const before = await findCallers(db, asker.tenantId, id);
    const stored = (side: Side) => {
      const phone = phones[side];
      return phone === undefined ? null : storedPhone(keys, asker.tenantId, id, side, phone);
    };
    const after = { a: stored('a'), b: stored('b') };
    const callerAfter = (side: Side) => after[side]?.caller ?? before[side];
    if (callerAfter('a').equals(callerAfter('b'))) throw samePhone(after.b === null ? 'a' : 'b');
    for (const side of ['a', 'b'] as const) {
      const phone = after[side];
      if (phone === null || phone.caller.equals(before[side])) continue;
      await releasePhone(db, asker.tenantId, id, side, before[side]);
      if (!(await bindPhone(db, asker.tenantId, id, side, phone.caller))) {
        const pointer = `/parties/${side}/phone`;
        throw invalid('phone_busy_on_did', pointer, "holds this party's masking number in another session");
      }
      await replacePhone(db, asker.tenantId, id, side, phone);
    }
  };

  return {
    async create(unit, asker, input) {
      const phones = readPhones({ a: input.parties.a.phone, b: input.parties.b.phone }, asker.defaultCountry);
      const { a, b } = phones;
      if (a === undefined || b === undefined) throw new Error('readPhones lost a phone');
      const [pool, dids, keys] = await Promise.all([
        referencedPool(unit, asker, input.pool),
        didsAmong(unit, asker, [a, b]),
        keyRing.current(unit, asker.tenantId),
      ]);
      refuseDids(phones, dids);
      const id = newId('ses');
      const claimOf = (side: Side, phone: E164) => {
        const { caller, sealed } = storedPhone(keys, asker.tenantId, id, side, phone);
        return { caller, sealedPhone: sealed, role: input.parties[side].role ?? null };
      };
      await insertSession(unit, asker, {
        id,
        poolId: pool.id,
        transactionRef: input.transaction_ref ?? null,
        direction: input.direction,
        expiresInSeconds: input.expires_in_seconds,
        coolingSeconds: input.cooling_seconds ?? pool.cooling_seconds,
        ringTimeoutSeconds: input.ring_timeout_seconds,
        maxCallSeconds: input.max_call_seconds,
        metadata: input.metadata ?? {},
      });
      await allocatePair(unit, parts.locks, parts.random, {
        tenantId: asker.tenantId,
        poolId: pool.id,
        sessionId: id,
        keyVersion: keys.version,
        a: claimOf('a', a),
        b: claimOf('b', b),
      });
      return get(unit, asker, id);
    },
    get,
    async list(db, owner, filter) {
      const rows = await listSessions(db, owner, filter);
      return Promise.all(rows.map((row) => withLast4(db, owner, row)));
    },
    async change(db, asker, id, input) {
      const status = await lockSession(db, asker, id);
      if (status === null) throw notFound();
      if (status !== 'active') throw new Failure('session_over', `The session is ${status}.`);
      const { a, b } = input.parties ?? {};
      const phones = readPhones({ a: a?.phone, b: b?.phone }, asker.defaultCountry);
      const numbers = [phones.a, phones.b].filter((phone) => phone !== undefined);
      refuseDids(phones, numbers.length === 0 ? [] : await didsAmong(db, asker, numbers));
      await updateSession(db, asker.tenantId, id, {
        expiresInSeconds: input.expires_in_seconds ?? null,
        direction: input.direction ?? null,
        ringTimeoutSeconds: input.ring_timeout_seconds ?? null,
        maxCallSeconds: input.max_call_seconds ?? null,
        metadata: input.metadata ?? null,
      });
      if (numbers.length > 0) await changePhones(db, asker, id, phones);
      for (const [side, party] of [['a', a] as const, ['b', b] as const]) {
        if (party?.role !== undefined) await updateRole(db, asker.tenantId, id, side, party.role);
      }
      return get(db, asker, id);
    },
    async end(db, owner, id) {
      await endSession(db, owner, id);
      return get(db, owner, id);
    },
  };
}
