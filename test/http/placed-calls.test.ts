import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { answers, isBusy } from '../../src/features/sandbox/phones.ts';
import { newTenant } from '../support/api.ts';
import { eventsOf } from '../support/events.ts';
import { postForm } from '../support/vobiz.ts';
import { openTown, type Town } from '../support/vobiz-town.ts';

describe('a call that is placed for a session', () => {
  let town: Town;
  before(async () => {
    town = await openTown();
    await town.desk.worker(town.world.container.tasks);
  });
  after(async () => {
    await town.close();
  });
  afterEach(() => void town.vobiz.scripted.splice(0));

  const place = (session: any, from = 'a', options = {}) =>
    town.tenant.api.post(`/v1/sessions/${session.id}/calls`, { from }, options);
  const next = (fault: 'error500' | 'limited429' | 'reset' | 'resetAfter') =>
    void town.vobiz.scripted.push({ method: 'POST', pathContains: '/Call/', fault });
  /** How often Vobiz rang this phone by itself. */
  const rings = (phone: string) =>
    town.network.journal
      .entries()
      .filter((one) => one.what === 'dialled' && one.direction === 'outbound' && one.to === phone);
  /** As if so much time had passed: what was to be looked into later is now. */
  const hasten = () => town.world.sql('update graphile_worker._private_jobs set run_at = now()');
  /** What is heard when the first phone is picked up now, without any phone. */
  const pickedUp = (id: string) =>
    postForm(town.world, `${town.tenant.account.webhookPath}/tenants/${town.tenant.id}/calls/${id}/answer`, {
      Event: 'StartApp',
      CallUUID: `uuid-of-${id}`,
      Direction: 'outbound',
      CallStatus: 'in-progress',
    });
  /** A call that waits to be placed, and that no worker takes. */
  const kept = async () => {
    const made = await town.pair();
    const id = (await place(made.session)).body.id as string;
    return { ...made, id };
  };

  for (const side of ['a', 'b'] as const) {
    it(`202: rings ${side} with the number that it knows the other one by, then connects the other one`, async () => {
      const { session, a, b } = await town.pair();
      const reply = await place(session, side);
      assert.equal(reply.status, 202, reply.text);
      const { body } = reply;
      assert.equal(body.direction, 'outbound');
      assert.equal(body.caller_party, side);
      assert.equal(body.did, session.parties[side].masking_number);
      const call = await town.untilStatus(body.id, 'in_progress');
      const [first, second] = side === 'a' ? [a, b] : [b, a];
      const [talk] = town.talks(second);
      assert.equal(talk?.to, second);
      assert.equal(talk?.shown, session.parties[side === 'a' ? 'b' : 'a'].masking_number);
      const [rung] = rings(first);
      assert.equal(rung?.what === 'dialled' && rung.from, session.parties[side].masking_number);
      assert.equal(call.legs[0].phone_last4, first.slice(-4));
      assert.equal((await town.tenant.api.get(`/v1/sessions/${session.id}`)).body.calls_made, 1);
      await town.tenant.api.post(`/v1/calls/${body.id}/hangup`);
      await town.untilStatus(body.id, 'completed');
      const types = (await eventsOf(town.tenant, `session=${session.id}`)).map(({ type }) => type);
      assert.deepEqual(types, ['session.created', 'call.ringing', 'call.answered', 'call.completed']);
    });
  }

  it('the same Idempotency-Key gives the same call, and rings once', async () => {
    const { session, a } = await town.pair();
    const first = await place(session, 'a', { idempotencyKey: `once-${a.slice(1)}` });
    const again = await place(session, 'a', { idempotencyKey: `once-${a.slice(1)}` });
    assert.equal(again.headers['idempotent-replayed'], 'true');
    assert.equal(again.body.id, first.body.id);
    await town.untilStatus(first.body.id, 'in_progress');
    assert.equal(rings(a).length, 1);
  });

  it('rings once though the reply of Vobiz was lost: the call names itself when it is answered', async () => {
    const { session, a } = await town.pair();
    next('resetAfter');
    const { id } = (await place(session)).body;
    await town.untilStatus(id, 'in_progress');
    await hasten();
    await town.desk.untilEmpty();
    assert.equal(rings(a).length, 1);
    assert.equal((await town.call(id)).status, 'in_progress', 'a call that was heard of is not given up');
  });

  it('is not tried again when nobody knows whether it rang, and fails when nothing is heard of it', async () => {
    const { session, a } = await town.pair();
    next('reset');
    const { id } = (await place(session)).body;
    const asked = async () =>
      (await town.world.sql<any>('select placement from calls where id = $1', [id]))[0];
    while ((await asked()).placement !== 'asked') await new Promise(setImmediate);
    await town.world.sql(
      `update graphile_worker._private_jobs set run_at = now() where key = 'check_placed_call|${id}'`,
    );
    const call = await town.untilStatus(id, 'failed');
    assert.equal(call.hangup.reason, 'unknown');
    assert.equal(rings(a).length, 0);
    const last = await pickedUp(id);
    assert.deepEqual(last.verbs, ['Hangup'], 'a late answer connects nobody');
  });

  it('waits while Vobiz takes no more calls, and then rings once', async () => {
    const { session, a } = await town.pair();
    next('limited429');
    const { id } = (await place(session)).body;
    await town.untilStatus(id, 'in_progress');
    assert.equal(rings(a).length, 1);
  });

  it('that Vobiz refuses, or whose first phone is busy, fails with the reason', async () => {
    town.account.balanceMicros = 0;
    const { session } = await town.pair();
    const refused = (await place(session)).body.id;
    const call = await town.untilStatus(refused, 'failed');
    town.account.balanceMicros = 1_000_000_000;
    assert.equal(call.hangup.reason, 'out_of_credit');
    const other = await town.pair();
    town.network.phones.set(other.a, isBusy());
    const busy = await town.untilStatus((await place(other.session)).body.id, 'busy');
    assert.equal(busy.hangup.reason, 'busy');
    assert.deepEqual(town.talks(other.b), []);
  });

  it('connects nobody when the session has ended while it rang', async () => {
    const { session, a, b } = await town.pair();
    town.network.phones.set(a, answers(600));
    const { id } = (await place(session)).body;
    while (rings(a).length === 0) await new Promise(setImmediate);
    await town.tenant.api.post(`/v1/sessions/${session.id}/end`, {});
    await town.world.sql(`update calls set provider_call_id = 'unplaced-' || id where id = $1`, [id]);
    const heard = await pickedUp(id);
    assert.deepEqual(heard.verbs, ['Speak', 'Hangup']);
    assert.match(heard.spoken.join(), /over/i);
    assert.deepEqual(town.talks(b), []);
  });

  it('that is hung up before it is placed rings nobody', async () => {
    const { session, a } = await town.pair();
    await town.world.sql(`create or replace function hold() returns trigger language plpgsql as $$
      begin new.run_at := now() + interval '1 hour'; return new; end $$`);
    await town.world.sql(`create trigger hold before insert on graphile_worker._private_jobs for each row
      when (new.key like 'place_call|%') execute function hold()`);
    const { id } = (await place(session)).body;
    await town.world.sql('drop trigger hold on graphile_worker._private_jobs');
    assert.equal((await town.tenant.api.post(`/v1/calls/${id}/hangup`)).status, 200);
    await hasten();
    const call = await town.untilStatus(id, 'canceled');
    assert.equal(call.hangup.reason, 'canceled');
    assert.equal(rings(a).length, 0);
  });

  it('is not placed when it waited too long: whoever wanted it has put the phone away', async () => {
    const { session, a } = await town.pair();
    next('limited429');
    const { id } = (await place(session)).body;
    await town.world.sql(`update calls set started_at = now() - interval '10 minutes' where id = $1`, [id]);
    await town.untilStatus(id, 'failed');
    assert.equal(rings(a).length, 0);
  });

  it('409: for whoever would not be connected by dialling; 404: for a session of another', async () => {
    const { session } = await town.pair({ direction: 'a_to_b', max_calls: 1 });
    const notAllowed = await place(session, 'b');
    assert.equal(notAllowed.status, 409);
    assert.equal(notAllowed.body.code, 'call_not_allowed');
    assert.equal((await place(session, 'a')).status, 202);
    const usedUp = await place(session, 'a');
    assert.equal(usedUp.body.code, 'call_not_allowed');
    await town.tenant.api.post(`/v1/sessions/${session.id}/end`, {});
    assert.equal((await place(session, 'a')).body.code, 'session_over');
    const other = await newTenant(town.world);
    assert.equal((await other.api.post(`/v1/sessions/${session.id}/calls`, { from: 'a' })).status, 404);
    assert.equal((await place({ id: 'ses_0' })).status, 404);
  });

  it('400: needs an Idempotency-Key', async () => {
    const { session } = await kept();
    const reply = await place(session, 'a', { idempotencyKey: null });
    assert.equal(reply.body.code, 'idempotency_key_required');
  });
});
