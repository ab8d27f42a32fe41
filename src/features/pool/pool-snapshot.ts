import type { ExhaustionStep, PoolRules } from './pool-rules.ts';

/** A DID in service, with all that a choice may look at. */
export type PoolDid = {
  didId: string;
  e164: string;
  region: string | null;
  carrier: string | null;
  /** Never chosen unless a session requires it by name. */
  isReserved: boolean;
  /** 0 to 1: how well calls through it did lately. */
  health: number;
  /** Its live bindings when last counted. */
  load: number;
};

/** The part of a pool's rules that allocation goes by. */
export type ChoiceRules = {
  affinity: PoolRules['affinity'];
  /** Wished regions, best first; ANY_REGION is any other. */
  regions: readonly string[];
  regionMatch: PoolRules['region_match'];
  carriers: readonly string[];
  /** `pool` is an id. */
  exhaustion: readonly ExhaustionStep[];
  /** How long its numbers rest: what the tenant states or what its misroute budget asks for, whichever is longer. */
  coolingSeconds: number;
  /** What the misroute budget asks for; null without one. */
  budgetCoolingSeconds: number | null;
};

/** A pool as of one moment. It may be kept for as long as the pool's version stays. */
export type PoolSnapshot = {
  id: string;
  name: string;
  version: string;
  rules: ChoiceRules;
  dids: readonly PoolDid[];
  byId: ReadonlyMap<string, PoolDid>;
  byNumber: ReadonlyMap<string, PoolDid>;
  /** What a choice works out of the snapshot once, by its wishes. */
  groups: Map<string, readonly DidGroup[]>;
  /** Of all its DIDs. */
  meanLoad: number;
};

/** DIDs that answer a wish equally well; a lower tier is better. */
export type DidGroup = { tier: number; dids: readonly PoolDid[] };
