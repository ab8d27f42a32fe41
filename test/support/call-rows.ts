import type { Tenant } from './api.ts';
import type { World } from './world.ts';

/** A row of everything that hangs on a call, for each call of the tenant. */
export async function addCallRows(world: World, tenant: Tenant): Promise<void> {
  await world.sql(
    `insert into call_events (tenant_id, provider_account_id, event_key, kind, sealed_payload, key_version)
     select tenant_id, provider_account_id, id, 'answer', '', 1 from calls where tenant_id = $1`,
    [tenant.id],
  );
  await world.sql(
    `insert into recordings (tenant_id, id, livemode, call_id, provider_account_id, provider_recording_id, kind, status)
     select tenant_id, 'rec_' || md5(id), livemode, id, provider_account_id, id, 'call', 'recording'
       from calls where tenant_id = $1`,
    [tenant.id],
  );
  await world.sql(`insert into announcements values ($1, true, 'over', 'en-IN', '{"text":"Over."}')`, [
    tenant.id,
  ]);
  await world.sql(
    `insert into call_legs (tenant_id, call_id, leg_id, side)
     select tenant_id, id, provider_call_id, 'A' from calls where tenant_id = $1`,
    [tenant.id],
  );
  await world.sql(
    `insert into pin_attempts (tenant_id, call_id, attempt, did_id)
     select tenant_id, id, 1, did_id from calls where tenant_id = $1`,
    [tenant.id],
  );
}
