import type { TenantKeys } from '../../crypto/tenant-keys.ts';
import type { Db } from '../../db/database.ts';
import { invalid } from '../../kernel/errors.ts';
import { newId, type Owner, type TenantId } from '../../kernel/ids.ts';
import { type CountryCode, last4 } from '../../kernel/phone.ts';
import {
  forwardNumbersOf,
  graceSecondsOf,
  type ReadStage,
  readStages,
  refuseForwardToDids,
  type StageInput,
  type StoredStage,
  shownStages,
  storedStages,
} from './after-end.ts';
import { allocate, type OpenPool, type PairLocks } from './allocation.ts';
import { type KeptReply, type NewPhone, type Opened, settleAllocation } from './allocation-store.ts';
import type { Pair } from './pair-choice.ts';
import { type Phones, type PhonesInput, readPhones, refuseDids, storedPhone } from './party-phones.ts';
import { type Direction, type Session, type Side, sides } from './session.ts';

/** Who asks: whose sessions, and how its numbers are read. */
export type Asker = Owner & { defaultCountry: CountryCode };

export type NewSessionInput = {
  transaction_ref?: string;
  pool: string;
  expires_in_seconds: number;
  parties: Record<Side, PhonesInput & { role?: string }>;
  direction: Direction;
  cooling_seconds?: number;
  ring_timeout_seconds: number;
  max_call_seconds: number;
  sliding_seconds?: number;
  max_calls?: number;
  end_after_first_call: boolean;
  after_end?: StageInput[];
  metadata?: Record<string, string>;
};

/** Keeps the answer to an Idempotency-Key together with what it answers. `seal` is called before anything is written. */
export type Once = { key: string; fingerprint: Buffer; seal(session: Session): Buffer };

export type Creation = { outcome: 'settled'; result: Session } | { outcome: 'kept'; kept: KeptReply };

/**
 * Creates a session with its pair. `db` is used for single statements that are transactions of their own; within a
 * transaction, a conflict would undo it all. Throws invalid_request, invalid_phone, same_phone, phone_is_a_did,
 * unknown_reference, pool_exhausted.
 */
export type CreateSession = (
  db: Db,
  asker: Asker,
  input: NewSessionInput,
  once: Once | null,
) => Promise<Creation>;

export function sessionCreation(parts: {
  locks: PairLocks;
  random: () => number;
  keysOf: (tenantId: TenantId) => Promise<TenantKeys>;
}): CreateSession {
  return async (db, asker, input, once) => {
    const phones = readPhones(input.parties, asker.defaultCountry, true);
    const stages = readStages(input.after_end ?? [], asker.defaultCountry);
    const keys = await parts.keysOf(asker.tenantId);
    const id = newId('ses');
    const stored = sides.flatMap((side) =>
      (phones[side] ?? []).map((phone) => ({ side, ...storedPhone(keys, asker.tenantId, id, side, phone) })),
    );
    const afterEnd = storedStages(keys, asker.tenantId, id, stages);
    const callersOf = (side: Side) =>
      stored.filter((phone) => phone.side === side).map((phone) => phone.caller);
    const request = {
      owner: { tenantId: asker.tenantId, livemode: asker.livemode },
      key: once?.key ?? null,
      pool: input.pool,
      numbers: [...(phones.a ?? []), ...(phones.b ?? []), ...forwardNumbersOf(stages)],
      callers: { a: callersOf('a'), b: callersOf('b') },
    };
    return allocate(
      db,
      parts,
      request,
      (opened) => checked(opened, phones, stages),
      async (pair, opened) => {
        const session = newSession(id, asker, input, phones, stages, pair, opened);
        const keeping =
          once === null
            ? null
            : { key: once.key, fingerprint: once.fingerprint, sealedReply: once.seal(session) };
        const rows: NewPhone[] = stored.map((phone) => ({ ...phone, didId: pair[phone.side].didId }));
        const row = rowOf(session, input, afterEnd, pair, opened);
        const outcome = await settleAllocation(db, asker, keeping, row, rows, keys.version);
        return outcome === 'settled' ? { outcome, result: session } : { outcome };
      },
    );
  };
}

function checked(opened: Opened, phones: Phones, stages: readonly ReadStage[]): OpenPool {
  if (opened.pool === null) throw invalid('unknown_reference', '/pool', 'is not the name or id of a pool');
  refuseDids(phones, opened.ownDids);
  refuseForwardToDids(stages, opened.ownDids);
  return { ...opened, pool: opened.pool };
}

function newSession(
  id: Session['id'],
  asker: Asker,
  input: NewSessionInput,
  phones: Phones,
  stages: readonly ReadStage[],
  pair: Pair,
  opened: OpenPool,
): Session {
  const expiresAt = new Date(opened.openedAt.getTime() + input.expires_in_seconds * 1000);
  const party = (side: Side) => ({
    role: input.parties[side].role ?? null,
    maskingNumber: pair[side].e164,
    phonesLast4: (phones[side] ?? []).map(last4),
  });
  return {
    id,
    livemode: asker.livemode,
    pool: opened.pool.name,
    transactionRef: input.transaction_ref ?? null,
    status: 'active',
    direction: input.direction,
    expiresAt,
    endedAt: null,
    afterEnd: shownStages(stages),
    graceEndsAt: stages.length === 0 ? null : new Date(expiresAt.getTime() + graceSecondsOf(stages) * 1000),
    coolingSeconds: input.cooling_seconds ?? opened.pool.coolingSeconds,
    ringTimeoutSeconds: input.ring_timeout_seconds,
    maxCallSeconds: input.max_call_seconds,
    slidingSeconds: input.sliding_seconds ?? null,
    maxCalls: input.max_calls ?? null,
    callsMade: 0,
    endAfterFirstCall: input.end_after_first_call,
    metadata: input.metadata ?? {},
    createdAt: opened.openedAt,
    updatedAt: opened.openedAt,
    parties: { a: party('a'), b: party('b') },
  };
}

function rowOf(
  session: Session,
  input: NewSessionInput,
  afterEnd: readonly StoredStage[],
  pair: Pair,
  opened: OpenPool,
) {
  return {
    id: session.id,
    pool_id: opened.pool.id,
    transaction_ref: session.transactionRef,
    direction: session.direction,
    expires_at: session.expiresAt,
    cooling_seconds: session.coolingSeconds,
    ring_timeout_seconds: session.ringTimeoutSeconds,
    max_call_seconds: session.maxCallSeconds,
    sliding_seconds: session.slidingSeconds,
    max_calls: session.maxCalls,
    end_after_first_call: session.endAfterFirstCall,
    after_end: afterEnd,
    grace_seconds: graceSecondsOf(afterEnd),
    metadata: session.metadata,
    created_at: session.createdAt,
    did_a: pair.a.didId,
    did_b: pair.b.didId,
    role_a: input.parties.a.role ?? null,
    role_b: input.parties.b.role ?? null,
  };
}
