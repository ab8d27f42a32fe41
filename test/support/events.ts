import assert from 'node:assert/strict';
import type { TenantId } from '../../src/kernel/ids.ts';
import type { Tenant } from './api.ts';
import type { World } from './world.ts';

/** All events that the tenant can read, in their order; `query` filters. */
export async function eventsOf(tenant: Tenant, query = ''): Promise<any[]> {
  const all: any[] = [];
  let after: string | null = null;
  for (let more = true; more; ) {
    const cursor: string = after === null ? '' : `&after=${after}`;
    const { status, body, text } = await tenant.api.get(`/v1/events?limit=100${cursor}&${query}`);
    assert.equal(status, 200, text);
    all.push(...body.data);
    after = body.next_after;
    more = body.has_more;
  }
  return all;
}

/** Types of a session's events, which are numbered from 1 in the order in which they are read. */
export async function storyOf(tenant: Tenant, session: string): Promise<string[]> {
  const events = await eventsOf(tenant, `session=${session}`);
  assert.deepEqual(
    events.map(({ sequence }) => sequence),
    events.map((_, place) => place + 1),
  );
  return events.map(({ type }) => type);
}

/** Where a reader stands who has read everything. */
export async function endOf(tenant: Tenant): Promise<string> {
  await eventsOf(tenant);
  return (await tenant.api.get('/v1/events?limit=100&types=did.unhealthy')).body.next_after;
}

/** One turn of a job, now. */
export async function runJob(world: World, name: string): Promise<void> {
  const job = world.container.jobs.find((one) => one.name === name);
  assert.ok(job, `there is no job ${name}`);
  await job.work();
}

export function inTenant<T>(
  world: World,
  tenant: Tenant,
  work: (unit: Parameters<Parameters<World['container']['database']['transaction']>[1]>[0]) => Promise<T>,
): Promise<T> {
  return world.container.database.transaction({ as: 'tenant', tenantId: tenant.id as TenantId }, work);
}
