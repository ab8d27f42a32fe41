import { type Handlers, tenantOf } from '../../api/contract.ts';
import type { ExplainService } from './explain-service.ts';

export function explainHandlers(explain: ExplainService): Pick<Handlers, 'explainRoute'> {
  return {
    async explainRoute(call) {
      const route = await explain(call.unit, tenantOf(call), call.body);
      return {
        status: 200,
        body: {
          decision: route.decision === 'connect' ? 'bridge' : route.decision,
          reason: route.reason,
          session: route.binding?.sessionId ?? null,
          caller_id: 'callerId' in route ? route.callerId : null,
          trace: route.trace,
        },
      };
    },
  };
}
