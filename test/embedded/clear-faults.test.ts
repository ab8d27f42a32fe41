import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import pg from 'pg';
import { StartFault } from '../../src/kernel/start-fault.ts';
import {
  crashOf,
  type EmbeddedFolder,
  isRunning,
  makeEmbeddedFolder,
  until,
} from '../support/embedded-folder.ts';

const isRoot = process.getuid?.() === 0;
const folders: EmbeddedFolder[] = [];

function newFolder(): EmbeddedFolder {
  const folder = makeEmbeddedFolder();
  folders.push(folder);
  return folder;
}

/** One sentence, and at most one further line with a log's last words. */
const saying = (sentence: RegExp) => (error: unknown) => {
  assert.ok(error instanceof StartFault, String(error));
  const [first = '', ...rest] = error.message.split('\n');
  assert.match(first, sentence);
  assert.match(first, /\.$/);
  assert.ok(rest.length <= 1, error.message);
  return true;
};

afterEach(async () => {
  for (const folder of folders.splice(0)) await folder.remove();
});

describe('a start is refused in one clear sentence', () => {
  it('when DATA_DIR is a file', async () => {
    const folder = newFolder();
    writeFileSync(folder.dataDir, '');
    await assert.rejects(folder.start(), saying(/^DATA_DIR \(.*\) is a file, not a folder\.$/));
  });

  it('when DATA_DIR cannot be made', async () => {
    // Even root makes no folder there.
    await assert.rejects(
      newFolder().start({ dataDir: '/proc/maskplane/data' }),
      saying(/^DATA_DIR .* cannot be written/),
    );
  });

  it('when DATA_DIR cannot be written', { skip: isRoot && 'root may write everywhere' }, async () => {
    const folder = newFolder();
    mkdirSync(folder.dataDir);
    chmodSync(folder.dataDir, 0o500);
    await assert.rejects(folder.start(), saying(/^DATA_DIR .* cannot be written/));
  });

  it('when something else lies where the cluster should be', async () => {
    const folder = newFolder();
    mkdirSync(join(folder.dataDir, 'postgres'), { recursive: true });
    chmodSync(folder.dataDir, 0o711);
    writeFileSync(join(folder.dataDir, 'postgres', 'letter.txt'), '');
    await assert.rejects(folder.start(), saying(/holds something else than a Postgres database/));
  });

  it('when the cluster is of another Postgres', async () => {
    const folder = newFolder();
    mkdirSync(join(folder.dataDir, 'postgres'), { recursive: true });
    chmodSync(folder.dataDir, 0o711);
    writeFileSync(join(folder.dataDir, 'postgres', 'PG_VERSION'), '14\n');
    await assert.rejects(folder.start(), saying(/was made by Postgres 14/));
  });

  it('when Redis does not start, and then Postgres does not stay behind', async () => {
    const folder = newFolder();
    const first = await folder.start({ redis: false });
    const { pid } = await postgresOf(first.adminUrl);
    await first.stop();
    writeFileSync(join(folder.dataDir, 'redis'), 'not a folder');
    await assert.rejects(folder.start(), saying(/^Redis did not start, see .*redis\.log\.$/));
    await assert.rejects(postgresOf(first.adminUrl));
    assert.ok(!isRunning(pid));
    // The lock is free again.
    await folder.start({ redis: false });
  });
});

describe('a redis-server on the path that does not run', () => {
  it('is passed over', async () => {
    const folder = newFolder();
    const bin = join(folder.dataDir, '..', 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'redis-server'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const embedded = await folder.start({ postgres: false, path: `${bin}:${process.env.PATH}` });
    assert.ok(embedded.redisUrl);
  });
});

describe('a server that ends while Maskplane runs', () => {
  for (const name of ['postgres', 'redis'] as const) {
    it(`is reported in one sentence: ${name}`, async () => {
      const folder = newFolder();
      const embedded = await folder.start();
      process.kill(folder.pids()[name], 'SIGKILL');
      const fault = await crashOf(embedded);
      saying(/^(Postgres|Redis) has ended unexpectedly \(signal SIGKILL\), see .*\.log\.$/)(fault);
      const left = folder.pids();
      await embedded.stop();
      assert.ok(!isRunning(left.postgres) && !isRunning(left.redis));
    });
  }

  it('is not reported when it was stopped', async () => {
    const embedded = await newFolder().start({ postgres: false });
    await embedded.stop();
    const nothing = new Promise((resolve) => setImmediate(resolve, 'nothing'));
    assert.equal(await Promise.race([embedded.crashed, nothing]), 'nothing');
  });

  it('leaves no computing backend in the way of the next start', async () => {
    const folder = newFolder();
    const embedded = await folder.start({ redis: false });
    const busy = new pg.Client({ connectionString: embedded.databaseUrl ?? '' });
    busy.on('error', () => {});
    await busy.connect();
    const { pid } = await postgresOf(embedded.adminUrl);
    const computing = busy
      .query('select count(*) from generate_series(1, 1000000000)')
      .catch(() => 'broken off');
    await until('it computes', async () => (await postgresOf(embedded.adminUrl)).computing === 1);
    process.kill(pid, 'SIGKILL');
    await crashOf(embedded);
    await embedded.stop();
    assert.equal(await computing, 'broken off');
    await folder.start({ redis: false });
  });
});

type PostgresFacts = { pid: number; computing: number };

async function postgresOf(adminUrl: string | null): Promise<PostgresFacts> {
  const client = new pg.Client({ connectionString: adminUrl ?? '' });
  await client.connect();
  try {
    const sql = `select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int as pid,
      (select count(*)::int from pg_stat_activity where state = 'active' and query like '%1000000000)') as computing`;
    return (await client.query<PostgresFacts>(sql)).rows[0] ?? { pid: 0, computing: 0 };
  } finally {
    await client.end();
  }
}
