import type { Fault } from '../../kernel/errors.ts';
import type { VoiceSettings } from '../tenants/voice-settings.ts';

/** What is tried, in the order of the list, when no pair is free. `pool`: by name or id in requests, by id where it is kept. */
export type ExhaustionStep = { step: 'other_region' | 'shorter_cooling' | 'other_pool'; pool?: string };

/** How a pool chooses among its DIDs, and how long they rest. */
export type PoolRules = {
  /** Null: the misroute budget alone decides. */
  cooling_seconds: number | null;
  /** The share of late redials that may reach a stranger; null for none. */
  misroute_budget: number | null;
  affinity: 'least_recently_released' | 'sticky' | 'avoid_sticky';
  /** Best first; the last may be ANY_REGION. */
  regions: string[];
  region_match: 'prefer' | 'require';
  carriers: string[];
  exhaustion: ExhaustionStep[];
  /** The share of its DIDs that one caller has to hold before it is told that the pool runs low; null: never told. */
  low_at_percent: number | null;
};

/** What holds for calls of its sessions that say nothing themselves; no choice of a pair depends on it. */
export type PoolVoice = VoiceSettings;

export const ANY_REGION = '*';

/** A day: people call back about yesterday's ride, and hardly ever about an older one. */
const DEFAULT_COOLING_SECONDS = 86_400;

/** What every tenant's first pools go by. The same defaults stand in openapi.yaml for the others. */
export const DEFAULT_RULES: PoolRules = {
  cooling_seconds: DEFAULT_COOLING_SECONDS,
  misroute_budget: null,
  affinity: 'least_recently_released',
  regions: [],
  region_match: 'prefer',
  carriers: [],
  exhaustion: [],
  low_at_percent: 80,
};

/**
 * What the shape of a request alone cannot refuse. Rules hold together, so a change may be wrong by what it leaves as it is;
 * the pointer is to what was sent.
 */
export function faultsOf(rules: PoolRules, sent: Partial<PoolRules>): Fault[] {
  return [...faultsOfCooling(rules, sent), ...faultsOfRegions(rules, sent), ...faultsOfSteps(rules, sent)];
}

function faultsOfCooling(rules: PoolRules, sent: Partial<PoolRules>): Fault[] {
  if (rules.cooling_seconds !== null || rules.misroute_budget !== null) return [];
  return sent.cooling_seconds === null
    ? [{ pointer: '/cooling_seconds', message: 'must be a number without a misroute_budget' }]
    : [{ pointer: '/misroute_budget', message: 'is needed while cooling_seconds is null' }];
}

function faultsOfRegions({ regions, region_match }: PoolRules, sent: Partial<PoolRules>): Fault[] {
  const any = regions.indexOf(ANY_REGION);
  if (any >= 0 && any < regions.length - 1) {
    return [{ pointer: `/regions/${any}`, message: 'must be the last one: any other region' }];
  }
  if (region_match === 'prefer' || (regions.length > 0 && any !== 0)) return [];
  return sent.region_match === undefined
    ? [{ pointer: '/regions', message: 'must name a region first while region_match is require' }]
    : [{ pointer: '/region_match', message: 'needs regions: the first is the one that is required' }];
}

function faultsOfSteps({ exhaustion, misroute_budget }: PoolRules, sent: Partial<PoolRules>): Fault[] {
  return exhaustion.flatMap(({ step, pool }, place) => {
    const at = `/exhaustion/${place}`;
    if (step === 'other_pool') {
      return pool === undefined ? [{ pointer: `${at}/pool`, message: 'is required' }] : [];
    }
    if (pool !== undefined) return [{ pointer: `${at}/pool`, message: 'is for other_pool only' }];
    if (exhaustion.findIndex((other) => other.step === step) < place) {
      return [{ pointer: `${at}/step`, message: 'is in the list already' }];
    }
    if (step !== 'shorter_cooling' || misroute_budget !== null) return [];
    return sent.exhaustion === undefined
      ? [{ pointer: '/misroute_budget', message: 'is needed while exhaustion has the step shorter_cooling' }]
      : [{ pointer: `${at}/step`, message: 'needs a misroute_budget: the time that it must not shorten' }];
  });
}
