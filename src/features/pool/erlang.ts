/**
 * The smallest number of channels that refuses at most `blocking` of the calls offered, when calls come independently of each
 * other and a refused one goes away (Erlang B). `erlangs` is the traffic offered: calls an hour times hours held.
 *
 * B(n) = A·B(n-1) / (n + A·B(n-1)) from B(0) = 1. Every term is between 0 and 1, where the closed formula divides a power by
 * a factorial and overflows at 170 channels.
 */
export function channelsFor(erlangs: number, blocking: number): number {
  let blocked = 1;
  let channels = 0;
  while (blocked > blocking) {
    channels += 1;
    blocked = (erlangs * blocked) / (channels + erlangs * blocked);
  }
  return channels;
}
