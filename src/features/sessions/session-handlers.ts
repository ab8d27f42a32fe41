import { type Handlers, type Once, type Reply, type TenantActor, tenantOf } from '../../api/contract.ts';
import { listView, pageOf, pageQuery } from '../../api/pagination.ts';
import type { Db } from '../../db/database.ts';
import type { components } from '../../generated/schema.ts';
import { eachInPlace } from '../../kernel/each-in-place.ts';
import { catalogue, Failure } from '../../kernel/errors.ts';
import type { NewSessionInput } from './new-session.ts';
import type { AllocationStep, Party, Session, Stage } from './session.ts';
import type { CreateSession } from './session-creation-service.ts';
import type { RehomeSession } from './session-rehome-service.ts';
import type { SessionService } from './session-service.ts';

type SessionOperations =
  | 'createSession'
  | 'createSessions'
  | 'listSessions'
  | 'getSession'
  | 'updateSession'
  | 'endSession'
  | 'reopenSession'
  | 'rehomeSession';

function toPartyView(party: Party): components['schemas']['Party'] {
  return {
    role: party.role,
    phone_last4: party.phonesLast4[0] ?? '',
    phones_last4: party.phonesLast4,
    masking_number: party.maskingNumber,
    ...(party.pin === undefined ? {} : { pin: party.pin }),
  };
}

function toStageView({ seconds, allow, forwardToLast4 }: Stage): components['schemas']['Stage'] {
  return { seconds, allow, forward_to_last4: forwardToLast4 };
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
    after_end: session.afterEnd.map(toStageView),
    grace_ends_at: session.graceEndsAt?.toISOString() ?? null,
    allocation: session.allocation,
    cooling_seconds: session.coolingSeconds,
    ring_timeout_seconds: session.ringTimeoutSeconds,
    max_call_seconds: session.maxCallSeconds,
    sliding_seconds: session.slidingSeconds,
    max_calls: session.maxCalls,
    calls_made: session.callsMade,
    end_after_first_call: session.endAfterFirstCall,
    voice: session.voice,
    ...(session.pinEnabled ? { pin: { enabled: true } } : {}),
    ...(session.listing === null ? {} : { listing: session.listing }),
    parties: { a: toPartyView(session.parties.a), b: toPartyView(session.parties.b) },
    metadata: session.metadata,
    created_at: session.createdAt.toISOString(),
    updated_at: session.updatedAt.toISOString(),
  };
}

function toItemError(failure: Failure): components['schemas']['ItemError'] {
  const { faults, saturation, steps } = failure.details;
  return {
    code: failure.code,
    title: catalogue[failure.code].title,
    detail: failure.message,
    ...(faults === undefined ? {} : { errors: [...faults] }),
    ...(saturation === undefined ? {} : { saturation }),
    ...(steps === undefined ? {} : { allocation: { steps: [...steps] as AllocationStep[] } }),
  };
}

/** Half of a process' database connections by default: a batch must not keep single requests and calls waiting. */
const AT_ONCE = 8;

/**
 * Leaves jobs that hang up the calls of a session, in the transaction that has ended it: whoever is bridged until then has a
 * call that they find. Throws, before anything is done, where no call can be hung up.
 */
export type HangUpLive = (actor: TenantActor) => (db: Db, sessionId: string) => Promise<void>;

export function sessionHandlers(
  sessions: SessionService,
  create: CreateSession,
  rehome: RehomeSession,
  hangUpLive: HangUpLive,
): Pick<Handlers, SessionOperations> {
  const createOne = async (
    db: Db,
    actor: TenantActor,
    body: NewSessionInput,
    once: Once<'createSession'>,
  ): Promise<Reply<'createSession'>> => {
    const created = await create(db, actor, body, {
      key: once.key,
      fingerprint: once.fingerprint,
      seal: (session) => once.seal({ status: 201, body: toSessionView(session) }),
    });
    if (created.outcome === 'kept') return once.replay(created.kept);
    return { status: 201, body: toSessionView(created.result) };
  };
  return {
    createSession: (call) => createOne(call.db, tenantOf(call), call.body, call.once),
    async createSessions(call) {
      const bodies = call.body.sessions;
      let replays = 0;
      const data = await eachInPlace(bodies, AT_ONCE, async (body, place) => {
        const once = call.once.part<'createSession'>(place, body);
        try {
          const reply = await createOne(call.db, tenantOf(call), body, once);
          replays += reply.replayed === true ? 1 : 0;
          return { session: reply.body, error: null };
        } catch (error) {
          // What is wrong with one item is its result; what is wrong with us fails the request, which can be sent again.
          if (!(error instanceof Failure) || error.kind === 'unavailable') throw error;
          return { session: null, error: toItemError(error) };
        }
      });
      return { status: 200, body: { data }, ...(replays === bodies.length ? { replayed: true } : {}) };
    },
    async listSessions(call) {
      const page = pageQuery(call.query);
      const { status = null, transaction_ref: transactionRef = null, listing = null } = call.query;
      const filter = {
        status,
        transactionRef,
        listing,
        limit: page.limit + 1,
        startingAfter: page.startingAfter,
      };
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
      const { immediately = false, hangup_live_calls: hangsUp = false } = call.body ?? {};
      const { session_id } = call.params;
      if (hangsUp) await sessions.get(call.unit, tenantOf(call), session_id);
      const hangUp = hangsUp ? hangUpLive(tenantOf(call)) : null;
      const session = await sessions.end(call.unit, tenantOf(call), session_id, immediately);
      await hangUp?.(call.unit, session_id);
      return { status: 200, body: toSessionView(session) };
    },
    async rehomeSession(call) {
      const id = call.params.session_id;
      await rehome(call.unit, tenantOf(call), id, call.body?.allocation ?? {});
      return { status: 200, body: toSessionView(await sessions.get(call.unit, tenantOf(call), id)) };
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
