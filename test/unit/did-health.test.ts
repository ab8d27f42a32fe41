import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { healthOf, keptStanding, UNHEALTHY_BELOW } from '../../src/features/pool/did-health.ts';

/** A pool in which people answer six calls of ten. */
const pool = { calls: 1_000, answered: 600, short: 0 };
const of = (calls: number, answered: number, short = 0) => healthOf({ calls, answered, short }, pool);

describe('the health of a DID', () => {
  it('is 1 without calls, and as well as the pool is as well as can be', () => {
    assert.equal(of(0, 0), 1);
    assert.equal(of(100, 60), 1);
    assert.equal(of(100, 100), 1);
  });

  it('is that of the pool where nobody answers at all, or nothing is known', () => {
    assert.equal(healthOf({ calls: 50, answered: 0, short: 0 }, { calls: 500, answered: 0, short: 0 }), 1);
    assert.equal(healthOf({ calls: 0, answered: 0, short: 0 }, { calls: 0, answered: 0, short: 0 }), 1);
  });

  it('three bad calls are chance, twenty are the limit, and more are not healthy', () => {
    assert.ok(of(3, 0) > 0.8);
    assert.equal(of(20, 0), UNHEALTHY_BELOW);
    assert.ok(of(21, 0) < UNHEALTHY_BELOW);
    assert.ok(of(1_000, 0) < 0.03 && of(1_000, 0) > 0);
  });

  it('calls that are hung up at once count half', () => {
    assert.ok(of(200, 120, 120) < of(200, 120, 60));
    assert.ok(Math.abs(of(2_000, 1_200, 1_200) - 0.5) < 0.01);
    assert.equal(of(200, 120, 0), 1);
  });

  it('goes by the pool: the same DID is well among worse ones', () => {
    const did = { calls: 400, answered: 100, short: 0 };
    assert.ok(healthOf(did, pool) < UNHEALTHY_BELOW);
    assert.equal(healthOf(did, { calls: 4_000, answered: 800, short: 0 }), 1);
  });

  it('is between 0 and 1, whatever was counted', () => {
    for (const did of [
      { calls: 1, answered: 1, short: 1 },
      { calls: 1_000, answered: 1_000, short: 1_000 },
    ]) {
      for (const all of [pool, did, { calls: 1_000, answered: 1, short: 1 }]) {
        const health = healthOf(did, all);
        assert.ok(health >= 0 && health <= 1, `${health}`);
      }
    }
  });
});

describe('what is kept of a standing', () => {
  const kept = (before: [number, number], now: [number, number]) => {
    const { health, load } = keptStanding(
      { health: before[0], load: before[1] },
      { health: now[0], load: now[1] },
    );
    return [health, load];
  };

  it('moves by steps: 0.05 of health, a tenth of the load', () => {
    assert.deepEqual(kept([1, 100], [0.96, 109]), [1, 100]);
    assert.deepEqual(kept([1, 100], [0.94, 110]), [0.94, 110]);
    assert.deepEqual(kept([0.5, 100], [0.56, 91]), [0.56, 100]);
    assert.deepEqual(kept([0.5, 100], [0.5, 90]), [0.5, 90]);
  });

  it('of a few live bindings each counts', () => {
    assert.deepEqual(kept([1, 0], [1, 1]), [1, 1]);
    assert.deepEqual(kept([1, 9], [1, 8]), [1, 8]);
    assert.deepEqual(kept([1, 3], [1, 0]), [1, 0]);
  });
});
