/** What a DID's PINs mean for a caller. `lock`: whose wrong PINs were too many, so that none is taken now. */
export type PinFacts = { digits: number; lock: PinLock | null };
export type PinLock = 'caller' | 'did';

/**
 * Wrong PINs in the window after which none is taken any more: of one caller on all of the tenant's DIDs, which is the third
 * call of somebody who mistypes; and on one DID whoever calls, since who guesses changes callers, or withholds them.
 */
export const pinCaps = { mostOfCaller: 9, mostOnDid: 60, windowSeconds: 3600 };

export type PinStep = {
  step: { rule: string; outcome: 'stop'; detail: string };
  digits: number;
  lock: PinLock | null;
};

/** Whether somebody whose phone is no party's is asked for a PIN; null on a DID without PINs. */
export function pinStep(pins: PinFacts | null): PinStep | null {
  if (pins === null) return null;
  const { digits, lock } = pins;
  const detail =
    lock === null
      ? `Parties have PINs on this DID: the caller is asked for one, of at most ${digits} digits.`
      : `Parties have PINs on this DID, but too many wrong ones were entered ${lock === 'caller' ? 'by this caller' : 'on it'}.`;
  return { step: { rule: 'pin', outcome: 'stop', detail }, digits, lock };
}

/** What comes after a wrong PIN: the next try of the call, or its end. */
export function afterWrongPin(attempt: number, most: number): number | null {
  return attempt < most ? attempt + 1 : null;
}
