import { callerIndex } from '../../crypto/blind-index.ts';
import type { TenantKeys } from '../../crypto/tenant-keys.ts';
import type { Db } from '../../db/database.ts';
import { type CountryCode, candidatesOf, type E164, isCountry } from '../../kernel/phone.ts';
import { resolveVoice } from '../tenants/voice-settings.ts';
import { isWithheld } from '../vobiz/caller.ts';
import { hoursOf, noPolicy, type PolicyFacts } from './call-policy.ts';
import { type FoundPolicies, findPolicies } from './policy-store.ts';
import { decideRoute, type Route } from './route.ts';
import { type FoundBinding, findBindings, type RouteDid } from './route-store.ts';

export type Decision = {
  route: Route;
  /** The binding that the route is about, with the other party's sealed number. */
  binding: FoundBinding | null;
  /** The caller as it was read: the reading with a binding, else the most likely one. */
  caller: E164 | null;
  policies: FoundPolicies;
};

/** Gathers the facts about a caller on a DID and decides. What is asked of Postgres is asked side by side. */
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
    policy: policyFacts(policies, bindings[0] ?? null, did),
  });
  const binding = route.binding === null ? null : (bindings[0] ?? null);
  const caller = callers[binding === null ? 0 : binding.callerPlace - 1] ?? null;
  return { route, binding, caller, policies };
}

/**
 * Decides anew for a call that was connected before, as when the next phone of the party is to ring: the session may be over
 * by now. The call itself is counted already.
 */
export async function decideAgain(
  db: Db,
  did: RouteDid,
  caller: Buffer,
): Promise<Pick<Decision, 'route' | 'binding'>> {
  const [found, policies] = await Promise.all([
    findBindings(db, did.tenant_id, did.did_id, [caller]),
    findPolicies(db, did.tenant_id, did.did_id, [caller]),
  ]);
  const bindings = found.map((binding) => ({ ...binding, callsMade: binding.callsMade - 1 }));
  const route = decideRoute({
    did: { e164: did.e164, status: did.did_status },
    tenantStatus: did.tenant_status,
    outOfSessionPolicy: did.out_of_session_policy,
    isCallerKnown: true,
    bindings,
    policy: policyFacts({ ...policies, pairCalls: policies.pairCalls - 1 }, bindings[0] ?? null, did),
  });
  return { route, binding: route.binding === null ? null : (bindings[0] ?? null) };
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

export const unknownDid: Route = decideRoute({
  did: null,
  tenantStatus: 'active',
  outOfSessionPolicy: 'reject',
  isCallerKnown: false,
  bindings: [],
  policy: noPolicy,
});
