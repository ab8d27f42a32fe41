import type pg from 'pg';
import { eachInPlace } from '../../src/kernel/each-in-place.ts';
import type { Identity, Service } from './service.ts';

/** A tenant with a live key, and DIDs in its default pool. */
export type BenchTenant = { id: string; token: string; poolId: string; webhookUrl: string };

/** As many requests of the operator's at once as the service has database connections. */
const AT_ONCE = 16;

/** Makes tenants with their keys through the API, and their DIDs by SQL: `did_…1` and so on, the same ids for each tenant. */
export async function createTenants(
  service: Service,
  { operatorKey }: Identity,
  admin: pg.Client,
  wanted: { tenants: number; dids: number },
): Promise<BenchTenant[]> {
  const account = await service.call('POST', '/v1/provider_accounts', operatorKey, {
    provider: 'vobiz',
    auth_id: 'MA_X',
    auth_token: 'test_token',
  });
  const names = Array.from({ length: wanted.tenants }, (_, place) => `Bench ${place + 1}`);
  const made = await eachInPlace(names, AT_ONCE, async (name) => {
    const { id } = await service.call('POST', '/v1/tenants', operatorKey, { name });
    const { token } = await service.call('POST', `/v1/tenants/${id}/api_keys`, operatorKey, { name });
    return { id: id as string, token: token as string };
  });
  const { rows } = await inBulk(
    admin,
    `with pool as (
       select p.tenant_id, p.id, row_number() over () as place from pools p where p.livemode and p.name = 'default'
     ), made as (
       insert into dids (tenant_id, id, livemode, pool_id, provider_account_id, e164, country)
       select p.tenant_id, 'did_' || lpad(to_hex(n), 32, '0'), true, p.id, $1,
              '+9179' || lpad((p.place * $2::integer + n)::text, 8, '0'), 'IN'
         from pool p, generate_series(1, $2::integer) n
       returning tenant_id, id, e164
     ), listed as (
       insert into did_directory (scope, e164, tenant_id, did_id, provider_account_id)
       select 'live', e164, tenant_id, id, $1 from made
     )
     select tenant_id, id from pool`,
    [account.id, wanted.dids],
  );
  const pools = new Map(rows.map(({ tenant_id, id }) => [tenant_id, id as string]));
  return made.map((tenant) => ({
    ...tenant,
    poolId: pools.get(tenant.id) ?? '',
    webhookUrl: account.webhook_url,
  }));
}

/**
 * Without triggers and checks of foreign keys, which a million rows would wait minutes for. The service must not have read
 * the pools yet: their versions do not move.
 */
export async function inBulk(
  admin: pg.Client,
  text: string,
  values: unknown[],
): Promise<pg.QueryResult<any>> {
  await admin.query('set session_replication_role = replica');
  const result = await admin.query(text, values);
  await admin.query('reset session_replication_role');
  return result;
}
