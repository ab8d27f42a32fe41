import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Api, apiOf, freshNumbers, newKey, newSession, newTenant, type Tenant } from '../support/api.ts';
import { until } from '../support/embedded-folder.ts';
import { type Replicas, startReplicas } from '../support/replicas.ts';
import { openSessionLoad } from '../support/session-load.ts';
import { nothingWrong, truthOf } from '../support/session-truth.ts';
import { answerEvent, postForm } from '../support/vobiz.ts';
import type { World } from '../support/world.ts';

const HOUR = 3_600;
/** A request on a busy machine; an hour it is not. */
const NEAR_MS = 10_000;
const JUMPS = process.env.CHAOS_FULL === '1' ? 10 : 4;
const CLIENTS = 6;

describe('the clock of a process that is an hour wrong', () => {
  let replicas: Replicas;
  let tenant: Tenant;
  before(async () => {
    const jumps = (sign: 1 | -1) => Array.from({ length: JUMPS }, (_, i) => (i % 2 ? sign : -sign) * HOUR);
    replicas = await startReplicas({
      count: 2,
      preload: [join(import.meta.dirname, '..', 'support', 'moved-clock.js')],
      env: (place) => ({ TEST_CLOCK_JUMPS: jumps(place === 0 ? 1 : -1).join() }),
    });
    tenant = await newTenant(replicas.seenFrom(replicas.urls[0] ?? ''), { dids: freshNumbers(12) });
  });
  after(() => replicas.close());

  const jump = async (): Promise<void> => {
    for (const api of replicas.apis) {
      const said = api.output().length;
      api.signal('SIGUSR2');
      await until('the clock is moved', () => /the clock says .*Z\n/.test(api.output().slice(said)));
    }
  };

  it('and jumps to and fro: nothing is given twice, lost or kept, and every call reaches who is meant', async (t) => {
    const { seenFrom, urls } = replicas;
    const load = openSessionLoad({ tenant, phones: freshNumbers(40, '+9198'), seenFrom, keepLive: 80 });
    let isOver = false;
    const working = load.run(urls, CLIENTS, () => isOver);
    for (let i = 0; i < JUMPS; i += 1) {
      await jump();
      const from = load.count();
      await until('the load goes on', () => load.count() >= from + 40);
    }
    isOver = true;
    await working;
    const truth = await truthOf(replicas, tenant, load);
    t.diagnostic(`figures: ${JSON.stringify({ jumps: JUMPS, ...load.figures(), ...truth })}`);
    assert.deepEqual(load.violations, []);
    assert.deepEqual(truth, nothingWrong);
  });

  // After an even number of jumps the first process is an hour ahead, the second one behind.
  for (const [place, way] of [
    [0, 'fast'],
    [1, 'slow'],
  ] as const) {
    describe(`too ${way}, changes nothing`, () => {
      let world: World;
      let api: Api;
      let seen: Tenant;
      before(() => {
        world = replicas.seenFrom(replicas.urls[place] ?? '');
        api = apiOf(world, tenant.token);
        seen = { ...tenant, api };
        const said = /.*the clock says (.*)\n/s.exec(replicas.apis[place]?.output() ?? '')?.[1] ?? '';
        const offMs = Date.parse(said) - Date.now();
        assert.ok(way === 'fast' ? offMs > 1_000_000 : offMs < -1_000_000, `the clock is off by ${offMs} ms`);
      });

      const phones = () => freshNumbers(2, '+9196') as [string, string];
      const hears = async (to: string, from: string) => {
        const reply = await postForm(world, tenant.account.webhookPath, answerEvent(to, from.slice(1)));
        return reply.dial?.number ?? reply.spoken.join();
      };
      const isNow = async (time: string, plusSeconds = 0) => {
        const [row] = await replicas.sql<{ now: Date }>('select now()');
        const offMs = Date.parse(time) - (row?.now.getTime() ?? 0) - plusSeconds * 1_000;
        assert.ok(Math.abs(offMs) < NEAR_MS, `off by ${offMs} ms`);
      };
      const over = /over|ended|no longer/i;

      it('a session of a minute lives for a minute by the clock of Postgres', async () => {
        const [a, b] = phones();
        const session = await newSession(seen, a, b, { expires_in_seconds: 60 });
        await isNow(session.expires_at, 60);
        await isNow(session.created_at);
        assert.equal(session.status, 'active');
        assert.equal(await hears(session.parties.a.masking_number, a), b);
      });

      it('a session is over when its time has come by the clock of Postgres', async () => {
        const [a, b] = phones();
        const session = await newSession(seen, a, b, { expires_in_seconds: 2 * HOUR });
        await replicas.sql(`update sessions set expires_at = now() - interval '1 second' where id = $1`, [
          session.id,
        ]);
        assert.equal((await api.get(`/v1/sessions/${session.id}`)).body.status, 'expired');
        assert.match(await hears(session.parties.a.masking_number, a), over);
        const question = { to: session.parties.a.masking_number, from: a };
        assert.equal((await api.post('/v1/routes/explain', question)).body.reason, 'session_expired');
      });

      it('an ended session is over at once, and cools for as long as it should', async () => {
        const [a, b] = phones();
        const { id: pool } = (await api.post('/v1/pools', { name: `two-${way}` })).body;
        for (const e164 of freshNumbers(2)) {
          await api.post('/v1/dids', { e164, provider_account: tenant.account.id, pool });
        }
        const more = { pool, cooling_seconds: 60 };
        const session = await newSession(seen, a, b, more);
        const ended = await api.post(`/v1/sessions/${session.id}/end`, {});
        await isNow(ended.body.ended_at);
        assert.match(await hears(session.parties.a.masking_number, a), over);
        const create = () =>
          api.post('/v1/sessions', { parties: { a: { phone: a }, b: { phone: b } }, ...more });
        // The other way round each phone has one more number; then it has had both.
        const other = await create();
        assert.equal((await api.post(`/v1/sessions/${other.body.id}/end`, {})).status, 200);
        assert.equal((await create()).body.code, 'pool_exhausted');
        await replicas.sql('update bindings set free_at = now() where session_id = $1', [session.id]);
        assert.equal((await create()).status, 201);
      });

      it('a key is good until its time has come by the clock of Postgres', async () => {
        const make = () =>
          newKey(world, tenant.id, { name: 'short', livemode: true, expires_in_seconds: 1_800 });
        const [good, late] = [await make(), await make()];
        await isNow(good.expires_at, 1_800);
        await replicas.sql('update api_keys set expires_at = now() where id = $1', [late.id]);
        assert.equal((await apiOf(world, good.token).get('/v1/sessions')).status, 200);
        assert.equal((await apiOf(world, late.token).get('/v1/sessions')).status, 401);
      });
    });
  }
});
