import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { newTenant, type Reply, type Tenant } from '../support/api.ts';
import { openWorld, type World } from '../support/world.ts';

/** Without Redis, whose answer may come too late on a busy machine, so that the count is exact. A process takes a hundredth of the limit at a time from the counter that all share. */
describe('a limit that a process takes in shares', () => {
  let world: World;
  let tenant: Tenant;
  before(async () => {
    world = await openWorld({ rateLimitPerMinute: 300, redisUrl: '/nonexistent.sock' });
    tenant = await newTenant(world);
  });
  after(() => world.close());

  it('lets just as many requests through, also when they come all at once', async () => {
    const replies: Reply[] = [];
    for (let round = 0; round < 6; round += 1) {
      const burst = Array.from({ length: 55 }, () => tenant.api.get('/v1/sessions?limit=1'));
      replies.push(...(await Promise.all(burst)));
    }
    const served = replies.filter((reply) => reply.status === 200);
    const refused = replies.filter((reply) => reply.status === 429);
    assert.deepEqual([served.length, refused.length], [300, 30]);
    const left = served.map((reply) => Number(/;r=(\d+);/.exec(reply.headers.ratelimit ?? '')?.[1]));
    assert.deepEqual(
      left.toSorted((x, y) => y - x),
      Array.from({ length: 300 }, (_, place) => 299 - place),
    );
    for (const reply of refused) assert.ok(Number(reply.headers['retry-after']) >= 1);
  });
});
