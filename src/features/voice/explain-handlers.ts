import { type Handlers, tenantOf } from '../../api/contract.ts';
import { invalid } from '../../kernel/errors.ts';
import { readPhone } from '../../kernel/phone.ts';
import type { KeyRing } from '../tenants/key-ring.ts';
import { decide, unknownDid } from './decision.ts';
import { findOwnDid } from './route-store.ts';

export function explainHandlers(keyRing: KeyRing): Pick<Handlers, 'explainRoute'> {
  return {
    async explainRoute(call) {
      const { tenantId, livemode, defaultCountry } = tenantOf(call);
      const to = readPhone(call.body.to, defaultCountry);
      if (to === null) throw invalid('invalid_phone', '/to', 'is not a valid phone number');
      const did = await findOwnDid(call.unit, { tenantId, livemode }, to);
      const keys = await keyRing.current(call.unit, tenantId);
      const route =
        did === null ? unknownDid : (await decide(call.unit, did, keys, call.body.from ?? null)).route;
      return {
        status: 200,
        body: {
          decision: route.decision,
          reason: route.reason,
          session: route.binding?.sessionId ?? null,
          caller_id: route.decision === 'bridge' ? route.callerId : null,
          trace: route.trace,
        },
      };
    },
  };
}
