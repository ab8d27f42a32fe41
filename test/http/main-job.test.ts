import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { freshNumbers, newSession, newTenant } from '../support/api.ts';
import { openWorld, type World } from '../support/world.ts';

describe('the main job', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());

  it('a session has two different masking numbers of the pool', async () => {
    const dids = freshNumbers(2);
    const tenant = await newTenant(world, { dids });
    const session = await newSession(tenant, '+919800000001', '+919800000002');
    const numbers = [session.parties.a.masking_number, session.parties.b.masking_number];
    assert.deepEqual([...numbers].sort(), [...dids].sort());
  });
});
