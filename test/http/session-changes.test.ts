import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { contentOf, freshNumbers, newSession, newTenant, type Reply, type Tenant } from '../support/api.ts';
import { openWorld, type World } from '../support/world.ts';

describe('changing a session', () => {
  let world: World;
  let tenant: Tenant;
  let a: string;
  let b: string;
  let session: any;
  before(async () => {
    world = await openWorld();
    tenant = await newTenant(world, { dids: freshNumbers(60) });
  });
  after(() => world.close());

  let phones = 0;
  /** A phone that no other test has. */
  const phone = () => `+9197${String(10_000_000 + phones++)}`;
  const patch = (body: object): Promise<Reply> => tenant.api.patch(`/v1/sessions/${session.id}`, body);
  const changed = async (body: object): Promise<any> => {
    const reply = await patch(body);
    assert.equal(reply.status, 200, reply.text);
    assert.deepEqual((await tenant.api.get(`/v1/sessions/${session.id}`)).body, reply.body);
    return reply.body;
  };
  const number = (side: 'a' | 'b'): string => session.parties[side].masking_number;
  const reason = async (to: string, from: string): Promise<string> =>
    (await tenant.api.post('/v1/routes/explain', { to, from })).body.reason;
  const open = async (more: object = {}, owner = tenant) => {
    [a, b] = [phone(), phone()];
    session = await newSession(owner, a, b, more);
  };

  it('what is absent stays as it is', async () => {
    await open({ transaction_ref: 'r', metadata: { k: 'v' }, direction: 'a_to_b' });
    let expected = session;
    for (const change of [
      { direction: 'b_to_a' },
      { ring_timeout_seconds: 60 },
      { max_call_seconds: 600 },
      { metadata: { other: 'x' } },
      { metadata: {} },
    ]) {
      const { updated_at, ...rest } = await changed(change);
      assert.ok(Date.parse(updated_at) >= Date.parse(expected.updated_at));
      expected = { ...expected, ...change, updated_at };
      assert.deepEqual({ ...rest, updated_at }, expected);
    }
    assert.equal(await reason(number('a'), a), 'direction_not_allowed');
  });

  it('an expiry counts from now, and can come nearer or go farther', async () => {
    await open();
    for (const seconds of [60, 15_552_000]) {
      const { expires_at, updated_at } = await changed({ expires_in_seconds: seconds });
      assert.equal(Date.parse(expires_at) - Date.parse(updated_at), seconds * 1_000);
      const [row] = await world.sql<any>(
        `select count(*)::integer as n,
                bool_and(b.free_at = s.expires_at + make_interval(secs => s.cooling_seconds)) as right
           from bindings b join sessions s on s.id = b.session_id where s.id = $1`,
        [session.id],
      );
      assert.deepEqual(
        row,
        { n: 2, right: true },
        'the numbers stay reserved until the new end and its cooling',
      );
    }
    assert.equal(await reason(number('a'), a), 'live_binding');
  });

  it('a role changes alone, without its phone', async () => {
    await open();
    const { parties } = await changed({ parties: { b: { role: 'rider' } } });
    assert.deepEqual(parties, { ...session.parties, b: { ...session.parties.b, role: 'rider' } });
    assert.equal(await reason(number('b'), b), 'live_binding');
  });

  describe('a new phone', () => {
    it('keeps the masking numbers; the old phone hears that it is over, the new one is connected', async () => {
      await open();
      const fresh = phone();
      const { parties } = await changed({ parties: { a: { phone: fresh, role: 'driver 2' } } });
      assert.deepEqual(parties.a, {
        role: 'driver 2',
        phone_last4: fresh.slice(-4),
        phones_last4: [fresh.slice(-4)],
        masking_number: number('a'),
      });
      assert.deepEqual(parties.b, session.parties.b);
      assert.equal(await reason(number('a'), a), 'phone_replaced');
      assert.equal(await reason(number('a'), fresh), 'live_binding');
      assert.equal(await reason(number('b'), b), 'live_binding');
    });

    it('may be that of both parties at once', async () => {
      await open();
      const [newA, newB] = [phone(), phone()];
      await changed({ parties: { a: { phone: newA }, b: { phone: newB } } });
      assert.equal(await reason(number('a'), newA), 'live_binding');
      assert.equal(await reason(number('b'), newB), 'live_binding');
      assert.equal(await reason(number('a'), a), 'phone_replaced');
      assert.equal(await reason(number('b'), b), 'phone_replaced');
    });

    it('the two phones may change places, and back again', async () => {
      await open();
      await changed({ parties: { a: { phone: b }, b: { phone: a } } });
      assert.equal(await reason(number('a'), b), 'live_binding');
      assert.equal(await reason(number('b'), a), 'live_binding');
      assert.equal(await reason(number('a'), a), 'phone_replaced');
      assert.equal(await reason(number('b'), b), 'phone_replaced');
      const { parties } = await changed({ parties: { a: { phone: a }, b: { phone: b } } });
      assert.deepEqual(parties, session.parties);
      assert.equal(await reason(number('a'), a), 'live_binding');
      assert.equal(await reason(number('b'), b), 'live_binding');
      assert.equal(await reason(number('a'), b), 'phone_replaced');
    });

    it('the old phone may come back while its binding still cools', async () => {
      await open();
      const fresh = phone();
      await changed({ parties: { a: { phone: fresh } } });
      await changed({ parties: { a: { phone: a } } });
      assert.equal(await reason(number('a'), a), 'live_binding');
      assert.equal(await reason(number('a'), fresh), 'phone_replaced');
      const rows = await world.sql<any>(
        `select released_at is null as live, free_at > now() as held from bindings where session_id = $1 and side = 'a'`,
        [session.id],
      );
      assert.deepEqual(rows.map((row) => row.live).sort(), [false, true]);
      assert.ok(rows.every((row) => row.held));
    });

    it('the phone that is there already, in another spelling, changes nothing', async () => {
      await open();
      const bindings = () =>
        world.sql('select * from bindings where session_id = $1 order by side', [session.id]);
      const before = await bindings();
      await changed({ parties: { a: { phone: `0${a.slice(3)}` }, b: { phone: b } } });
      assert.deepEqual(await bindings(), before);
    });

    it('every phone that the session ever had is over when the session is', async () => {
      await open({ cooling_seconds: 600 });
      const fresh = phone();
      await changed({ parties: { a: { phone: fresh } } });
      await tenant.api.post(`/v1/sessions/${session.id}/end`, {});
      for (const from of [a, fresh]) assert.equal(await reason(number('a'), from), 'session_ended');
      const [row] = await world.sql<any>(
        'select count(*) filter (where released_at is null)::integer as live from bindings where session_id = $1',
        [session.id],
      );
      assert.equal(row.live, 0);
    });

    it('without a cooling time the old phone is free for another session at once', async () => {
      const own = await newTenant(world, { dids: freshNumbers(2) });
      await open({ cooling_seconds: 0 }, own);
      await own.api.patch(`/v1/sessions/${session.id}`, { parties: { a: { phone: phone() } } });
      const next = await newSession(own, a, phone());
      const question = { to: next.parties.a.masking_number, from: a };
      assert.equal((await own.api.post('/v1/routes/explain', question)).body.session, next.id);
    });

    it('409: a phone that holds this masking number in another session, and nothing at all has changed', async () => {
      const own = await newTenant(world, { dids: freshNumbers(2) });
      await open({ metadata: { k: 'v' } }, own);
      // Two DIDs: another session's parties hold them both, one each.
      const [otherA, otherB] = [phone(), phone()];
      const other = await newSession(own, otherA, otherB);
      const sameAsA = other.parties.a.masking_number === number('a') ? otherA : otherB;
      const content = await contentOf(world);
      const change = {
        expires_in_seconds: 60,
        direction: 'a_to_b',
        metadata: { k: 'w' },
        parties: { a: { phone: sameAsA, role: 'x' }, b: { phone: phone(), role: 'y' } },
      };
      const reply = await own.api.patch(`/v1/sessions/${session.id}`, change);
      assert.equal(reply.status, 409, reply.text);
      assert.equal(reply.body.code, 'phone_busy_on_did');
      assert.equal(reply.body.errors[0].pointer, '/parties/a/phone');
      assert.deepEqual(await contentOf(world), content);
      // The same when only the second of two phones is refused.
      const sameAsB = sameAsA === otherA ? otherB : otherA;
      const second = { parties: { a: { phone: phone() }, b: { phone: sameAsB } } };
      const again = await own.api.patch(`/v1/sessions/${session.id}`, second);
      assert.equal(again.body.code, 'phone_busy_on_did');
      assert.equal(again.body.errors[0].pointer, '/parties/b/phone');
      assert.deepEqual(await contentOf(world), content);
      // It does not hold the other one.
      const fine = await own.api.patch(`/v1/sessions/${session.id}`, { parties: { b: { phone: sameAsA } } });
      assert.equal(fine.status, 200, fine.text);
    });

    it('409: a phone whose earlier session on this masking number still cools', async () => {
      const own = await newTenant(world, { dids: freshNumbers(2) });
      await open({}, own);
      const [otherA, otherB] = [phone(), phone()];
      const other = await newSession(own, otherA, otherB, { cooling_seconds: 600 });
      await own.api.post(`/v1/sessions/${other.id}/end`, {});
      const sameAsA = other.parties.a.masking_number === number('a') ? otherA : otherB;
      const swap = { parties: { a: { phone: sameAsA } } };
      const reply = await own.api.patch(`/v1/sessions/${session.id}`, swap);
      assert.equal(reply.body.code, 'phone_busy_on_did', reply.text);
      await world.sql('update bindings set free_at = now() where session_id = $1', [other.id]);
      assert.equal((await own.api.patch(`/v1/sessions/${session.id}`, swap)).status, 200);
    });

    it('422: the phone of the other party', async () => {
      await open();
      const wrong = [
        ['/parties/a/phone', { a: { phone: b } }],
        ['/parties/b/phone', { b: { phone: `0${a.slice(3)}` } }],
        ['/parties/b/phone', { a: { phone: '+919600000001' }, b: { phone: '09600000001' } }],
      ] as const;
      const content = await contentOf(world);
      for (const [pointer, parties] of wrong) {
        const reply = await patch({ parties });
        assert.equal(reply.status, 422, reply.text);
        assert.equal(reply.body.code, 'same_phone');
        assert.equal(reply.body.errors[0].pointer, pointer);
      }
      assert.deepEqual(await contentOf(world), content);
    });

    it('20 changes at once leave each party with one phone, which is connected', async () => {
      await open();
      const fresh = Array.from({ length: 20 }, phone);
      const replies = await Promise.all(fresh.map((each) => patch({ parties: { a: { phone: each } } })));
      for (const reply of replies) assert.equal(reply.status, 200, reply.text);
      const reasons = await Promise.all(fresh.map((each) => reason(number('a'), each)));
      assert.equal(reasons.filter((each) => each === 'live_binding').length, 1);
      assert.equal(reasons.filter((each) => each === 'phone_replaced').length, 19);
      const { parties } = (await tenant.api.get(`/v1/sessions/${session.id}`)).body;
      assert.equal(parties.a.phone_last4, fresh[reasons.indexOf('live_binding')]?.slice(-4));
    });
  });

  it('409: a session that is over, ended or expired, does not come back to life', async () => {
    await open();
    const ended = session;
    await tenant.api.post(`/v1/sessions/${ended.id}/end`, {});
    await open();
    await world.sql('update sessions set expires_at = now() where id = $1', [session.id]);
    const content = await contentOf(world);
    for (const { id } of [ended, session]) {
      for (const change of [
        { expires_in_seconds: 600 },
        { metadata: { k: 'v' } },
        { parties: { a: { phone: phone() } } },
        { parties: { a: { role: 'x' } } },
      ]) {
        const reply = await tenant.api.patch(`/v1/sessions/${id}`, change);
        assert.equal(reply.status, 409, reply.text);
        assert.equal(reply.body.code, 'session_over');
      }
    }
    assert.deepEqual(await contentOf(world), content);
  });

  it('422: what cannot be changed', async () => {
    await open();
    for (const change of [
      {},
      { pool: 'default' },
      { transaction_ref: 'x' },
      { cooling_seconds: 5 },
      { status: 'ended' },
      { expires_at: '2030-01-01T00:00:00Z' },
      { parties: {} },
      { parties: { a: {} } },
      { parties: { c: { phone: phone() } } },
      { parties: { a: { masking_number: number('b') } } },
    ]) {
      assert.equal((await patch(change)).status, 422, JSON.stringify(change));
    }
    assert.deepEqual((await tenant.api.get(`/v1/sessions/${session.id}`)).body, session);
  });
});
