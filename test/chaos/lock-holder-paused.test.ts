import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { PAIR_LOCK_TTL_MS } from '../../src/redis/keys.ts';
import { freshNumbers, newTenant, type Tenant } from '../support/api.ts';
import { until } from '../support/embedded-folder.ts';
import { type Replicas, startReplicas } from '../support/replicas.ts';
import { openSessionLoad } from '../support/session-load.ts';
import { nothingWrong, truthOf } from '../support/session-truth.ts';

const PAUSE_MS = 3 * PAIR_LOCK_TTL_MS;
const PAUSES = process.env.CHAOS_FULL === '1' ? 5 : 1;
const CLIENTS = 4;

describe('a process that is paused while it holds locks on pairs', () => {
  let redis: Redis;
  let replicas: Replicas;
  let tenant: Tenant;
  before(async () => {
    redis = new Redis(process.env.TEST_REDIS_URL ?? '');
    replicas = await startReplicas({ count: 2 });
    tenant = await newTenant(replicas.seenFrom(replicas.urls[0] ?? ''), { dids: freshNumbers(12) });
  });
  after(async () => {
    await replicas.close();
    redis.disconnect();
  });

  const heldLocks = async (): Promise<string[]> => redis.keys(`*{${tenant.id}}:lock:*`);

  it('for three times their lifetime: others allocate meanwhile, and when it goes on nothing is given twice', async (t) => {
    const [paused, other] = replicas.apis;
    if (paused === undefined || other === undefined) assert.fail();
    const phones = freshNumbers(30, '+9198');
    const load = openSessionLoad({ tenant, phones, seenFrom: replicas.seenFrom, keepLive: 60 });
    let isOver = false;
    const its = load.run([paused.url], CLIENTS, () => isOver);
    const others: Promise<void>[] = [];
    const figures = { pauses: 0, locksHeld: 0, allocatedMeanwhile: 0 };
    try {
      for (; figures.pauses < PAUSES; figures.pauses += 1) {
        figures.locksHeld += await stopHolding(
          () => paused.signal('SIGSTOP'),
          () => paused.signal('SIGCONT'),
        );
        const from = load.count();
        let isResumed = false;
        others.push(load.run([other.url], CLIENTS, () => isResumed));
        await sleep(PAUSE_MS);
        figures.allocatedMeanwhile += load.count() - from;
        paused.signal('SIGCONT');
        const resumedAt = load.count();
        await until('both have gone on', () => load.count() >= resumedAt + 50);
        isResumed = true;
      }
    } finally {
      paused.signal('SIGCONT');
      isOver = true;
      await Promise.all([its, ...others]);
    }

    const truth = await truthOf(replicas, tenant, load);
    t.diagnostic(`figures: ${JSON.stringify({ ...figures, ...load.figures(), ...truth })}`);
    assert.deepEqual(load.violations, []);
    assert.deepEqual(truth, nothingWrong);
    assert.ok(figures.allocatedMeanwhile > 0, 'others waited for the paused process');
  });

  /** Stops it at a moment at which it holds locks, and says how many; all of them then end by their lifetime. */
  async function stopHolding(stop: () => void, go: () => void): Promise<number> {
    for (let turn = 0; turn < 500; turn += 1) {
      await until('a lock is taken', async () => (await heldLocks()).length > 0);
      stop();
      await sleep(30); // what it had sent to Redis before is worked off
      const held = (await heldLocks()).length;
      if (held > 0) return held;
      go();
    }
    throw new Error('it was never caught with a lock');
  }
});
