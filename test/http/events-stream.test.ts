import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { apiOf, freshNumbers, newKey, newSession, newTenant, type Tenant } from '../support/api.ts';
import { type EventStream, openStream } from '../support/event-stream.ts';
import { endOf, eventsOf, inTenant } from '../support/events.ts';
import { checkReply } from '../support/reply-check.ts';
import { openWorld, type World } from '../support/world.ts';

/** Often enough that no test waits for it, and long enough that no test sees its end unless it wants to. */
const BEAT_MS = 300;

describe('following events', () => {
  let world: World;
  let tenant: Tenant;
  before(async () => {
    world = await openWorld({ eventPace: { beatMs: BEAT_MS, lifeMs: 600_000 } });
    tenant = await newTenant(world, { dids: freshNumbers(4) });
  });
  after(() => world.close());

  const create = (of: Tenant = tenant) => {
    const [a = '', b = ''] = freshNumbers(2, '+9198');
    return newSession(of, a, b);
  };
  const end = (id: string) => tenant.api.post(`/v1/sessions/${id}/end`, {});
  const opened: EventStream[] = [];
  afterEach(() => {
    for (const stream of opened.splice(0)) stream.leave();
  });
  const follow = async (query = '', headers = {}, token = tenant.token) => {
    const stream = await openStream(world, token, query, headers);
    assert.equal(stream.status, 200, stream.status === 200 ? '' : await stream.text());
    opened.push(stream);
    return stream;
  };
  /** Until the service has noticed that its reader is gone: its place in the waiting room is free again. */
  const free = async () => {
    const streams: EventStream[] = [];
    const deadline = performance.now() + 20_000;
    while (streams.length < 10) {
      assert.ok(performance.now() < deadline, 'a place was not given back');
      const stream = await openStream(world, tenant.token, 'after=latest');
      if (stream.status === 200) streams.push(stream);
      else for (const one of [stream, ...streams.splice(0)]) one.leave();
    }
    for (const stream of streams) stream.leave();
  };

  it('begins with the oldest, in the order of reading, and each block is an event of the spec', async () => {
    for (let i = 0; i < 3; i += 1) await create();
    const all = await eventsOf(tenant);
    const stream = await follow();
    assert.match(stream.headers['content-type'] ?? '', /^text\/event-stream\b/);
    assert.equal(stream.headers['cache-control'], 'no-store');
    assert.equal(stream.headers['x-accel-buffering'], 'no');
    assert.deepEqual(await stream.next(), { retry: '2000' });
    const blocks = await stream.events(all.length);
    assert.deepEqual(
      blocks.map(({ data }) => data),
      all,
    );
    for (const { id, event, data } of blocks) {
      assert.deepEqual([id, event], [data.id, data.type]);
      checkReply('get', `/v1/events/${id}`, 200, 'application/json', data);
    }
  });

  it('goes on with what comes, as soon as it is committed', async () => {
    const stream = await follow('after=latest');
    const { id } = await create();
    await end(id);
    const seen = await stream.events(2);
    assert.deepEqual(
      seen.map(({ event, data }) => [event, data.session, data.sequence]),
      [
        ['session.created', id, 1],
        ['session.ended', id, 2],
      ],
    );
  });

  it('lets through the types and the session that were asked for, and moves the place past the others', async () => {
    const { id } = await create();
    const start = await endOf(tenant);
    const ofSession = await follow(`after=${start}&session=${id}`);
    const ofTypes = await follow(`after=${start}&types=session.ended&types=session.updated`);
    const other = await create();
    await end(other.id);
    await end(id);
    const [ended, own] = await ofTypes.events(2);
    assert.deepEqual([ended?.data.session, own?.data.session], [other.id, id]);
    assert.deepEqual((await ofSession.events(1))[0]?.data, own?.data);
    await create();
    const last = await endOf(tenant);
    for (const stream of [ofTypes, ofSession]) {
      while (stream.lastId !== last) {
        const block = await stream.next();
        assert.equal(block?.data, undefined, 'what was left out moves the place without being shown');
      }
      stream.leave();
    }
  });

  it('shows that it is alive when nothing comes', async () => {
    const last = await endOf(tenant);
    const stream = await follow('after=latest');
    await stream.next();
    for (let i = 0; i < 3; i += 1) {
      assert.deepEqual(await stream.next(), { comment: 'still here', id: last });
    }
  });

  it('a tenant that has no event yet hears of the first one', async () => {
    const fresh = await newTenant(world, { dids: freshNumbers(2) });
    await world.sql('delete from events where tenant_id = $1', [fresh.id]);
    const stream = await follow('after=latest', {}, fresh.token);
    await stream.next();
    assert.deepEqual(await stream.next(), { comment: 'still here' });
    const { id } = await create(fresh);
    assert.equal((await stream.events(1))[0]?.data.session, id);
  });

  it('whoever comes back with the last id, however often it was cut off, misses nothing and sees nothing twice', async () => {
    const writers = await newTenant(world, { dids: freshNumbers(4) });
    const start = await endOf(writers);
    let writing = true;
    const written = Promise.all(
      [1, 2, 3, 4].map(async () => {
        for (let i = 0; i < 15; i += 1) {
          const { id } = await create(writers);
          await writers.api.post(`/v1/sessions/${id}/end`, {});
        }
      }),
    ).then(() => {
      writing = false;
    });
    const seen: string[] = [];
    let place = start;
    let cuts = 0;
    while (writing || seen.length < 120) {
      const stream = await follow('after=evt_0', { 'Last-Event-ID': place }, writers.token);
      for (const { id = '' } of await stream.events(Math.min(7, 120 - seen.length))) seen.push(id);
      place = stream.lastId ?? place;
      stream.leave();
      cuts += 1;
    }
    await written;
    assert.ok(cuts >= 17, `${cuts} cuts`);
    const all = (await eventsOf(writers)).map(({ id }) => id);
    assert.deepEqual(seen, all.slice(all.indexOf(start) + 1));
  });

  it("a place that is not kept, or is a stranger's, is a problem document before the first byte", async () => {
    const [foreign] = await eventsOf(await newTenant(world));
    const token = (await newKey(world, tenant.id, { livemode: false })).token;
    const [inTest] = await eventsOf({ ...tenant, api: apiOf(world, token) });
    for (const id of ['evt_0', foreign.id, inTest.id]) {
      for (const [query, headers, pointer] of [
        [`after=${id}`, {}, '/query/after'],
        ['', { 'Last-Event-ID': id }, '/headers/last-event-id'],
      ] as const) {
        const stream = await openStream(world, tenant.token, query, headers);
        const problem = JSON.parse(await stream.text());
        assert.equal(stream.headers['content-type'], 'application/problem+json; charset=utf-8');
        assert.deepEqual([stream.status, problem.code], [422, 'unknown_reference']);
        assert.equal(problem.errors[0].pointer, pointer);
      }
    }
    const long = await openStream(world, tenant.token, '', { 'Last-Event-ID': 'x'.repeat(65) });
    assert.deepEqual([long.status, JSON.parse(await long.text()).code], [422, 'invalid_request']);
    await free();
  });

  it("shows nothing of another tenant's, nor of the other mode's", async () => {
    const other = await newTenant(world, { dids: freshNumbers(2) });
    const { token } = await newKey(world, tenant.id, { livemode: false });
    const [live, test, foreign] = [
      await follow('after=latest'),
      await follow('after=latest', {}, token),
      await follow('after=latest', {}, other.token),
    ];
    const mine = await create();
    await tenant.api.post('/v1/api_keys', { name: 'live' });
    await apiOf(world, token).post('/v1/api_keys', { name: 'test' });
    const theirs = await create(other);
    assert.deepEqual(
      (await live.events(2)).map(({ event, data }) => [event, data.livemode]),
      [
        ['session.created', true],
        ['api_key.created', true],
      ],
    );
    assert.deepEqual(
      (await test.events(1)).map(({ event, data }) => [event, data.livemode]),
      [['api_key.created', false]],
    );
    assert.equal((await foreign.events(1))[0]?.data.session, theirs.id);
    assert.notEqual(mine.id, theirs.id);
  });

  describe('ends', () => {
    it('within a beat after its key was revoked, has expired, or its tenant was suspended', async () => {
      const own = await newTenant(world);
      const operator = apiOf(world, world.operatorToken);
      const ways: Record<string, (key: any) => Promise<unknown>> = {
        revoked: (key) => operator.delete(`/v1/tenants/${own.id}/api_keys/${key.id}`),
        expired: (key) => world.sql('update api_keys set expires_at = now() where id = $1', [key.id]),
        suspended: () => operator.patch(`/v1/tenants/${own.id}`, { status: 'suspended' }),
      };
      for (const [way, end] of Object.entries(ways)) {
        const key = await newKey(world, own.id, { expires_in_seconds: 600 });
        const stream = await follow('', {}, key.token);
        await stream.events(1);
        await end(key);
        // A key that was good a moment ago is remembered for a second.
        let block = await stream.next();
        for (let beats = 0; block !== null; beats += 1) {
          assert.ok(beats < 20, `${way}: it goes on`);
          block = await stream.next();
        }
      }
    });

    it('when its time is up, and whoever comes back goes on', async (t) => {
      const brief = await openWorld({ eventPace: { beatMs: 400, lifeMs: 1_000 } });
      t.after(() => brief.close());
      const own = await newTenant(brief, { dids: freshNumbers(2) });
      const stream = await openStream(brief, own.token, 'after=latest');
      assert.deepEqual(await stream.next(), { retry: '2000' });
      const started = performance.now();
      for (let beats = 0; (await stream.next()) !== null; beats += 1) assert.ok(beats < 20, 'it goes on');
      assert.ok(performance.now() - started > 500);
      await create(own);
      const again = await openStream(brief, own.token, '', { 'Last-Event-ID': stream.lastId ?? '' });
      assert.equal((await again.events(1))[0]?.event, 'session.created');
      again.leave();
    });

    it('at once, and well, when the process stops; also in the middle of much to read', async (t) => {
      const stopping = await openWorld({ eventPace: { beatMs: BEAT_MS, lifeMs: 600_000 } });
      t.after(() => stopping.close());
      const own = await newTenant(stopping, { dids: freshNumbers(2) });
      const idle = await openStream(stopping, own.token, 'after=latest');
      await idle.next();
      await idle.next();
      await inTenant(stopping, own, (unit) =>
        unit.rows(
          `select emit_event($1, true, 'api_key.revoked', null, null, '{"api_key":"key_1"}') from generate_series(1, 2000)`,
          [own.id],
        ),
      );
      const busy = await openStream(stopping, own.token);
      await busy.events(1);
      const started = performance.now();
      stopping.container.stopWaiting();
      let read = 0;
      for (let block = await busy.next(); block !== null; block = await busy.next()) read += 1;
      assert.ok(read < 1_900, `${read} events came`);
      // What it had to read when the 2,000 came, and no sign of life after that.
      for (let blocks = 0; (await idle.next()) !== null; blocks += 1) assert.ok(blocks < 2_050, 'it goes on');
      assert.ok(performance.now() - started < 10_000);
    });

    it('when its client goes, and gives its place back', async () => {
      const streams = await Promise.all(Array.from({ length: 10 }, () => follow('after=latest')));
      const refused = await openStream(world, tenant.token, 'after=latest');
      assert.deepEqual([refused.status, refused.headers['retry-after']], [429, '1']);
      assert.equal(JSON.parse(await refused.text()).code, 'rate_limited');
      for (const stream of streams) stream.leave();
      await free();
    });
  });

  it('streams and requests that wait share the places of a tenant', async () => {
    const streams = await Promise.all(Array.from({ length: 10 }, () => follow('after=latest')));
    const after = await endOf(tenant);
    const refused = await tenant.api.get(`/v1/events?after=${after}&wait_seconds=1`);
    assert.deepEqual([refused.status, refused.body.code], [429, 'rate_limited']);
    for (const stream of streams) stream.leave();
    await free();
  });
});
