import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { type Figures, newFigures, toldFigures, unseen } from './figures.ts';
import { type Fault, playGame, STEPS_PER_GAME } from './play.ts';
import { openModelWorld } from './world.ts';

/** Of each of the two files that `npm test` plays side by side: 10^5 together. */
const STEPS = Number(process.env.MODEL_STEPS ?? 50_000);
/** With fewer the rare ones need not have come up. */
const ENOUGH_STEPS = 20_000;

/** Plays games of consecutive seeds until so many steps are done or one goes wrong. */
async function playFrom(seed: number, steps: number): Promise<{ figures: Figures; fault: Fault | null }> {
  const world = await openModelWorld();
  const figures = newFigures();
  try {
    for (let game = 0; figures.steps < steps; game += 1) {
      const most = Math.min(STEPS_PER_GAME, steps - figures.steps);
      const { fault } = await playGame(world, seed + game, most, figures);
      if (fault !== null) return { figures, fault };
    }
    return { figures, fault: null };
  } finally {
    await world.close();
  }
}

/** Plays and prints what was seen; fails with what a person needs to see a fault again. */
export async function playAndTell(t: TestContext, seed: number): Promise<void> {
  // Said before anything can go wrong: not even a run that is killed keeps its seed to itself.
  process.stdout.write(`model: ${STEPS} steps from seed ${seed}\n`);
  const began = performance.now();
  const { figures, fault } = await playFrom(seed, STEPS);
  const secondsTaken = (performance.now() - began) / 1000;
  for (const line of toldFigures(figures, secondsTaken)) t.diagnostic(line);
  if (fault !== null) assert.fail(told(fault));
  if (STEPS >= ENOUGH_STEPS)
    assert.deepEqual(unseen(figures), [], 'the games do not reach all that they should');
}

export function told(fault: Fault): string {
  return [
    `The service and the oracle differ in game ${fault.seed}, step ${fault.step}:`,
    ...fault.wrong.slice(0, 10).map((text) => `  ${text}`),
    'The last steps (number, time, what was done -> what came of it):',
    ...fault.last.map((text) => `  ${text}`),
    'The same again:',
    `  MODEL_SEED=${fault.seed} MODEL_STEPS=${fault.step} npm test -- test/model/given-seeds.test.ts`,
  ].join('\n');
}
