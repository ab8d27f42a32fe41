import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Database } from '../../src/db/database.ts';
import { eachTenant, type ListTenants } from '../../src/jobs/each-tenant.ts';
import { measuringJobs } from '../../src/jobs/measuring.ts';
import { newTenantId } from '../../src/kernel/ids.ts';

describe('a job for each tenant', () => {
  const tenants = Array.from({ length: 250 }, newTenantId).sort();
  const database = { transaction: async (_acting: unknown, work: (unit: unknown) => unknown) => work({}) };
  const listTenants: ListTenants = async (_db, limit, after) =>
    tenants
      .filter((id) => after === null || id > after)
      .slice(0, limit)
      .map((id) => ({ id }));

  it('reaches every tenant once, page by page', async () => {
    const reached: string[] = [];
    await eachTenant(database as Database, listTenants, async (id) => void reached.push(id));
    assert.deepEqual(reached, tenants);
  });

  it('goes on after a failure, and tells it in the end', async () => {
    const reached: string[] = [];
    const work = eachTenant(database as Database, listTenants, async (id) => {
      reached.push(id);
      if (id === tenants[3]) throw new Error('the fourth');
    });
    await assert.rejects(work, /the fourth/);
    assert.deepEqual(reached, tenants);
  });

  it('a measure that always has more to do lets the next tenant have its turn', async () => {
    const turns = new Map<string, number>();
    const endless = async (_db: unknown, id: string) => {
      turns.set(id, (turns.get(id) ?? 0) + 1);
      return true;
    };
    const [job] = measuringJobs({ database: database as Database, listTenants, perTenant: [endless] });
    await job?.work();
    assert.deepEqual([...turns.keys()], tenants);
    assert.ok([...turns.values()].every((count) => count === 200));
  });
});
