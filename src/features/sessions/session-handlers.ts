import { type Handlers, tenantOf } from '../../api/contract.ts';
import { listView, pageOf, pageQuery } from '../../api/pagination.ts';
import type { components } from '../../generated/schema.ts';
import type { Party, Session } from './session.ts';
import type { CreateSession } from './session-creation-service.ts';
import type { SessionService } from './session-service.ts';

type SessionOperations =
  | 'createSession'
  | 'listSessions'
  | 'getSession'
  | 'updateSession'
  | 'endSession'
  | 'reopenSession';

function toPartyView(party: Party): components['schemas']['Party'] {
  return {
    role: party.role,
    phone_last4: party.phonesLast4[0] ?? '',
    phones_last4: party.phonesLast4,
    masking_number: party.maskingNumber,
  };
}

function toSessionView(session: Session): components['schemas']['Session'] {
  return {
    id: session.id,
    status: session.status,
    livemode: session.livemode,
    transaction_ref: session.transactionRef,
    pool: session.pool,
    direction: session.direction,
    expires_at: session.expiresAt.toISOString(),
    ended_at: session.endedAt?.toISOString() ?? null,
    cooling_seconds: session.coolingSeconds,
    ring_timeout_seconds: session.ringTimeoutSeconds,
    max_call_seconds: session.maxCallSeconds,
    sliding_seconds: session.slidingSeconds,
    max_calls: session.maxCalls,
    calls_made: session.callsMade,
    end_after_first_call: session.endAfterFirstCall,
    parties: { a: toPartyView(session.parties.a), b: toPartyView(session.parties.b) },
    metadata: session.metadata,
    created_at: session.createdAt.toISOString(),
    updated_at: session.updatedAt.toISOString(),
  };
}

export function sessionHandlers(
  sessions: SessionService,
  create: CreateSession,
): Pick<Handlers, SessionOperations> {
  return {
    async createSession(call) {
      const { once } = call;
      const created = await create(call.db, tenantOf(call), call.body, {
        key: once.key,
        fingerprint: once.fingerprint,
        seal: (session) => once.seal({ status: 201, body: toSessionView(session) }),
      });
      if (created.outcome === 'kept') return once.replay(created.kept);
      return { status: 201, body: toSessionView(created.result) };
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
    async reopenSession(call) {
      const { session_id } = call.params;
      const session = await sessions.reopen(
        call.unit,
        tenantOf(call),
        session_id,
        call.body.expires_in_seconds,
      );
      return { status: 200, body: toSessionView(session) };
    },
  };
}
