import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { createBreaker } from '../../src/redis/breaker.ts';
import { connectRedis, type RedisClient } from '../../src/redis/client.ts';
import { PAIR_LOCK_TTL_MS } from '../../src/redis/keys.ts';
import {
  createPairLocks,
  type LockOutcome,
  type PairKey,
  type PairLocks,
} from '../../src/redis/pair-locks.ts';
import { watchConnection } from '../../src/redis/watchdog.ts';
import { type OwnRedis, startOwnRedis } from '../support/own-redis.ts';

const TENANT = 'ten_a';
/** Command timeout of 50 ms, and room for a busy machine. */
const ANSWER_LIMIT_MS = 500;

const newPair = (): PairKey => ({ a: newSide(), b: newSide() });
const newSide = () => ({ didId: `did_${randomBytes(4).toString('hex')}`, callerIndex: randomBytes(32) });

function connect(url: string): RedisClient {
  return connectRedis(url, { prefix: `t${randomBytes(6).toString('hex')}:`, onError: () => undefined });
}

/** Looks at Redis from outside. Without a command timeout: a stall of the machine is not what a test is about. */
function connectPlainly(url: string): Redis {
  const plain = new Redis(url);
  plain.on('error', () => undefined); // some tests kill the server
  return plain;
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, `it did not happen in time: ${what}`);
    await pause(5);
  }
}

function keysOf(redis: RedisClient, pair: PairKey): [string, string] {
  return [redis.keys.pairLock(TENANT, pair.a), redis.keys.pairLock(TENANT, pair.b)];
}

async function timed<T>(act: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const start = performance.now();
  const result = await act();
  return { result, ms: performance.now() - start };
}

/** Locks; a stall of the machine over the command timeout is retried, since it is not what the test is about. */
async function lock(locks: PairLocks, ...candidates: PairKey[]): Promise<LockOutcome> {
  let last: LockOutcome = { outcome: 'unavailable' };
  await until('an answer', async () => {
    last = await locks.lockFirst(TENANT, candidates);
    return last.outcome !== 'unavailable';
  });
  return last;
}

async function hold(locks: PairLocks, ...candidates: PairKey[]) {
  const result = await lock(locks, ...candidates);
  assert.ok(result.outcome === 'locked');
  return result;
}

describe('pair locks', () => {
  let own: OwnRedis | null = null;
  let url: string;
  let redis: RedisClient;
  let plain: Redis;
  let locks: PairLocks;

  before(async () => {
    const given = process.env.TEST_REDIS_URL;
    if (given === undefined) own = await startOwnRedis();
    url = given ?? own?.url ?? assert.fail();
    redis = connect(url);
    plain = connectPlainly(url);
    locks = createPairLocks(redis);
    await until('connected', () => redis.isReady());
  });

  after(async () => {
    await redis.close();
    plain.disconnect();
    await own?.remove();
  });

  test('a locked pair holds both keys for at most the lifetime, and a release frees both', async () => {
    const pair = newPair();
    const held = await hold(locks, pair);
    for (const key of keysOf(redis, pair)) {
      const left = await plain.pttl(key);
      assert.ok(left > 0 && left <= PAIR_LOCK_TTL_MS, `${left}`);
    }
    await held.release();
    assert.equal(await plain.exists(...keysOf(redis, pair)), 0);
  });

  test('keys show neither the prefix of another test nor more of the caller than half its index', () => {
    const pair = newPair();
    const [key] = keysOf(redis, pair);
    const half = pair.a.callerIndex.subarray(0, 16).toString('hex');
    assert.match(key, new RegExp(`^t[0-9a-f]{12}:mp:\\{${TENANT}\\}:lock:${pair.a.didId}:${half}$`));
  });

  test('a busy pair is passed over for the next candidate', async () => {
    const [first, second] = [newPair(), newPair()];
    await hold(locks, first);
    assert.equal((await hold(locks, first, second)).index, 1);
    assert.deepEqual(await lock(locks, first, second), { outcome: 'busy' });
    assert.deepEqual(await lock(locks), { outcome: 'busy' });
  });

  test('whatever is held, the first pair with both sides free is locked, both sides or neither', async () => {
    // Few DIDs and callers, so that candidates overlap in one side, in both, and with what is held.
    const side = fc.record({ did: fc.nat(2), caller: fc.nat(2) });
    const pairs = fc.array(fc.tuple(side, side), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.array(side, { maxLength: 5 }), pairs, async (taken, chosen) => {
        const world = randomBytes(4).toString('hex');
        const sideOf = ({ did, caller }: { did: number; caller: number }) => ({
          didId: `did_${world}${did}`,
          callerIndex: Buffer.alloc(32, caller),
        });
        const held = new Set(taken.map((one) => redis.keys.pairLock(TENANT, sideOf(one))));
        for (const key of held) await plain.set(key, 'another', 'PX', 60_000);
        const candidates = chosen.map(([a, b]) => ({ a: sideOf(a), b: sideOf(b) }));

        const expected = candidates.findIndex((pair) => keysOf(redis, pair).every((key) => !held.has(key)));
        const result = await lock(locks, ...candidates);
        assert.equal(result.outcome === 'locked' ? result.index : -1, expected);

        const mine = new Set(candidates[expected] === undefined ? [] : keysOf(redis, candidates[expected]));
        for (const key of candidates.flatMap((pair) => keysOf(redis, pair))) {
          const value = await plain.get(key);
          if (held.has(key)) assert.equal(value, 'another');
          else assert.equal(value !== null, mine.has(key), 'a side is locked without its pair');
        }
        if (result.outcome === 'locked') await result.release();
        for (const key of mine) assert.equal(await plain.get(key), null);
      }),
      { numRuns: 60 },
    );
  });

  test('one tenant does not wait for another', async () => {
    const pair = newPair();
    await hold(locks, pair);
    await until('an answer', async () => (await locks.lockFirst('ten_b', [pair])).outcome === 'locked');
  });

  test('of fifty racers for the same pair exactly one holds it at a time, and each gets its turn', async () => {
    const prefix = `race${randomBytes(6).toString('hex')}:`;
    const clients = Array.from({ length: 5 }, () => connectRedis(url, { prefix, onError: () => undefined }));
    await until('all connected', () => clients.every((client) => client.isReady()));
    const pair = newPair();
    let holders = 0;
    let most = 0;
    let turns = 0;
    const race = async (racer: PairLocks): Promise<void> => {
      await until('a turn', async () => {
        const result = await racer.lockFirst(TENANT, [pair]);
        if (result.outcome !== 'locked') return false;
        holders += 1;
        most = Math.max(most, holders);
        await pause(1);
        holders -= 1;
        turns += 1;
        await result.release();
        return true;
      });
    };
    await Promise.all(clients.flatMap((c) => Array.from({ length: 10 }, () => race(createPairLocks(c)))));
    assert.deepEqual({ most, turns }, { most: 1, turns: 50 });
    await Promise.all(clients.map((client) => client.close()));
  });

  test('the late release of an expired holder never frees the lock of the next one', async () => {
    const pair = newPair();
    const expired = await hold(locks, pair);
    await plain.del(...keysOf(redis, pair)); // what expiry does, without the wait
    const next = await hold(locks, pair);
    await expired.release();
    assert.deepEqual(await lock(locks, pair), { outcome: 'busy' });
    await next.release();
    await next.release(); // a second release has nothing left to do
    await hold(locks, pair);
  });

  test('a holder that lost one side frees only the side that it still has', async () => {
    const pair = newPair();
    const held = await hold(locks, pair);
    const [keyA, keyB] = keysOf(redis, pair);
    await plain.set(keyA, 'another');
    await held.release();
    assert.deepEqual(await plain.mget(keyA, keyB), ['another', null]);
    await plain.del(keyA);
  });
});

describe('pair locks when Redis fails', () => {
  let own: OwnRedis;
  let redis: RedisClient;
  let admin: Redis;
  let locks: PairLocks;

  before(async () => {
    own = await startOwnRedis();
    redis = connect(own.url);
    admin = connectPlainly(own.url);
    locks = createPairLocks(redis);
    await until('connected', () => redis.isReady());
  });

  after(async () => {
    await redis.close();
    admin.disconnect();
    await own.remove();
  });

  test('a flush of the scripts is not noticed', async () => {
    const [keyA, keyB] = keysOf(redis, newPair());
    const afterFlush = (act: () => Promise<number>) =>
      until('an answer', async () => {
        await act().catch(() => 0); // the script is known to this connection from here on
        await admin.script('FLUSH');
        const fault = await act().then(
          () => null,
          (error: Error) => error.message,
        );
        // A stall of the machine is retried, an unknown script is not.
        assert.match(fault ?? 'timed out', /timed out/);
        return fault === null;
      });
    await afterFlush(() => redis.raw.lockFirstPair(2, keyA, keyB, 'token', PAIR_LOCK_TTL_MS));
    await afterFlush(() => redis.raw.unlockPair(keyA, keyB, 'token'));
  });

  test('a paused Redis is unavailable within the command timeout, then skipped, then used again', async () => {
    const pair = newPair();
    const before = locks.stats().unavailable;
    await admin.call('CLIENT', 'PAUSE', '1000', 'ALL');
    const first = await timed(() => locks.lockFirst(TENANT, [pair]));
    assert.equal(first.result.outcome, 'unavailable');
    assert.ok(first.ms < ANSWER_LIMIT_MS, `${first.ms} ms`);
    // One after the other, these would take 1.5 s if each waited for Redis.
    const many = await timed(async () => {
      for (let i = 0; i < 30; i += 1) {
        assert.equal((await locks.lockFirst(TENANT, [pair])).outcome, 'unavailable');
      }
    });
    assert.ok(many.ms < ANSWER_LIMIT_MS, `${many.ms} ms`);
    assert.equal(locks.stats().unavailable, before + 31);

    await until('used again', async () => (await locks.lockFirst(TENANT, [newPair()])).outcome === 'locked');
  });

  test('a lock that was taken after its caller gave up is freed again, not left for its lifetime', async () => {
    const [first, second] = [newPair(), newPair()];
    await admin.call('CLIENT', 'PAUSE', '300', 'ALL');
    // Locks of their own, because the breaker of the others may be open.
    const result = await createPairLocks(redis).lockFirst(TENANT, [first, second]);
    assert.equal(result.outcome, 'unavailable');
    const answers = (): Promise<boolean> => redis.raw.ping().then(Boolean, () => false);
    await until('it goes on', answers); // on the same connection, so behind the late lock and its release
    assert.equal(await admin.exists(...keysOf(redis, first), ...keysOf(redis, second)), 0);
  });

  test('a killed Redis is unavailable without an error, a release does not throw, and a new one is used', async () => {
    const pair = newPair();
    const held = await hold(locks, pair);
    await own.kill();
    const down = await timed(() => locks.lockFirst(TENANT, [pair]));
    assert.equal(down.result.outcome, 'unavailable');
    assert.ok(down.ms < ANSWER_LIMIT_MS, `${down.ms} ms`);
    assert.equal((await timed(() => held.release())).result, undefined);
    await own.start();
    await until('used again', async () => (await locks.lockFirst(TENANT, [pair])).outcome === 'locked');
  });

  test('a client starts without Redis, reports the fault once, and connects when Redis comes', async () => {
    await own.kill();
    const faults: string[] = [];
    const late = connectRedis(own.url, {
      prefix: 'late:',
      onError(message) {
        faults.push(message);
        throw new Error('a failing logger');
      },
    });
    const lateLocks = createPairLocks(late);
    assert.equal((await lateLocks.lockFirst(TENANT, [newPair()])).outcome, 'unavailable');
    await until('the fault is told', () => faults.length > 0);
    await pause(300); // several attempts
    assert.equal(new Set(faults).size, faults.length, 'a fault is repeated');
    await own.start();
    await until('connected', () => late.isReady());
    await hold(lateLocks, newPair());
    await late.close();
    await late.close();
    assert.equal((await lateLocks.lockFirst(TENANT, [newPair()])).outcome, 'unavailable');
    assert.equal(lateLocks.stats().locked, 1);
  });

  test('a connection that is open but silent is replaced', async () => {
    await until('connected', () => redis.isReady());
    let stale = 0;
    const stop = watchConnection(redis.raw, 100, () => {
      stale += 1;
    });
    await pause(1_000);
    assert.equal(stale, 0, 'an idle connection is taken for a dead one');
    own.freeze();
    await until('the connection is given up', () => stale === 1 && !redis.isReady());
    own.thaw();
    await until('connected again', () => redis.isReady());
    stop();
  });

  test('an address that cannot be read is refused without being repeated', () => {
    const refused = (): RedisClient => connect('redis://user:hunter2@[bad');
    assert.throws(refused, (error: Error) => !error.message.includes('hunter2') && error.cause === undefined);
  });
});

describe('the breaker', () => {
  test('after a failure nobody tries for a while, then one at a time until one succeeds', () => {
    let now = 5_000;
    const breaker = createBreaker(() => now);
    assert.ok(breaker.mayTry() && breaker.mayTry(), 'closed at first');
    breaker.failed();
    now += 700; // the shortest pause is 750 ms
    assert.equal(breaker.mayTry(), false);
    now += 600; // the longest is 1250 ms
    assert.deepEqual([breaker.mayTry(), breaker.mayTry()], [true, false]);
    breaker.failed();
    assert.equal(breaker.mayTry(), false, 'the probe failed');
    now += 1_300;
    assert.equal(breaker.mayTry(), true);
    now += 1_300;
    assert.equal(breaker.mayTry(), true, 'a probe that never reports back does not keep it open');
    breaker.succeeded();
    assert.ok(breaker.mayTry() && breaker.mayTry());
  });
});
