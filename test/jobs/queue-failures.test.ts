import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { queueFigures } from '../../src/jobs/queue-figures-store.ts';
import { newTenant } from '../support/api.ts';
import { until } from '../support/embedded-folder.ts';
import { type Desk, heldTask, notedTask, openDesk, quick } from '../support/queue.ts';
import { openWorld, type World } from '../support/world.ts';

const failing = (message: string) => ({
  name: 'failing',
  work: () => Promise.reject(new Error(message)),
});

describe('a job that fails', () => {
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

  const untilTried = (attempts: number) =>
    until(`it was tried ${attempts} times`, async () =>
      (await desk.jobs()).every((job) => job.attempts === attempts && job.locked_at === null),
    );

  it('is tried again, later each time', async () => {
    await desk.worker([failing('no luck')]);
    await desk.enqueue({ task: 'failing', payload: {} });
    const pauses: number[] = [];
    for (let attempts = 1; attempts <= 3; attempts += 1) {
      await untilTried(attempts);
      const [job] = await desk.jobs();
      pauses.push((job.run_at - job.updated_at) / 1_000);
      await world.sql('update graphile_worker._private_jobs set run_at = now()');
    }
    pauses.forEach((seconds, place) => {
      const plain = Math.exp(place + 1);
      assert.ok(seconds > plain * 0.45 && seconds < plain * 1.55, `after ${seconds} s, not about ${plain} s`);
    });
  });

  it('does not come back together with those that failed together', async () => {
    await desk.worker([failing('no luck')], { concurrency: 8 });
    for (let n = 0; n < 30; n += 1) await desk.enqueue({ task: 'failing', payload: { n } });
    await untilTried(1);
    const pauses = (await desk.jobs()).map((job) => (job.run_at - job.updated_at) / 1_000 / Math.E);
    assert.ok(pauses.every((pause) => pause > 0.45 && pause < 1.55));
    assert.ok(Math.max(...pauses) - Math.min(...pauses) > 0.4, 'the pauses are alike');
  });

  it('keeps why, without numbers and secrets, and in few words; none is logged with its payload', async () => {
    const secret = `whsec_${'x'.repeat(32)}`;
    const message = `refused for +919800000001 with ${secret} at https://me:hunter2@example.com/ ${'x'.repeat(900)}`;
    await desk.worker([failing(message)]);
    await desk.enqueue({ task: 'failing', payload: { endpoint: 'whe_payload' } });
    await untilTried(1);
    const [job] = await desk.jobs();
    assert.match(job.last_error, /^refused for \[number\] with \[secret\] at https:\/\/\[secret\]@example/);
    assert.equal(job.last_error.length, 500);
    const said = world.logLines.join('');
    assert.match(said, /a job failed/);
    assert.doesNotMatch(said, /hunter2|whsec_|9800000001|whe_payload/);
  });

  it('is dead when it was tried as often as it may be, and is not tried again', async () => {
    const note = notedTask('note');
    await desk.worker([failing('no luck'), note.task]);
    await world.sql(`select enqueue_job('failing', '{}', p_most_attempts => 2)`);
    await untilTried(1);
    await world.sql('update graphile_worker._private_jobs set run_at = now()');
    await untilTried(2);
    await world.sql('update graphile_worker._private_jobs set run_at = now()');
    await desk.enqueue({ task: 'note', payload: {} });
    await note.untilDone(1);
    assert.match(world.logLines.join(''), /a job is dead/);
    assert.equal((await desk.jobs()).find(({ task }) => task === 'failing').attempts, 2);
  });

  it('that does not come to an end is aborted, and counts as failed', async () => {
    const held = heldTask('held');
    await desk.worker([held.task], { timing: { ...quick, taskMs: 200 } });
    await desk.enqueue({ task: 'held', payload: {} });
    await untilTried(1);
    assert.equal(held.signals[0]?.aborted, true);
    assert.match((await desk.jobs())[0].last_error, /not done within 0\.2 s/);
    held.letGo();
  });

  it('queue figures say how many wait, are at work and are dead, and how long the oldest has waited', async () => {
    const held = heldTask('held');
    await desk.worker([held.task], { concurrency: 1 });
    await desk.enqueue({ task: 'held', payload: {} });
    await held.untilBegun(1);
    for (let n = 0; n < 3; n += 1) await desk.enqueue({ task: 'held', payload: {} });
    await desk.enqueue({ task: 'held', payload: {}, runAt: new Date(Date.now() - 60_000) });
    await desk.enqueue({ task: 'held', payload: {}, runAt: new Date(Date.now() + 60_000) });
    await desk.enqueue({ task: 'held', payload: {}, key: 'dead' });
    await world.sql(`update graphile_worker._private_jobs set attempts = max_attempts where key = 'dead'`);
    const figures = await queueFigures(world.container.database.single);
    const { oldestReadySeconds, ...counts } =
      figures.tasks.find(({ task }) => task === 'held') ?? assert.fail();
    assert.deepEqual(counts, { task: 'held', ready: 4, scheduled: 1, running: 1, dead: 1 });
    assert.ok(oldestReadySeconds !== null && oldestReadySeconds >= 60 && oldestReadySeconds < 70);
    await world.sql('delete from graphile_worker._private_jobs where locked_at is null');
    held.letGo();
    await desk.untilEmpty();
  });

  it('queue figures say how old the oldest event is that waits to be published', async () => {
    await world.sql('update events set position = 1000 + abs(hashtext(id)) where position is null');
    const oldest = async () => (await queueFigures(world.container.database.single)).oldestUnpublishedSeconds;
    assert.equal(await oldest(), null);
    await Promise.all([newTenant(world), newTenant(world)]);
    await world.sql(
      `update events set created_at = now() - interval '1 minute'
        where (tenant_id, id) in (select tenant_id, min(id) from events where position is null group by 1 limit 1)`,
    );
    const seconds = (await oldest()) ?? assert.fail('no event waits');
    assert.ok(seconds >= 60 && seconds < 70);
  });
});
