import type { Unit } from '../../db/database.ts';
import { Failure, invalid, notFound } from '../../kernel/errors.ts';
import type { Owner } from '../../kernel/ids.ts';
import { type AllocationParts, allocate, isPairRemembered } from './allocation.ts';
import { rehome } from './allocation-store.ts';
import type { AllocationInput } from './exhaustion-ladder.ts';
import { findCallers } from './party-store.ts';
import { findPoolId, lockSession } from './session-store.ts';

/**
 * Gives both parties of a live session other masking numbers, in the caller's transaction; what was there before cools.
 * Throws not_found, session_over, pool_exhausted, unknown_reference; the session then has what it had.
 */
export type RehomeSession = (unit: Unit, owner: Owner, id: string, input: AllocationInput) => Promise<void>;

export function sessionRehoming(parts: AllocationParts): RehomeSession {
  return async (unit, owner, id, input) => {
    const status = await lockSession(unit, owner, id);
    if (status === null) throw notFound();
    if (status !== 'active') throw new Failure('session_over', 'Only an active session can be moved.');
    const pool = await findPoolId(unit, owner.tenantId, id);
    const callers = await findCallers(unit, owner.tenantId, id);
    const request = {
      owner: { tenantId: owner.tenantId, livemode: owner.livemode },
      key: null,
      pool,
      numbers: [],
      callers,
      input,
      onSettled: (work: () => void) => unit.onSettled(work),
    };
    const check = (opened: { pool: unknown }) => {
      if (opened.pool === null) throw invalid('unknown_reference', '/pool', 'is not the id of a pool');
    };
    await allocate(unit, parts, request, check, async (allocated) => {
      const isRemembered = isPairRemembered(input, allocated);
      const outcome = await rehome(unit, owner.tenantId, id, allocated, isRemembered);
      return outcome === 'settled' ? { outcome, result: null } : { outcome };
    });
  };
}
