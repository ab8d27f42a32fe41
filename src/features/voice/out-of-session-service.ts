import type { TenantKeys } from '../../crypto/tenant-keys.ts';
import type { Database } from '../../db/database.ts';
import { Failure } from '../../kernel/errors.ts';
import { newId, type TenantId } from '../../kernel/ids.ts';
import type { Outbound } from '../../outbound/client.ts';
import type { Asker, NewSessionInput } from '../sessions/new-session.ts';
import type { CreateSession } from '../sessions/session-creation-service.ts';
import { type AnswerDecision, decide } from './decision.ts';
import type { EndpointBreaker } from './endpoint-breaker.ts';
import { openPolicySecret } from './out-of-session.ts';
import {
  MOST_ANSWER_BYTES,
  type OutOfSessionAnswer,
  readAnswer,
  sessionBody,
} from './out-of-session-answer.ts';
import type { FoundOutOfSession } from './policy-store.ts';
import { routeOutOfSession } from './route.ts';
import type { AnswerRoute, RouteStep } from './route-kinds.ts';
import type { RouteDid } from './route-store.ts';

/** For all of it: the caller waits, and what comes after it needs time as well. */
const ASK_MS = 800;

export type OutOfSessionParts = {
  database: Database;
  keysOf: (tenantId: TenantId, version: number) => Promise<TenantKeys>;
  ask: Outbound['ask'];
  /** What goes with a message so that its receiver knows that it is ours. */
  sign: (
    message: { id: string; at: Date; body: string },
    secrets: readonly string[],
  ) => Record<string, string>;
  createSession: CreateSession;
  /** The body of POST /v1/sessions, held against its schema. Throws invalid_request. */
  readSession: (body: unknown) => NewSessionInput;
  breaker: EndpointBreaker;
};

/** Asks the tenant's endpoint when its policy says so; any other decision stays as it is. */
export type SettleOutOfSession = (
  did: RouteDid,
  keys: TenantKeys,
  from: string | null,
  decision: AnswerDecision,
) => Promise<AnswerDecision>;

/** What came of asking: an answer that can be used, or why there is none. */
type Asked = { answer: OutOfSessionAnswer } | { fault: string };

/** Nothing of Postgres is held while the endpoint is asked. */
export function outOfSessionSettling(parts: OutOfSessionParts): SettleOutOfSession {
  const { database, breaker } = parts;

  const askEndpoint = async (
    did: RouteDid,
    { route, caller, policies }: AnswerDecision,
    { policy, url, secrets }: FoundOutOfSession,
    id: string,
  ): Promise<Asked> => {
    if (url === null) return { fault: 'it has no address' };
    if (!breaker.mayTry(policy.id))
      return { fault: 'it has failed several times and is left alone for a while' };
    const opened: string[] = [];
    for (const { sealed, keyVersion } of secrets) {
      const keys = await parts.keysOf(did.tenant_id, keyVersion);
      opened.push(openPolicySecret(keys, did.tenant_id, policy.id, sealed));
    }
    const at = new Date();
    const body = JSON.stringify({
      type: 'call.out_of_session',
      id,
      timestamp: at.toISOString(),
      data: {
        did: did.e164,
        from: caller,
        reason: route.reason,
        pool: policies.poolId,
        livemode: did.livemode,
      },
    });
    const headers = { 'content-type': 'application/json', ...parts.sign({ id, at, body }, opened) };
    const reply = await parts.ask({ url, headers, body, timeoutMs: ASK_MS }, MOST_ANSWER_BYTES);
    const isDown = reply.kind === 'failed' || reply.status >= 500;
    if (isDown) breaker.failed(policy.id);
    else breaker.succeeded(policy.id);
    return reply.kind === 'failed' ? { fault: faults[reply.reason] } : readAnswer(reply.status, reply.body);
  };

  /** The decision once the session is there; or why it is not. */
  const withSession = async (
    did: RouteDid,
    keys: TenantKeys,
    from: string | null,
    decision: AnswerDecision,
    session: Record<string, unknown>,
  ): Promise<AnswerDecision | { fault: string }> => {
    const { caller, policies } = decision;
    if (caller === null) return { fault: 'it wants a session for a caller who is not known' };
    const place = { caller, did: did.did_id, pool: policies.poolId };
    const body = sessionBody(session, place);
    if (body === null) return { fault: 'its session is not one that the caller could be in' };
    const asker: Asker = {
      tenantId: did.tenant_id,
      livemode: did.livemode,
      defaultCountry: did.default_country,
    };
    try {
      await parts.createSession(database.together, asker, parts.readSession(body), null);
    } catch (error) {
      if (error instanceof Failure) return { fault: `its session was refused: ${error.code}` };
      throw error;
    }
    const again = await decide(database.single, did, keys, from);
    const { route } = again;
    return route.decision === 'connect' ? { fault: 'the caller is not in its session' } : { ...again, route };
  };

  return async (did, keys, from, decision) => {
    const { route, policies } = decision;
    const { outOfSession } = policies;
    if (route.decision !== 'ask' || outOfSession === null) return decision;
    const id = newId('req');
    const steps: RouteStep[] = [];
    const told = (text: string) =>
      void steps.push({
        rule: 'ask',
        outcome: 'match',
        detail: `The tenant's endpoint was asked (${id}): ${text}.`,
      });
    const ending = (way: 'reject' | 'announce' | 'forward'): AnswerDecision => ({
      ...decision,
      route: routeOutOfSession(way, route.reason, did.e164, [...route.trace, ...steps]),
    });

    const asked = await askEndpoint(did, decision, outOfSession, id);
    let fault = 'fault' in asked ? asked.fault : null;
    if ('answer' in asked) {
      const { answer } = asked;
      if (answer.action === 'session') {
        const made = await withSession(did, keys, from, decision, answer.session);
        if (!('fault' in made) && made.route.binding !== null) {
          told('it gave a session, which was created');
          return { ...made, route: tracedAfter(made.route, [...route.trace, ...steps]) };
        }
        fault = 'fault' in made ? made.fault : 'the caller is not in the session that it gave';
      } else if (answer.action === 'forward' && !outOfSession.policy.hasForward) {
        fault = 'it says forward, and there is no support number';
      } else {
        told(`it says ${answer.action}`);
        return ending(answer.action);
      }
    }
    const otherwise = outOfSession.policy.onFailure ?? 'announce';
    told(`${fault}; then the policy is to ${otherwise}`);
    return ending(otherwise);
  };
}

function tracedAfter(route: AnswerRoute, before: readonly RouteStep[]): AnswerRoute {
  return { ...route, trace: [...before, ...route.trace] };
}

const faults = {
  timeout: 'it did not answer in time',
  address_refused: 'its address is not one that may be reached',
  dns: 'its name leads nowhere',
  tls: 'its certificate is not accepted',
  connection: 'it could not be connected to',
  response_too_large: 'its answer is too large',
} as const;
