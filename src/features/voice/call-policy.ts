import { type CallWindow, isWindowOpen, type PairLimit, zonesOf } from '../tenants/call-window.ts';
import type { Voice } from '../tenants/voice-settings.ts';
import type { OutOfSessionPolicy } from './out-of-session.ts';

/** What the policies of a session, its pool and its tenant say of one call. */
export type PolicyFacts = {
  /** A block of whatever this caller dials; by its id. */
  callerBlock: string | null;
  /** A block of calls between these two. */
  pairBlock: string | null;
  /** Whether the called party may be called now; null when nothing is said of it. */
  hours: { isOpen: boolean; zone: string } | null;
  pairLimit: PairLimit | null;
  /** Calls that the two had within the time of the limit. */
  pairCalls: number;
  /** Null: the tenant's own setting holds. */
  outOfSession: OutOfSessionPolicy | null;
};

export const noPolicy: PolicyFacts = {
  callerBlock: null,
  pairBlock: null,
  hours: null,
  pairLimit: null,
  pairCalls: 0,
  outOfSession: null,
};

export type PolicyStop = {
  reason: 'outside_call_window' | 'caller_blocked' | 'pair_limit_reached';
  /** A person who is blocked is not told so. */
  announcement: 'outside_hours' | 'not_connected' | 'too_many_calls';
};
type Step = { rule: string; outcome: 'pass' | 'stop'; detail: string };

/** May these two be connected now? The steps of what has something to say, up to the first that stops. */
export function checkPolicies(policy: PolicyFacts): { steps: Step[]; stop: PolicyStop | null } {
  const steps: Step[] = [];
  const { hours, pairLimit, pairCalls } = policy;
  if (hours !== null) {
    const detail = `The call window of the called party (${hours.zone}) is ${hours.isOpen ? 'open' : 'closed'}.`;
    steps.push({ rule: 'call_window', outcome: hours.isOpen ? 'pass' : 'stop', detail });
    if (!hours.isOpen)
      return { steps, stop: { reason: 'outside_call_window', announcement: 'outside_hours' } };
  }
  const block = policy.callerBlock ?? policy.pairBlock;
  if (block !== null) {
    steps.push(blockStep(block));
    return { steps, stop: blocked };
  }
  if (pairLimit !== null) {
    const { calls, seconds, scope = 'session' } = pairLimit;
    const isReached = pairCalls >= calls;
    const where = scope === 'pool' ? 'in the pool' : 'in the session';
    const detail = `The two may talk ${calls} times in ${seconds} seconds ${where}, and ${isReached ? 'have' : `had ${pairCalls} calls`}.`;
    steps.push({ rule: 'pair_limit', outcome: isReached ? 'stop' : 'pass', detail });
    if (isReached) return { steps, stop: { reason: 'pair_limit_reached', announcement: 'too_many_calls' } };
  }
  return { steps, stop: null };
}

/** For callers who are connected to nobody in particular: only what is said of themselves counts. */
export function checkCaller(policy: PolicyFacts): { steps: Step[]; stop: PolicyStop | null } {
  if (policy.callerBlock === null) return { steps: [], stop: null };
  return { steps: [blockStep(policy.callerBlock)], stop: blocked };
}

const blocked: PolicyStop = { reason: 'caller_blocked', announcement: 'not_connected' };

function blockStep(block: string): Step {
  return { rule: 'block', outcome: 'stop', detail: `A block stops this call: ${block}.` };
}

/** @param country the tenant's: where a party is taken to be of whom nothing is said */
export function hoursOf(
  { callWindow, timeZone }: { callWindow: CallWindow | null; timeZone: Voice['timeZone'] },
  called: 'a' | 'b',
  at: Date,
  country: string,
): PolicyFacts['hours'] {
  if (callWindow === null) return null;
  const own = timeZone[called];
  const zones = own === null ? zonesOf(country) : [own];
  const zone = zones.length === 1 ? (zones[0] ?? 'UTC') : `all zones of ${country}`;
  return { isOpen: isWindowOpen(callWindow, at, zones), zone };
}
