import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import pg from 'pg';
import type { Db } from '../../src/db/database.ts';
import { enqueueJob } from '../../src/jobs/queue-store.ts';
import type { TenantId } from '../../src/kernel/ids.ts';
import { newTenant } from '../support/api.ts';
import { until } from '../support/embedded-folder.ts';
import { type Desk, heldTask, inTransaction, notedTask, openDesk } from '../support/queue.ts';
import { openWorld, type World } from '../support/world.ts';

describe('the queue', () => {
  let world: World;
  let desk: Desk;
  before(async () => {
    world = await openWorld();
  });
  beforeEach(() => {
    desk = openDesk(world);
  });
  afterEach(async () => {
    await desk.close();
    await world.sql('delete from graphile_worker._private_jobs');
  });
  after(() => world.close());

  describe('a job', () => {
    it('is committed with the change that it belongs to: a rollback leaves none', async () => {
      const failing = inTransaction(world, async (db) => {
        await enqueueJob(db, { task: 'note', payload: { n: 1 } });
        throw new Error('something else failed');
      });
      await assert.rejects(failing, /something else/);
      assert.deepEqual(await desk.jobs(), []);
      await inTransaction(world, (db) => enqueueJob(db, { task: 'note', payload: { n: 2 } }));
      assert.deepEqual(
        (await desk.jobs()).map(({ payload }) => payload),
        [{ n: 2 }],
      );
    });

    it('begins within moments of its commit, since the worker is woken', async () => {
      const note = notedTask('note');
      await desk.worker([note.task], { concurrency: 1 });
      await desk.enqueue({ task: 'note', payload: { n: 0 } });
      await note.untilDone(1);
      await desk.untilEmpty(); // from here on the worker sleeps until it is woken, or for a second
      const began = performance.now();
      for (let n = 1; n <= 5; n += 1) {
        await desk.enqueue({ task: 'note', payload: { n } });
        await note.untilDone(n + 1);
      }
      assert.ok(performance.now() - began < 2_500, 'it was found by looking every second');
    });

    it('is done with what it was given, and is gone then', async () => {
      const note = notedTask('note');
      await desk.worker([note.task]);
      await desk.enqueue({ task: 'note', payload: { endpoint: 'whe_1' } });
      await desk.untilEmpty();
      assert.deepEqual(note.done, [{ endpoint: 'whe_1' }]);
    });

    it('does not begin before its time', async () => {
      const note = notedTask('note');
      await desk.worker([note.task]);
      await desk.enqueue({ task: 'note', payload: { n: 1 }, runAt: new Date(Date.now() + 3_600_000) });
      await desk.enqueue({ task: 'note', payload: { n: 2 } });
      await note.untilDone(1);
      assert.deepEqual(note.done, [{ n: 2 }]);
      await world.sql('update graphile_worker._private_jobs set run_at = now()');
      await note.untilDone(2);
    });

    it('that nobody here knows waits for a worker that does', async () => {
      const known = notedTask('known');
      await desk.worker([known.task]);
      await desk.enqueue({ task: 'news', payload: {} });
      await desk.enqueue({ task: 'known', payload: {} });
      await known.untilDone(1);
      const news = notedTask('news');
      await desk.worker([news.task]);
      await desk.untilEmpty();
      assert.equal(news.done.length, 1);
    });
  });

  describe('with a key', () => {
    it('one job waits: a new one brings its payload and its time', async () => {
      const later = new Date(Date.now() + 3_600_000);
      await desk.enqueue({ task: 'note', payload: { n: 1 }, key: 'k' });
      await desk.enqueue({ task: 'note', payload: { n: 2 }, key: 'k', runAt: later });
      const [job, ...others] = await desk.jobs();
      assert.deepEqual(others, []);
      assert.deepEqual([job.payload, job.run_at], [{ n: 2 }, later]);
    });

    it('and the wish to keep the time, it keeps its time, and its pause after a failure', async () => {
      const later = new Date(Date.now() + 3_600_000);
      await desk.enqueue({ task: 'note', payload: { n: 1 }, key: 'k', runAt: later });
      await world.sql('update graphile_worker._private_jobs set attempts = 3');
      await desk.enqueue({ task: 'note', payload: { n: 2 }, key: 'k', keepRunAt: true });
      const [job, ...others] = await desk.jobs();
      assert.deepEqual(others, []);
      assert.deepEqual([job.payload, job.run_at, job.attempts], [{ n: 2 }, later, 3]);
    });

    for (const keepRunAt of [false, true]) {
      it(`what comes while one is at work is done after it (time kept: ${keepRunAt})`, async () => {
        const held = heldTask('held');
        await desk.worker([held.task]);
        const job = { task: 'held', key: 'k', serial: 'k', keepRunAt };
        await desk.enqueue({ ...job, payload: { n: 1 } });
        await held.untilBegun(1);
        await desk.enqueue({ ...job, payload: { n: 2 } });
        await desk.enqueue({ ...job, payload: { n: 3 } });
        held.letGo();
        await held.untilBegun(2);
        assert.deepEqual(held.begun, [{ n: 1 }, { n: 3 }]);
        held.letGo();
        await desk.untilEmpty();
      });
    }

    it('no job is lost when a worker takes the one that waits in that very moment', async () => {
      await desk.enqueue({ task: 'note', payload: { n: 1 }, key: 'k' });
      const taker = new pg.Client({ connectionString: world.databaseUrl });
      await taker.connect();
      try {
        await taker.query('begin');
        await taker.query(
          `update graphile_worker._private_jobs set locked_at = now(), locked_by = 'other', attempts = 1`,
        );
        // It waits for the one who is about to take the job, in the middle of add_job.
        const coming = desk.enqueue({ task: 'note', payload: { n: 2 }, key: 'k' });
        await until('it waits', async () => {
          const [row] = await world.sql<{ n: string }>(
            `select count(*) as n from pg_stat_activity where wait_event_type = 'Lock' and query like '%enqueue_job%'`,
          );
          return row?.n === '1';
        });
        await taker.query('commit');
        await coming;
      } finally {
        await taker.end();
      }
      assert.deepEqual(
        (await desk.jobs()).map(({ payload, key, locked_by }) => [payload, key, locked_by]),
        [
          [{ n: 1 }, null, 'other'],
          [{ n: 2 }, 'k', null],
        ],
      );
    });

    it('a failure of what another has taken the place of is no dead job', async () => {
      let fail: (error: Error) => void = () => {};
      let begun = 0;
      const task = {
        name: 'failing',
        work: () =>
          new Promise<void>((resume, reject) => {
            begun += 1;
            fail = reject;
            if (begun === 2) resume();
          }),
      };
      await desk.worker([task]);
      const job = { task: 'failing', payload: {}, key: 'k', serial: 'k' };
      await desk.enqueue(job);
      await until('it has begun', () => begun === 1);
      await desk.enqueue(job);
      fail(new Error('no luck'));
      await until('the new one is done', () => begun === 2);
      await desk.untilEmpty();
    });

    it('a new job takes the place of a dead one', async () => {
      await desk.enqueue({ task: 'note', payload: { n: 1 }, key: 'k' });
      await world.sql('update graphile_worker._private_jobs set attempts = max_attempts');
      await desk.enqueue({ task: 'note', payload: { n: 2 }, key: 'k' });
      assert.deepEqual(
        (await desk.jobs()).map(({ payload, attempts }) => [payload, attempts]),
        [[{ n: 2 }, 0]],
      );
    });
  });

  describe('in a series', () => {
    it('one runs at a time, in the order in which they came, however many workers there are', async () => {
      const held = heldTask('held');
      await Promise.all([desk.worker([held.task]), desk.worker([held.task])]);
      for (let n = 1; n <= 4; n += 1) await desk.enqueue({ task: 'held', payload: { n }, serial: 's' });
      for (let n = 1; n <= 4; n += 1) {
        await held.untilBegun(n);
        assert.equal(held.begun.length - held.ended(), 1);
        held.letGo();
      }
      await desk.untilEmpty();
      assert.deepEqual(
        held.begun.map(({ n }) => n),
        [1, 2, 3, 4],
      );
    });

    it('a tenant with a thousand jobs in its series does not hold up another', async () => {
      const held = heldTask('held');
      const note = notedTask('note');
      await world.sql(
        `select enqueue_job('held', '{"tenant": "ten_busy"}', p_serial => 'ten_busy') from generate_series(1, 1000)`,
      );
      await desk.worker([held.task, note.task], { concurrency: 2 });
      await held.untilBegun(1);
      for (let n = 1; n <= 10; n += 1) {
        await desk.enqueue({ task: 'note', payload: { tenant: 'ten_quiet' }, serial: 'ten_quiet' });
        await note.untilDone(n);
      }
      assert.equal(held.begun.length, 1);
      await world.sql('delete from graphile_worker._private_jobs where locked_at is null');
      held.letGo();
      await desk.untilEmpty();
    });
  });

  describe('several workers', () => {
    it('share the jobs, and do each once', async () => {
      const shares = [notedTask('note'), notedTask('note'), notedTask('note')];
      await inTransaction(world, async (db) => {
        for (let n = 0; n < 300; n += 1) await enqueueJob(db, { task: 'note', payload: { n } });
      });
      await Promise.all(shares.map(({ task }) => desk.worker([task], { concurrency: 3 })));
      await desk.untilEmpty();
      const done = shares.flatMap((share) => share.done.map(({ n }) => n));
      assert.deepEqual(
        done.sort((a, b) => a - b),
        Array.from({ length: 300 }, (_, n) => n),
      );
      assert.ok(
        shares.every((share) => share.done.length > 0),
        'one had nothing to do',
      );
    });

    it('without a task start and stop, and leave nothing', async () => {
      const worker = await desk.worker([]);
      await worker.stop(100);
      assert.deepEqual(await world.sql('select * from worker_processes'), []);
    });
  });

  describe('the role of the service', () => {
    it('can do all that a worker does, and change nothing about the tables', async () => {
      const app = new pg.Client({ connectionString: world.databaseUrl, options: '-c role=maskplane_app' });
      await app.connect();
      const denied = async (statement: string) => {
        await assert.rejects(app.query(statement), { code: '42501' }, statement);
      };
      try {
        await denied('create table graphile_worker.mine (id int)');
        await denied('alter table graphile_worker._private_jobs add column mine int');
        await denied('truncate graphile_worker._private_jobs');
        await denied('drop function graphile_worker.add_job');
        await denied('delete from graphile_worker.migrations');
        await denied('drop trigger job_not_held on graphile_worker._private_jobs');
      } finally {
        await app.end();
      }
    });

    it('acting for a tenant, sees no job of another’s, and can leave none for it', async () => {
      const [a, b] = await Promise.all([newTenant(world), newTenant(world)]);
      const acting = <T>(id: string, work: (db: Db) => Promise<T>) =>
        world.container.database.transaction({ as: 'tenant', tenantId: id as TenantId }, work);
      await acting(a.id, (db) => enqueueJob(db, { task: 'note', payload: { tenant: a.id }, key: 'a' }));
      const seen = (id: string) =>
        acting(id, (db) => db.rows<unknown>('select id from graphile_worker._private_jobs', []));
      assert.equal((await seen(a.id)).length, 1);
      assert.equal((await seen(b.id)).length, 0);
      const foreign = acting(b.id, (db) => enqueueJob(db, { task: 'note', payload: { tenant: a.id } }));
      await assert.rejects(foreign, /row-level security/);
    });
  });
});
