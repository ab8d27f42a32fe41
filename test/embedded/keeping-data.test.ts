import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Embedded } from '../../src/embedded/embedded.ts';
import { makeEmbeddedFolder } from '../support/embedded-folder.ts';

const folder = makeEmbeddedFolder();
const made: string[] = [];
const number = '+4915112345678';
let embedded: Embedded;

before(async () => {
  embedded = await folder.start({ durable: true, log: (line) => made.push(line) });
});
after(() => folder.remove());

async function ask(url: string | null, sql: string, values: unknown[] = []): Promise<pg.QueryResultRow[]> {
  const client = new pg.Client({ connectionString: url ?? '' });
  await client.connect();
  try {
    return (await client.query(sql, values)).rows;
  } finally {
    await client.end();
  }
}

describe('a first start', () => {
  it('makes a database that the owner role owns and may extend', async () => {
    const sql = `select current_user::text as "user", current_database()::text as database,
      pg_get_userbyid(datdba)::text as owner, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole
      from pg_database, pg_roles where datname = current_database() and rolname = current_user`;
    assert.deepEqual(await ask(embedded.databaseUrl, sql), [
      {
        user: 'maskplane_owner',
        database: 'maskplane',
        owner: 'maskplane_owner',
        rolsuper: false,
        rolbypassrls: false,
        rolcreatedb: false,
        rolcreaterole: false,
      },
    ]);
    await ask(embedded.databaseUrl, 'create extension btree_gist');
  });

  it('makes an app role that cannot log in nor pass row-level security, and that the owner can take on', async () => {
    const sql = `select rolcanlogin, rolsuper, rolbypassrls from pg_roles where rolname = 'maskplane_app'`;
    const attributes = { rolcanlogin: false, rolsuper: false, rolbypassrls: false };
    assert.deepEqual(await ask(embedded.adminUrl, sql), [attributes]);
    await ask(embedded.databaseUrl, 'set role maskplane_app');
  });

  it('orders text alike on every machine, in UTF-8, and keeps time in UTC', async () => {
    const sql = `select datlocprovider, datlocale, pg_encoding_to_char(encoding)::text as encoding,
      current_setting('timezone') as timezone from pg_database where datname = current_database()`;
    const expected = { datlocprovider: 'b', datlocale: 'C.UTF-8', encoding: 'UTF8', timezone: 'UTC' };
    assert.deepEqual(await ask(embedded.databaseUrl, sql), [expected]);
  });

  it('listens on no port, only on sockets in folders that nobody else enters', async () => {
    assert.deepEqual(await ask(embedded.adminUrl, 'show listen_addresses'), [{ listen_addresses: '' }]);
    const postgresFolder = new URL(embedded.databaseUrl ?? '').searchParams.get('host') ?? '';
    const redisSocket = new URL(embedded.redisUrl ?? '').searchParams.get('path') ?? '';
    for (const path of [postgresFolder, dirname(redisSocket)])
      assert.equal(statSync(path).mode & 0o777, 0o700, path);
  });

  it('keeps what is committed, and refuses rather than forgets when Redis is full', async () => {
    const sql = `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit`;
    assert.deepEqual(await ask(embedded.databaseUrl, sql), [{ fsync: 'on', commit: 'on' }]);
    const redis = new Redis(embedded.redisUrl ?? '');
    assert.deepEqual(await redis.config('GET', 'appendonly'), ['appendonly', 'yes']);
    assert.deepEqual(await redis.config('GET', 'maxmemory-policy'), ['maxmemory-policy', 'noeviction']);
    redis.disconnect();
  });
});

describe('the Postgres log', () => {
  it('never holds a value, whichever way a statement fails', async () => {
    await ask(embedded.databaseUrl, 'create table numbers (number text primary key)');
    await ask(embedded.databaseUrl, 'insert into numbers values ($1)', [number]);
    const failing: [string, unknown[]][] = [
      ['insert into numbers values ($1)', [number]],
      [`insert into numbers values ('${number}')`, []],
      [`select '${number}'::boolean`, []],
      ['select $1::int', [`${number}${number}`]],
      [`selec '${number}'`, []],
    ];
    for (const [sql, values] of failing) await assert.rejects(ask(embedded.databaseUrl, sql, values));
    const log = readFileSync(join(folder.dataDir, 'postgres.log'), 'utf8');
    assert.match(log, /ready to accept connections/);
    assert.doesNotMatch(log, /4915112345678/);
  });
});

describe('a second start', () => {
  it('finds the data of the first in both', async () => {
    await ask(embedded.databaseUrl, 'create table kept as select 42 as answer');
    const first = new Redis(embedded.redisUrl ?? '');
    await first.set('kept', 'yes');
    await first.quit();
    await embedded.stop();

    embedded = await folder.start({ durable: true, log: (line) => made.push(line) });
    assert.deepEqual(await ask(embedded.databaseUrl, 'select answer from kept'), [{ answer: 42 }]);
    const second = new Redis(embedded.redisUrl ?? '');
    assert.equal(await second.get('kept'), 'yes');
    await second.quit();
  });

  it('repairs what a crash in the middle of the first left undone', async () => {
    await ask(embedded.adminUrl, 'drop database maskplane');
    await ask(embedded.adminUrl, 'revoke maskplane_app from maskplane_owner');
    await ask(embedded.adminUrl, 'drop role maskplane_app');
    await ask(embedded.adminUrl, 'alter role maskplane_owner bypassrls');
    await embedded.stop();
    embedded = await folder.start({ redis: false });
    await ask(embedded.databaseUrl, 'set role maskplane_app');
    const sql = 'select rolbypassrls from pg_roles where rolname = current_user';
    assert.deepEqual(await ask(embedded.databaseUrl, sql), [{ rolbypassrls: false }]);
  });
});
