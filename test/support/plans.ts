import assert from 'node:assert/strict';
import { apiOf, type Tenant } from './api.ts';
import type { World } from './world.ts';

/** A plan in INR: 0.45 a minute to India by 60/60, 9.00 elsewhere by 30/6, 0.10 for recordings, 500 for a DID; of a tenant, if one is named. */
export async function newPlan(world: World, india: object = {}, tenantId?: string): Promise<any> {
  const operator = apiOf(world, world.operatorToken);
  const plan = await operator.post('/v1/plans', {
    name: 'standard',
    currency: 'INR',
    terms: {
      calls: [
        {
          destination: 'IN',
          price_per_minute_micros: 450_000,
          initial_seconds: 60,
          increment_seconds: 60,
          ...india,
        },
        { destination: '*', price_per_minute_micros: 9_000_000, initial_seconds: 30, increment_seconds: 6 },
      ],
      recordings: { price_per_minute_micros: 100_000, initial_seconds: 60, increment_seconds: 60 },
      did_months: [{ country: '*', price_micros: 500_000_000 }],
    },
  });
  assert.equal(plan.status, 201, plan.text);
  if (tenantId !== undefined) {
    const assigned = await operator.post(`/v1/tenants/${tenantId}/plans`, { plan: plan.body.id });
    assert.equal(assigned.status, 201, assigned.text);
  }
  return plan.body;
}

/** A row in each table of usage, for a tenant that has calls. */
export async function furnishUsage(world: World, tenant: Tenant): Promise<void> {
  await world.sql(`insert into tenant_plans values ($1, '2199-01-01', null)`, [tenant.id]);
  await world.sql(
    `insert into usage_records (tenant_id, month, id, livemode, kind, entry, provider_account_id, subject_id, revision,
                                occurred_at, billable, quantity, seconds, billed_seconds, source)
     select tenant_id, '2026-06', 'use_' || md5(id), true, 'call', 'charge', '', id, 1, '2026-06-08', true, 1, 1, 60, 'event'
       from calls where tenant_id = $1`,
    [tenant.id],
  );
}
