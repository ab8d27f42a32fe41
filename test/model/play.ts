import { createHash, type Hash } from 'node:crypto';
import { type Chance, chanceOf, mixed } from './chance.ts';
import type { Outcome } from './desk.ts';
import { count, type Figures } from './figures.ts';
import { type Game, newGame } from './game.ts';
import { connectedThoughOver, look, nothingSeen } from './invariants.ts';
import type { Move, Operation } from './operation.ts';
import { callOperations } from './operations-calls.ts';
import { creatingOperations } from './operations-creating.ts';
import { numberOperations } from './operations-numbers.ts';
import { askAbout, nearbyQuestion, readingOperations } from './operations-reading.ts';
import { sessionOperations } from './operations-sessions.ts';
import { worldOperations } from './operations-world.ts';
import { the } from './oracle.ts';
import { isConstraintThere } from './stored.ts';
import type { ModelWorld } from './world.ts';

const operations: readonly Operation[] = [
  ...creatingOperations,
  ...sessionOperations,
  ...callOperations,
  ...readingOperations,
  ...numberOperations,
  ...worldOperations,
];

/** Long enough for numbers to be used, cooled and used again; short enough to be played anew in a moment. */
export const STEPS_PER_GAME = 500;
/** One costs as much as a step does. */
const QUESTIONS = 0.25;
/** When the clock was moved: mostly to a moment at which an answer changes. */
const QUESTIONS_OF_TIME = 0.8;
/** As many as one has to read to understand a fault. */
const SHOWN = 20;

export type Fault = { seed: number; step: number; wrong: string[]; last: string[] };
/** `digest`: of every move and what came of it, the same whenever the seed is. */
export type Played = { fault: Fault | null; digest: string };

/** One game: random moves, each judged by the oracle, and the whole database looked at after each. */
export async function playGame(
  world: ModelWorld,
  seed: number,
  steps: number,
  figures: Figures,
): Promise<Played> {
  const chance = chanceOf(seed);
  world.dice.throwFrom(seed);
  const game = await newGame(world, chance);
  const trace = createHash('sha256');
  const last: string[] = [];
  const over = (step: number, wrong: string[]): Played => ({
    fault: wrong.length === 0 ? null : { seed, step, wrong, last },
    digest: trace.digest('hex'),
  });
  if (!(await isConstraintThere(world))) return over(0, ['bindings have no unique (tenant, DID, caller)']);
  let seen = nothingSeen;
  for (let step = 1; step <= steps; step += 1) {
    world.dice.throwFrom(mixed(seed, step));
    const { operation, move } = drawn(game, chance);
    const line = `${step} ${new Date(game.books.now).toISOString()} ${JSON.stringify(move)}`;
    last.push(line);
    if (last.length > SHOWN) last.shift();
    const wrong = await faults(async () => {
      const outcome = await operation.perform(game, move);
      last[last.length - 1] = `${line} -> ${summary(outcome)}`;
      trace.update(`${last.at(-1)}\n`);
      note(figures, move, outcome);
      const misjudged = operation.judge(game, move, outcome);
      if (misjudged.length > 0 && isConnected(outcome)) figures.misroutes += 1;
      if (misjudged.length > 0) return misjudged;
      seen = await look(game, seen);
      const bridged = isConnected(outcome) ? connectedThoughOver(game, seen, outcome.ok.kept.session_id) : [];
      if (seen.wrong.length > 0 || bridged.length > 0) return [...seen.wrong, ...bridged];
      const isAsked = chance.hit(move.kind === 'clock' ? QUESTIONS_OF_TIME : QUESTIONS);
      return isAsked ? question(game, chance, move, figures, trace) : [];
    });
    if (wrong.length > 0) return over(step, wrong);
  }
  figures.games += 1;
  return over(steps, []);
}

/** A service that breaks is a fault like any other: of this seed, at this step. */
async function faults(work: () => Promise<string[]>): Promise<string[]> {
  try {
    return await work();
  } catch (error) {
    return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  }
}

function drawn(game: Game, chance: Chance): { operation: Operation; move: Move } {
  for (;;) {
    const operation = the(operations, chance.weighted(operations.map(({ weight }) => weight)));
    const detail = operation.draw(game, chance);
    if (detail !== null) return { operation, move: { kind: operation.kind, ...detail } };
  }
}

/** Between two steps a route is asked about, mostly one that the last step could have changed. */
async function question(
  game: Game,
  chance: Chance,
  move: Move & { session?: number },
  figures: Figures,
  trace: Hash,
): Promise<string[]> {
  const touched = move.kind === 'create' ? game.books.sessions.length - 1 : (move.session ?? null);
  const asked = nearbyQuestion(game, chance, touched);
  const { outcome, wrong } = await askAbout(game, asked);
  figures.questions += 1;
  trace.update(`${JSON.stringify(asked)} -> ${summary(outcome)}\n`);
  return wrong.map((text) => `asked ${JSON.stringify(asked)}: ${text}`);
}

function isConnected(outcome: Outcome): outcome is { ok: any } {
  return (
    'ok' in outcome && /^(bridge|forward)$/.test(outcome.ok?.kept?.decision) && /<Dial/.test(outcome.ok.xml)
  );
}

function note(figures: Figures, move: Move, outcome: Outcome): void {
  figures.steps += 1;
  count(figures.moves, move.kind);
  if ('refused' in outcome) count(figures.refusals, outcome.refused);
  else if (move.kind === 'call') count(figures.routes, outcome.ok.kept?.reason ?? 'unknown_did');
  if (isConnected(outcome)) figures.connected += 1;
}

/** What came of a move, without ids: they are others each time. */
function summary(outcome: Outcome): string {
  if ('refused' in outcome) return outcome.refused;
  const { ok } = outcome;
  if (ok?.parties !== undefined) {
    return `${ok.status} ${ok.parties.a.masking_number} ${ok.parties.b.masking_number} until ${ok.expires_at}`;
  }
  if (ok?.kept !== undefined) return `${ok.kept?.decision} ${ok.kept?.reason}`;
  if (ok?.reason !== undefined) return `${ok.decision} ${ok.reason}`;
  return ok?.data === undefined ? (ok?.status ?? 'done') : `${ok.data.length}`;
}
