import type { BindingsRow, DidsRow, SessionsRow, TenantsRow } from '../../generated/tables.ts';
import type { E164 } from '../../kernel/phone.ts';
import type { Allow } from '../sessions/session.ts';
import { checkCaller, checkPolicies, type PolicyFacts, type PolicyStop } from './call-policy.ts';
import { type ListingFacts, listingStep } from './listing-rules.ts';
import { type OutOfSessionWay, outOfSessionWay } from './out-of-session.ts';
import { type PinFacts, pinStep } from './pin-rules.ts';

export type Side = BindingsRow['side'];
/** `ask`: the tenant's endpoint is to say which of the others; no call ends with it. */
export type RouteDecision = 'bridge' | 'forward' | 'announce' | 'ask_pin' | 'reject' | 'ask';
export type RouteReason =
  | 'live_binding'
  | 'listing_call'
  | 'listing_seller'
  | 'listing_unavailable'
  | 'pin_accepted'
  | 'pin_required'
  | 'pin_failed'
  | 'pin_locked'
  | 'grace_binding'
  | 'grace_forward'
  | 'unknown_did'
  | 'tenant_suspended'
  | 'caller_withheld'
  | 'direction_not_allowed'
  | 'caller_id_not_owned'
  | 'session_ended'
  | 'session_expired'
  | 'phone_replaced'
  | 'session_rehomed'
  | 'call_limit_reached'
  | PolicyStop['reason']
  | 'caller_not_allowed';

export type RouteStep = { rule: string; outcome: 'pass' | 'match' | 'stop'; detail: string };

/** A stage after the end of a session that is in force. `number`: from 1; `after`: how the session lost its full rights. */
export type GraceStage = {
  is: 'grace';
  number: number;
  allow: Allow;
  /** Whether it has a number for callers whom it does not allow. */
  forwards: boolean;
  after: 'ended' | 'expired';
};
/** Where a session stands. */
export type SessionPhase = { is: 'active' } | GraceStage | { is: 'ended' } | { is: 'expired' };

/** The caller's binding on the dialled DID, with its session, as of Postgres' clock. */
export type BindingFacts = {
  sessionId: string;
  side: Side;
  /** The binding cools: the phone was taken out of the session, or the party got another DID. */
  isReleased: boolean;
  /** The party has another DID now. */
  isMoved: boolean;
  phase: SessionPhase;
  direction: SessionsRow['direction'];
  ringTimeoutSeconds: number;
  maxCallSeconds: number;
  /** Null: any number. */
  maxCalls: number | null;
  callsMade: number;
  /** The DID that the other party knows the caller by. */
  otherDid: { e164: E164; status: DidsRow['status'] };
};

export type RouteFacts = {
  /** Null when no DID of this account has the dialled number. */
  did: { e164: E164; status: DidsRow['status'] } | null;
  tenantStatus: TenantsRow['status'];
  outOfSessionPolicy: TenantsRow['out_of_session_policy'];
  /** False when the caller is withheld, or what the carrier sent is no number. */
  isCallerKnown: boolean;
  /** One for each reading of the caller's number that has a binding here. */
  bindings: readonly BindingFacts[];
  /** Null when no party has a PIN on this DID. */
  pins?: PinFacts | null;
  /** Null when the DID carries no listing. */
  listing?: ListingFacts | null;
  policy: PolicyFacts;
};

/** What a caller hears who is not connected; the words are in announcements.ts. */
export type Announcement =
  | 'over'
  | 'number_changed'
  | 'not_connected'
  | 'unavailable'
  | 'not_allowed'
  | 'pin_locked'
  | 'pin_failed'
  | PolicyStop['announcement'];

export type Route = { reason: RouteReason; trace: RouteStep[] } & (
  | { decision: 'bridge'; binding: BindingFacts; callerId: E164 }
  /** To the number of the stage that is in force. */
  | { decision: 'forward'; binding: BindingFacts; stage: GraceStage; callerId: E164 }
  /** To the tenant's support number. */
  | { decision: 'forward'; binding: null; stage: null; callerId: E164 }
  | { decision: 'ask'; binding: null }
  | { decision: 'announce'; announcement: Announcement; binding: BindingFacts | null }
  /** To a listing. Becomes another one before a call is answered; an explanation calls it a bridge. */
  | { decision: 'connect'; listing: string; binding: null }
  | { decision: 'ask_pin'; digits: number; binding: null }
  | { decision: 'reject'; binding: null }
);

/** What a call can be answered with. */
export type AnswerRoute = Exclude<Route, { decision: 'connect' }>;

/**
 * Who is this call for? The first rule that stops decides. The webhook, the explanation and every test call come through
 * here; it knows nothing of HTTP, XML, Postgres or clocks.
 */
export function decideRoute(facts: RouteFacts): Route {
  const trace: RouteStep[] = [];
  const pass = (rule: string, detail: string) => void trace.push({ rule, outcome: 'pass', detail });
  const stop = (rule: string, detail: string) => void trace.push({ rule, outcome: 'stop', detail });
  const announce = (
    reason: RouteReason,
    announcement: Announcement,
    binding: BindingFacts | null = null,
  ): Route => ({ decision: 'announce', reason, announcement, binding, trace });
  /** For whoever is nobody by the phone. */
  const outOfSession = (reason: RouteReason, callerId: E164): Route => {
    const { steps, stop: blocked } = checkCaller(facts.policy);
    trace.push(...steps);
    if (blocked !== null) return announce(blocked.reason, blocked.announcement);
    const pin = pinStep(facts.pins ?? null);
    if (pin !== null) {
      trace.push(pin.step);
      if (pin.lock !== null) return announce('pin_locked', 'pin_locked');
      return { decision: 'ask_pin', reason: 'pin_required', digits: pin.digits, binding: null, trace };
    }
    const { way, detail } = outOfSessionWay(facts.policy.outOfSession, facts.outOfSessionPolicy);
    stop('out_of_session', detail);
    return routeOutOfSession(way, reason, callerId, trace);
  };

  if (facts.did === null || facts.did.status === 'retired') {
    stop('did', 'The dialled number is no DID that is in service here.');
    return { decision: 'reject', reason: 'unknown_did', binding: null, trace };
  }
  pass('did', `The dialled number is a DID of the tenant and ${facts.did.status}.`);

  if (facts.tenantStatus !== 'active') {
    stop('tenant', `The tenant is ${facts.tenantStatus}.`);
    return announce('tenant_suspended', 'unavailable');
  }
  pass('tenant', 'The tenant is active.');

  if (!facts.isCallerKnown) {
    stop('caller', 'The caller is withheld or not a phone number.');
    return outOfSession('caller_withheld', facts.did.e164);
  }
  pass('caller', 'The caller is a phone number.');

  const [binding, ...others] = facts.bindings;
  if (binding === undefined) {
    const listing = listingStep(facts.listing ?? null);
    if (listing !== null) trace.push(listing.step);
    if (listing?.connects === false) return announce('listing_seller', 'not_allowed');
    if (facts.listing && listing?.connects) {
      const { steps, stop: blocked } = checkCaller(facts.policy);
      trace.push(...steps);
      if (blocked !== null) return announce(blocked.reason, blocked.announcement);
      return { decision: 'connect', reason: 'listing_call', listing: facts.listing.id, binding: null, trace };
    }
    stop('binding', 'The caller is in no session on this DID.');
    return outOfSession('caller_not_allowed', facts.did.e164);
  }
  if (others.length > 0) {
    // Connecting the likelier one would sometimes connect the wrong person.
    stop('binding', 'What the carrier sent can be read as the phones of two different sessions.');
    return outOfSession('caller_not_allowed', facts.did.e164);
  }
  trace.push({
    rule: 'binding',
    outcome: 'match',
    detail: `The caller is party ${binding.side} of a session.`,
  });

  const { phase } = binding;
  if (phase.is === 'ended') {
    stop('session', 'The session was ended.');
    return announce('session_ended', 'over', binding);
  }
  if (phase.is === 'expired') {
    stop('session', 'The session has expired.');
    return announce('session_expired', 'over', binding);
  }
  if (binding.isReleased && binding.isMoved) {
    stop('session', 'The session goes on with another masking number of this party.');
    return announce('session_rehomed', 'number_changed', binding);
  }
  if (binding.isReleased) {
    stop('session', 'The session goes on with another phone of this party.');
    return announce('phone_replaced', 'over', binding);
  }
  if (phase.is === 'active') pass('session', 'The session is active.');
  else pass('session', `The session ${howOver[phase.after]} and is in grace.`);

  if (phase.is === 'grace') {
    const allows = `Stage ${phase.number} after the end is in force: it allows ${phase.allow}, the session ${binding.direction}.`;
    if (allowsCallsFrom(binding.side, phase.allow) && allowsCallsFrom(binding.side, binding.direction)) {
      pass('stage', allows);
    } else if (phase.forwards && facts.policy.callerBlock === null) {
      trace.push({ rule: 'stage', outcome: 'match', detail: `${allows} Others are forwarded.` });
      pass('caller_id', "The number that was dialled is shown, a DID of the tenant's.");
      const callerId = facts.did.e164;
      return { decision: 'forward', reason: 'grace_forward', binding, stage: phase, callerId, trace };
    } else {
      stop('stage', allows);
      return announce(`session_${phase.after}`, 'over', binding);
    }
  }

  if (!allowsCallsFrom(binding.side, binding.direction)) {
    stop('direction', `Only the other party may call: ${binding.direction}.`);
    return announce('direction_not_allowed', 'not_allowed', binding);
  }
  pass('direction', `Calls from party ${binding.side} are allowed.`);

  const policies = checkPolicies(facts.policy);
  trace.push(...policies.steps);
  if (policies.stop !== null) return announce(policies.stop.reason, policies.stop.announcement, binding);

  if (binding.maxCalls !== null && binding.callsMade >= binding.maxCalls) {
    stop('call_limit', `The session's ${binding.maxCalls} calls are used up.`);
    return announce('call_limit_reached', 'over', binding);
  }
  pass('call_limit', 'The session has calls left.');

  // Showing a number that is not the tenant's own is an offence, whatever brought it here.
  if (binding.otherDid.status === 'retired') {
    stop('caller_id', "The other party's masking number is not in service any more.");
    return announce('caller_id_not_owned', 'unavailable', binding);
  }
  pass('caller_id', "The other party sees its own masking number, a DID of the tenant's.");
  const reason = phase.is === 'grace' ? 'grace_binding' : 'live_binding';
  return { decision: 'bridge', reason, binding, callerId: binding.otherDid.e164, trace };
}

/** What becomes of a caller without a session. `callerId`: the dialled DID, which the support number sees. */
export function routeOutOfSession(
  way: OutOfSessionWay,
  reason: RouteReason,
  callerId: E164,
  trace: RouteStep[],
): AnswerRoute {
  switch (way) {
    case 'reject':
      return { decision: 'reject', reason, binding: null, trace };
    case 'announce':
      return { decision: 'announce', reason, announcement: 'not_connected', binding: null, trace };
    case 'forward':
      return { decision: 'forward', reason, binding: null, stage: null, callerId, trace };
    case 'ask':
      return { decision: 'ask', reason, binding: null, trace };
  }
}

const howOver = { ended: 'was ended', expired: 'has expired' };

function allowsCallsFrom(side: Side, allow: Allow): boolean {
  return allow === 'both' || allow === (side === 'a' ? 'a_to_b' : 'b_to_a');
}
