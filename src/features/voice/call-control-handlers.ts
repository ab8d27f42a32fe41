import { type Handlers, tenantOf } from '../../api/contract.ts';
import type { CallControls } from './call-control-service.ts';
import { toCallView } from './call-view.ts';
import type { PlacedCalls } from './placed-call-service.ts';

type ControlOperations = 'hangUpCall' | 'createSessionCall';

export function callControlHandlers(
  controls: CallControls,
  placed: PlacedCalls,
): Pick<Handlers, ControlOperations> {
  return {
    async hangUpCall(call) {
      const row = await controls.hangUp(tenantOf(call), call.params.call_id);
      return { status: 200, body: toCallView(row) };
    },
    async createSessionCall(call) {
      const row = await placed.place(call.unit, tenantOf(call), call.params.session_id, call.body.from);
      return { status: 202, body: toCallView(row) };
    },
  };
}
