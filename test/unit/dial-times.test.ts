import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { dialTimes } from '../../src/features/voice/dial-times.ts';

describe('how long a Dial rings and lasts', () => {
  const wished = { ringSeconds: 30, maxCallSeconds: 3600 };

  test('is as the session wishes when calls may outlast it', () => {
    assert.deepEqual(dialTimes(wished, null, [{ text: 'x'.repeat(500) }]), {
      ringSeconds: 30,
      talkSeconds: 3600,
    });
  });

  test('is less when the session ends before: ringing, and what is said before, count', () => {
    assert.deepEqual(dialTimes(wished, 600, []), { ringSeconds: 30, talkSeconds: 570 });
    assert.deepEqual(dialTimes(wished, 600, [{ text: 'x'.repeat(80) }]), {
      ringSeconds: 30,
      talkSeconds: 560,
    });
    assert.deepEqual(dialTimes(wished, 20, []), { ringSeconds: 10, talkSeconds: 10 });
  });

  test('never goes beyond the end of the session, nor what was wished, and is never nothing', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 5, max: 120 }),
        fc.integer({ min: 10, max: 86_399 }),
        fc.integer({ min: 2, max: 100_000 }),
        (ringSeconds, maxCallSeconds, left) => {
          const times = dialTimes({ ringSeconds, maxCallSeconds }, left, []);
          assert.ok(times.ringSeconds >= 1 && times.ringSeconds <= ringSeconds);
          assert.ok(times.talkSeconds >= 1 && times.talkSeconds <= maxCallSeconds);
          assert.ok(times.ringSeconds + times.talkSeconds <= left);
        },
      ),
    );
  });
});
