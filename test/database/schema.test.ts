import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { migrate, pendingMigrations, unmigrate } from '../../src/db/migrate.ts';
import { freshNumbers, newSession, newTenant, type Tenant } from '../support/api.ts';
import { addCallRows } from '../support/call-rows.ts';
import { furnishUsage } from '../support/plans.ts';
import { keepProvisioning } from '../support/provisioned.ts';
import { deliveriesOf, newEndpoint } from '../support/webhooks.ts';
import { openWorld, type World } from '../support/world.ts';

/** They tell which tenant something belongs to, before any tenant is known; so they are readable without one. */
const directories = ['api_key_directory', 'call_directory', 'did_directory', 'webhook_directory'];
/** Nobody's in particular. `tenants` is a tenant's by its id. */
const globals = ['master_key_proof', 'operator_keys', 'plans', 'webhook_nonces', 'worker_processes'];
/** Without a tenant it is the operator's and shared by all, so its key cannot hold one, nor can references to it. */
const shared = 'provider_accounts';

const TENANT_TABLES = `
  select c.oid::integer as oid, c.relname as name
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
   where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> all ($1)
   order by 2`;

/** The column that says whose a row is. */
const ownerColumn = (table: string) => (table === 'tenants' ? 'id' : 'tenant_id');

let world: World;
let tenantTables: string[];
before(async () => {
  world = await openWorld();
  const found = await world.sql<{ name: string }>(TENANT_TABLES, [directories]);
  tenantTables = ['tenants', ...found.map(({ name }) => name)];
});
after(() => world.close());

describe('the schema', () => {
  it('every table is a tenant’s, or is known to be global', async () => {
    const all = await world.sql<{ name: string }>(
      `select relname as name from pg_class
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
          and relname not like 'schema_migrations%'`,
    );
    const known = [...tenantTables, ...directories, ...globals];
    assert.deepEqual(all.map(({ name }) => name).sort(), known.sort());
  });

  it('row-level security holds on every table of tenants, for the owner of the table too', async () => {
    const open = await world.sql(
      `select relname from pg_class
        where relname = any ($1) and relnamespace = 'public'::regnamespace
          and not (relrowsecurity and relforcerowsecurity)`,
      [tenantTables],
    );
    assert.deepEqual(open, []);
  });

  it('every table of tenants has a policy for what is read and for what is written', async () => {
    const policies = await world.sql<{ table: string; command: string; using: string; check: string }>(
      `select tablename as "table", cmd as command, coalesce(qual, '') as "using", coalesce(with_check, '') as "check"
         from pg_policies where schemaname = 'public'`,
    );
    const namesTenant = /SELECT app_tenant\(\)/;
    for (const table of tenantTables) {
      const own = policies.filter((policy) => policy.table === table);
      const of = (command: string) => own.find((policy) => ['ALL', command].includes(policy.command));
      assert.match(of('SELECT')?.using ?? '', namesTenant, `${table}: select`);
      assert.match(of('INSERT')?.check ?? '', namesTenant, `${table}: insert`);
      assert.match(of('UPDATE')?.using ?? '', namesTenant, `${table}: update`);
      assert.match(of('UPDATE')?.check ?? '', namesTenant, `${table}: update`);
      // Policies of one command widen each other: one that forgets the tenant opens the table.
      for (const { using, check } of own) {
        for (const rule of [using, check]) if (rule !== '') assert.match(rule, namesTenant, table);
      }
    }
  });

  it('the tenant is in every primary key, unique index and foreign key of a tenant’s table', async () => {
    const loose = await world.sql<{ table: string; name: string }>(
      `select c.relname as "table", i.relname as name
         from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class c on c.oid = x.indrelid
        where x.indisunique and c.relname = any ($1) and not exists (
              select from pg_attribute a
               where a.attrelid = c.oid and a.attname = 'tenant_id' and a.attnum = any (x.indkey::int2[]))
       union all
       select c.relname, k.conname
         from pg_constraint k join pg_class c on c.oid = k.conrelid
        where k.contype = 'f' and c.relname = any ($1) and not exists (
              select from unnest(k.conkey, k.confkey) as pair (here, there)
                join pg_attribute h on h.attrelid = k.conrelid and h.attnum = pair.here and h.attname = 'tenant_id'
                join pg_attribute t on t.attrelid = k.confrelid and t.attnum = pair.there
               where t.attname = case when k.confrelid = 'tenants'::regclass then 'id' else 'tenant_id' end)
        order by 1, 2`,
      [tenantTables.filter((table) => table !== 'tenants')],
    );
    assert.deepEqual(loose, [
      { table: 'dids', name: 'dids_provider_account_id_fkey' },
      { table: shared, name: 'provider_accounts_pkey' },
      // Plans are the operator's, for all tenants.
      { table: 'tenant_plans', name: 'tenant_plans_plan_id_fkey' },
    ]);
  });

  it('there is no view that shows more than its reader may see', async () => {
    const views = await world.sql(
      `select relname from pg_class
        where relnamespace = 'public'::regnamespace
          and (relkind = 'm' or (relkind = 'v' and not coalesce(reloptions @> array['security_invoker=true'], false)))`,
    );
    assert.deepEqual(views, []);
  });

  it('no function runs with the rights of its owner', async () => {
    const definers = await world.sql(
      `select proname from pg_proc where pronamespace = 'public'::regnamespace and prosecdef`,
    );
    assert.deepEqual(definers, []);
  });
});

describe('the role that the service acts as', () => {
  it('has no power beyond its grants, and is a member of no role', async () => {
    const [role] = await world.sql(
      `select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, rolcanlogin,
              exists (select from pg_auth_members m where m.member = r.oid) as is_member
         from pg_roles r where rolname = 'maskplane_app'`,
    );
    assert.ok(role);
    assert.deepEqual(
      Object.entries(role).filter(([, power]) => power),
      [],
    );
  });

  it('owns nothing and can make nothing', async () => {
    const owned = await world.sql(
      `select classid::regclass::text, objid from pg_shdepend
        where refobjid = 'maskplane_app'::regrole and deptype = 'o'`,
    );
    assert.deepEqual(owned, []);
    const [mayCreate] = await world.sql(
      `select has_schema_privilege('maskplane_app', 'public', 'create') as in_schema,
              has_database_privilege('maskplane_app', current_database(), 'create') as in_database`,
    );
    assert.deepEqual(mayCreate, { in_schema: false, in_database: false });
  });

  it('can neither truncate a table, which no policy guards, nor put triggers on it', async () => {
    const powers = await world.sql(
      `select relname from pg_class
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
          and has_table_privilege('maskplane_app', oid, 'truncate, trigger, references')`,
    );
    assert.deepEqual(powers, []);
  });
});

describe('row-level security', () => {
  let a: Tenant;
  let b: Tenant;
  let app: pg.Client;
  before(async () => {
    [a, b] = [await furnished('+9198000000'), await furnished('+9198000001')];
    app = new pg.Client({ connectionString: world.databaseUrl, options: '-c role=maskplane_app' });
    await app.connect();
  });
  after(() => app.end());

  /** A tenant with at least one row in every table. */
  async function furnished(phones: string): Promise<Tenant> {
    const tenant = await newTenant(world, { dids: freshNumbers(2) });
    const account = { provider: 'vobiz', auth_id: 'MA_XXXXXXXX', auth_token: 'test_token' };
    assert.equal((await tenant.api.post('/v1/provider_accounts', account)).status, 201);
    const session = await newSession(tenant, `${phones}01`, `${phones}02`, { pin: { enabled: true } });
    const listing = { seller: { phone: `${phones}03` }, expires_in_seconds: 60 };
    assert.equal((await tenant.api.post('/v1/listings', listing)).status, 201);
    await world.sql(
      `insert into caller_history (tenant_id, caller_index, did_id, released_at)
       select tenant_id, caller_index, did_id, now() from bindings where session_id = $1`,
      [session.id],
    );
    await world.sql(
      `insert into pair_history (tenant_id, caller_a, caller_b, did_a, did_b)
       select a.tenant_id, a.caller_index, b.caller_index, a.did_id, b.did_id
         from bindings a join bindings b on b.tenant_id = a.tenant_id and b.session_id = a.session_id and b.side = 'b'
        where a.session_id = $1 and a.side = 'a'`,
      [session.id],
    );
    await world.sql(
      `insert into calls (tenant_id, id, livemode, provider_account_id, provider_call_id, did_id, session_id, decision,
                          reason, trace, status)
       select tenant_id, 'call_' || md5(id), livemode, provider_account_id, id, id, $2, 'bridge', 'live_binding', '[]',
              'ringing' from dids where tenant_id = $1`,
      [tenant.id, session.id],
    );
    await addCallRows(world, tenant);
    assert.equal((await tenant.api.post('/v1/blocks', { phone: `${phones}01` })).status, 201);
    const policy = await tenant.api.put('/v1/out_of_session_policies', { action: 'announce' });
    assert.equal(policy.status, 200, policy.text);
    await furnishUsage(world, tenant);
    await keepProvisioning(world, tenant.id);
    const hook = await newEndpoint(tenant, { url: 'http://127.0.0.1:1/' });
    const since = new Date(Date.now() - 60_000).toISOString();
    await tenant.api.post(`/v1/webhook_endpoints/${hook.id}/replay`, { since });
    await tenant.api.post(`/v1/webhook_endpoints/${hook.id}/test`);
    await tenant.api.get('/v1/events'); // publishes
    const [delivery] = await deliveriesOf(tenant, hook);
    await world.sql(
      `insert into webhook_attempts (tenant_id, delivery_id, number, at, duration_ms, status)
       values ($1, $2, 1, now(), 1, 204)`,
      [tenant.id, delivery.id],
    );
    return tenant;
  }

  /** In a transaction of its own that is undone, as the service: acting for this tenant, or for nobody. */
  async function actingFor<T>(tenant: Tenant | null, work: () => Promise<T>): Promise<T> {
    await app.query('begin');
    try {
      if (tenant !== null) await app.query(`select set_config('app.tenant_id', $1, true)`, [tenant.id]);
      return await work();
    } finally {
      await app.query('rollback');
    }
  }

  const countOf = async (table: string, tenant: Tenant): Promise<number> => {
    const where = `${ownerColumn(table)} = $1`;
    const [row] = await world.sql<{ n: number }>(
      `select count(*)::integer as n from ${table} where ${where}`,
      [tenant.id],
    );
    return row?.n ?? 0;
  };

  it('is tried on rows of two tenants in every table', async () => {
    for (const table of tenantTables) {
      for (const tenant of [a, b])
        assert.ok((await countOf(table, tenant)) > 0, `${table} has no row to try`);
    }
  });

  it('without a tenant no row of any tenant is seen', async () => {
    for (const table of tenantTables) {
      const { rows } = await actingFor(null, () =>
        app.query(`select * from ${table} where ${ownerColumn(table)} is not null`),
      );
      assert.deepEqual(rows, [], table);
    }
  });

  it('a tenant sees all rows of its own and none of another', async () => {
    for (const table of tenantTables) {
      const column = ownerColumn(table);
      const { rows } = await actingFor(a, () =>
        app.query(`select ${column} as owner from ${table} where ${column} is not null`),
      );
      assert.equal(rows.length, await countOf(table, a), table);
      assert.ok(
        rows.every(({ owner }) => owner === a.id),
        table,
      );
    }
  });

  it('when its transaction is over, the connection sees nothing again', async () => {
    await actingFor(a, () => app.query('select 1'));
    const { rows } = await app.query('select id from sessions');
    assert.deepEqual(rows, []);
  });

  it('a tenant cannot insert a row of another', async () => {
    for (const table of tenantTables) {
      const [row] = await world.sql<{ row: unknown }>(
        `select to_jsonb(t) as row from ${table} t where ${ownerColumn(table)} = $1 limit 1`,
        [b.id],
      );
      const insert = actingFor(a, () =>
        app.query(`insert into ${table} select * from jsonb_populate_record(null::${table}, $1)`, [row?.row]),
      );
      await assert.rejects(insert, /violates row-level security policy/, table);
    }
  });

  it('a tenant cannot hand a row of its own to another', async () => {
    for (const table of tenantTables) {
      const column = ownerColumn(table);
      const give = actingFor(a, () =>
        app.query(`update ${table} set ${column} = $2 where ${column} = $1`, [a.id, b.id]),
      );
      // Some tables are only ever appended to: there the right to update is missing altogether.
      await assert.rejects(give, /violates row-level security policy|permission denied/, table);
    }
  });

  it('a tenant can neither change nor delete a row of another', async () => {
    for (const table of tenantTables) {
      const column = ownerColumn(table);
      for (const start of [`update ${table} set ${column} = ${column}`, `delete from ${table}`]) {
        const reached = await actingFor(a, async () => {
          const result = await app.query(`${start} where ${column} = $1`, [b.id]);
          return result.rowCount;
        }).catch((error: Error) => (/permission denied/.test(error.message) ? 0 : error.message));
        assert.equal(reached, 0, start);
      }
    }
  });
});

describe('migrations', () => {
  const names: string[] = [];

  async function emptyDatabase(): Promise<string> {
    const name = `m_${randomBytes(6).toString('hex')}`;
    await world.sql(`create database ${name} owner maskplane_owner`);
    names.push(name);
    const url = new URL(world.databaseUrl);
    url.pathname = `/${name}`;
    return url.href;
  }
  after(async () => {
    for (const name of names) await world.sql(`drop database if exists ${name} with (force)`);
  });

  async function query(url: string, text: string): Promise<any[]> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  }

  /** Everything that the migrations have made here, in words. */
  const contents = (url: string) =>
    query(
      url,
      `select 'column' as kind, format('%s %s %s %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
              a.attnotnull, c.relacl) as what
         from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
        where c.relnamespace = 'public'::regnamespace and c.relname not like 'schema_migrations%'
       union all select 'constraint', format('%s %s', conrelid::regclass, pg_get_constraintdef(oid)) from pg_constraint
        where connamespace = 'public'::regnamespace and conrelid::regclass::text not like 'schema_migrations%'
       union all select 'policy', format('%s %s %s %s', tablename, cmd, qual, with_check) from pg_policies
       union all select 'function', pg_get_functiondef(oid) || proacl::text from pg_proc
        where pronamespace = 'public'::regnamespace
       union all select 'type', typname from pg_type where typnamespace = 'public'::regnamespace and typtype in ('d', 'e')
       order by 1, 2`,
    );

  it('each has a way back: nothing is left, and the same is there when they run again', async () => {
    const url = await emptyDatabase();
    await migrate(url);
    const first = await contents(url);
    assert.ok(first.length > 100);
    await unmigrate(url);
    assert.deepEqual(await contents(url), []);
    await migrate(url);
    assert.deepEqual(await contents(url), first);
    assert.deepEqual(await pendingMigrations(url), []);
  });

  it('two processes that migrate at once both succeed', async () => {
    const url = await emptyDatabase();
    await Promise.all([migrate(url), migrate(url), migrate(url)]);
    assert.deepEqual(await pendingMigrations(url), []);
    const [row] = await query(url, 'select count(*) = count(distinct name) as once from schema_migrations');
    assert.deepEqual(row, { once: true });
  });

  it('a lock that a killed process left behind holds up nobody', async () => {
    const url = await emptyDatabase();
    await migrate(url);
    await unmigrate(url);
    await query(url, 'update schema_migrations_lock set is_locked = 1');
    await migrate(url);
    assert.deepEqual(await pendingMigrations(url), []);
  });

  it('running them again on a migrated database changes nothing', async () => {
    const url = await emptyDatabase();
    await migrate(url);
    const before = await contents(url);
    await migrate(url);
    assert.deepEqual(await contents(url), before);
  });
});
