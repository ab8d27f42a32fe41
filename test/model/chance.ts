import { randomOf } from '../../scripts/simulation/random.ts';

/** All that is left to chance in a game, from one seed: the same seed plays the same game. */
export type Chance = {
  /** From 0 up to 1. */
  random(): number;
  /** True with this probability. */
  hit(probability: number): boolean;
  /** One of them; throws when there is none. */
  pick<T>(of: readonly T[]): T;
  /** So many different ones, or all, in random order. */
  some<T>(of: readonly T[], most: number): T[];
  /** The place of one of these weights, each as likely as it is heavy. */
  weighted(weights: readonly number[]): number;
};

export function chanceOf(seed: number): Chance {
  const random = randomOf(seed);
  const below = (count: number) => Math.floor(random() * count);
  const chance: Chance = {
    random,
    hit: (probability) => random() < probability,
    pick(of) {
      const one = of[below(of.length)];
      if (one === undefined) throw new Error('there is nothing to pick from');
      return one;
    },
    some(of, most) {
      const left = [...of];
      const taken = [];
      while (left.length > 0 && taken.length < most) taken.push(...left.splice(below(left.length), 1));
      return taken;
    },
    weighted(weights) {
      let at = random() * weights.reduce((sum, weight) => sum + weight, 0);
      const place = weights.findIndex((weight) => {
        at -= weight;
        return at < 0;
      });
      return Math.max(place, 0);
    },
  };
  return chance;
}

/** Seeds that differ a little give games that differ a lot. */
export function mixed(seed: number, more: number): number {
  return (Math.imul(seed, 0x9e3779b1) ^ Math.imul(more + 1, 0x85ebca6b)) >>> 0;
}

/**
 * Puts the process' own dice under the game's control, for the service throws them too (where in a pool it begins to look).
 * Called before the service is made; afterwards `throwFrom` says by which seed the next throws go.
 */
export function loadDice(): { throwFrom(seed: number): void; unload(): void } {
  const own = Math.random;
  let random = randomOf(0);
  Math.random = () => random();
  return {
    throwFrom(seed) {
      random = randomOf(seed);
    },
    unload() {
      Math.random = own;
    },
  };
}
