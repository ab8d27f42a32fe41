import type { Db } from '../../db/database.ts';
import { Failure, invalid, notFound } from '../../kernel/errors.ts';
import type { Owner } from '../../kernel/ids.ts';
import { type E164, last4 } from '../../kernel/phone.ts';
import type { KeyRing } from '../tenants/key-ring.ts';
import { readVoice } from '../tenants/voice-settings.ts';
import {
  forwardNumbersOf,
  openStages,
  readStages,
  refuseForwardToDids,
  shownStages,
  storedStages,
} from './after-end.ts';
import { bindPhone, releasePhone } from './binding-store.ts';
import type { Asker } from './new-session.ts';
import { openPhone, type Phones, readPhones, refuseDids, samePhone, storedPhone } from './party-phones.ts';
import { findCallers, setPhones, updateRole } from './party-store.ts';
import { type Session, type Side, sides } from './session.ts';
import { type ChangedField, changedBy, type SessionChangeInput } from './session-change.ts';
import {
  endSession,
  findSession,
  listSessions,
  lockSession,
  reopenSession,
  type SessionRow,
  updateSession,
} from './session-store.ts';

export type SessionService = {
  /** Throws not_found. */
  get(db: Db, owner: Owner, id: string): Promise<Session>;
  list(db: Db, owner: Owner, filter: Parameters<typeof listSessions>[2]): Promise<Session[]>;
  /** Throws not_found, session_over, phone_busy_on_did, and what creation throws about phones. */
  change(db: Db, asker: Asker, id: string, input: SessionChangeInput): Promise<Session>;
  /**
   * Its stages begin; `immediately`: there are none any more, also when it is in one. Throws not_found. Again: the same
   * answer.
   */
  end(db: Db, owner: Owner, id: string, immediately: boolean): Promise<Session>;
  /** From grace too. Throws not_found, not_reopenable. */
  reopen(db: Db, owner: Owner, id: string, expiresInSeconds: number): Promise<Session>;
};

/** Leaves an event in the transaction of what it tells. */
type Tell = (
  db: Db,
  owner: Owner,
  event: { type: 'session.updated'; session: string; data: { changed: ChangedField[] } },
) => Promise<void>;

/** @param didsAmong which of these numbers are masking numbers of this tenant */
export function createSessionService(parts: {
  keyRing: KeyRing;
  didsAmong: (db: Db, owner: Owner, numbers: readonly E164[]) => Promise<E164[]>;
  tell: Tell;
}): SessionService {
  const { keyRing, didsAmong } = parts;

  const toSession = async (db: Db, owner: Owner, row: SessionRow): Promise<Session> => {
    const endings: Record<Side, string[]> = { a: [], b: [] };
    for (const { side, sealed, key_version } of row.phones) {
      const keys = await keyRing.version(db, owner.tenantId, key_version);
      const phone = openPhone(keys, owner.tenantId, row.id, side, Buffer.from(sealed, 'base64'));
      endings[side].push(last4(phone));
    }
    const stages = await openStages(row.after_end, owner.tenantId, row.id, (version) =>
      keyRing.version(db, owner.tenantId, version),
    );
    return {
      id: row.id,
      livemode: row.livemode,
      pool: row.pool,
      transactionRef: row.transaction_ref,
      status: row.status,
      direction: row.direction,
      expiresAt: row.expires_at,
      endedAt: row.ended_at,
      afterEnd: shownStages(stages),
      graceEndsAt: row.grace_ends_at,
      allocation: { steps: [], reasons: { a: [], b: [] }, ...row.allocation },
      coolingSeconds: row.cooling_seconds,
      ringTimeoutSeconds: row.ring_timeout_seconds,
      maxCallSeconds: row.max_call_seconds,
      slidingSeconds: row.sliding_seconds,
      maxCalls: row.max_calls,
      callsMade: row.calls_made,
      endAfterFirstCall: row.end_after_first_call,
      voice: row.voice,
      pinEnabled: row.pin_enabled,
      listing: row.listing_id,
      metadata: row.metadata,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
      parties: {
        a: { role: row.a_role, maskingNumber: row.a_number, phonesLast4: endings.a },
        b: { role: row.b_role, maskingNumber: row.b_number, phonesLast4: endings.b },
      },
    };
  };

  const get = async (db: Db, owner: Owner, id: string): Promise<Session> => {
    const row = await findSession(db, owner, id);
    if (row === null) throw notFound();
    return toSession(db, owner, row);
  };

  const tellChanged = async (db: Db, owner: Owner, session: string, changed: ChangedField[]) => {
    if (changed.length > 0)
      await parts.tell(db, owner, { type: 'session.updated', session, data: { changed } });
  };

  /** All in the caller's transaction: what a refused phone leaves undone, its throw undoes. */
  const changePhones = async (db: Db, asker: Asker, id: string, phones: Phones): Promise<void> => {
    const keys = await keyRing.current(db, asker.tenantId);
    const before = await findCallers(db, asker.tenantId, id);
    const stored = (side: Side) =>
      phones[side]?.map((phone) => storedPhone(keys, asker.tenantId, id, side, phone)) ?? null;
    const after = { a: stored('a'), b: stored('b') };
    const callersAfter = (side: Side) => after[side]?.map((phone) => phone.caller) ?? before[side];
    const ofBoth = callersAfter('a').find((caller) => has(callersAfter('b'), caller));
    if (ofBoth !== undefined) throw samePhone(`/parties/${after.b === null ? 'a' : 'b'}/phone`);
    for (const side of sides) {
      const now = after[side];
      if (now === null) continue;
      const callers = now.map((phone) => phone.caller);
      for (const caller of before[side].filter((old) => !has(callers, old))) {
        await releasePhone(db, asker.tenantId, id, side, caller);
      }
      for (const caller of callers.filter((fresh) => !has(before[side], fresh))) {
        if (await bindPhone(db, asker.tenantId, id, side, caller)) continue;
        const pointer = `/parties/${side}/phone`;
        throw invalid('phone_busy_on_did', pointer, "holds this party's masking number in another session");
      }
      await setPhones(db, asker.tenantId, id, side, now);
    }
  };

  return {
    get,
    async list(db, owner, filter) {
      const rows = await listSessions(db, owner, filter);
      return Promise.all(rows.map((row) => toSession(db, owner, row)));
    },
    async change(db, asker, id, input) {
      const status = await lockSession(db, asker, id);
      if (status === null) throw notFound();
      if (status !== 'active') {
        throw new Failure(
          'session_over',
          `The session is ${status === 'grace' ? 'over, and in grace' : status}.`,
        );
      }
      const phones = readPhones(input.parties ?? {}, asker.defaultCountry, false);
      const stages = input.after_end === undefined ? null : readStages(input.after_end, asker.defaultCountry);
      const partyNumbers = [...(phones.a ?? []), ...(phones.b ?? [])];
      const numbers = [...partyNumbers, ...forwardNumbersOf(stages ?? [])];
      const ownDids = numbers.length === 0 ? [] : await didsAmong(db, asker, numbers);
      refuseDids(phones, ownDids);
      refuseForwardToDids(stages ?? [], ownDids);
      const afterEnd =
        stages === null
          ? null
          : storedStages(await keyRing.current(db, asker.tenantId), asker.tenantId, id, stages);
      await updateSession(db, asker.tenantId, id, {
        expiresInSeconds: input.expires_in_seconds ?? null,
        direction: input.direction ?? null,
        ringTimeoutSeconds: input.ring_timeout_seconds ?? null,
        maxCallSeconds: input.max_call_seconds ?? null,
        afterEnd,
        metadata: input.metadata ?? null,
        voice: input.voice === undefined ? null : readVoice(input.voice),
      });
      if (partyNumbers.length > 0) await changePhones(db, asker, id, phones);
      for (const side of sides) {
        const role = input.parties?.[side]?.role;
        if (role !== undefined) await updateRole(db, asker.tenantId, id, side, role);
      }
      await tellChanged(db, asker, id, changedBy(input));
      return get(db, asker, id);
    },
    async end(db, owner, id, immediately) {
      await endSession(db, owner, id, immediately);
      return get(db, owner, id);
    },
    async reopen(db, owner, id, expiresInSeconds) {
      const status = await lockSession(db, owner, id);
      if (status === null) throw notFound();
      if (status === 'active') throw new Failure('not_reopenable', 'The session is active.');
      if (!(await reopenSession(db, owner.tenantId, id, expiresInSeconds))) {
        throw new Failure(
          'not_reopenable',
          'The cooling time is over, and with it the claim to the masking numbers.',
        );
      }
      await tellChanged(db, owner, id, ['status', 'ended_at', 'expires_at']);
      return get(db, owner, id);
    },
  };
}

function has(callers: readonly Buffer[], caller: Buffer): boolean {
  return callers.some((one) => one.equals(caller));
}
