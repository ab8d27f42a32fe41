import type { E164 } from '../../kernel/phone.ts';
import type { Allow } from '../sessions/session.ts';
import { checkCaller, checkPolicies } from './call-policy.ts';
import { listingStep } from './listing-rules.ts';
import { type OutOfSessionWay, outOfSessionWay } from './out-of-session.ts';
import { pinStep } from './pin-rules.ts';

import type {
  Announcement,
  AnswerRoute,
  BindingFacts,
  Route,
  RouteFacts,
  RouteReason,
  RouteStep,
  Side,
} from './route-kinds.ts';

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
      const { steps, stop: barred } = checkCaller(facts.policy);
      trace.push(...steps);
      if (barred !== null) return announce(barred.reason, barred.announcement);
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
