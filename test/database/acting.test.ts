import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openDatabase, whyUnfit } from '../../src/db/database.ts';
import { freshNumbers, newTenant } from '../support/api.ts';
import { openWorld, type World } from '../support/world.ts';

describe('the service, on a login that owns the tables', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());

  it('acts on every connection as the role that owns nothing', async () => {
    const database = openDatabase(world.databaseUrl, { connections: 3, onError: () => {} });
    const roles = await Promise.all(
      Array.from({ length: 6 }, () =>
        database.single.rows<{ role: string }>(
          'select current_user::text as role, pg_sleep(0.02)::text as slept',
          [],
        ),
      ),
    );
    assert.deepEqual(new Set(roles.map(([row]) => row?.role)), new Set(['maskplane_app']));
    assert.equal(await whyUnfit(database.single), null);
    await database.close();
  });

  it('sees no row of any tenant outside a transaction that names one', async () => {
    await newTenant(world, { dids: freshNumbers(2) });
    const { single } = world.container.database;
    assert.deepEqual(await single.rows('select id from dids', []), []);
  });
});
