import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { freshNumbers, newTenant, type Tenant } from '../support/api.ts';
import { openWorld, type World } from '../support/world.ts';

describe('a session that nobody ends', () => {
  let world: World;
  let tenant: Tenant;
  let phones: { a: { phone: string }; b: { phone: string } };
  before(async () => {
    world = await openWorld();
    tenant = await newTenant(world, { dids: freshNumbers(2) });
    const [a = '', b = ''] = freshNumbers(2, '+9198');
    phones = { a: { phone: a }, b: { phone: b } };
  });
  after(() => world.close());

  const create = () =>
    tenant.api.post('/v1/sessions', { parties: phones, expires_in_seconds: 60, cooling_seconds: 600 });

  /** As if this time had gone by: every moment that the two tables know is so much longer ago. */
  const pass = async (seconds: number): Promise<void> => {
    const ago = `make_interval(secs => $2)`;
    await world.sql(`update sessions set expires_at = expires_at - ${ago} where tenant_id = $1`, [
      tenant.id,
      seconds,
    ]);
    await world.sql(`update bindings set free_at = free_at - ${ago} where tenant_id = $1`, [
      tenant.id,
      seconds,
    ]);
  };

  it('keeps its pair until it has expired and cooled, and not longer', async () => {
    // Two sessions take all that two phones can have of two DIDs.
    const first = await create();
    assert.equal(first.status, 201, first.text);
    assert.equal((await create()).status, 201);
    assert.equal((await create()).body.code, 'pool_exhausted');
    await pass(70);
    assert.equal((await tenant.api.get(`/v1/sessions/${first.body.id}`)).body.status, 'expired');
    assert.equal((await create()).body.code, 'pool_exhausted', 'its pair was given away while it cooled');
    await pass(580);
    assert.equal((await create()).body.code, 'pool_exhausted', 'its pair was given away while it cooled');
    await pass(15);
    assert.equal((await create()).status, 201);
  });

  it('keeps it longer when it is made to last longer', async () => {
    await pass(700);
    const made = [await create(), await create()];
    for (const { body } of made) {
      const longer = await tenant.api.patch(`/v1/sessions/${body.id}`, { expires_in_seconds: 6_000 });
      assert.equal(longer.status, 200, longer.text);
    }
    await pass(6_500);
    assert.equal((await create()).body.code, 'pool_exhausted', 'its pair was given away while it cooled');
    await pass(200);
    assert.equal((await create()).status, 201);
  });
});
