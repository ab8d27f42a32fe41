import { randomInt } from 'node:crypto';
import { pinIndex } from '../../crypto/blind-index.ts';
import type { TenantKeys } from '../../crypto/tenant-keys.ts';
import { type Side, sides } from './session.ts';

export type PinInput = { enabled: boolean };

/** How often a caller may try in one call. */
export const TRIES_PER_CALL = 3;
/** The chance that a call of a stranger guesses any of a DID's PINs, at most. */
const GUESSED_AT_MOST = 1e-4;
const [FEWEST_DIGITS, MOST_DIGITS] = [4, 12];

/**
 * How long a new PIN is on a DID that has so many already. Any of them lets a stranger in, so that n tries succeed with
 * n·m/10^d. PINs of one length were all given while the DID had few enough for it, so this holds for each length by itself,
 * however many longer ones came later.
 */
export function pinDigits(others: number): number {
  const digits = Math.ceil(Math.log10(((others + 1) * TRIES_PER_CALL) / GUESSED_AT_MOST));
  return Math.min(Math.max(digits, FEWEST_DIGITS), MOST_DIGITS);
}

export type Pins = Record<Side, string>;
/** As it is written. */
export type NewPin = { side: Side; did_id: string; pin_index: string; digits: number };

export function newPins(others: Record<Side, number>): Pins {
  const pin = (side: Side) => {
    const digits = pinDigits(others[side]);
    return String(randomInt(10 ** digits)).padStart(digits, '0');
  };
  return { a: pin('a'), b: pin('b') };
}

/** Only the keyed index of a PIN leaves the process, but for the one answer that shows it. */
export function storedPins(
  keys: TenantKeys,
  pins: Pins | null,
  pair: Record<Side, { didId: string }>,
): NewPin[] {
  if (pins === null) return [];
  return sides.map((side) => ({
    side,
    did_id: pair[side].didId,
    pin_index: pinIndex(keys, pins[side]).toString('hex'),
    digits: pins[side].length,
  }));
}
