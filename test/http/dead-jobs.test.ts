import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { type Api, apiOf, isPagedListOf, newTenant } from '../support/api.ts';
import { type Desk, notedTask, openDesk } from '../support/queue.ts';
import { openWorld, type World } from '../support/world.ts';

describe('dead jobs', () => {
  let world: World;
  let desk: Desk;
  let operator: Api;
  before(async () => {
    world = await openWorld();
    desk = openDesk(world);
    operator = apiOf(world, world.operatorToken);
  });
  afterEach(() => world.sql('delete from graphile_worker._private_jobs'));
  after(async () => {
    await desk.close();
    await world.close();
  });

  const PATH = '/v1/dead_jobs';
  const kill = (where = 'true') =>
    world.sql(
      `update graphile_worker._private_jobs
          set attempts = max_attempts, last_error = 'no luck for +919800000001' where ${where}`,
    );
  async function deadJob(payload: object = {}): Promise<any> {
    await desk.enqueue({ task: 'note', payload });
    await kill();
    return (await operator.get(PATH)).body.data[0];
  }

  describe('200', () => {
    it('are listed with whose they are and why they failed, without numbers', async () => {
      const { id, created_at, failed_at, ...job } = await deadJob({ tenant: 'ten_1', endpoint: 'whe_1' });
      assert.match(id, /^job_[0-9a-f]{16}$/);
      assert.ok(Date.parse(created_at) <= Date.parse(failed_at) || created_at === failed_at);
      assert.deepEqual(job, {
        task: 'note',
        tenant: 'ten_1',
        attempts: 25,
        last_error: 'no luck for [number]',
      });
    });

    it('are not those that wait, or are in their last attempt', async () => {
      await desk.enqueue({ task: 'note', payload: {} });
      await desk.enqueue({ task: 'note', payload: {}, key: 'last' });
      await kill(`key = 'last'`);
      await world.sql(
        `update graphile_worker._private_jobs set locked_at = now(), locked_by = 'x' where key = 'last'`,
      );
      assert.deepEqual((await operator.get(PATH)).body, { data: [], has_more: false });
    });

    it('are listed in pages, newest first', async () => {
      for (let n = 0; n < 5; n += 1) await desk.enqueue({ task: 'note', payload: { n } });
      await kill();
      const ids = (await operator.get(PATH)).body.data.map(({ id }: any) => id);
      assert.equal(ids.length, 5);
      await isPagedListOf(operator, PATH, ids);
      assert.deepEqual((await operator.get(`${PATH}?starting_after=job_x`)).body.data, []);
    });

    it('one that is retried is done at once, with all its attempts, and is dead no more', async () => {
      const note = notedTask('note');
      const worker = await desk.worker([note.task]);
      const job = await deadJob({ n: 1 });
      const reply = await operator.post(`${PATH}/${job.id}/retry`);
      assert.equal(reply.status, 200, reply.text);
      assert.deepEqual(reply.body, job);
      await note.untilDone(1);
      await desk.untilEmpty();
      await worker.stop(1_000);
      assert.deepEqual((await operator.get(PATH)).body.data, []);
    });

    it('one that is deleted is gone', async () => {
      const job = await deadJob();
      const reply = await operator.delete(`${PATH}/${job.id}`);
      assert.deepEqual([reply.status, reply.body], [200, job]);
      assert.deepEqual(await desk.jobs(), []);
    });
  });

  describe('403', () => {
    it('a tenant can neither see nor touch them', async () => {
      const tenant = await newTenant(world);
      const job = await deadJob({ tenant: tenant.id });
      for (const reply of [
        await tenant.api.get(PATH),
        await tenant.api.post(`${PATH}/${job.id}/retry`),
        await tenant.api.delete(`${PATH}/${job.id}`),
      ]) {
        assert.equal(reply.status, 403);
      }
    });
  });

  describe('404', () => {
    it('what is not dead, not there, or no id, can be neither retried nor deleted', async () => {
      const job = await deadJob();
      await world.sql('update graphile_worker._private_jobs set attempts = 3');
      for (const id of [job.id, 'job_0000000000000000', 'job_ffffffffffffffff', 'job_1', 'x']) {
        for (const reply of [
          await operator.post(`${PATH}/${id}/retry`),
          await operator.delete(`${PATH}/${id}`),
        ]) {
          assert.deepEqual([reply.status, reply.body.code], [404, 'not_found'], id);
        }
      }
      assert.equal((await desk.jobs()).length, 1);
    });
  });
});
