import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import pg from 'pg';
import { isUnavailable } from '../../src/db/sqlstate.ts';

const url = process.env.TEST_DATABASE_URL ?? '';

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => assert.fail('it did not fail'),
    (error: unknown) => error,
  );
}

describe('what is worth trying again later', () => {
  it('is a statement that the server does not answer in time', async () => {
    const pool = new pg.Pool({ connectionString: url, query_timeout: 50, pipeline: true });
    pool.on('error', () => {});
    assert.ok(isUnavailable(await failureOf(pool.query('select pg_sleep(1)'))));
    await pool.end();
  });

  it('is a statement that the server stops at its time limit', async () => {
    const client = new pg.Client({ connectionString: url, statement_timeout: 50 });
    await client.connect();
    assert.ok(isUnavailable(await failureOf(client.query('select pg_sleep(1)'))));
    await client.end();
  });

  it('is a connection that is cut while a statement runs', async () => {
    const victim = new pg.Client({ connectionString: url });
    victim.on('error', () => {});
    await victim.connect();
    const { rows } = await victim.query('select pg_backend_pid() as pid');
    const running = failureOf(victim.query('select pg_sleep(10)'));
    const killer = new pg.Client({ connectionString: process.env.TEST_ADMIN_URL ?? '' });
    await killer.connect();
    await killer.query('select pg_terminate_backend($1)', [rows[0].pid]);
    assert.ok(isUnavailable(await running));
    await killer.end();
  });

  it('is a pool with no free connection, and a server that is not there', async () => {
    const full = new pg.Pool({ connectionString: url, max: 1, connectionTimeoutMillis: 50 });
    const held = await full.connect();
    assert.ok(isUnavailable(await failureOf(full.connect())));
    held.release();
    await full.end();
    const nobody = new pg.Client({ connectionString: 'postgres://x@127.0.0.1:1/x' });
    assert.ok(isUnavailable(await failureOf(nobody.connect())));
  });

  it('is no statement that is wrong, and none that a constraint refuses', async () => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    for (const text of ['selec 1', 'select 1/0', 'select * from nowhere']) {
      assert.ok(!isUnavailable(await failureOf(client.query(text))), text);
    }
    await client.end();
  });
});
