/** All that the double leaves to chance, from one seed. */
export type Chance = {
  /** From 0 up to 1. */
  random(): number;
  /** True with this probability. */
  hit(probability: number): boolean;
  /** A whole number from 0 up to `count`, exclusive. */
  below(count: number): number;
  digits(count: number): string;
  uuid(): string;
  /** Another stream of its own: what one call draws does not change what another one gets. */
  fork(name: string): Chance;
};

export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  // mulberry32: small, and good enough to spread faults.
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (count: number) => Math.floor(random() * count);
  const hex = (count: number) => Array.from({ length: count }, () => below(16).toString(16)).join('');
  return {
    random,
    below,
    hit: (probability) => probability > 0 && random() < probability,
    digits: (count) => Array.from({ length: count }, () => below(10)).join(''),
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${'89ab'[below(4)]}${hex(3)}-${hex(12)}`,
    fork: (name) => chanceOf(hashed(name, seed)),
  };
}

/** FNV-1a over the name, begun with the seed. */
function hashed(name: string, seed: number): number {
  let hash = (0x811c9dc5 ^ Math.imul(seed + 1, 0x9e3779b1)) >>> 0;
  for (const character of name) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return hash;
}
