import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { createKeys } from '../../src/redis/keys.ts';
import { freshNumbers, newTenant, type Tenant } from '../support/api.ts';
import { until } from '../support/embedded-folder.ts';
import { type OwnRedis, startOwnRedis } from '../support/own-redis.ts';
import { type Replicas, startReplicas } from '../support/replicas.ts';
import { openSessionLoad, type SessionLoad } from '../support/session-load.ts';
import { nothingWrong, truthOf } from '../support/session-truth.ts';

const isFull = process.env.CHAOS_FULL === '1';
const FLUSHING_MS = isFull ? 60_000 : 3_000;
const DOWN_MS = isFull ? 30_000 : 1_500;
const CLIENTS = 6;

describe('Redis, under load', () => {
  let redis: OwnRedis;
  let admin: Redis;
  let replicas: Replicas;
  let tenant: Tenant;
  let load: SessionLoad;
  let isOver: boolean;
  let working: Promise<void>;

  before(async () => {
    redis = await startOwnRedis();
    admin = new Redis(redis.url);
    admin.on('error', () => {}); // it is killed
    replicas = await startReplicas({
      count: 2,
      redisUrl: `redis://localhost/?path=${encodeURIComponent(redis.url)}`,
    });
  });
  after(async () => {
    await replicas.close();
    admin.disconnect();
    await redis.remove();
  });
  beforeEach(async () => {
    const { urls, seenFrom } = replicas;
    tenant = await newTenant(seenFrom(urls[0] ?? ''), { dids: freshNumbers(12) });
    load = openSessionLoad({ tenant, phones: freshNumbers(40, '+9198'), seenFrom, keepLive: 80 });
    isOver = false;
    working = load.run(urls, CLIENTS, () => isOver);
    await isAtWork();
  });
  afterEach(async () => {
    isOver = true;
    await working;
  });

  /** Fifty sessions more than now. */
  const isAtWork = async (): Promise<void> => {
    const from = load.count();
    await until('the load goes on', () => load.count() >= from + 50);
  };
  const isLockedAgain = (): Promise<void> =>
    until('locks are taken again', async () => {
      const statistics = await admin.info('commandstats').catch(() => '');
      return /cmdstat_eval(sha)?:calls=[1-9]/.test(statistics);
    });

  /** Nobody was refused, sent to somebody else or told to come again: with Redis only speed may go. */
  const isUnharmed = async (t: TestContext, more: object): Promise<void> => {
    isOver = true;
    await working;
    const truth = await truthOf(replicas, tenant, load);
    const figures = load.figures();
    t.diagnostic(`figures: ${JSON.stringify({ ...more, ...figures, ...truth })}`);
    assert.deepEqual(load.violations, []);
    assert.deepEqual(truth, nothingWrong);
    const { unavailable, callsUnavailable, cut, refused } = figures;
    assert.deepEqual(
      { unavailable, callsUnavailable, cut, refused },
      { unavailable: 0, callsUnavailable: 0, cut: 0, refused: 0 },
    );
  };

  it('is flushed every 200 ms, and no request fails, no pair is given twice, no call goes astray', async (t) => {
    let flushes = 0;
    for (const end = performance.now() + FLUSHING_MS; performance.now() < end; flushes += 1) {
      await admin.flushall();
      await sleep(200);
    }
    assert.ok(flushes > 5);
    await isUnharmed(t, { flushes });
  });

  it('is killed and stays away, comes back empty and is used again, and nobody notices', async (t) => {
    await redis.kill();
    const from = load.count();
    await sleep(DOWN_MS);
    const withoutRedis = load.count() - from;
    assert.ok(withoutRedis > 0, 'nothing was allocated without Redis');
    await redis.start();
    await isLockedAgain();
    await isUnharmed(t, { downMs: DOWN_MS, withoutRedis });
  });

  it('comes back from an old snapshot that says every pair is taken, and sessions are made all the same', async (t) => {
    const file = (name: string) => join(dirname(redis.url), name);
    const stale = await locksOnEverything();
    await admin.save();
    copyFileSync(file('dump.rdb'), file('old.rdb'));
    await admin.del(...stale);
    await isAtWork();
    await redis.kill();
    copyFileSync(file('old.rdb'), file('dump.rdb'));
    await redis.start();
    await until('the old locks are there', async () => (await admin.exists(...stale)) === stale.length);
    await isLockedAgain();
    await isAtWork();
    await isUnharmed(t, { staleLocks: stale.length });
  });

  /** As if holders had died with locks that never end: on every pair that any session has had so far. */
  async function locksOnEverything(): Promise<string[]> {
    const keys = createKeys('');
    const sides = await replicas.sql<{ did_id: string; caller_index: Buffer }>(
      `select d.id as did_id, c.caller_index from dids d
         join (select distinct caller_index from session_phones where tenant_id = $1) c on true
        where d.tenant_id = $1`,
      [tenant.id],
    );
    const locks = sides.map((side) =>
      keys.pairLock(tenant.id, { didId: side.did_id, callerIndex: side.caller_index }),
    );
    await admin.mset(...locks.flatMap((lock) => [lock, 'a holder long gone']));
    return locks;
  }
});
