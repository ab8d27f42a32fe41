import type { Chance } from './chance.ts';
import { didNumbers, type Game, phones } from './game.ts';
import { the } from './oracle.ts';
import type { Controls, PartyBody, StageBody } from './oracle-create.ts';
import { turningPointsOf } from './oracle-phase.ts';

/** Short beside the hours that the clock may jump, so that all of it runs out in a game. */
export const expiries = [1, 5, 30, 60, 600, 3_600];
export const coolings = [0, 1, 30, 300, 3_600];

export type OfSession = { owner: number; session: number };

/** An owner, the ones with much to do more often. */
export function anyOwner({ books }: Game, chance: Chance): number {
  const [live = 0, second = 0, test = 0] = books.owners.keys();
  return chance.pick([live, live, live, live, second, second, second, test]);
}

/** A breath: what happens so close to a moment is where an off-by-one is seen. */
const BREATH_MS = 1;

/** Sessions that change by themselves just now, or of which a number is free just now. */
export function turningSessions({ books }: Game): number[] {
  const isNow = (at: number) => Math.abs(at - books.now) <= BREATH_MS;
  const held = [...new Set(books.bindings.map((binding) => binding.session))];
  return held.filter(
    (session) =>
      turningPointsOf(the(books.sessions, session)).some(isNow) ||
      books.bindings.some((binding) => binding.session === session && isNow(binding.freeAt)),
  );
}

/** A session, mostly one that still holds numbers, and seldom by somebody whose it is not. */
export function anySession(game: Game, chance: Chance): OfSession | null {
  const { books } = game;
  if (books.sessions.length === 0) return null;
  const turning = chance.hit(0.4) ? turningSessions(game) : [];
  const holding = chance.hit(0.9) ? books.bindings.map((binding) => binding.session) : [];
  const from = turning.length > 0 ? turning : holding.length > 0 ? [...new Set(holding)] : null;
  const session = chance.pick(from ?? [...books.sessions.keys()]);
  const { owner } = the(books.sessions, session);
  return { owner: chance.hit(0.02) ? chance.pick([...books.owners.keys()]) : owner, session };
}

/** What goes into the path of a request about it. */
export function pathOf({ ids }: Game, { session }: OfSession) {
  return { params: { session_id: the(ids.sessions, session) } };
}

export function anyPhone(chance: Chance): string {
  return chance.hit(0.5) ? chance.pick(didNumbers) : chance.pick(phones);
}

export function partyOf(all: readonly string[], chance: Chance): PartyBody {
  const role = chance.hit(0.2) ? { role: chance.pick(['driver', 'rider']) } : {};
  return all.length === 1 ? { phone: all[0] ?? '', ...role } : { phones: [...all], ...role };
}

export function someControls(chance: Chance): Controls {
  return {
    ...(chance.hit(0.15) ? { direction: chance.pick(['both', 'a_to_b', 'b_to_a'] as const) } : {}),
    ...(chance.hit(0.2) ? { after_end: someStages(chance) } : {}),
    ...(chance.hit(0.05) ? { ring_timeout_seconds: chance.pick([10, 60]) } : {}),
    ...(chance.hit(0.05) ? { max_call_seconds: chance.pick([60, 7_200]) } : {}),
    ...(chance.hit(0.05) ? { metadata: { ride: String(Math.floor(chance.random() * 10)) } } : {}),
  };
}

/** Somebody who is no party, and hardly ever a masking number. */
const DESK = '+919811111111';

function someStages(chance: Chance): StageBody[] {
  return Array.from({ length: chance.pick([0, 1, 1, 2, 3]) }, () => ({
    seconds: chance.pick([1, 30, 600]),
    allow: chance.pick(['both', 'a_to_b', 'b_to_a', 'none'] as const),
    ...(chance.hit(0.4) ? { forward_to: chance.hit(0.02) ? anyPhone(chance) : DESK } : {}),
  }));
}
