import { fileURLToPath } from 'node:url';
import knexModule from 'knex';
import pg from 'pg';

const DIRECTORY = fileURLToPath(new URL('../../migrations', import.meta.url));
/** Any number that nothing else on this server uses for an advisory lock; read as bytes it is "maskplan". */
const MIGRATION_LOCK = '7881707728159924590';
/** A migration that waits longer for a table stops traffic behind itself; it is better run again. */
const LOCK_TIMEOUT = '2s';

/**
 * Brings the schema to this version. Safe to run from several processes at once, and again after kill -9: the guard is an
 * advisory lock, which dies with its connection; knex' own lock is a table row that would survive, so it is cleared.
 * @param databaseUrl of a login that may create tables, and roles unless maskplane_app exists
 */
export async function migrate(databaseUrl: string): Promise<void> {
  const guard = new pg.Client({ connectionString: databaseUrl });
  await guard.connect();
  const knex = knexFor(databaseUrl);
  try {
    await guard.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await knex.migrate.forceFreeMigrationsLock();
    await knex.migrate.latest();
  } finally {
    await knex.destroy();
    await guard.end();
  }
}

/** Names of migrations that this code has and the database has not. */
export async function pendingMigrations(databaseUrl: string): Promise<string[]> {
  const knex = knexFor(databaseUrl);
  try {
    const [, pending] = (await knex.migrate.list()) as [unknown, { file: string }[]];
    return pending.map((migration) => migration.file);
  } finally {
    await knex.destroy();
  }
}

/** Undoes everything; for the test that each migration has a way back. */
export async function unmigrate(databaseUrl: string): Promise<void> {
  const knex = knexFor(databaseUrl);
  try {
    await knex.migrate.rollback(undefined, true);
  } finally {
    await knex.destroy();
  }
}

function knexFor(databaseUrl: string) {
  return knexModule({
    client: 'pg',
    connection: { connectionString: databaseUrl, options: `-c lock_timeout=${LOCK_TIMEOUT}` },
    pool: { min: 0, max: 1 },
    migrations: { directory: DIRECTORY, loadExtensions: ['.js'], tableName: 'schema_migrations' },
  });
}
