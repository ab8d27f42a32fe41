import { callerIndex } from '../../crypto/blind-index.ts';
import type { TenantKeys } from '../../crypto/tenant-keys.ts';
import type { Db } from '../../db/database.ts';
import type { TenantId } from '../../kernel/ids.ts';
import type { E164 } from '../../kernel/phone.ts';
import type { Dialling } from './answer-document.ts';
import { dialBelongs } from './dial-check-store.ts';
import type { Route } from './route-kinds.ts';

/**
 * The last look before anybody is connected: that the numbers about to be rung, as they were opened, are the other party's, and
 * that the number shown to them is the one that this session gives them. It asks for what is about to be dialled, and not
 * what the decision has read, so that a fault in one is found by the other.
 * @throws when they do not fit; the caller hears that something failed, and nobody rings
 */
export type CheckDial = (
  tenantId: TenantId,
  keys: TenantKeys,
  route: Route,
  dialling: Dialling,
) => Promise<void>;

export function dialChecking(db: Db, noteMisroute: () => void): CheckDial {
  return async (tenantId, keys, route, { binding, numbers }) => {
    if (route.decision !== 'bridge' && route.decision !== 'forward') return;
    const other = binding.side === 'a' ? 'b' : 'a';
    const fits = await dialBelongs(db, tenantId, {
      sessionId: binding.sessionId,
      side: route.decision === 'bridge' ? other : binding.side,
      callerId: route.callerId,
      phones: route.decision === 'bridge' ? numbers.map((number: E164) => callerIndex(keys, number)) : null,
    });
    if (fits) return;
    noteMisroute();
    throw new Error(
      `misroute prevented: a ${route.decision} does not belong to session ${binding.sessionId}`,
    );
  };
}
