/** Weights below this share of the largest one change no digit of a sum that is asked for 1 - p of 10^-12 or more. */
const NEGLIGIBLE = 1e-25;

/**
 * The smallest K with P(X <= K) >= p, for X that is Poisson with this mean: with K of something, a demand that is `mean` on
 * average finds one but for 1 - p of the time.
 *
 * e^-mean is 0 in floating point from a mean of 746 on, so no probability is computed by itself: the weights are relative to
 * that of the mode and divided by their sum at the end. The upper tail is summed from its small end, where 1 - p is decided.
 */
export function poissonQuantile(mean: number, p: number): number {
  const mode = Math.floor(mean);
  const above: number[] = [];
  for (let k = mode + 1, weight = mean / k; weight > NEGLIGIBLE; k += 1, weight *= mean / k) {
    above.push(weight);
  }
  const below: number[] = [1];
  for (let k = mode, weight = k / mean; k > 0 && weight > NEGLIGIBLE; k -= 1, weight *= k / mean) {
    below.push(weight);
  }
  const downwards = [...above.reverse(), ...below];
  const total = downwards.reduce((sum, weight) => sum + weight, 0);
  const most = (1 - p) * total;

  let tail = 0;
  let k = mode + above.length;
  for (const weight of downwards) {
    // `tail` is P(X > k); it may grow by P(X = k) only while it stays within 1 - p.
    if (tail + weight > most) return k;
    tail += weight;
    k -= 1;
  }
  return 0;
}
