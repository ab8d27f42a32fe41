import { callerIndex } from '../../crypto/blind-index.ts';
import type { TenantKeys } from '../../crypto/tenant-keys.ts';
import type { Db } from '../../db/database.ts';
import { type CountryCode, candidatesOf, type E164, isCountry } from '../../kernel/phone.ts';
import { resolveVoice } from '../tenants/voice-settings.ts';
import { isWithheld } from '../vobiz/caller.ts';
import { hoursOf, noPolicy, type PolicyFacts } from './call-policy.ts';
import { type PinFacts, pinCaps } from './pin-rules.ts';
import { findPinLock } from './pin-try-store.ts';
import { type FoundPolicies, findPolicies } from './policy-store.ts';
import { decideRoute } from './route.ts';
import type { AnswerRoute, Route, Side } from './route-kinds.ts';
import { type FoundBinding, findBindings, findParty, type RouteDid } from './route-store.ts';

export type Decision = {
  route: Route;
  /** The binding that the route is about, with the other party's sealed number. */
  binding: FoundBinding | null;
  /** The caller as it was read: the reading with a binding, else the most likely one. */
  caller: E164 | null;
  policies: FoundPolicies;
};

export type AnswerDecision = Decision & { route: AnswerRoute };
/** What is decided of a party that is known already. */
export type PartyDecision = Pick<AnswerDecision, 'route' | 'binding' | 'policies'>;

/**
 * Gathers the facts about a caller on a DID and decides. What is asked of Postgres is asked side by side; one round trip more for
 * a caller who is nobody by the phone on a DID with PINs.
 */
export async function decide(
  db: Db,
  did: RouteDid,
  keys: TenantKeys,
  from: string | null,
): Promise<Decision> {
  const callers = isWithheld(from) ? [] : candidatesOf(from ?? '', countriesOf(did));
  const indexes = callers.map((caller) => callerIndex(keys, caller));
  const [bindings, policies] = await Promise.all([
    indexes.length === 0 ? [] : findBindings(db, did.tenant_id, did.did_id, indexes),
    findPolicies(db, did.tenant_id, did.did_id, indexes),
  ]);
  const route = decideRoute({
    did: { e164: did.e164, status: did.did_status },
    tenantStatus: did.tenant_status,
    outOfSessionPolicy: did.out_of_session_policy,
    isCallerKnown: callers.length > 0,
    bindings,
    listing: listingOf(did, indexes),
    pins: bindings.length === 1 ? null : await pinsFor(db, did, indexes[0] ?? null),
    policy: policyFacts(policies, bindings[0] ?? null, did),
  });
  const binding = route.binding === null ? null : (bindings[0] ?? null);
  const caller = callers[binding === null ? 0 : binding.callerPlace - 1] ?? null;
  return { route, binding, caller, policies };
}

/**
 * Decides anew for a call that was connected before, as when the next phone of the party is to ring: the session may be over
 * by now. The call itself is counted already. `byPin`: whom its PIN made the caller.
 */
export async function decideAgain(
  db: Db,
  did: RouteDid,
  caller: Buffer | null,
  byPin: { sessionId: string; side: Side } | null,
): Promise<PartyDecision> {
  const callers = caller === null ? [] : [caller];
  const [found, policies] = await Promise.all([
    byPin === null
      ? findBindings(db, did.tenant_id, did.did_id, callers)
      : findParty(db, did.tenant_id, did.did_id, byPin),
    findPolicies(db, did.tenant_id, did.did_id, callers),
  ]);
  const bindings = found.map((binding) => ({ ...binding, callsMade: binding.callsMade - 1 }));
  return decidedFor(did, bindings, { ...policies, pairCalls: policies.pairCalls - 1 });
}

function decidedFor(
  did: RouteDid,
  bindings: readonly FoundBinding[],
  policies: FoundPolicies,
): PartyDecision {
  const route = decideRoute({
    did: { e164: did.e164, status: did.did_status },
    tenantStatus: did.tenant_status,
    outOfSessionPolicy: did.out_of_session_policy,
    isCallerKnown: true,
    bindings,
    policy: policyFacts(policies, bindings[0] ?? null, did),
  });
  if (route.decision === 'connect') throw new Error('whoever is in a call is no new buyer');
  return { route, binding: route.binding === null ? null : (bindings[0] ?? null), policies };
}

function listingOf({ listing_id: id, listing_seller: seller }: RouteDid, callers: readonly Buffer[]) {
  if (id === null || seller === null) return null;
  return { id, isSeller: callers.some((caller) => caller.equals(seller)) };
}

async function pinsFor(db: Db, did: RouteDid, caller: Buffer | null): Promise<PinFacts | null> {
  if (did.pin_digits === null) return null;
  const lock = await findPinLock(db, did.tenant_id, did.did_id, caller, pinCaps);
  return { digits: did.pin_digits, lock };
}

/**
 * Decides for a caller who is this party by its PIN, by the rules that a phone of the party would meet. `caller`: the phone that
 * it calls from, null when that is withheld.
 */
export async function decideForParty(
  db: Db,
  did: RouteDid,
  party: { sessionId: string; side: Side },
  caller: Buffer | null,
): Promise<PartyDecision> {
  const [found, policies] = await Promise.all([
    findParty(db, did.tenant_id, did.did_id, party),
    findPolicies(db, did.tenant_id, did.did_id, caller === null ? [] : [caller]),
  ]);
  return decidedFor(did, found, policies);
}

function policyFacts(found: FoundPolicies, binding: FoundBinding | null, did: RouteDid): PolicyFacts {
  const { callerBlock, pairBlock, pairLimit, pairCalls, tenantVoice, readAt } = found;
  const outOfSession = found.outOfSession?.policy ?? null;
  if (binding === null) return { ...noPolicy, callerBlock, outOfSession };
  const called = binding.side === 'a' ? 'b' : 'a';
  const voice = resolveVoice([...binding.settings, tenantVoice]);
  const hours = hoursOf(voice, called, readAt, did.default_country);
  return { callerBlock, pairBlock, hours, pairLimit, pairCalls, outOfSession };
}

/** Carriers write a caller as it is dialled where the DID is; the tenant's country comes second. */
function countriesOf(did: RouteDid): CountryCode[] {
  const country = did.country !== null && isCountry(did.country) ? [did.country] : [];
  return [...new Set([...country, did.default_country])];
}

export const unknownDid = decideRoute({
  did: null,
  tenantStatus: 'active',
  outOfSessionPolicy: 'reject',
  isCallerKnown: false,
  bindings: [],
  policy: noPolicy,
}) as AnswerRoute; // there is no listing on no DID
