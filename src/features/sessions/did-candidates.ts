import { UNHEALTHY_BELOW } from '../pool/did-health.ts';
import { ANY_REGION } from '../pool/pool-rules.ts';
import type { DidGroup, PoolDid, PoolSnapshot } from '../pool/pool-snapshot.ts';
import type { Reason } from './session.ts';

/**
 * A DID that a party may get. `releasedAt` in seconds, null when, as far as we know, it never had it. A lower `tier` answers
 * the wishes better. `draw`: among equals the lowest goes first.
 */
export type Candidate = {
  didId: string;
  e164: string;
  releasedAt: number | null;
  tier: number;
  draw: number;
};

/** The DIDs that a party's phones have had: when the last of them let go of it, in seconds; null while one holds it. */
export type History = ReadonlyMap<string, number | null>;

/** What a party's DID should be like, besides being long out of the party's hands. */
export type Wishes = {
  /** Best first; ANY_REGION is any other. Empty: all the same. */
  regions: readonly string[];
  /** A DID of none of `regions` is no candidate. */
  isRegionRequired: boolean;
  carriers: readonly string[];
  /** Ids of DIDs that go before all others. */
  preferred: ReadonlySet<string>;
  /** Ids; no other DID is a candidate, and a reserved one is. Null: any. */
  required: ReadonlySet<string> | null;
  /** The DID that this party had in the last session of the same two people: wanted again, or the last to be taken. */
  last: { didId: string; isWanted: boolean } | null;
};

/** Enough that a pair is left when both parties' best are the same DID, or others are settling the best ones. */
const MOST_OF_A_KIND = 8;
/** Of a DID that the session prefers by name. */
export const PREFERRED_TIER = -1;
/** More than any tier of regions, carriers and health: at most 11 of the first two, and 2. */
const WORST_TIER = 1_000;

/**
 * What a party may get of a pool, in no order: some DIDs that it never had, of the best tiers and from a random place on, so
 * that the cost does not grow with the pool and callers do not all meet on one DID; those that it let go of longest ago; and
 * those that are asked for by name.
 * @param random gives numbers from 0 to 1
 */
export function candidatesOf(
  pool: PoolSnapshot,
  history: History,
  wishes: Wishes,
  random: () => number,
): Candidate[] {
  const found = new Map<string, Candidate>();
  const take = (did: PoolDid): boolean => {
    const tier = tierOf(did, wishes);
    const releasedAt = history.get(did.didId);
    if (tier === null || releasedAt === null) return false;
    const { didId, e164 } = did;
    found.set(didId, { didId, e164, releasedAt: releasedAt ?? null, tier, draw: drawOf(did, pool, random) });
    return true;
  };
  for (const did of byName(pool, wishes)) take(did);
  if (wishes.required !== null) return [...found.values()];

  let fresh = 0;
  for (const { dids } of groupsOf(pool, wishes)) {
    const start = Math.floor(random() * dids.length);
    for (let step = 0; step < dids.length && fresh < MOST_OF_A_KIND; step += 1) {
      const did = dids[(start + step) % dids.length];
      if (did !== undefined && !history.has(did.didId) && take(did)) fresh += 1;
    }
  }
  for (const did of longestReleased(pool, history, wishes)) take(did);
  return [...found.values()];
}

/** How many DIDs these wishes leave to choose from, and how many of them the party holds. */
export function countOf(
  pool: PoolSnapshot,
  history: History,
  wishes: Wishes,
): { dids: number; held: number } {
  const isEligible = (did: PoolDid | undefined) => did !== undefined && tierOf(did, wishes) !== null;
  const dids =
    wishes.required === null
      ? groupsOf(pool, wishes).reduce((sum, group) => sum + group.dids.length, 0)
      : byName(pool, wishes).filter(isEligible).length;
  const held = [...history].filter(
    ([id, releasedAt]) => releasedAt === null && isEligible(pool.byId.get(id)),
  );
  return { dids, held: held.length };
}

export function reasonsOf({ didId, releasedAt }: Candidate, pool: PoolSnapshot, wishes: Wishes): Reason[] {
  const did = pool.byId.get(didId);
  const reasons: Reason[] = [];
  if (wishes.required !== null) reasons.push('required');
  if (wishes.preferred.has(didId)) reasons.push('preferred');
  if (wishes.last?.didId === didId) reasons.push('had_last_time');
  if (did !== undefined && wishes.regions.length > 0) {
    reasons.push(placeIn(wishes.regions, did.region) === 0 ? 'wished_region' : 'fallback_region');
  }
  if (did?.carrier !== null && wishes.carriers[0] === did?.carrier) reasons.push('wished_carrier');
  if (did !== undefined && did.health < UNHEALTHY_BELOW) reasons.push('unhealthy');
  reasons.push(releasedAt === null ? 'never_held' : 'released_longest_ago');
  return reasons;
}

function byName(pool: PoolSnapshot, { required, preferred, last }: Wishes): PoolDid[] {
  const ids = required ?? new Set([...preferred, ...(last?.isWanted === true ? [last.didId] : [])]);
  return [...ids].flatMap((id) => pool.byId.get(id) ?? []);
}

function longestReleased(pool: PoolSnapshot, history: History, wishes: Wishes): PoolDid[] {
  const released: { did: PoolDid; tier: number; at: number }[] = [];
  for (const [id, at] of history) {
    const did = at === null ? undefined : pool.byId.get(id);
    const tier = did === undefined ? null : tierOf(did, wishes);
    if (did !== undefined && at !== null && tier !== null) released.push({ did, tier, at });
  }
  released.sort((x, y) => x.tier - y.tier || x.at - y.at);
  return released.slice(0, MOST_OF_A_KIND).map(({ did }) => did);
}

/** How well a DID answers the wishes, lower is better; null when it may not be chosen. */
function tierOf(did: PoolDid, wishes: Wishes): number | null {
  if (wishes.required !== null) return wishes.required.has(did.didId) ? 0 : null;
  const tier = tierOfKind(did, wishes);
  if (tier === null) return null;
  if (wishes.preferred.has(did.didId)) return PREFERRED_TIER;
  return wishes.last?.didId === did.didId && !wishes.last.isWanted ? WORST_TIER : tier;
}

function tierOfKind(did: PoolDid, wishes: Wishes): number | null {
  if (did.isReserved) return null;
  const region = placeIn(wishes.regions, did.region);
  if (wishes.isRegionRequired && region === wishes.regions.length) return null;
  const carrier = placeIn(wishes.carriers, did.carrier);
  return (region * 11 + carrier) * 2 + (did.health < UNHEALTHY_BELOW ? 1 : 0);
}

/** The place in a list of wishes; its length when it is in none. */
function placeIn(wishes: readonly string[], value: string | null): number {
  const place = value === null ? -1 : wishes.indexOf(value);
  if (place >= 0) return place;
  const any = wishes.indexOf(ANY_REGION);
  return any >= 0 ? any : wishes.length;
}

/** As many different wishes as a pool's sessions are expected to come with; others are worked out each time. */
const MOST_GROUPINGS = 50;

/** The pool's DIDs by tier, best first; what is asked for by name is not looked at. */
function groupsOf(pool: PoolSnapshot, wishes: Wishes): readonly DidGroup[] {
  const key = JSON.stringify([wishes.regions, wishes.isRegionRequired, wishes.carriers]);
  const known = pool.groups.get(key);
  if (known !== undefined) return known;
  const byTier = new Map<number, PoolDid[]>();
  for (const did of pool.dids) {
    const tier = tierOfKind(did, wishes);
    if (tier === null) continue;
    const group = byTier.get(tier);
    if (group === undefined) byTier.set(tier, [did]);
    else group.push(did);
  }
  const groups = [...byTier].sort(([x], [y]) => x - y).map(([tier, dids]) => ({ tier, dids }));
  if (pool.groups.size < MOST_GROUPINGS) pool.groups.set(key, groups);
  return groups;
}

/**
 * A weighted draw (Efraimidis and Spirakis): among equals a healthy DID that carries little goes first more often, and none
 * always, so that allocations at the same time do not meet on the best one.
 */
function drawOf({ health, load }: PoolDid, { meanLoad }: PoolSnapshot, random: () => number): number {
  const weight = Math.max(health, 0.05) / (1 + load / Math.max(meanLoad, 1));
  return -Math.log(1 - random()) / weight;
}
