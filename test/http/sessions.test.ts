import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  apiOf,
  freshNumbers,
  isPagedListOf,
  newKey,
  newSession,
  newTenant,
  type Tenant,
} from '../support/api.ts';
import { openWorld, type World } from '../support/world.ts';

const A = '+919800000001';
const B = '+919800000002';

describe('sessions', () => {
  let world: World;
  let tenant: Tenant;
  before(async () => {
    world = await openWorld();
    tenant = await newTenant(world, { dids: freshNumbers(60) });
  });
  after(() => world.close());

  let phones = 0;
  /** A phone that no other test has. */
  const phone = () => `+9197${String(10_000_000 + phones++)}`;
  const create = (more: object = {}): Promise<any> => newSession(tenant, phone(), phone(), more);
  const explain = async (to: string, from: string): Promise<any> =>
    (await tenant.api.post('/v1/routes/explain', { to, from })).body;
  const expire = (id: string) =>
    world.sql(
      `with s as (update sessions set expires_at = now() - interval '1 second' where id = $1 returning *)
       update bindings b set free_at = s.expires_at + make_interval(secs => s.cooling_seconds)
         from s where b.session_id = s.id`,
      [id],
    );
  const dids = async (): Promise<string[]> =>
    (await tenant.api.get('/v1/dids?limit=100')).body.data.map((did: any) => did.e164);

  describe('201', () => {
    it('a session of two phones alone has the documented defaults and two numbers of the pool', async () => {
      const { id, created_at, updated_at, expires_at, parties, ...rest } = await newSession(tenant, A, B);
      assert.match(id, /^ses_[0-9a-f]{32}$/);
      assert.deepEqual(rest, {
        status: 'active',
        livemode: true,
        transaction_ref: null,
        pool: 'default',
        direction: 'both',
        ended_at: null,
        after_end: [],
        grace_ends_at: null,
        allocation: {
          steps: [{ step: 'pool', pool: 'default', outcome: 'found' }],
          reasons: { a: ['never_held'], b: ['never_held'] },
        },
        cooling_seconds: 86_400,
        ring_timeout_seconds: 30,
        max_call_seconds: 3600,
        sliding_seconds: null,
        max_calls: null,
        calls_made: 0,
        end_after_first_call: false,
        voice: {},
        metadata: {},
      });
      assert.equal(Date.parse(expires_at) - Date.parse(created_at), 3_600_000);
      assert.equal(updated_at, created_at);
      const [m1, m2] = [parties.a.masking_number, parties.b.masking_number];
      assert.deepEqual(parties, {
        a: { role: null, phone_last4: '0001', phones_last4: ['0001'], masking_number: m1 },
        b: { role: null, phone_last4: '0002', phones_last4: ['0002'], masking_number: m2 },
      });
      assert.notEqual(m1, m2);
      const pool = await dids();
      assert.ok(pool.includes(m1) && pool.includes(m2));
    });

    it('what is given is kept, and read back the same', async () => {
      const given = {
        transaction_ref: 'ride-4711 / ü',
        expires_in_seconds: 15_552_000,
        direction: 'a_to_b',
        cooling_seconds: 7_776_000,
        ring_timeout_seconds: 120,
        max_call_seconds: 86_399,
        metadata: { city: 'Mumbai', 'a key with ünïcode': '🚕', empty: '' },
      };
      const parties = { a: { phone: phone(), role: 'driver' }, b: { phone: phone(), role: 'rider 2' } };
      const reply = await tenant.api.post('/v1/sessions', { ...given, parties });
      assert.equal(reply.status, 201, reply.text);
      const { body } = reply;
      assert.equal(Date.parse(body.expires_at) - Date.parse(body.created_at), 15_552_000_000);
      for (const [name, value] of Object.entries(given)) {
        if (name !== 'expires_in_seconds') assert.deepEqual(body[name], value);
      }
      assert.equal(body.parties.a.role, 'driver');
      assert.equal(body.parties.b.role, 'rider 2');
      assert.deepEqual((await tenant.api.get(`/v1/sessions/${body.id}`)).body, body);
    });

    it('50 metadata values of 500 characters of four bytes each fit', async () => {
      const metadata = Object.fromEntries(
        Array.from({ length: 50 }, (_, n) => [String(n).padStart(40, '0'), '🚕'.repeat(500)]),
      );
      const session = await create({ metadata });
      assert.deepEqual((await tenant.api.get(`/v1/sessions/${session.id}`)).body.metadata, metadata);
    });

    for (const spelled of [
      '+91 96000-00001',
      '09600000001',
      '9600000001',
      '00919600000001',
      '919600000001',
      '(0)96000 00001',
    ]) {
      it(`the phone ${spelled} is read as +919600000001`, async () => {
        const session = await newSession(tenant, spelled, phone());
        assert.equal(session.parties.a.phone_last4, '0001');
        const route = await explain(session.parties.a.masking_number, '+919600000001');
        assert.equal(route.session, session.id);
      });
    }

    it('a phone of another country is a phone', async () => {
      const session = await newSession(tenant, '+14155552671', '0044 20 7946 0018');
      assert.equal(session.parties.a.phone_last4, '2671');
      assert.equal(session.parties.b.phone_last4, '0018');
      assert.equal((await explain(session.parties.b.masking_number, '+442079460018')).decision, 'bridge');
    });

    it('of a phone nothing but the last four digits ever comes back, and no table or log holds it', async () => {
      const [a, b] = ['+919512345678', '+919587654321'];
      const session = await newSession(tenant, a, b, { transaction_ref: 'private' });
      const replies = [
        await tenant.api.get(`/v1/sessions/${session.id}`),
        await tenant.api.get('/v1/sessions?transaction_ref=private'),
        await tenant.api.post('/v1/routes/explain', { to: session.parties.a.masking_number, from: a }),
        await tenant.api.post(`/v1/sessions/${session.id}/end`, {}),
      ];
      const tables = await world.sql<{ name: string }>(
        `select table_name as name from information_schema.tables where table_schema = 'public'`,
      );
      const rows = await Promise.all(tables.map(({ name }) => world.sql(`select t::text from "${name}" t`)));
      const everything = JSON.stringify([session, rows, world.logLines, replies.map((reply) => reply.text)]);
      for (const digits of ['9512345678', '9587654321']) {
        assert.ok(!everything.includes(digits));
        assert.ok(!everything.includes(Buffer.from(`+91${digits}`).toString('hex')));
      }
    });

    it('the pool is named by its name or its id, and only its DIDs are used', async () => {
      const { id } = (await tenant.api.post('/v1/pools', { name: 'pune' })).body;
      const inPool = freshNumbers(2);
      for (const e164 of inPool) {
        await tenant.api.post('/v1/dids', { e164, provider_account: tenant.account.id, pool: 'pune' });
      }
      for (const pool of ['pune', id]) {
        const session = await create({ pool });
        assert.equal(session.pool, 'pune');
        const numbers = [session.parties.a.masking_number, session.parties.b.masking_number];
        assert.deepEqual(numbers.sort(), [...inPool].sort());
      }
    });

    it('the same two phones may have many sessions at once, each with numbers of its own', async () => {
      const [a, b] = [phone(), phone()];
      const sessions = await Promise.all(Array.from({ length: 10 }, () => newSession(tenant, a, b)));
      for (const side of ['a', 'b']) {
        const numbers = sessions.map((session) => session.parties[side].masking_number);
        assert.equal(new Set(numbers).size, 10);
      }
      const ids = await Promise.all(
        sessions.map(async (session) => (await explain(session.parties.a.masking_number, a)).session),
      );
      assert.deepEqual(
        ids,
        sessions.map((session) => session.id),
      );
    });

    it('a phone may be party a of one session and party b of another', async () => {
      const [a, b] = [phone(), phone()];
      const [one, two] = [await newSession(tenant, a, b), await newSession(tenant, b, a)];
      assert.notEqual(one.parties.a.masking_number, two.parties.b.masking_number);
      assert.equal((await explain(two.parties.b.masking_number, a)).session, two.id);
    });

    it('test mode has sessions of its own, which never meet a live one', async () => {
      const test = apiOf(world, (await newKey(world, tenant.id, { livemode: false })).token);
      for (const e164 of freshNumbers(2)) {
        await test.post('/v1/dids', { e164, provider_account: tenant.account.id });
      }
      const [a, b] = [phone(), phone()];
      const inTest = await newSession({ ...tenant, api: test }, a, b);
      assert.equal(inTest.livemode, false);
      assert.equal((await explain(inTest.parties.a.masking_number, a)).reason, 'unknown_did');
      assert.equal((await newSession(tenant, a, b)).livemode, true);
    });
  });

  describe('who reaches whom', () => {
    it('each party reaches the other by its own number and is shown by the other one; nobody else is', async () => {
      const [a, b] = [phone(), phone()];
      const { id, parties } = await newSession(tenant, a, b);
      const [m1, m2] = [parties.a.masking_number, parties.b.masking_number];
      const bridge = { decision: 'bridge', reason: 'live_binding', session: id };
      const seen = async (to: string, from: string) => {
        const { trace: _trace, ...route } = await explain(to, from);
        return route;
      };
      assert.deepEqual(await seen(m1, a), { ...bridge, caller_id: m2 });
      assert.deepEqual(await seen(m2, b), { ...bridge, caller_id: m1 });
      for (const [to, from] of [
        [m2, a],
        [m1, b],
        [m1, phone()],
        [m2, phone()],
      ] as const) {
        const route = await seen(to, from);
        assert.deepEqual(
          [route.decision, route.reason, route.session],
          ['announce', 'caller_not_allowed', null],
        );
      }
    });

    it('a direction lets only one of them call', async () => {
      const reasons: Record<string, [string, string]> = {
        both: ['live_binding', 'live_binding'],
        a_to_b: ['live_binding', 'direction_not_allowed'],
        b_to_a: ['direction_not_allowed', 'live_binding'],
      };
      for (const [direction, [forA, forB]] of Object.entries(reasons)) {
        const [a, b] = [phone(), phone()];
        const { parties } = await newSession(tenant, a, b, { direction });
        assert.equal((await explain(parties.a.masking_number, a)).reason, forA);
        assert.equal((await explain(parties.b.masking_number, b)).reason, forB);
      }
    });
  });

  describe('the end', () => {
    it('200: ended, with the same answer when asked again, also much later', async () => {
      const session = await create();
      const first = await tenant.api.post(`/v1/sessions/${session.id}/end`, { hangup_live_calls: false });
      assert.equal(first.status, 200);
      assert.equal(first.body.status, 'ended');
      assert.ok(Date.parse(first.body.ended_at) >= Date.parse(session.created_at));
      const again = await tenant.api.post(`/v1/sessions/${session.id}/end`, {});
      assert.equal(again.text, first.text);
      await expire(session.id);
      const later = await tenant.api.post(`/v1/sessions/${session.id}/end`, {});
      assert.equal(later.body.ended_at, first.body.ended_at);
      assert.equal(later.body.status, 'ended');
    });

    it('20 requests at once to end a session give one and the same answer', async () => {
      const { id } = await create();
      const replies = await Promise.all(
        Array.from({ length: 20 }, () => tenant.api.post(`/v1/sessions/${id}/end`, {})),
      );
      assert.equal(new Set(replies.map((reply) => reply.text)).size, 1);
      assert.equal(replies[0]?.status, 200);
    });

    it('no body is needed, as fetch and others send it', async () => {
      const { id } = await create();
      const reply = await fetch(`${world.url}/v1/sessions/${id}/end`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${tenant.token}` },
      });
      assert.equal(reply.status, 200, await reply.text());
    });

    it('from then on both parties hear that it is over', async () => {
      const [a, b] = [phone(), phone()];
      const { id, parties } = await newSession(tenant, a, b);
      await tenant.api.post(`/v1/sessions/${id}/end`, {});
      for (const [side, from] of [
        ['a', a],
        ['b', b],
      ] as const) {
        const route = await explain(parties[side].masking_number, from);
        assert.deepEqual([route.decision, route.reason, route.session], ['announce', 'session_ended', id]);
        assert.equal(route.caller_id, null);
      }
    });

    it('an expired session says so, routes nobody, and can still be ended', async () => {
      const [a, b] = [phone(), phone()];
      const session = await newSession(tenant, a, b);
      await expire(session.id);
      const expired = (await tenant.api.get(`/v1/sessions/${session.id}`)).body;
      assert.equal(expired.status, 'expired');
      assert.equal(expired.ended_at, null);
      assert.equal((await explain(session.parties.a.masking_number, a)).reason, 'session_expired');
      const ended = await tenant.api.post(`/v1/sessions/${session.id}/end`, {});
      assert.equal(ended.status, 200);
      assert.equal(ended.body.status, 'ended');
      assert.equal((await explain(session.parties.b.masking_number, b)).reason, 'session_ended');
      const [binding] = await world.sql<any>(
        `select bool_and(b.free_at = s.expires_at + make_interval(secs => s.cooling_seconds)) as right
           from bindings b join sessions s on s.id = b.session_id where s.id = $1`,
        [session.id],
      );
      assert.equal(binding.right, true, 'it cools from its expiry, not from the late request');
    });

    it('404: a session that does not exist', async () => {
      assert.equal((await tenant.api.get('/v1/sessions/ses_0')).status, 404);
      assert.equal((await tenant.api.post('/v1/sessions/ses_0/end', {})).status, 404);
      assert.equal((await tenant.api.patch('/v1/sessions/ses_0', { direction: 'both' })).status, 404);
    });
  });

  it('200: lists show each session once, newest first, by status by the clock of Postgres, and by reference', async () => {
    const own = await newTenant(world, { dids: freshNumbers(4) });
    const ids: Record<string, string[]> = { active: [], expired: [], ended: [] };
    for (let n = 0; n < 3; n += 1) {
      for (const status of ['active', 'expired', 'ended']) {
        const { id } = await newSession(own, phone(), phone(), { transaction_ref: `ref-${n}` });
        ids[status]?.push(id);
        if (status === 'expired') await expire(id);
        if (status === 'ended') await own.api.post(`/v1/sessions/${id}/end`, {});
      }
    }
    await isPagedListOf(own.api, '/v1/sessions', Object.values(ids).flat());
    for (const status of ['active', 'expired', 'ended']) {
      await isPagedListOf(own.api, `/v1/sessions?status=${status}`, ids[status] ?? []);
      const { data } = (await own.api.get(`/v1/sessions?status=${status}`)).body;
      assert.ok(data.every((session: any) => session.status === status));
    }
    const ofRef = Object.values(ids).map((list) => list[1] ?? '');
    await isPagedListOf(own.api, '/v1/sessions?transaction_ref=ref-1', ofRef);
    const both = await own.api.get('/v1/sessions?transaction_ref=ref-1&status=ended');
    assert.deepEqual(
      both.body.data.map((session: any) => session.id),
      [ids.ended?.[1]],
    );
    assert.deepEqual((await own.api.get('/v1/sessions?transaction_ref=ref')).body.data, []);
  });

  it('422: two phones that are one, however they are spelled', async () => {
    for (const [a, b] of [
      [A, A],
      [A, '09800000001'],
      ['9800000001', '00919800000001'],
    ] as const) {
      const reply = await tenant.api.post('/v1/sessions', { parties: { a: { phone: a }, b: { phone: b } } });
      assert.equal(reply.status, 422);
      assert.equal(reply.body.code, 'same_phone');
      assert.equal(reply.body.errors[0].pointer, '/parties/b/phone');
    }
  });
});
