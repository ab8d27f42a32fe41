import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import {
  contentOf,
  freshNumbers,
  newSession,
  newTenant,
  type Reply,
  type Tenant,
  withoutRequestId,
} from '../support/api.ts';
import { answerEvent, postForm } from '../support/vobiz.ts';
import { openWorld, type World } from '../support/world.ts';

type Side = 'a' | 'b';
const sides: Side[] = ['a', 'b'];
const other = { a: 'b', b: 'a' } as const;

describe('a session that gets other masking numbers', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());

  const poolOf = (size: number): Promise<Tenant> => newTenant(world, { dids: freshNumbers(size) });
  const phones = (count = 2) => freshNumbers(count, '+9195');
  const rehome = (tenant: Tenant, id: string, body: object = {}): Promise<Reply> =>
    tenant.api.post(`/v1/sessions/${id}/rehome`, body);
  const rehomed = async (tenant: Tenant, id: string, body: object = {}): Promise<any> => {
    const reply = await rehome(tenant, id, body);
    assert.equal(reply.status, 200, reply.text);
    return reply.body;
  };
  const numberOf = (session: any, side: Side): string => session.parties[side].masking_number;
  const call = (tenant: Tenant, to: string, from: string) =>
    postForm(world, tenant.account.webhookPath, answerEvent(to, from.slice(1)));
  const explain = async (tenant: Tenant, to: string, from: string): Promise<any> =>
    (await tenant.api.post('/v1/routes/explain', { to, from })).body;
  /** Refused with this code, and nothing is another than before. */
  const isRefused = async (tenant: Tenant, id: string, status: number, code: string, body: object = {}) => {
    const content = await contentOf(world, code === 'pool_exhausted');
    const reply = await rehome(tenant, id, body);
    assert.equal(reply.status, status, reply.text);
    assert.equal(reply.body.code, code);
    assert.deepEqual(await contentOf(world, code === 'pool_exhausted'), content);
    return reply.body;
  };
  const secondsToFree = async (id: string, isLive: boolean): Promise<number[]> =>
    (
      await world.sql<{ seconds: number }>(
        `select round(extract(epoch from free_at - coalesce(released_at, now())))::integer as seconds
           from bindings where session_id = $1 and (released_at is null) = $2`,
        [id, isLive],
      )
    ).map(({ seconds }) => seconds);

  describe('200', () => {
    it('both parties have another number, and all the rest is as it was', async () => {
      const tenant = await poolOf(4);
      const [a = '', b = ''] = phones();
      const session = await newSession(tenant, a, b, {
        transaction_ref: 'ride-1',
        parties: { a: { phone: a, role: 'driver' }, b: { phone: b, role: 'rider' } },
        metadata: { city: 'Pune' },
        after_end: [{ seconds: 60, allow: 'a_to_b' }],
      });
      const now = await rehomed(tenant, session.id);
      for (const side of sides) assert.notEqual(numberOf(now, side), numberOf(session, side));
      assert.notEqual(numberOf(now, 'a'), numberOf(now, 'b'));
      const reasons = { a: ['never_held'], b: ['never_held'] };
      assert.deepEqual(now, {
        ...session,
        parties: {
          a: { ...session.parties.a, masking_number: numberOf(now, 'a') },
          b: { ...session.parties.b, masking_number: numberOf(now, 'b') },
        },
        allocation: { steps: [{ step: 'pool', pool: 'default', outcome: 'found' }], reasons },
        updated_at: now.updated_at,
      });
      assert.notEqual(now.updated_at, session.updated_at);
      assert.deepEqual((await tenant.api.get(`/v1/sessions/${session.id}`)).body, now);
    });

    it('the new numbers connect, and show the new number of the other party', async () => {
      const tenant = await poolOf(4);
      const [a = '', b = ''] = phones();
      const people = { a, b };
      const session = await newSession(tenant, a, b);
      const now = await rehomed(tenant, session.id);
      for (const side of sides) {
        const { dial } = await call(tenant, numberOf(now, side), people[side]);
        assert.equal(dial?.callerId?.replace('+', ''), numberOf(now, other[side]).slice(1));
        assert.equal(dial?.number.replace('+', ''), people[other[side]].slice(1));
      }
      assert.equal((await tenant.api.get(`/v1/sessions/${session.id}`)).body.calls_made, 2);
    });

    it('who dials an old number hears that it has changed, until the session is over', async () => {
      const tenant = await poolOf(4);
      const [a = '', b = ''] = phones();
      const people = { a, b };
      const session = await newSession(tenant, a, b);
      await rehomed(tenant, session.id);
      for (const side of sides) {
        const reply = await call(tenant, numberOf(session, side), people[side]);
        assert.equal(reply.dial, null);
        assert.match(reply.spoken.join(), /number of your contact has changed/);
        const explained = await explain(tenant, numberOf(session, side), people[side]);
        assert.equal(explained.decision, 'announce');
        assert.equal(explained.reason, 'session_rehomed');
        assert.equal(explained.session, session.id);
      }
      const [last] = (await tenant.api.get('/v1/calls')).body.data;
      assert.equal(last.reason, 'session_rehomed');
      await tenant.api.post(`/v1/sessions/${session.id}/end`, {});
      assert.equal((await explain(tenant, numberOf(session, 'a'), a)).reason, 'session_ended');
    });

    it('two DIDs are enough: the parties swap them', async () => {
      const tenant = await poolOf(2);
      const [a = '', b = ''] = phones();
      const session = await newSession(tenant, a, b);
      const now = await rehomed(tenant, session.id);
      assert.equal(numberOf(now, 'a'), numberOf(session, 'b'));
      assert.equal(numberOf(now, 'b'), numberOf(session, 'a'));
      const { dial } = await call(tenant, numberOf(now, 'a'), a);
      assert.equal(dial?.number.replace('+', ''), b.slice(1));
      assert.equal((await explain(tenant, numberOf(session, 'b'), b)).reason, 'session_rehomed');
    });

    it('every phone of a party moves; one that left the session before does not', async () => {
      const tenant = await poolOf(4);
      const [a1 = '', a2 = '', gone = '', b1 = '', b2 = ''] = phones(5);
      const parties = { a: { phones: [a1, gone, a2] }, b: { phones: [b1, b2] } };
      const session = (await tenant.api.post('/v1/sessions', { parties })).body;
      await tenant.api.patch(`/v1/sessions/${session.id}`, { parties: { a: { phones: [a1, a2] } } });
      const now = await rehomed(tenant, session.id);
      assert.deepEqual(now.parties.a.phones_last4, [a1.slice(-4), a2.slice(-4)]);
      for (const [side, phone] of [
        ['a', a1],
        ['a', a2],
        ['b', b1],
        ['b', b2],
      ] as const) {
        assert.equal((await explain(tenant, numberOf(now, side), phone)).decision, 'bridge');
        assert.equal((await explain(tenant, numberOf(session, side), phone)).reason, 'session_rehomed');
      }
      assert.equal((await explain(tenant, numberOf(session, 'a'), gone)).reason, 'phone_replaced');
      assert.equal((await explain(tenant, numberOf(now, 'a'), gone)).reason, 'caller_not_allowed');
      assert.equal((await secondsToFree(session.id, true)).length, 4);
    });

    it('the old numbers cool for the cooling time of the session, and are free then', async () => {
      const tenant = await poolOf(2);
      const [a = '', b = ''] = phones();
      const session = await newSession(tenant, a, b, { cooling_seconds: 600, expires_in_seconds: 900 });
      await rehomed(tenant, session.id);
      assert.deepEqual(await secondsToFree(session.id, false), [600, 600]);
      assert.deepEqual(await secondsToFree(session.id, true), [1_500, 1_500]);
      await isRefused(tenant, session.id, 409, 'pool_exhausted');
      await world.sql(
        `update bindings set released_at = released_at - interval '600 s', free_at = now()
          where session_id = $1 and released_at is not null`,
        [session.id],
      );
      const back = await rehomed(tenant, session.id);
      for (const side of sides) assert.equal(numberOf(back, side), numberOf(session, side));
      assert.equal((await explain(tenant, numberOf(back, 'a'), a)).reason, 'live_binding');
    });

    it('it ends, goes through its stages, cools and is reopened with the numbers that it has now', async () => {
      const tenant = await poolOf(4);
      const [a = '', b = ''] = phones();
      const after_end = [{ seconds: 600, allow: 'both' }];
      const session = await newSession(tenant, a, b, { after_end, cooling_seconds: 100 });
      const now = await rehomed(tenant, session.id);
      await tenant.api.post(`/v1/sessions/${session.id}/end`, {});
      assert.equal((await explain(tenant, numberOf(now, 'a'), a)).reason, 'grace_binding');
      assert.equal((await explain(tenant, numberOf(session, 'a'), a)).reason, 'session_rehomed');
      // Of the old ones nothing has moved: they cool since the session got others.
      assert.deepEqual(await secondsToFree(session.id, false), [100, 100, 100, 100]);
      const rows = await world.sql(
        'select 1 from bindings where session_id = $1 and released_at > now()', // those in grace
        [session.id],
      );
      assert.equal(rows.length, 2);
      const reopened = await tenant.api.post(`/v1/sessions/${session.id}/reopen`, { expires_in_seconds: 60 });
      assert.equal(reopened.status, 200, reopened.text);
      assert.deepEqual(reopened.body.parties, now.parties);
      assert.equal((await explain(tenant, numberOf(now, 'b'), b)).reason, 'live_binding');
      assert.equal((await explain(tenant, numberOf(session, 'b'), b)).reason, 'session_rehomed');
    });

    it('its wishes decide as they do for a new session', async () => {
      const tenant = await poolOf(5);
      const { data } = (await tenant.api.get('/v1/dids')).body;
      const [a = '', b = ''] = phones();
      const session = await newSession(tenant, a, b);
      const free = data.filter(({ e164 }: any) => !sides.some((side) => numberOf(session, side) === e164));
      await tenant.api.patch(`/v1/dids/${free[0].id}`, { region: 'pune' });
      await tenant.api.patch(`/v1/dids/${free[1].id}`, { reserved: true });
      const allocation = { regions: ['pune'], required_dids: { b: [free[1].id] } };
      const now = await rehomed(tenant, session.id, { allocation });
      assert.equal(numberOf(now, 'a'), free[0].e164);
      assert.equal(numberOf(now, 'b'), free[1].e164);
      assert.deepEqual(now.allocation.reasons.a, ['wished_region', 'never_held']);
      assert.equal(now.allocation.reasons.b[0], 'required');
    });

    it('the same Idempotency-Key moves it once', async () => {
      const tenant = await poolOf(4);
      const session = await newSession(tenant, ...(phones() as [string, string]));
      const options = { idempotencyKey: randomUUID() };
      const path = `/v1/sessions/${session.id}/rehome`;
      const first = await tenant.api.post(path, {}, options);
      const again = await tenant.api.post(path, {}, options);
      assert.equal(again.text, first.text);
      assert.equal(again.headers['idempotent-replayed'], 'true');
      assert.deepEqual((await tenant.api.get(`/v1/sessions/${session.id}`)).body, first.body);
    });

    it('in another pool, by the ladder, it is a session of that pool and cools as long as its budget asks', async () => {
      const tenant = await poolOf(2);
      const budget = { cooling_seconds: 50, misroute_budget: 0.001 };
      const pune = (await tenant.api.post('/v1/pools', { name: 'pune', ...budget })).body;
      for (const e164 of freshNumbers(2)) {
        await tenant.api.post('/v1/dids', { e164, provider_account: tenant.account.id, pool: 'pune' });
      }
      const exhaustion = [{ step: 'other_pool', pool: 'pune' }];
      await tenant.api.patch('/v1/pools/default', { exhaustion });
      const [a = '', b = ''] = phones();
      const session = await newSession(tenant, a, b, { cooling_seconds: 100, expires_in_seconds: 900 });
      await newSession(tenant, a, b);
      const now = await rehomed(tenant, session.id);
      assert.equal(now.pool, 'pune');
      assert.deepEqual(now.allocation.steps, [
        { step: 'pool', pool: 'default', outcome: 'exhausted' },
        { step: 'other_pool', pool: 'pune', outcome: 'found' },
      ]);
      assert.equal(now.cooling_seconds, pune.cooling.seconds);
      assert.ok(now.cooling_seconds > 100);
      assert.deepEqual(await secondsToFree(session.id, false), [now.cooling_seconds, now.cooling_seconds]);
      const free = 900 + now.cooling_seconds;
      assert.deepEqual(await secondsToFree(session.id, true), [free, free]);
      assert.equal((await explain(tenant, numberOf(now, 'a'), a)).decision, 'bridge');
    });
  });

  describe('409, 404, 422: all stays as it was', () => {
    it('pool_exhausted says what is missing, and both numbers go on', async () => {
      const tenant = await poolOf(2);
      const [a = '', b = ''] = phones();
      const session = await newSession(tenant, a, b);
      await newSession(tenant, a, b);
      const body = await isRefused(tenant, session.id, 409, 'pool_exhausted');
      const expected = { party: 'both', dids_in_pool: 2, dids_held: 2, dids_needed: 4 };
      assert.deepEqual(body.saturation, expected);
      const steps = [{ step: 'pool', pool: 'default', outcome: 'exhausted' }];
      assert.deepEqual(body.allocation, { steps });
      for (const [side, phone] of [
        ['a', a],
        ['b', b],
      ] as const) {
        assert.equal((await explain(tenant, numberOf(session, side), phone)).reason, 'live_binding');
      }
    });

    it('session_over: ended, expired, or in grace', async () => {
      const tenant = await poolOf(4);
      const after_end = [{ seconds: 600, allow: 'both' }];
      const of = (more: object) => newSession(tenant, ...(phones() as [string, string]), more);
      const expire = (id: string) => world.sql(`update sessions set expires_at = now() where id = $1`, [id]);
      const end = (id: string) => tenant.api.post(`/v1/sessions/${id}/end`, {});
      for (const [status, more, over] of [
        ['ended', {}, end],
        ['expired', {}, expire],
        ['grace', { after_end }, end],
        ['grace', { after_end }, expire],
      ] as const) {
        const { id } = await of(more);
        await over(id);
        assert.equal((await tenant.api.get(`/v1/sessions/${id}`)).body.status, status);
        await isRefused(tenant, id, 409, 'session_over');
      }
    });

    it('unknown_reference for a required DID that is not in the pool', async () => {
      const tenant = await poolOf(4);
      const { id } = await newSession(tenant, ...(phones() as [string, string]));
      const allocation = { required_dids: { b: ['did_0'] } };
      const body = await isRefused(tenant, id, 422, 'unknown_reference', { allocation });
      assert.equal(body.errors[0].pointer, '/allocation/required_dids/b/0');
    });

    it("another tenant's session is not found, in the same words as one that nobody has", async () => {
      const [tenant, stranger] = [await poolOf(4), await poolOf(4)];
      const { id } = await newSession(tenant, ...(phones() as [string, string]));
      const content = await contentOf(world);
      const theirs = await rehome(stranger, id);
      const nobodys = await rehome(stranger, `ses_${'0'.repeat(32)}`);
      assert.equal(theirs.status, 404);
      assert.equal(withoutRequestId(theirs), withoutRequestId(nobodys));
      assert.deepEqual(await contentOf(world), content);
    });
  });
});
