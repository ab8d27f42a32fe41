import { describe, it } from 'node:test';
import { playAndTell } from './run.ts';

const DAY_MS = 86_400_000;
/** Games that a day has for itself; more than any run plays. */
const GAMES = 10_000;

/** Other games each day, and none of those that given-seeds.test.ts plays. */
function seedOfToday(): number {
  return Math.floor(Date.now() / DAY_MS) * GAMES;
}

describe('the service beside a slow and obvious oracle, in games that nobody has played yet', () => {
  it('answers as the oracle says and keeps every invariant after every step, from other seeds each day', (t) => {
    const given = process.env.MODEL_SEED;
    return playAndTell(t, given === undefined ? seedOfToday() : Number(given) + GAMES);
  });
});
