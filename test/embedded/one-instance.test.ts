import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import pg from 'pg';
import { StartFault } from '../../src/kernel/start-fault.ts';
import { type ChildScript, runScript } from '../support/child-script.ts';
import { type EmbeddedFolder, isRunning, makeEmbeddedFolder, until } from '../support/embedded-folder.ts';

const folders: EmbeddedFolder[] = [];
const scripts: ChildScript[] = [];

function newFolder(): EmbeddedFolder {
  const folder = makeEmbeddedFolder();
  folders.push(folder);
  return folder;
}

function script(name: string, dataDir: string): ChildScript {
  const started = runScript(name, [dataDir]);
  scripts.push(started);
  return started;
}

afterEach(async () => {
  for (const { process } of scripts.splice(0)) process.kill('SIGKILL');
  for (const folder of folders.splice(0)) await folder.remove();
});

describe('a data folder', () => {
  it('has one Maskplane at a time, and the second is told which one', async () => {
    const folder = newFolder();
    const first = await folder.start({ postgres: false });
    await assert.rejects(folder.start(), (error) => {
      assert.ok(error instanceof StartFault);
      assert.equal(
        error.message,
        `Another Maskplane (pid ${process.pid}) is already running on ${folder.dataDir}.`,
      );
      return true;
    });
    await first.stop();
    await folder.start({ postgres: false });
  });

  it('goes to exactly one of several that find a stale lock at the same moment', async () => {
    const { dataDir } = newFolder();
    mkdirSync(dataDir);
    // A pid that is in use, by a process that began at another time: after a reboot pids are given again.
    writeFileSync(join(dataDir, 'maskplane.lock'), JSON.stringify({ pid: process.pid, began: 'long ago' }));
    const contenders = Array.from({ length: 4 }, () => script('hold-lock.ts', dataDir));
    for (const one of contenders) assert.equal(await one.nextLine(), 'ready');
    for (const one of contenders) one.process.stdin.write('go\n');
    const answers = await Promise.all(contenders.map((one) => one.nextLine()));
    assert.equal(answers.filter((answer) => answer === 'got it').length, 1, answers.join('\n'));
    assert.equal(answers.filter((answer) => answer.startsWith('Another Maskplane')).length, 3);
  });
});

describe('after kill -9 of Maskplane', () => {
  it('the next start stops the servers left behind and finds all that was committed', async () => {
    const folder = newFolder();
    const holder = script('hold-embedded.ts', folder.dataDir);
    const { databaseUrl, redisUrl } = JSON.parse(await holder.nextLine()) as Record<string, string>;
    const client = new pg.Client({ connectionString: databaseUrl });
    client.on('error', () => {});
    await client.connect();
    await client.query('create table kept as select 42 as answer');
    const left = folder.pids();
    holder.process.kill('SIGKILL');
    await holder.ended;
    assert.ok(isRunning(left.postgres) && isRunning(left.redis), 'the servers outlive kill -9');

    const embedded = await folder.start();
    assert.ok(
      !isRunning(left.postgres) && !isRunning(left.redis),
      'the servers of the killed one are stopped',
    );
    const again = new pg.Client({ connectionString: embedded.databaseUrl ?? '' });
    await again.connect();
    assert.deepEqual((await again.query('select answer from kept')).rows, [{ answer: 42 }]);
    await again.end();
    await client.end();
    const oldSocket = new URL(redisUrl ?? '').searchParams.get('path') ?? '';
    assert.ok(!existsSync(dirname(oldSocket)), 'the folder of its socket is gone');
  });
});

describe('servers', () => {
  it('end with a Maskplane that exits without stopping them', async () => {
    const folder = newFolder();
    const holder = script('hold-embedded.ts', folder.dataDir);
    await holder.nextLine();
    const { postgres, redis } = folder.pids();
    holder.process.kill('SIGTERM');
    await holder.ended;
    await until('both have ended', () => !isRunning(postgres) && !isRunning(redis));
  });

  it('are stopped all and leave no file behind that a running one needs', async () => {
    const folder = newFolder();
    const embedded = await folder.start();
    const { postgres, redis } = folder.pids();
    await Promise.all([embedded.stop(), embedded.stop()]);
    assert.ok(!isRunning(postgres) && !isRunning(redis));
    for (const name of ['maskplane.lock', 'postgres.socket', 'redis.socket', 'redis.pid']) {
      assert.ok(!existsSync(join(folder.dataDir, name)), name);
    }
    assert.ok(!existsSync(new URL(embedded.databaseUrl ?? '').searchParams.get('host') ?? '/'));
  });

  it('do not get the Ctrl-C of the terminal: each leads a process group of its own', async () => {
    const folder = newFolder();
    await folder.start();
    // Signal 0 only asks; there is a group of this number if the process leads one.
    for (const pid of Object.values(folder.pids())) assert.doesNotThrow(() => process.kill(-pid, 0));
  });
});
