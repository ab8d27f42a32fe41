import type { TenantKeys } from '../../crypto/tenant-keys.ts';
import type { Db } from '../../db/database.ts';
import { invalid } from '../../kernel/errors.ts';
import { newId, type TenantId } from '../../kernel/ids.ts';
import { readVoice } from '../tenants/voice-settings.ts';
import {
  forwardNumbersOf,
  type ReadStage,
  readStages,
  refuseForwardToDids,
  storedStages,
} from './after-end.ts';
import { type AllocationParts, allocate, isPairRemembered } from './allocation.ts';
import { type KeptReply, type NewPhone, type Opened, settleAllocation } from './allocation-store.ts';
import { type Asker, type NewSessionInput, newSession, rowOf } from './new-session.ts';
import { type Phones, readPhones, refuseDids, storedPhone } from './party-phones.ts';
import { countPins } from './pin-store.ts';
import { type Session, type Side, sides } from './session.ts';
import { newPins, storedPins } from './session-pin.ts';

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

export function sessionCreation(
  parts: AllocationParts & { keysOf: (tenantId: TenantId) => Promise<TenantKeys> },
): CreateSession {
  return async (db, asker, input, once) => {
    const phones = readPhones(input.parties, asker.defaultCountry, true);
    const stages = readStages(input.after_end ?? [], asker.defaultCountry);
    readVoice(input.voice ?? {});
    const keys = await parts.keysOf(asker.tenantId);
    const id = newId('ses');
    const isPinned = input.pin?.enabled === true;
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
      input: input.allocation ?? {},
      onSettled: null,
    };
    return allocate(
      db,
      parts,
      request,
      (opened) => checked(opened, phones, stages),
      async (allocated, opened) => {
        const { pair } = allocated;
        const [onA = 0, onB = 0] = isPinned
          ? await countPins(db, asker.tenantId, [pair.a.didId, pair.b.didId])
          : [];
        const pins = isPinned ? newPins({ a: onA, b: onB }) : null;
        const session = newSession(id, asker, input, phones, stages, allocated, opened.openedAt, pins);
        const keeping =
          once === null
            ? null
            : { key: once.key, fingerprint: once.fingerprint, sealedReply: once.seal(session) };
        const rows: NewPhone[] = stored.map((phone) => ({ ...phone, didId: pair[phone.side].didId }));
        const row = rowOf(session, input, afterEnd, allocated, storedPins(keys, pins, pair));
        const isRemembered = isPairRemembered(input.allocation, allocated);
        const outcome = await settleAllocation(db, asker, keeping, row, rows, keys.version, isRemembered);
        return outcome === 'settled' ? { outcome, result: session } : { outcome };
      },
    );
  };
}

function checked(opened: Opened, phones: Phones, stages: readonly ReadStage[]): void {
  if (opened.pool === null) throw invalid('unknown_reference', '/pool', 'is not the name or id of a pool');
  refuseDids(phones, opened.ownDids);
  refuseForwardToDids(stages, opened.ownDids);
}
