import type { ChoiceRules, PoolDid, PoolSnapshot } from '../../src/features/pool/pool-snapshot.ts';
import type { Wishes } from '../../src/features/sessions/did-candidates.ts';

/** DIDs and pools that no database has. */
export function didOf(didId: string, more: Partial<PoolDid> = {}): PoolDid {
  const plain = { region: null, carrier: null, isReserved: false, health: 1, load: 0 };
  return { didId, e164: `+9179${didId}`, ...plain, ...more };
}

export function didsOf(count: number, more: Partial<PoolDid> = {}): PoolDid[] {
  return Array.from({ length: count }, (_, place) => didOf(`${place}`, more));
}

export function poolOf(
  dids: readonly PoolDid[],
  rules: Partial<ChoiceRules> = {},
  name = 'default',
): PoolSnapshot {
  return {
    id: `pool_${name}`,
    name,
    version: '1',
    rules: {
      affinity: 'least_recently_released',
      regions: [],
      regionMatch: 'prefer',
      carriers: [],
      exhaustion: [],
      coolingSeconds: 600,
      budgetCoolingSeconds: null,
      ...rules,
    },
    dids,
    byId: new Map(dids.map((did) => [did.didId, did])),
    byNumber: new Map(dids.map((did) => [did.e164, did])),
    groups: new Map(),
    meanLoad: dids.reduce((sum, did) => sum + did.load, 0) / Math.max(dids.length, 1),
  };
}

export function wishesOf(more: Partial<Wishes> = {}): Wishes {
  return {
    regions: [],
    isRegionRequired: false,
    carriers: [],
    preferred: new Set(),
    required: null,
    last: null,
    ...more,
  };
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
