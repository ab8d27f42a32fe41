import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { parse } from 'yaml';
import { SPEC_FILE } from '../../src/api/spec.ts';
import { emitEvent } from '../../src/features/events/event-store.ts';
import type { TenantId } from '../../src/kernel/ids.ts';
import { apiOf, freshNumbers, newSession, newTenant, type Tenant } from '../support/api.ts';
import { eventsOf, inTenant, runJob, storyOf } from '../support/events.ts';
import { answerEvent, postForm } from '../support/vobiz.ts';
import { openWorld, type World } from '../support/world.ts';

const document = parse(readFileSync(SPEC_FILE, 'utf8'));
/** All that any test here has seen. */
const seen = new Set<string>();
const numbers = new Set<string>();

describe('events', () => {
  let world: World;
  let tenant: Tenant;
  before(async () => {
    world = await openWorld();
    tenant = await newTenant(world, { dids: freshNumbers(6) });
  });
  after(() => world.close());

  const phones = () => {
    const fresh = freshNumbers(2, '+9198');
    for (const phone of fresh) numbers.add(phone.slice(-10));
    return fresh as [string, string];
  };
  const open = async (more: object = {}, of: Tenant = tenant) => {
    const [a, b] = phones();
    const session = await newSession(of, a, b, more);
    return { a, b, session, m1: session.parties.a.masking_number as string };
  };
  /** The last event of the session, or the call, or of this type; every field of its envelope is looked at. */
  const last = async (query: string, type: string, of: Tenant = tenant) => {
    const event = (await eventsOf(of, query)).at(-1);
    assert.equal(event?.type, type);
    assert.match(event.id, /^evt_[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
    assert.deepEqual([event.version, event.livemode], [1, true]);
    assert.ok(Math.abs(Date.parse(event.created_at) - Date.now()) < 60_000);
    seen.add(type);
    return event;
  };
  const post = (fields: Record<string, string>) => postForm(world, tenant.account.webhookPath, fields);
  const change = async (id: string, body: object) => {
    const reply = await tenant.api.patch(`/v1/sessions/${id}`, body);
    assert.equal(reply.status, 200, reply.text);
  };
  const done = async (path: string, body: object = {}) => {
    const reply = await tenant.api.post(path, body);
    assert.ok(reply.status < 300, reply.text);
    return reply.body;
  };

  it('session.created is the first of a session and says until when it goes', async () => {
    const { session } = await open({ transaction_ref: 'ride-4711' });
    const event = await last(`session=${session.id}`, 'session.created');
    assert.deepEqual([event.session, event.call, event.sequence], [session.id, null, 1]);
    assert.equal(event.data.transaction_ref, 'ride-4711');
    assert.equal(event.data.expires_at, session.expires_at);
    const pool = (await tenant.api.get('/v1/pools/default')).body;
    assert.equal(event.data.pool, pool.id);
    assert.deepEqual((await tenant.api.get(`/v1/events/${event.id}`)).body, event);
  });

  it('session.created comes once for a request that is repeated', async () => {
    const [a, b] = phones();
    const body = { parties: { a: { phone: a }, b: { phone: b } } };
    const options = { idempotencyKey: `once-${a}` };
    const { id } = (await tenant.api.post('/v1/sessions', body, options)).body;
    assert.equal((await tenant.api.post('/v1/sessions', body, options)).body.id, id);
    assert.deepEqual(await storyOf(tenant, id), ['session.created']);
  });

  it('session.updated names the fields that were set, and a refused change leaves nothing', async () => {
    const { session, a, b } = await open();
    await change(session.id, { expires_in_seconds: 100, metadata: { k: 'v' }, direction: 'a_to_b' });
    const first = await last(`session=${session.id}`, 'session.updated');
    assert.deepEqual(first.data, { changed: ['expires_at', 'direction', 'metadata'] });
    const [fresh] = phones();
    await change(session.id, { parties: { a: { phone: fresh, role: 'driver' }, b: { role: 'rider' } } });
    const second = await last(`session=${session.id}`, 'session.updated');
    assert.deepEqual(second.data.changed, ['parties.a.phones', 'parties.a.role', 'parties.b.role']);
    const refused = await tenant.api.patch(`/v1/sessions/${session.id}`, { parties: { a: { phone: b } } });
    assert.equal(refused.status, 422, a);
    assert.deepEqual(await storyOf(tenant, session.id), [
      'session.created',
      'session.updated',
      'session.updated',
    ]);
  });

  it('session.rehomed has the old and the new numbers', async () => {
    const { session } = await open();
    const moved = await done(`/v1/sessions/${session.id}/rehome`);
    const numbersOf = ({ parties }: any) => ({
      a: parties.a.masking_number,
      b: parties.b.masking_number,
    });
    const { data } = await last(`session=${session.id}`, 'session.rehomed');
    assert.deepEqual(data, { from: numbersOf(session), to: numbersOf(moved) });
  });

  it('session.ended says why and what is left: once for each end', async () => {
    const { session } = await open({
      transaction_ref: 'ride-1',
      after_end: [{ seconds: 600, allow: 'both' }],
    });
    const ended = await done(`/v1/sessions/${session.id}/end`);
    await done(`/v1/sessions/${session.id}/end`);
    const { data } = await last(`session=${session.id}`, 'session.ended');
    assert.equal(data.grace_ends_at, ended.grace_ends_at);
    assert.deepEqual([data.reason, data.status, data.transaction_ref], ['ended', 'grace', 'ride-1']);
    await done(`/v1/sessions/${session.id}/end`, { immediately: true });
    await done(`/v1/sessions/${session.id}/end`, { immediately: true });
    const cut = await last(`session=${session.id}`, 'session.ended');
    assert.deepEqual([cut.data.reason, cut.data.status], ['immediately', 'ended']);
    await done(`/v1/sessions/${session.id}/reopen`, { expires_in_seconds: 900 });
    const reopened = await last(`session=${session.id}`, 'session.updated');
    assert.deepEqual(reopened.data.changed, ['status', 'ended_at', 'expires_at']);
    assert.equal((await storyOf(tenant, session.id)).length, 4);
  });

  describe('of a call', () => {
    const ring = async (from: string, to: string) => {
      const event = answerEvent(to, from.slice(1));
      const reply = await post(event);
      return { event, reply, uuid: event.CallUUID ?? '' };
    };
    const hangup = (event: Record<string, string>, more: Record<string, string> = {}) =>
      post({ ...event, Event: 'Hangup', CallStatus: 'completed', Duration: '63', ...more });
    const answered = (CallUUID: string) =>
      post({ Event: 'DialConnected', CallUUID, DialBLegUUID: 'x', DialAction: 'connected' });

    it('ringing, answered and completed come in this order, each once, with their session', async () => {
      const { session, a, m1 } = await open();
      const { event, uuid } = await ring(a, m1);
      await post(event);
      const ringing = await last(`session=${session.id}`, 'call.ringing');
      const what = { did: m1, caller_party: 'a', decision: 'bridge', reason: 'live_binding' };
      assert.deepEqual(ringing.data, what);
      assert.equal((await tenant.api.get(`/v1/calls/${ringing.call}`)).body.session, session.id);
      for (let i = 0; i < 2; i += 1) await answered(uuid);
      await last(`session=${session.id}`, 'call.answered');
      for (let i = 0; i < 2; i += 1) await hangup(event, { HangupCause: 'NORMAL_CLEARING' });
      const { data, call } = await last(`session=${session.id}`, 'call.completed');
      assert.equal(call, ringing.call);
      assert.deepEqual([data.status, data.answered, data.duration_seconds], ['completed', true, 63]);
      assert.equal(data.hangup_reason, 'unknown', 'nobody said who hung up');
      assert.deepEqual(await storyOf(tenant, session.id), [
        'session.created',
        'call.ringing',
        'call.answered',
        'call.completed',
      ]);
    });

    it('failed says how', async () => {
      const { session, a, m1 } = await open();
      const { event } = await ring(a, m1);
      await hangup(event, { CallStatus: 'no-answer', Duration: '0' });
      const { data } = await last(`session=${session.id}`, 'call.failed');
      assert.deepEqual([data.status, data.answered, data.hangup_reason], ['no_answer', false, 'no_answer']);
    });

    it('rejected is all that is said of one that is not connected', async () => {
      const { a, m1, session } = await open();
      const [stranger] = phones();
      const { event } = await ring(stranger, m1);
      await hangup(event);
      const { data, session: none, sequence } = await last('types=call.rejected', 'call.rejected');
      assert.deepEqual([none, sequence, data.did, data.caller_party], [null, null, m1, null]);
      assert.deepEqual([data.decision, data.reason], ['announce', 'caller_not_allowed']);
      await done(`/v1/sessions/${session.id}/end`);
      await hangup((await ring(a, m1)).event);
      const over = await last(`session=${session.id}`, 'call.rejected');
      assert.deepEqual([over.data.reason, over.sequence], ['session_ended', 3]);
    });

    it('the end of a first call ends its session, with that reason', async () => {
      const { session, a, m1 } = await open({ end_after_first_call: true });
      const { event, uuid } = await ring(a, m1);
      await answered(uuid);
      await hangup(event);
      const { data } = await last(`session=${session.id}`, 'session.ended');
      assert.deepEqual([data.reason, data.status], ['first_call_over', 'ended']);
    });
  });

  /** Two people who hold both DIDs of their tenant. */
  const saturated = async () => {
    const narrow = await newTenant(world, { dids: freshNumbers(2) });
    const { a, b, session } = await open({}, narrow);
    await newSession(narrow, a, b);
    return { narrow, session, body: { parties: { a: { phone: a }, b: { phone: b } } } };
  };

  it('pool.exhausted comes once a minute for each pool, whatever was refused', async () => {
    const { narrow, session, body } = await saturated();
    const refuse = async () => {
      assert.equal((await narrow.api.post('/v1/sessions', body)).status, 409);
      assert.equal((await narrow.api.post(`/v1/sessions/${session.id}/rehome`, {})).status, 409);
    };
    for (let i = 0; i < 3; i += 1) await refuse();
    const { data, session: none } = await last('types=pool.exhausted', 'pool.exhausted', narrow);
    assert.equal(none, null);
    assert.deepEqual([data.party, data.dids_in_pool, data.dids_held], ['both', 2, 2]);
    const count = async () => (await eventsOf(narrow, 'types=pool.exhausted')).length;
    assert.equal(await count(), 1);
    await world.sql(`update pools set exhaustion_told_at = now() - interval '61 seconds' where id = $1`, [
      data.pool,
    ]);
    await refuse();
    assert.equal(await count(), 2);
    const story = await storyOf(narrow, session.id);
    assert.deepEqual(story, ['session.created'], 'a refused move leaves no event of the session');
  });

  it('pool.exhausted comes of a refused move alone, too', async () => {
    const { narrow, session } = await saturated();
    assert.equal((await narrow.api.post(`/v1/sessions/${session.id}/rehome`, {})).status, 409);
    const url = '/v1/events?types=pool.exhausted&wait_seconds=5'; // it is told after the answer
    assert.equal((await narrow.api.get(url)).body.data.length, 1);
  });

  it('api_key.created and api_key.revoked name the key, whoever did it, and never the token', async () => {
    const made = await done('/v1/api_keys', { name: 'reader', scopes: ['events:read'] });
    const created = await last('types=api_key.created', 'api_key.created');
    assert.deepEqual(created.data, { api_key: made.id, scopes: ['events:read'], replaces: null });
    const turned = await done(`/v1/api_keys/${made.id}/rotate`, { overlap_seconds: 60 });
    const rotated = await last('types=api_key.created', 'api_key.created');
    assert.deepEqual([rotated.data.api_key, rotated.data.replaces], [turned.id, made.id]);
    await tenant.api.delete(`/v1/api_keys/${made.id}`);
    assert.equal((await last('types=api_key.revoked', 'api_key.revoked')).data.api_key, made.id);
    const operator = apiOf(world, world.operatorToken);
    for (let i = 0; i < 2; i += 1) await operator.delete(`/v1/tenants/${tenant.id}/api_keys/${turned.id}`);
    const revoked = await eventsOf(tenant, 'types=api_key.revoked');
    assert.deepEqual(
      revoked.map(({ data }) => data.api_key),
      [made.id, turned.id],
    );
    assert.ok(!JSON.stringify(await eventsOf(tenant)).includes(made.token));
  });

  it('did.unhealthy comes when its health falls below the half, and not again while it stays there', async () => {
    const [bad = '', good = ''] = freshNumbers(2);
    const own = await newTenant(world, { dids: [bad, good] });
    await world.sql(
      `insert into calls (tenant_id, id, livemode, provider_account_id, provider_call_id, did_id, decision, reason, trace,
                          status, connected, duration_seconds, started_at, ended_at)
       select d.tenant_id, 'call_' || md5(random()::text), true, d.provider_account_id, md5(random()::text), d.id, 'bridge',
              'live_binding', '[]', 'completed', d.e164 = $2, 60, now() - interval '1 hour', now()
         from dids d, generate_series(1, 100) where d.tenant_id = $1`,
      [own.id, good],
    );
    for (let i = 0; i < 2; i += 1) {
      await world.sql(`update dids set measured_at = null where tenant_id = $1`, [own.id]);
      await runJob(world, 'measure_tenants');
    }
    const told = await eventsOf(own, 'types=did.unhealthy');
    assert.equal(told.length, 1);
    const { data } = await last('types=did.unhealthy', 'did.unhealthy', own);
    assert.equal(data.e164, bad);
    assert.ok(data.health < 0.5);
  });

  it('pool.low comes when one caller holds the share of the pool that its setting states', async () => {
    const own = await newTenant(world, { dids: freshNumbers(5) });
    const [busy = '', ...others] = freshNumbers(5, '+9198');
    for (const other of others) await newSession(own, busy, other);
    await runJob(world, 'measure_tenants');
    const { data } = await last('types=pool.low', 'pool.low', own);
    const pool = (await own.api.get('/v1/pools/default')).body;
    assert.deepEqual(data, { pool: pool.id, dids_in_pool: 5, dids_held_by_busiest: 4, percent: 80 });
  });

  describe('of time alone', () => {
    const pass = (id: string, seconds: number) =>
      world.sql(
        `update sessions set expires_at = expires_at - make_interval(secs => $2),
                created_at = created_at - make_interval(secs => $2) where id = $1`,
        [id, seconds],
      );
    const turn = async () => {
      for (let i = 0; i < 2; i += 1) await runJob(world, 'tell_expiries');
    };

    it('session.expiring comes once, five minutes before, and session.ended when it has expired', async () => {
      const { session } = await open({ expires_in_seconds: 3_600, transaction_ref: 'ride-9' });
      await pass(session.id, 3_250);
      await turn();
      assert.deepEqual(await storyOf(tenant, session.id), ['session.created']);
      await pass(session.id, 60);
      await turn();
      const { data } = await last(`session=${session.id}`, 'session.expiring');
      const now = (await tenant.api.get(`/v1/sessions/${session.id}`)).body;
      assert.deepEqual(data, { transaction_ref: 'ride-9', expires_at: now.expires_at });
      await pass(session.id, 300);
      await turn();
      const over = await last(`session=${session.id}`, 'session.ended');
      assert.deepEqual([over.data.reason, over.data.status], ['expired', 'expired']);
      assert.deepEqual(over.data.grace_ends_at, null);
      assert.equal((await storyOf(tenant, session.id)).length, 3);
    });

    it('a session shorter than ten minutes is told of only when it is over; its grace is shown', async () => {
      const after_end = [{ seconds: 600, allow: 'both' }];
      const { session } = await open({ expires_in_seconds: 599, after_end });
      await pass(session.id, 500);
      await turn();
      await pass(session.id, 100);
      await turn();
      const { data } = await last(`session=${session.id}`, 'session.ended');
      const now = (await tenant.api.get(`/v1/sessions/${session.id}`)).body;
      assert.deepEqual(
        [data.reason, data.status, data.grace_ends_at],
        ['expired', 'grace', now.grace_ends_at],
      );
      assert.equal((await storyOf(tenant, session.id)).length, 2);
    });

    it('a session that was ended does not expire as well, and a reopened one is told of anew', async () => {
      const { session } = await open({ expires_in_seconds: 3_600 });
      await pass(session.id, 3_590);
      await turn();
      await done(`/v1/sessions/${session.id}/end`);
      await pass(session.id, 60);
      await turn();
      assert.equal((await storyOf(tenant, session.id)).length, 3);
      await done(`/v1/sessions/${session.id}/reopen`, { expires_in_seconds: 60 });
      await turn();
      await pass(session.id, 60);
      await turn();
      assert.deepEqual((await storyOf(tenant, session.id)).slice(3), [
        'session.updated',
        'session.expiring',
        'session.ended',
      ]);
    });
  });

  /** What is to report these is not there yet; who has subscribed to them need not change anything then. */
  for (const type of [
    'call.recording_ready',
    'did.drifted',
    'usage.threshold_reached',
    'usage.cap_reached',
  ] as const) {
    it(`${type} is delivered as its example in the spec`, async () => {
      const { example } = document.webhooks[type].post.requestBody.content['application/json'];
      const owner = { tenantId: tenant.id as TenantId, livemode: true };
      const call = example.call === null ? {} : { call: example.call };
      await inTenant(world, tenant, (unit) => emitEvent(unit, owner, { type, data: example.data, ...call }));
      const event = await last(`types=${type}`, type);
      assert.deepEqual([event.call, event.data], [example.call, example.data]);
    });
  }

  it('every declared type was sent, and nothing else is declared', () => {
    const declared = Object.keys(document.webhooks).sort();
    assert.deepEqual([...seen].sort(), declared);
    assert.deepEqual(document.components.schemas.EventType.enum.toSorted(), declared);
    assert.deepEqual(Object.keys(document.components.schemas.Event.discriminator.mapping).sort(), declared);
  });

  it('no event holds a real number', async () => {
    const rows = await world.sql<{ row: string }>('select to_jsonb(e)::text as row from events e');
    assert.ok(rows.length > 40 && numbers.size > 20, `${rows.length} events, ${numbers.size} numbers`);
    const text = rows.map(({ row }) => row).join('\n');
    for (const number of numbers) assert.ok(!text.includes(number), number);
  });
});
