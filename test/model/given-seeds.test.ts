import { describe, it } from 'node:test';
import { playAndTell } from './run.ts';

describe('the service beside a slow and obvious oracle, in random games', () => {
  it('answers as the oracle says and keeps every invariant after every step, from the same seeds each time', (t) =>
    playAndTell(t, Number(process.env.MODEL_SEED ?? 1)));
});
