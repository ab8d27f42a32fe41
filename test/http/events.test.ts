import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createWaitingRoom } from '../../src/features/events/waiting-room.ts';
import { Failure } from '../../src/kernel/errors.ts';
import { apiOf, freshNumbers, newKey, newSession, newTenant, type Tenant } from '../support/api.ts';
import { endOf, eventsOf, runJob } from '../support/events.ts';
import { openTwin } from '../support/twin.ts';
import { openWorld, type World } from '../support/world.ts';

describe('reading events', () => {
  let world: World;
  let tenant: Tenant;
  before(async () => {
    world = await openWorld();
    tenant = await newTenant(world, { dids: freshNumbers(4) });
  });
  after(() => world.close());

  const open = () => {
    const [a = '', b = ''] = freshNumbers(2, '+9198');
    return newSession(tenant, a, b);
  };
  const read = async (query: string) => {
    const reply = await tenant.api.get(`/v1/events?${query}`);
    assert.equal(reply.status, 200, reply.text);
    return reply.body;
  };
  const idsOf = (events: any[]) => events.map(({ id }) => id);

  it('goes page by page in one order, whatever their length, and from the oldest without a place', async () => {
    for (let i = 0; i < 7; i += 1) await open();
    const all = idsOf(await eventsOf(tenant));
    assert.ok(all.length > 7);
    for (const limit of [1, 3, all.length - 1, all.length, 100]) {
      const found: string[] = [];
      let cursor = '';
      for (let more = true; more; ) {
        const page = await read(`limit=${limit}${cursor}`);
        found.push(...idsOf(page.data));
        assert.equal(page.next_after, found.at(-1));
        cursor = `&after=${page.next_after}`;
        more = page.has_more;
        assert.ok(page.data.length === limit || !more);
      }
      assert.deepEqual(found, all, `in pages of ${limit}`);
    }
    assert.deepEqual(all, all.toSorted(), 'made one after the other, they come in that order');
  });

  it('a place is the same for every process, and for every key of the tenant', async () => {
    const after = await endOf(tenant);
    const session = await open();
    const twin = await openTwin(world);
    const { token } = await newKey(world, tenant.id, { scopes: ['events:read'] });
    const { body } = await apiOf(twin, token).get(`/v1/events?after=${after}&session=${session.id}`);
    assert.deepEqual(body.data, (await read(`after=${after}&session=${session.id}`)).data);
    await twin.close();
  });

  it('filters by several types and by session, and the place goes on past what they left out', async () => {
    const start = await endOf(tenant);
    const session = await open();
    await tenant.api.post(`/v1/sessions/${session.id}/end`, {});
    await open();
    const types = 'types=session.ended&types=session.updated';
    const page = await read(`after=${start}&${types}`);
    assert.deepEqual(
      page.data.map(({ type, session: of }: any) => [type, of]),
      [['session.ended', session.id]],
    );
    assert.equal(page.next_after, await endOf(tenant));
    assert.deepEqual((await read(`after=${page.next_after}`)).data, []);
    const ofSession = await read(`after=${start}&session=${session.id}`);
    assert.deepEqual(
      ofSession.data.map(({ type }: any) => type),
      ['session.created', 'session.ended'],
    );
  });

  it('a tenant without events has no place yet, and one that has read all keeps its place', async () => {
    const nobody = await newTenant(world);
    await world.sql('delete from events where tenant_id = $1', [nobody.id]);
    const reply = await nobody.api.get('/v1/events');
    assert.deepEqual(reply.body, { data: [], has_more: false, next_after: null });
    const after = await endOf(tenant);
    assert.deepEqual(await read(`after=${after}`), { data: [], has_more: false, next_after: after });
  });

  it('an unknown place, type or span is refused', async () => {
    const wrong: [string, string, string][] = [
      ['after=evt_0', 'unknown_reference', '/query/after'],
      ['after=evt_0&wait_seconds=30', 'unknown_reference', '/query/after'],
      ['types=session.gone', 'invalid_request', '/query/types'],
      ['wait_seconds=31', 'invalid_request', '/query/wait_seconds'],
      ['starting_after=evt_0', 'invalid_request', '/query/starting_after'],
    ];
    for (const [query, code, pointer] of wrong) {
      const reply = await tenant.api.get(`/v1/events?${query}`);
      assert.equal(reply.status, 422, query);
      assert.equal(reply.body.code, code);
      assert.ok(reply.body.errors[0].pointer.startsWith(pointer), reply.text);
    }
  });

  it('live and test mode are two orders: neither sees the other', async () => {
    const { token } = await newKey(world, tenant.id, { livemode: false });
    const inTest = { ...tenant, token, api: apiOf(world, token) };
    const events = await eventsOf(inTest);
    assert.deepEqual(
      events.map(({ type, livemode }) => [type, livemode]),
      [['api_key.created', false]],
    );
    assert.ok((await eventsOf(tenant)).every(({ livemode }) => livemode));
    assert.equal((await tenant.api.get(`/v1/events/${events[0].id}`)).status, 404);
    assert.equal((await tenant.api.get(`/v1/events?after=${events[0].id}`)).status, 422);
  });

  it('events are kept for 30 days; the newest stays, so that a reader who is up to date keeps its place', async () => {
    const old = await newTenant(world, { dids: freshNumbers(1) });
    const before = await eventsOf(old);
    assert.ok(before.length > 0);
    const age = (days: number) =>
      world.sql(
        `update events set id = 'evt_' || lpad(to_hex((extract(epoch from now() - make_interval(days => $2)) * 1000)::bigint),
                12, '0') || substr(id, 17) where tenant_id = $1`,
        [old.id, days],
      );
    await age(29);
    await old.api.post('/v1/api_keys', { name: 'second' });
    await runJob(world, 'publish_events');
    await runJob(world, 'sweep_tenants');
    assert.equal((await eventsOf(old)).length, before.length + 1);
    await age(31);
    const newest = await endOf(old);
    await runJob(world, 'sweep_tenants');
    assert.deepEqual(idsOf(await eventsOf(old)), [newest]);
    await old.api.post('/v1/api_keys', { name: 'third' });
    const { body } = await old.api.get(`/v1/events?after=${newest}`);
    assert.equal(body.data.length, 1);
  });

  describe('and waiting for them', () => {
    it('answers at once when there is something, and when the time is up if there is not', async () => {
      const all = await read('limit=1&wait_seconds=30');
      assert.equal(all.data.length, 1);
      const after = await endOf(tenant);
      const started = performance.now();
      const page = await read(`after=${after}&wait_seconds=1`);
      assert.deepEqual(page, { data: [], has_more: false, next_after: after });
      const tookMs = performance.now() - started;
      assert.ok(tookMs > 950 && tookMs < 3_000, `${tookMs} ms`);
    });

    it('answers when something happens that its filters let through', async () => {
      const after = await endOf(tenant);
      const session = await open();
      const waiting = read(`after=${after}&types=session.ended&wait_seconds=30`);
      await open();
      await tenant.api.post(`/v1/sessions/${session.id}/end`, {});
      const ended = performance.now();
      const page = await waiting;
      assert.deepEqual(
        page.data.map(({ session: of }: any) => of),
        [session.id],
      );
      assert.ok(performance.now() - ended < 2_000);
    });

    it('holds neither a transaction nor a connection: more wait than there are connections, and all else goes on', async (t) => {
      const narrow = await openTwin(world); // with four connections
      const gone = new AbortController();
      t.after(() => narrow.close());
      t.after(() => gone.abort());
      const after = await endOf(tenant);
      const url = `${narrow.url}/v1/events?after=${after}&wait_seconds=30`;
      const headers = { Authorization: `Bearer ${tenant.token}` };
      const waiting = Array.from({ length: 11 }, () => fetch(url, { headers, signal: gone.signal }));
      for (const one of waiting) one.catch(() => {});
      const refused = await Promise.race(waiting); // ten may wait, so one is too many
      assert.equal(refused.status, 429);
      assert.equal(refused.headers.get('retry-after'), '1');
      const other = apiOf(narrow, tenant.token);
      assert.equal((await other.get(`/v1/events?after=${after}&wait_seconds=1`)).status, 429);
      assert.equal((await other.get('/v1/sessions')).status, 200);
      const open = await world.sql(
        `select 1 from pg_stat_activity
          where datname = current_database() and state = 'idle in transaction' and xact_start < now() - interval '1 second'`,
      );
      assert.deepEqual(open, []);
      gone.abort();
      const deadline = performance.now() + 10_000;
      let status = 429;
      while (status === 429 && performance.now() < deadline) {
        ({ status } = await other.get(`/v1/events?after=${after}&wait_seconds=1`));
      }
      assert.equal(status, 200, 'clients that went away have left their places');
    });

    it('everybody is answered when the process is told to end', async () => {
      const twin = await openTwin(world);
      const after = await endOf(tenant);
      const started = performance.now();
      const waiting = apiOf(twin, tenant.token).get(`/v1/events?after=${after}&wait_seconds=30`);
      setTimeout(() => twin.container.stopWaiting(), 300);
      assert.deepEqual((await waiting).body, { data: [], has_more: false, next_after: after });
      assert.ok(performance.now() - started < 5_000);
      await twin.close();
    });

    it('a process takes a hundred in all', () => {
      const room = createWaitingRoom();
      const places = Array.from({ length: 100 }, (_, i) => room.enter(`ten_${Math.floor(i / 10)}`));
      assert.ok(places.every((place) => !(place instanceof Failure)));
      const refused = room.enter('ten_more');
      assert.ok(refused instanceof Failure);
      assert.equal(refused.code, 'unavailable');
      const [first] = places;
      if (first !== undefined && !(first instanceof Failure)) first.leave();
      assert.ok(!(room.enter('ten_more') instanceof Failure));
    });
  });
});
