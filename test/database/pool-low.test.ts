import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { emitEvent } from '../../src/features/events/event-store.ts';
import { lowMeasuring } from '../../src/features/pool/pool-low-service.ts';
import type { TenantId } from '../../src/kernel/ids.ts';
import { freshNumbers, newSession, newTenant, type Tenant } from '../support/api.ts';
import { eventsOf, inTenant } from '../support/events.ts';
import { openWorld, type World } from '../support/world.ts';

const measure = lowMeasuring(emitEvent);

describe('a pool that runs low', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());

  /** Looks at all pools of the tenant that are due; how many it were. */
  const look = async (tenant: Tenant): Promise<number> => {
    for (let pools = 0; ; pools += 1) {
      if (!(await inTenant(world, tenant, (unit) => measure(unit, tenant.id as TenantId)))) return pools;
    }
  };
  /** As if so much time had passed since the pool was looked at, and since it was told of. */
  const pass = (tenant: Tenant, seconds: number) =>
    world.sql(
      `update pools set low_measured_at = low_measured_at - make_interval(secs => $2),
              low_told_at = low_told_at - make_interval(secs => $2) where tenant_id = $1`,
      [tenant.id, seconds],
    );
  const told = async (tenant: Tenant): Promise<any[]> =>
    (await eventsOf(tenant, 'types=pool.low')).map(({ data }) => [
      data.dids_held_by_busiest,
      data.dids_in_pool,
      data.percent,
    ]);
  /** A tenant with so many DIDs, and a phone that holds so many of them. */
  const withHeld = async (dids: number, held: number) => {
    const tenant = await newTenant(world, { dids: freshNumbers(dids) });
    const [busy = ''] = freshNumbers(1, '+9198');
    const hold = () =>
      newSession(tenant, busy, freshNumbers(1, '+9197')[0] ?? '', { cooling_seconds: 3_600 });
    const sessions: any[] = [];
    while (sessions.length < held) sessions.push(await hold());
    return { tenant, hold, sessions };
  };
  const change = async (tenant: Tenant, path: string, body: object) =>
    assert.equal((await tenant.api.patch(path, body)).status, 200);

  it('is told of at the share that was set, and not below it', async () => {
    const { tenant, hold } = await withHeld(3, 1);
    await change(tenant, '/v1/pools/default', { low_at_percent: 67 });
    await hold();
    await look(tenant);
    assert.deepEqual(await told(tenant), [], 'two of three are 66.7 %');
    await change(tenant, '/v1/pools/default', { low_at_percent: 66 });
    await pass(tenant, 60);
    await look(tenant);
    assert.deepEqual(await told(tenant), [[2, 3, 66]]);
  });

  it('is looked at once a minute, and told of once an hour while it lasts', async () => {
    const { tenant } = await withHeld(2, 2);
    assert.equal(await look(tenant), 2, 'one pool of each mode');
    assert.equal(await look(tenant), 0);
    await pass(tenant, 60);
    assert.equal(await look(tenant), 2);
    for (let minute = 0; minute < 58; minute += 20) {
      await pass(tenant, 1_200 - 61);
      await look(tenant);
    }
    assert.equal((await told(tenant)).length, 1);
    await pass(tenant, 1_200);
    await look(tenant);
    assert.equal((await told(tenant)).length, 2);
  });

  it('is told of again as soon as it was over in between', async () => {
    const { tenant } = await withHeld(2, 2);
    await look(tenant);
    for (const e164 of freshNumbers(2)) {
      const did = await tenant.api.post('/v1/dids', { e164, provider_account: tenant.account.id });
      assert.equal(did.status, 201);
    }
    await pass(tenant, 60);
    await look(tenant);
    await change(tenant, '/v1/pools/default', { low_at_percent: 50 });
    await pass(tenant, 60);
    await look(tenant);
    assert.deepEqual(await told(tenant), [
      [2, 2, 100],
      [2, 4, 50],
    ]);
  });

  it('counts what cools, and not what is free again', async () => {
    const { tenant, sessions } = await withHeld(2, 2);
    for (const { id } of sessions) await tenant.api.post(`/v1/sessions/${id}/end`, {});
    await look(tenant);
    assert.deepEqual(await told(tenant), [[2, 2, 100]]);
    await world.sql('update bindings set free_at = now() where tenant_id = $1', [tenant.id]);
    await pass(tenant, 3_600);
    await look(tenant);
    assert.equal((await told(tenant)).length, 1);
  });

  it('counts DIDs that anybody may get: none that is reserved, and none that is on its way out', async () => {
    const { tenant } = await withHeld(4, 2);
    await look(tenant);
    assert.deepEqual(await told(tenant), []);
    const dids = (await tenant.api.get('/v1/dids?limit=100')).body.data;
    const ofBusy = await world.sql<{ did_id: string }>(
      `select did_id from bindings where tenant_id = $1 and caller_index =
         (select caller_index from bindings where tenant_id = $1 group by 1 order by count(*) desc limit 1)`,
      [tenant.id],
    );
    const [reserved, retired] = dids.filter(({ id }: any) => !ofBusy.some(({ did_id }) => did_id === id));
    assert.ok(reserved && retired);
    await change(tenant, `/v1/dids/${reserved.id}`, { reserved: true });
    await tenant.api.delete(`/v1/dids/${retired.id}`);
    await pass(tenant, 60);
    await look(tenant);
    assert.deepEqual(await told(tenant), [[2, 2, 100]]);
  });

  it('a pool without DIDs, and one whose setting is off, is never told of', async () => {
    const { tenant } = await withHeld(2, 2);
    await change(tenant, '/v1/pools/default', { low_at_percent: null });
    const made = await tenant.api.post('/v1/pools', { name: 'empty', low_at_percent: 1 });
    assert.equal(made.body.low_at_percent, 1);
    assert.equal(await look(tenant), 2, 'the empty one, and that of test mode');
    assert.deepEqual(await told(tenant), []);
    await change(tenant, '/v1/pools/default', { low_at_percent: 80 });
    await look(tenant);
    assert.equal((await told(tenant)).length, 1);
  });

  it('two processes that look at the same time tell it once', async () => {
    const { tenant } = await withHeld(2, 2);
    await Promise.all(Array.from({ length: 5 }, () => look(tenant)));
    assert.equal((await told(tenant)).length, 1);
  });

  it('being looked at makes no process read the pool again', async () => {
    const { tenant } = await withHeld(2, 2);
    const versions = () =>
      world.sql('select id, version from pools where tenant_id = $1 order by id', [tenant.id]);
    const before = await versions();
    await look(tenant);
    assert.deepEqual(await versions(), before);
  });
});
