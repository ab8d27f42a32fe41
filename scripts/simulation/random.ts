/** A stream of numbers from 0 up to 1 that a seed determines: mulberry32, small and good enough for queues. */
export type Random = () => number;

export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The time to the next of events that come independently of each other. */
export function exponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random());
}

/** `most` of them, or all, in random order. */
export function sample<T>(random: Random, of: readonly T[], most: number): T[] {
  const left = [...of];
  const count = Math.min(most, left.length);
  for (let place = 0; place < count; place += 1) {
    const other = place + Math.floor(random() * (left.length - place));
    const taken = left[other] as T;
    left[other] = left[place] as T;
    left[place] = taken;
  }
  return left.slice(0, count);
}
