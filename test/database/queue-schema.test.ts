import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { migrate, pendingMigrations } from '../../src/db/migrate.ts';
import { openWorld, type World } from '../support/world.ts';

const LAST = 'graphile_worker/000019.sql';

describe('the schema of the queue library', () => {
  let world: World;
  const name = `q_${randomBytes(6).toString('hex')}`;
  let url: string;
  before(async () => {
    world = await openWorld();
    await world.sql(`create database ${name} owner maskplane_owner`);
    url = Object.assign(new URL(world.databaseUrl), { pathname: `/${name}` }).href;
  });
  after(async () => {
    await world.sql(`drop database if exists ${name} with (force)`);
    await world.close();
  });

  async function asOwner(text: string): Promise<void> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(text);
    await client.end();
  }

  it('one that is not there, or too old, is pending, until it is migrated', async () => {
    const all = await pendingMigrations(url);
    assert.ok(all.includes(LAST) && all.some((file) => file.endsWith('_add_job_queue.js')));
    await migrate(url);
    assert.deepEqual(await pendingMigrations(url), []);
    await asOwner('delete from graphile_worker.migrations where id = 19');
    assert.deepEqual(await pendingMigrations(url), [LAST]);
    await migrate(url);
    assert.deepEqual(await pendingMigrations(url), []);
  });
});
