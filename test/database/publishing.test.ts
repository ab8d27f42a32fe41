import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { tenantsToPublish } from '../../src/features/events/event-store.ts';
import { runJob } from '../support/events.ts';
import { openWorld, type World } from '../support/world.ts';

const TENANTS = 3_000;
const WAITING = [7, 8, 1_500, 2_999];
const idOf = (n: number) => `ten_${String(n).padStart(32, '0')}`;

describe('looking for tenants with events to publish', () => {
  let world: World;
  let app: pg.Client;
  before(async () => {
    world = await openWorld();
    await world.sql(
      `insert into events (tenant_id, id, livemode, type, data, position)
       select 'ten_' || lpad(t::text, 32, '0'), 'evt_' || t || 'e' || e, true, 'api_key.created', '{}', e
         from generate_series(1, $1::int) t, generate_series(1, 10) e`,
      [TENANTS],
    );
    await world.sql('update events set position = null where tenant_id = any ($1)', [WAITING.map(idOf)]);
    await world.sql('vacuum analyze events');
    app = new pg.Client({ connectionString: world.databaseUrl, options: '-c role=maskplane_app' });
    await app.connect();
  });
  after(async () => {
    await app.end();
    await world.close();
  });

  const find = (most: number, after: string) =>
    tenantsToPublish(world.container.database.single, most, after);

  it('finds each once, in the order of their ids, and goes on after one', async () => {
    assert.deepEqual(await find(100, ''), WAITING.map(idOf));
    assert.deepEqual(await find(2, ''), WAITING.slice(0, 2).map(idOf));
    assert.deepEqual(await find(2, idOf(8)), WAITING.slice(2).map(idOf));
    assert.deepEqual(await find(2, idOf(2_999)), []);
  });

  it('jumps from one to the next in the index: its cost does not grow with tenants and events', async () => {
    await app.query('begin');
    await app.query(`select set_config('app.operator', 'on', true)`);
    await app.query('set local enable_seqscan = off');
    const { rows } = await app.query(
      `explain (analyze, buffers, format json)
       select e.tenant_id from events e
        where e.position is null and e.tenant_id > $1 order by e.tenant_id limit 1`,
      [idOf(8)],
    );
    await app.query('rollback');
    const text = JSON.stringify(rows);
    assert.match(text, /"Index Name":"events_unpublished"/);
    assert.match(text, /"Index Cond":"[^"]*tenant_id[^"]*>/);
    assert.ok(rows[0]['QUERY PLAN'][0].Plan['Shared Hit Blocks'] < 20, text);
  });

  it('who acts for a tenant sees none of another’s, and an operator no event that is published', async () => {
    const seen = async (tenant: string, operator: string) => {
      await app.query('begin');
      await app.query(`select set_config('app.tenant_id', $1, true), set_config('app.operator', $2, true)`, [
        tenant,
        operator,
      ]);
      const { rows } = await app.query('select distinct tenant_id from events order by 1');
      await app.query('rollback');
      return rows.map((row) => row.tenant_id);
    };
    assert.deepEqual(await seen(idOf(1), ''), [idOf(1)]);
    assert.deepEqual(await seen('', 'on'), WAITING.map(idOf));
    assert.deepEqual(await seen('', ''), []);
  });

  it('the job publishes for all, however many there are, and one that fails holds up no other', async () => {
    await world.sql('update events set position = null where position = 10 and tenant_id < $1', [idOf(250)]);
    await world.sql(`alter table events add constraint broken check (tenant_id <> '${idOf(8)}') not valid`);
    await assert.rejects(runJob(world, 'publish_events'), /broken/);
    assert.deepEqual(await find(100, ''), [idOf(8)]);
    await world.sql('alter table events drop constraint broken');
    await runJob(world, 'publish_events');
    assert.deepEqual(await find(100, ''), []);
  });
});
