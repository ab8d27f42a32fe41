import { type Handlers, tenantOf } from '../../api/contract.ts';
import { listView, pageOf, pageQuery } from '../../api/pagination.ts';
import type { components } from '../../generated/schema.ts';
import type { Session, SessionService } from './session-service.ts';

type SessionOperations = 'createSession' | 'listSessions' | 'getSession' | 'updateSession' | 'endSession';

function toSessionView(session: Session): components['schemas']['Session'] {
  return {
    id: session.id,
    status: session.status,
    livemode: session.livemode,
    transaction_ref: session.transaction_ref,
    pool: session.pool,
    direction: session.direction,
    expires_at: session.expires_at.toISOString(),
    ended_at: session.ended_at?.toISOString() ?? null,
    cooling_seconds: session.cooling_seconds,
    ring_timeout_seconds: session.ring_timeout_seconds,
    max_call_seconds: session.max_call_seconds,
    parties: {
      a: { role: session.a_role, phone_last4: session.last4.a, masking_number: session.a_number },
      b: { role: session.b_role, phone_last4: session.last4.b, masking_number: session.b_number },
    },
    metadata: session.metadata,
    created_at: session.created_at.toISOString(),
    updated_at: session.updated_at.toISOString(),
  };
}

export function sessionHandlers(sessions: SessionService): Pick<Handlers, SessionOperations> {
  return {
    async createSession(call) {
      const session = await sessions.create(call.unit, tenantOf(call), call.body);
      return { status: 201, body: toSessionView(session) };
    },
    async listSessions(call) {
      const page = pageQuery(call.query);
      const { status = null, transaction_ref: transactionRef = null } = call.query;
      const filter = { status, transactionRef, limit: page.limit + 1, startingAfter: page.startingAfter };
      const rows = await sessions.list(call.unit, tenantOf(call), filter);
      return { status: 200, body: listView(pageOf(rows, page), toSessionView) };
    },
    async getSession(call) {
      const session = await sessions.get(call.unit, tenantOf(call), call.params.session_id);
      return { status: 200, body: toSessionView(session) };
    },
    async updateSession(call) {
      const session = await sessions.change(call.unit, tenantOf(call), call.params.session_id, call.body);
      return { status: 200, body: toSessionView(session) };
    },
    async endSession(call) {
      const session = await sessions.end(call.unit, tenantOf(call), call.params.session_id);
      return { status: 200, body: toSessionView(session) };
    },
  };
}
