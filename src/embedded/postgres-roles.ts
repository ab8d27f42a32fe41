import type pg from 'pg';

/** The owner of the database, as whom we log in; and the role whose rows are guarded, which it takes on. */
export const ownerRole = 'maskplane_owner';
const appRole = 'maskplane_app';
export const databaseName = 'maskplane';

/** Each step may already have been done: a crash can come between any two of them. */
export async function ensureRolesAndDatabase(admin: pg.Client): Promise<void> {
  const plain = 'nosuperuser nocreatedb nocreaterole noreplication nobypassrls';
  for (const [role, login] of [
    [ownerRole, 'login'],
    [appRole, 'nologin'],
  ] as const) {
    const exists = await admin.query('select from pg_roles where rolname = $1', [role]);
    await admin.query(`${exists.rowCount === 0 ? 'create' : 'alter'} role ${role} ${login} ${plain}`);
  }
  await admin.query(`grant ${appRole} to ${ownerRole} with inherit true, set true`);
  const database = await admin.query('select from pg_database where datname = $1', [databaseName]);
  if (database.rowCount === 0) await admin.query(`create database ${databaseName} owner ${ownerRole}`);
}
