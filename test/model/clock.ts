import pg from 'pg';

/**
 * Gives a database a clock of its own. Postgres' now() decides everything in the service, and this puts another now() before
 * it in the search path: what says now() without a schema gets the model's time. SQL that asks the time in another way would
 * go past it; a test looks for that.
 */
export async function installClock(adminUrl: string, database: string): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    await admin.query(`
      create schema clock;
      create unlogged table clock.hand (at timestamptz not null);
      insert into clock.hand values (pg_catalog.now());
      create function clock.now() returns timestamptz language sql stable as 'select at from clock.hand';
      create function clock.clock_timestamp() returns timestamptz language sql volatile as 'select at from clock.hand';
      grant usage on schema clock to maskplane_app;
      grant select on clock.hand to maskplane_app;
      alter database ${database} set search_path = clock, pg_catalog, public;
      -- Ties are broken by the plan: it must not depend on how often a statement ran, on when somebody last counted rows, or
      -- on hashes of random ids. Of tables this small an index finds everything at once, and planning costs more than running.
      alter database ${database} set plan_cache_mode = force_generic_plan;
      alter database ${database} set enable_hashagg = off;
      alter database ${database} set enable_hashjoin = off;
      alter database ${database} set enable_mergejoin = off;
    `);
    // Defaults were resolved when their tables were made, so they still mean Postgres' own now().
    const { rows } = await admin.query<{ statement: string }>(
      `select format('alter table %I.%I alter column %I set default clock.now()',
                     table_schema, table_name, column_name) as statement
         from information_schema.columns where table_schema = 'public' and column_default ~ '^(pg_catalog\\.)?(now|clock_timestamp)\\(\\)$'
       union all
       select format('alter table %I.%I set (autovacuum_enabled = false)', table_schema, table_name)
         from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
    );
    for (const { statement } of rows) await admin.query(statement);
  } finally {
    await admin.end();
  }
}
