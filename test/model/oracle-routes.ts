import { type Books, bindingOf, other, type Side, the } from './oracle.ts';
import { isLeftBehind } from './oracle-bindings.ts';
import { phaseOf } from './oracle-phase.ts';

/** What a caller gets who dials a number. `session`, `did`: places in the books. */
export type RouteBook =
  | {
      decision: 'bridge' | 'forward';
      reason: string;
      session: number;
      did: number;
      callerId: string;
      destination: string;
      /** Whether the session is active, and not in a stage after its end. */
      isActive: boolean;
    }
  | { decision: 'announce'; reason: string; session: number | null; did: number }
  | { decision: 'reject'; reason: string; session: null; did: number | null };

/**
 * The DID that a number is dialled as, seen by the public (`owner` null: of those in service in the real world) or by its
 * owner, who is also told about numbers that were his.
 */
export function dialled(books: Books, number: string, owner: number | null): number | null {
  const places = [...books.dids.keys()].filter((place) => {
    const did = the(books.dids, place);
    if (did.number !== number) return false;
    if (owner !== null) return did.owner === owner;
    return the(books.owners, did.owner).livemode && did.status !== 'retired';
  });
  const inService = places.filter((place) => the(books.dids, place).status !== 'retired');
  return inService.at(-1) ?? places.at(-1) ?? null;
}

/** @param from null: withheld */
export function decide(books: Books, did: number | null, from: string | null): RouteBook {
  if (did === null || the(books.dids, did).status === 'retired') {
    return { decision: 'reject', reason: 'unknown_did', session: null, did };
  }
  const tenant = the(books.tenants, the(books.owners, the(books.dids, did).owner).tenant);
  const stranger = (reason: string): RouteBook =>
    tenant.policy === 'announce'
      ? { decision: 'announce', reason, session: null, did }
      : { decision: 'reject', reason, session: null, did };
  if (tenant.status !== 'active') {
    return { decision: 'announce', reason: 'tenant_suspended', session: null, did };
  }
  if (from === null) return stranger('caller_withheld');
  const binding = bindingOf(books, did, from);
  if (binding === null) return stranger('caller_not_allowed');

  const session = the(books.sessions, binding.session);
  const about = { session: binding.session, did };
  const announce = (reason: string): RouteBook => ({ decision: 'announce', reason, ...about });
  const phase = phaseOf(session, books.now);
  if (phase.status === 'ended' || phase.status === 'expired') return announce(`session_${phase.status}`);
  if (isLeftBehind(books, binding)) {
    const { phones, did: its } = session.parties[binding.side];
    return announce(did !== its && phones.includes(from) ? 'session_rehomed' : 'phone_replaced');
  }
  const isActive = phase.status === 'active';
  if (phase.status === 'grace') {
    const { allow, forwardTo } = phase.stage;
    if (!mayCall(binding.side, allow) || !mayCall(binding.side, session.direction)) {
      if (forwardTo === null) return announce(`session_${phase.after}`);
      const callerId = the(books.dids, did).number;
      return {
        decision: 'forward',
        reason: 'grace_forward',
        ...about,
        callerId,
        destination: forwardTo,
        isActive,
      };
    }
  }
  if (!mayCall(binding.side, session.direction)) return announce('direction_not_allowed');
  if (session.maxCalls !== null && session.callsMade >= session.maxCalls)
    return announce('call_limit_reached');
  const party = session.parties[other(binding.side)];
  const shown = the(books.dids, party.did);
  if (shown.status === 'retired') return announce('caller_id_not_owned');
  const reason = isActive ? 'live_binding' : 'grace_binding';
  const destination = the(party.phones, 0);
  return { decision: 'bridge', reason, ...about, callerId: shown.number, destination, isActive };
}

function mayCall(side: Side, allow: string): boolean {
  return allow === 'both' || allow === (side === 'a' ? 'a_to_b' : 'b_to_a');
}
