import { vacuumFilledTables } from './live-sessions.ts';
import type { BenchDatabase, Servers } from './servers.ts';
import { inBulk } from './tenants.ts';

export type FloorDatabase = BenchDatabase & { tenantId: string; poolId: string; didIds: string[] };

const DIDS = 10;
const idOf = (prefix: string, place = 1) => `${prefix}_${String(place).padStart(32, '0')}`;

/**
 * A database beside the measured one, with one tenant, ten DIDs and nothing else, however much the other one holds: so the
 * floor is the same at every point of a sweep.
 */
export async function newFloorDatabase(servers: Servers): Promise<FloorDatabase> {
  const database = await servers.newDatabase('floor');
  const { admin } = database;
  const tenantId = idOf('ten');
  const poolId = idOf('pool');
  const didIds = Array.from({ length: DIDS }, (_, place) => idOf('did', place + 1));
  await inBulk(
    admin,
    `insert into tenants (id, name, vertical, default_country, out_of_session_policy)
     values ($1, 'Floor', 'other', 'IN', 'announce')`,
    [tenantId],
  );
  await inBulk(
    admin,
    `insert into pools (tenant_id, id, livemode, name, cooling_seconds) values ($1, $2, true, 'default', 86400)`,
    [tenantId, poolId],
  );
  await inBulk(
    admin,
    `insert into dids (tenant_id, id, livemode, pool_id, provider_account_id, e164, country)
     select $1, d.id, true, $2, $3, '+9179' || lpad(d.place::text, 8, '0'), 'IN'
       from unnest($4::text[]) with ordinality as d (id, place)`,
    [tenantId, poolId, idOf('pac'), didIds],
  );
  await vacuumFilledTables(admin);
  return { ...database, tenantId, poolId, didIds };
}
