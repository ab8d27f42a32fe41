import { fileURLToPath } from 'node:url';
import { Logger, runMigrations } from 'graphile-worker';
import { migrations as queueMigrations } from 'graphile-worker/dist/generated/sql.js';
import knexModule from 'knex';
import pg from 'pg';
import { isMissing } from './sqlstate.ts';

const DIRECTORY = fileURLToPath(new URL('../../migrations', import.meta.url));
/** Any number that nothing else on this server uses for an advisory lock; read as bytes it is "maskplan". */
const MIGRATION_LOCK = '7881707728159924590';
/** A migration that waits longer for a table stops traffic behind itself; it is better run again. */
const LOCK_TIMEOUT = '2s';

/** The schema that graphile-worker's own migrations make, and that ours build on. */
export const QUEUE_SCHEMA = 'graphile_worker';

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
    await migrateQueue(databaseUrl);
    await knex.migrate.forceFreeMigrationsLock();
    await knex.migrate.latest();
  } finally {
    await knex.destroy();
    await guard.end();
  }
}

/** Names of migrations that this code has and the database has not: the queue library's, and ours. */
export async function pendingMigrations(databaseUrl: string): Promise<string[]> {
  const knex = knexFor(databaseUrl);
  try {
    const [, pending] = (await knex.migrate.list()) as [unknown, { file: string }[]];
    return [...(await pendingInQueue(databaseUrl)), ...pending.map((migration) => migration.file)];
  } finally {
    await knex.destroy();
  }
}

/** All that the library has ever to migrate is done here, so that a worker needs no right to do it. */
async function migrateQueue(databaseUrl: string): Promise<void> {
  const pgPool = new pg.Pool({
    connectionString: databaseUrl,
    max: 1,
    options: `-c lock_timeout=${LOCK_TIMEOUT}`,
  });
  // The library asks for both; what is lost here fails the query that is under way.
  pgPool.on('error', () => {});
  pgPool.on('connect', (client) => void client.on('error', () => {}));
  try {
    await runMigrations({ pgPool, schema: QUEUE_SCHEMA, logger: new Logger(() => () => {}) });
  } finally {
    await pgPool.end();
  }
}

async function pendingInQueue(databaseUrl: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const done = await client
      .query<{ id: number }>(`select id from ${QUEUE_SCHEMA}.migrations`)
      .then(({ rows }) => new Set(rows.map(({ id }) => id)))
      .catch((error: unknown) => (isMissing(error) ? new Set<number>() : Promise.reject(error)));
    return Object.keys(queueMigrations)
      .filter((file) => !done.has(Number.parseInt(file, 10)))
      .map((file) => `${QUEUE_SCHEMA}/${file}`);
  } finally {
    await client.end();
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
