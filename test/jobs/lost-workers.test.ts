import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import pg from 'pg';
import { type ChildScript, runScript } from '../support/child-script.ts';
import { until } from '../support/embedded-folder.ts';
import { type Desk, heldTask, notedTask, openDesk } from '../support/queue.ts';
import { openWorld, type World } from '../support/world.ts';

describe('a worker', () => {
  let world: World;
  let desk: Desk;
  const children: ChildScript[] = [];
  before(async () => {
    world = await openWorld();
    await world.sql(
      `create table queue_notes (id bigint primary key generated always as identity, worker text, what text, n integer)`,
    );
    await world.sql('grant all on queue_notes to public');
  });
  beforeEach(() => {
    desk = openDesk(world);
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      child.process.kill('SIGKILL');
      await child.ended;
    }
    await desk.close();
    for (const table of ['graphile_worker._private_jobs', 'queue_notes', 'worker_processes']) {
      await world.sql(`delete from ${table}`);
    }
    await world.sql('update graphile_worker._private_job_queues set locked_at = null, locked_by = null');
  });
  after(() => world.close());

  async function child(name: string): Promise<ChildScript> {
    const script = runScript('queue-child.ts', [world.databaseUrl, name]);
    children.push(script);
    assert.equal(await script.nextLine(), 'ready');
    return script;
  }
  const notes = async () =>
    (await world.sql<any>('select * from queue_notes order by id')).map(
      ({ worker, what, n }) => `${worker} ${what} ${n}`,
    );
  const untilNoted = (line: string) => until(line, async () => (await notes()).includes(line));
  const letGo = () => world.sql(`insert into queue_notes (what) values ('go')`);
  const known = () => world.sql('select id from worker_processes');

  it('that is killed: its jobs, and what waits in their series, go on elsewhere within moments', async () => {
    const lost = await child('lost');
    await desk.enqueue({ task: 'note', payload: { n: 1, held: true }, serial: 's' });
    await desk.enqueue({ task: 'note', payload: { n: 2 }, serial: 's' });
    await desk.enqueue({ task: 'note', payload: { n: 3, held: true } });
    await untilNoted('lost begun 1');
    await untilNoted('lost begun 3');
    await child('other');
    lost.process.kill('SIGKILL');
    await lost.ended;
    await untilNoted('other begun 1');
    await untilNoted('other begun 3');
    await letGo();
    await desk.untilEmpty();
    const done = (await notes()).filter((line) => line.includes('done'));
    assert.deepEqual(done.sort(), ['other done 1', 'other done 2', 'other done 3']);
    assert.equal((await known()).length, 1);
  });

  it('that is killed alone: it goes on when there is one again', async () => {
    const lost = await child('lost');
    await desk.enqueue({ task: 'note', payload: { n: 1, held: true }, key: 'k', serial: 'k' });
    await untilNoted('lost begun 1');
    lost.process.kill('SIGKILL');
    await lost.ended;
    await desk.enqueue({ task: 'note', payload: { n: 2 }, key: 'k', serial: 'k' });
    await child('next');
    await untilNoted('next done 2');
    await desk.untilEmpty();
    // The job that was lost has a newer one of its key: it is not done a second time.
    assert.deepEqual(await notes(), ['lost begun 1', 'next begun 2', 'next done 2']);
  });

  it('a job that ends its worker is dead after its attempts, and says so', async () => {
    await world.sql(`select enqueue_job('fatal', '{}', p_most_attempts => 2)`);
    for (const name of ['first', 'second']) {
      const { process } = await child(name);
      await until('the job has ended it', () => process.signalCode !== null);
    }
    const note = notedTask('note');
    await desk.worker([note.task]);
    await until('it is given back', async () => (await desk.jobs())[0].locked_at === null);
    const [job] = await desk.jobs();
    assert.deepEqual([job.attempts, job.last_error], [2, 'The worker that had this job was lost.']);
  });

  it('on SIGTERM takes no new job, ends the one at work, and leaves nothing', async () => {
    const leaving = await child('leaving');
    await desk.enqueue({ task: 'note', payload: { n: 1, held: true } });
    await untilNoted('leaving begun 1');
    leaving.process.kill('SIGTERM');
    // Its listener is the first to go; from then on it takes no more.
    await until('it listens no more', async () => {
      const [row] = await world.sql<{ n: string }>(
        `select count(*) as n from pg_stat_activity
          where application_name = 'maskplane-worker' and datname = current_database() and query like 'LISTEN%'`,
      );
      return row?.n === '0';
    });
    await desk.enqueue({ task: 'note', payload: { n: 2 } });
    await letGo();
    await leaving.ended;
    assert.equal(leaving.process.exitCode, 0);
    assert.deepEqual(
      (await notes()).filter((line) => line.startsWith('leaving')),
      ['leaving begun 1', 'leaving done 1'],
    );
    assert.deepEqual(
      (await desk.jobs()).map(({ payload, attempts }) => [payload.n, attempts]),
      [[2, 0]],
    );
    assert.deepEqual(await known(), []);
  });

  it('whose time is up hands over what it could not finish: aborted, free for others, not counted', async () => {
    const held = heldTask('held');
    const worker = await desk.worker([held.task]);
    await desk.enqueue({ task: 'held', payload: { n: 1 }, serial: 's' });
    await held.untilBegun(1);
    await worker.stop(100);
    assert.equal(held.signals[0]?.aborted, true);
    const [job] = await desk.jobs();
    assert.deepEqual([job.locked_at, job.attempts], [null, 0]);
    const next = notedTask('held');
    await desk.worker([next.task]);
    await next.untilDone(1);
    held.letGo(); // the late end of the first one changes nothing
    await desk.untilEmpty();
  });

  it('that is stopped for a while and goes on: its jobs are done by others, and it spoils nothing', async () => {
    const stopped = await child('stopped');
    await desk.enqueue({ task: 'note', payload: { n: 1, held: true }, serial: 's', key: 'k' });
    await untilNoted('stopped begun 1');
    stopped.process.kill('SIGSTOP');
    const held = heldTask('note');
    await desk.worker([held.task]);
    await held.untilBegun(1); // the other one has the job now, and its series
    stopped.process.kill('SIGCONT');
    await untilNoted('stopped aborted 1');
    assert.equal((await desk.jobs()).length, 1, 'it was deleted by who does not hold it');
    await desk.enqueue({ task: 'note', payload: { n: 2 }, serial: 's', key: 'k' });
    held.letGo();
    await until(
      'what came next is done',
      async () => (await desk.jobs()).length === 0 || held.begun.length > 1,
    );
    held.letGo();
    await letGo();
    await desk.untilEmpty();
  });

  it('that ends a job which was given to another does not delete it', async () => {
    const first = heldTask('held');
    await desk.worker([first.task], { concurrency: 1 });
    await desk.enqueue({ task: 'held', payload: {}, serial: 's' });
    await first.untilBegun(1);
    const second = heldTask('held');
    await desk.worker([second.task]);
    await world.sql('select give_back_jobs(array[locked_by], true) from graphile_worker._private_jobs');
    await second.untilBegun(1);
    first.letGo();
    await until('the first has ended', () => first.ended() === 1);
    await desk.enqueue({ task: 'held', payload: { next: true }, serial: 's' });
    second.letGo();
    await until('the next has begun', () => first.begun.length + second.begun.length === 3);
    first.letGo();
    second.letGo();
    await desk.untilEmpty();
  });

  it('when it was the database that was away, nobody is given up', async () => {
    const held = heldTask('held');
    await Promise.all([desk.worker([held.task]), desk.worker([held.task])]);
    await desk.enqueue({ task: 'held', payload: {} });
    await held.untilBegun(1);
    await until('both have been heard of for a while', async () => {
      const [row] = await world.sql<{ n: string }>(
        `select count(*) as n from worker_processes where seen_at - started_at > interval '800 ms'`,
      );
      return row?.n === '2';
    });
    // As in an outage: nobody can say that it lives, until it is long past the time after which one is given up.
    const outage = new pg.Client({ connectionString: world.databaseUrl });
    await outage.connect();
    await outage.query('begin');
    await outage.query('lock table worker_processes');
    await until('all were silent for too long', async () => {
      const { rows } = await outage.query(
        `select bool_and(seen_at < clock_timestamp() - interval '700 ms') as all_silent from worker_processes`,
      );
      return rows[0].all_silent;
    });
    await outage.query('commit');
    await outage.end();
    await until('all are heard of again', async () => {
      const [row] = await world.sql<{ n: string }>(
        `select count(*) as n from worker_processes where seen_at > clock_timestamp() - interval '400 ms'`,
      );
      return row?.n === '2';
    });
    assert.equal(held.begun.length, 1);
    held.letGo();
    await desk.untilEmpty();
  });
});
