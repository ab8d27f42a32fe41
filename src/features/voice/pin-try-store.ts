import type { Db } from '../../db/database.ts';
import type { BindingsRow } from '../../generated/tables.ts';
import type { TenantId } from '../../kernel/ids.ts';
import type { PinLock, pinCaps } from './pin-rules.ts';

type Caps = typeof pinCaps;

/** Whether PINs are taken from this caller on this DID: who has had too many wrong ones, or null. */
export async function findPinLock(
  db: Db,
  tenantId: TenantId,
  didId: string,
  caller: Buffer | null,
  caps: Caps,
): Promise<PinLock | null> {
  const [row] = await db.rows<{ lock: PinLock | null }>('select pin_lock($1, $2, $3, $4, $5, $6) as lock', [
    tenantId,
    didId,
    caller,
    caps.mostOfCaller,
    caps.mostOnDid,
    caps.windowSeconds,
  ]);
  return row?.lock ?? null;
}

export type PinTry =
  | { outcome: 'right'; sessionId: string; side: BindingsRow['side'] }
  | { outcome: 'wrong' | 'locked' | 'stranger' };

/** Tries a PIN in a call, and counts it when it is wrong. Committed when it returns. */
export async function tryPin(
  db: Db,
  tenantId: TenantId,
  tried: { callId: string; attempt: number; pin: Buffer },
  caps: Caps,
): Promise<PinTry> {
  const [row] = await db.rows<{
    outcome: PinTry['outcome'];
    session_id: string | null;
    side: BindingsRow['side'] | null;
  }>('select * from try_pin($1, $2, $3, $4, $5, $6, $7)', [
    tenantId,
    tried.callId,
    tried.attempt,
    tried.pin,
    caps.mostOfCaller,
    caps.mostOnDid,
    caps.windowSeconds,
  ]);
  if (row === undefined) throw new Error('try_pin gave no row');
  const { outcome, session_id: sessionId, side } = row;
  if (outcome !== 'right') return { outcome };
  if (sessionId === null || side === null) throw new Error('a right PIN is of nobody');
  return { outcome, sessionId, side };
}
