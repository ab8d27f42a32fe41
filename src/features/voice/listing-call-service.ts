import type { TenantKeys } from '../../crypto/tenant-keys.ts';
import type { Db } from '../../db/database.ts';
import { Failure } from '../../kernel/errors.ts';
import type { OpenListingCall } from '../sessions/listing-service.ts';
import { type AnswerDecision, decide } from './decision.ts';
import type { AnswerRoute, Route } from './route-kinds.ts';
import type { RouteDid } from './route-store.ts';

/**
 * Decides about a call that is really there. A new buyer of a listing gets its session first, and then the rules are asked
 * again: of two calls at once one finds the session of the other. Nobody is connected by anything else than a binding.
 */
export async function decideCall(
  db: Db,
  did: RouteDid,
  keys: TenantKeys,
  from: string | null,
  openListingCall: OpenListingCall,
): Promise<AnswerDecision> {
  const first = await decide(db, did, keys, from);
  const { route, caller } = first;
  if (route.decision !== 'connect') return { ...first, route };
  if (caller === null) throw new Error('a listing is for callers who are known');
  const place = {
    tenantId: did.tenant_id,
    listing: route.listing,
    defaultCountry: did.default_country,
  };
  let refusal: Failure | null = null;
  try {
    await openListingCall(place, caller);
  } catch (error) {
    // Another call of this buyer may hold the binding, or nobody finds a pair: the rules tell which.
    if (!(error instanceof Failure)) throw error;
    refusal = error;
  }
  const again = await decide(db, did, keys, from);
  const { route: now } = again;
  if (now.decision === 'connect') return { ...again, route: unavailable(now, refusal) };
  const made = {
    rule: 'listing',
    outcome: 'match',
    detail: 'A new caller of the listing on this DID.',
  } as const;
  return { ...again, route: { ...now, trace: [made, ...now.trace] } };
}

function unavailable({ trace }: Route, refusal: Failure | null): AnswerRoute {
  const detail = `No session could be made for the caller: ${refusal?.code ?? 'unknown'}.`;
  return {
    decision: 'announce',
    reason: 'listing_unavailable',
    announcement: 'unavailable',
    binding: null,
    trace: [...trace, { rule: 'listing', outcome: 'stop', detail }],
  };
}
