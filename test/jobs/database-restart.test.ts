import assert from 'node:assert/strict';
import { readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openDatabase } from '../../src/db/database.ts';
import { migrate } from '../../src/db/migrate.ts';
import { type Embedded, startEmbedded } from '../../src/embedded/embedded.ts';
import { createQueueWorker } from '../../src/jobs/queue.ts';
import { enqueueJob } from '../../src/jobs/queue-store.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import { until } from '../support/embedded-folder.ts';
import { newDataDir } from '../support/own-service.ts';
import { heldTask, quick } from '../support/queue.ts';

describe('a queue whose Postgres is killed and started again', () => {
  const dataDir = newDataDir();
  const sockets = join(dataDir, 'sockets');
  let postgres: Embedded;
  let databaseUrl: string;
  before(async () => {
    databaseUrl = await startPostgres();
    await migrate(databaseUrl);
  });
  after(async () => {
    await postgres.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  /** On the same data, and at the same address: its sockets get a new folder at each start, a link leads there. */
  async function startPostgres(): Promise<string> {
    postgres = await startEmbedded({ dataDir, postgres: true, redis: false, durable: true, log: () => {} });
    const url = new URL(postgres.databaseUrl ?? '');
    const { pathname } = url;
    rmSync(sockets, { force: true });
    symlinkSync(url.searchParams.get('host') ?? '', sockets);
    url.searchParams.set('host', sockets);
    return Object.assign(url, { pathname }).href;
  }

  it('goes on by itself: what was at work is finished or done again, what waited is done, nothing is left', async () => {
    const held = heldTask('held');
    const worker = createQueueWorker({
      databaseUrl,
      tasks: [held.task],
      concurrency: 1,
      logger: createLogger('silent'),
      timing: quick,
    });
    const done = () => new Set(held.begun.map(({ n }) => n));
    let database = openDatabase(databaseUrl, { connections: 2, onError: () => {} });
    try {
      await worker.start();
      await enqueueJob(database.single, { task: 'held', payload: { n: 1 } });
      await enqueueJob(database.single, { task: 'held', payload: { n: 2 } });
      await held.untilBegun(1);
      process.kill(
        Number.parseInt(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10),
        'SIGKILL',
      );
      await postgres.crashed;
      held.letGo(); // it ends while nobody can be told
      await postgres.stop();
      await database.close();
      await startPostgres();
      database = openDatabase(databaseUrl, { connections: 2, onError: () => {} });
      await enqueueJob(database.single, { task: 'held', payload: { n: 3 } });
      await until('all is done', async () => {
        held.letGo();
        const left = await database.single.rows('select id from graphile_worker._private_jobs', []);
        return left.length === 0;
      });
      assert.deepEqual([...done()].sort(), [1, 2, 3]);
    } finally {
      await worker.stop(1_000);
      await database.close();
    }
  });
});
