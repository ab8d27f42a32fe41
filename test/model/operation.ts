import type { Chance } from './chance.ts';
import type { Outcome } from './desk.ts';
import type { Game } from './game.ts';

/** What is done in one step, as plain data: it is printed when the step goes wrong. */
export type Move = { kind: string };

/** A thing that can happen to the service. A new feature adds one of these, and what the oracle has to know for it. */
export type Operation<M extends Move = any> = {
  kind: M['kind'];
  /** How often, beside the others. */
  weight: number;
  /** Something that makes sense now, or nearly does; null when there is nothing to do it with. */
  draw(game: Game, chance: Chance): Omit<M, 'kind'> | null;
  /** Does it to the service. */
  perform(game: Game, move: M): Promise<Outcome>;
  /** Does it to the books, and says what the service should have answered and did not. */
  judge(game: Game, move: M, outcome: Outcome): string[];
};

export const done: Outcome = { ok: null };
