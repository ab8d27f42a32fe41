import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { freshNumbers, newSession, newTenant } from '../support/api.ts';
import { answerEvent, postForm } from '../support/vobiz.ts';
import { openTown, type Town } from '../support/vobiz-town.ts';
import { openWorld } from '../support/world.ts';

describe('hanging up a live call', () => {
  let town: Town;
  before(async () => {
    town = await openTown();
  });
  after(() => town.close());
  afterEach(() => void town.vobiz.scripted.splice(0));

  const hangUp = (id: string) => town.tenant.api.post(`/v1/calls/${id}/hangup`);
  const next = (method: string, fault: 'error500' | 'limited429' | 'reset' | 'resetAfter') =>
    void town.vobiz.scripted.push({ method, pathContains: '/Call/', fault });

  it('200: both phones are free again, and the end is told as by us', async () => {
    const { id, a, b } = await town.bridged();
    const reply = await hangUp(id);
    assert.equal(reply.status, 200, reply.text);
    assert.equal(reply.body.id, id);
    const call = await town.untilStatus(id, 'completed');
    assert.equal(call.hangup.reason, 'hung_up_by_us');
    for (const phone of [a, b]) assert.equal(town.network.phones.find(phone)?.leg, null);
  });

  it('200: a call that is over stays as it is, however often it is asked for', async () => {
    const { id } = await town.bridged();
    await hangUp(id);
    const over = await town.untilStatus(id, 'completed');
    for (let times = 0; times < 2; times += 1) {
      const reply = await hangUp(id);
      assert.equal(reply.status, 200);
      assert.equal(reply.body.ended_at, over.ended_at);
    }
  });

  it('200: a call that only Vobiz knows to be over is looked up in its records at once', async () => {
    const { id } = await town.bridged();
    await town.world.sql(`update calls set provider_call_id = 'gone' where id = $1`, [id]);
    assert.equal((await hangUp(id)).status, 200);
    const [row] = await town.world.sql<any>('select settle_at <= now() as due from calls where id = $1', [
      id,
    ]);
    assert.equal(row.due, true);
  });

  it('503: Vobiz does not answer, or takes no more requests; asking again hangs up', async () => {
    for (const fault of ['error500', 'reset', 'limited429', 'resetAfter'] as const) {
      const { id } = await town.bridged();
      next('DELETE', fault);
      const reply = await hangUp(id);
      assert.equal(reply.status, 503, fault);
      assert.equal(reply.body.code, 'provider_unavailable');
      assert.equal(reply.headers['retry-after'], '1');
      assert.equal((await hangUp(id)).status, 200);
      await town.untilStatus(id, 'completed');
    }
  });

  it('409: Vobiz refuses our credentials; 404: a call of nobody, and of another tenant', async () => {
    const { id } = await town.bridged();
    town.account.authToken = 'another';
    const reply = await hangUp(id);
    town.account.authToken = 'test_token';
    assert.equal(reply.body.code, 'provider_refused');
    assert.equal(reply.status, 409);
    assert.equal((await hangUp('call_0')).status, 404);
    const other = await newTenant(town.world);
    assert.equal((await other.api.post(`/v1/calls/${id}/hangup`)).status, 404);
    assert.equal((await town.call(id)).status, 'in_progress');
  });

  it('a session that ends with hangup_live_calls lets go of its phones, through faults of Vobiz', async () => {
    const { session, id, b } = await town.bridged();
    const other = await town.bridged();
    next('DELETE', 'error500');
    const reply = await town.tenant.api.post(`/v1/sessions/${session.id}/end`, { hangup_live_calls: true });
    assert.equal(reply.status, 200);
    assert.equal(reply.body.status, 'ended');
    assert.equal((await town.call(id)).status, 'in_progress', 'by a job, after the end');
    const worker = await town.desk.worker(town.world.container.tasks);
    await town.world.sql(`update graphile_worker._private_jobs set run_at = now() where attempts > 0`);
    await town.untilStatus(id, 'completed');
    await town.desk.untilEmpty();
    await worker.stop(1_000);
    assert.equal(town.network.phones.find(b)?.leg, null);
    assert.equal((await town.call(other.id)).status, 'in_progress', 'nobody else is cut off');
  });

  it('a session that ends without it leaves its calls to go on', async () => {
    const { session, id } = await town.bridged();
    await town.tenant.api.post(`/v1/sessions/${session.id}/end`, {});
    assert.deepEqual(await town.desk.jobs(), []);
    assert.equal((await town.call(id)).status, 'in_progress');
  });
});

describe('hanging up where Vobiz is not asked for anything', () => {
  it('503: says so, and ends no session that it cannot end as asked', async (context) => {
    const world = await openWorld();
    context.after(() => world.close());
    const tenant = await newTenant(world, { dids: freshNumbers(2) });
    const [a = '', b = ''] = freshNumbers(2, '+9198');
    const session = await newSession(tenant, a, b);
    await postForm(world, tenant.account.webhookPath, answerEvent(session.parties.a.masking_number, a));
    const [call] = (await tenant.api.get('/v1/calls')).body.data;
    const reply = await tenant.api.post(`/v1/calls/${call.id}/hangup`);
    assert.equal(reply.status, 503);
    assert.equal(reply.body.code, 'provider_not_configured');
    const end = await tenant.api.post(`/v1/sessions/${session.id}/end`, { hangup_live_calls: true });
    assert.equal(end.body.code, 'provider_not_configured');
    assert.equal((await tenant.api.get(`/v1/sessions/${session.id}`)).body.status, 'active');
  });

  it('409: in test mode there are no live calls, and a session ends all the same', async (context) => {
    const town = await openTown();
    // Also when it fails, or what is open would keep the file from ending.
    context.after(() => town.close());
    const tenant = await newTenant(town.world, { dids: freshNumbers(2), livemode: false });
    const own = await tenant.api.post('/v1/provider_accounts', {
      provider: 'vobiz',
      auth_id: 'MA_TEST',
      auth_token: 'test_token',
    });
    const dids = freshNumbers(2);
    for (const e164 of dids) await tenant.api.post('/v1/dids', { e164, provider_account: own.body.id });
    const [a = '', b = ''] = freshNumbers(2, '+9198');
    const session = await newSession(tenant, a, b);
    const end = () => tenant.api.post(`/v1/sessions/${session.id}/end`, { hangup_live_calls: true });
    const called = await tenant.api.post(`/v1/sessions/${session.id}/calls`, { from: 'a' });
    assert.equal(called.status, 409);
    assert.equal(called.body.code, 'not_in_test_mode');
    assert.equal((await end()).body.status, 'ended');
    assert.deepEqual(await town.desk.jobs(), []);
  });
});
