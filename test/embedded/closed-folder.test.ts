import assert from 'node:assert/strict';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import pg from 'pg';
import { makeEmbeddedFolder, openTemporaryFolder } from '../support/embedded-folder.ts';

/** Like /root: only its owner gets in, so not the user that Postgres runs as. */
function closedFolder(): string {
  const closed = join(openTemporaryFolder(), 'closed');
  mkdirSync(closed, { mode: 0o700 });
  return closed;
}

const onlyRoot = { skip: process.getuid?.() !== 0 && 'only root runs Postgres as another user' };
const folder = makeEmbeddedFolder(closedFolder());
const other = makeEmbeddedFolder(closedFolder());

after(async () => {
  for (const one of [folder, other]) {
    await one.remove();
    rmSync(dirname(dirname(one.dataDir)), { recursive: true, force: true });
  }
});

describe('as root, a data folder below a closed one', onlyRoot, () => {
  it('has its database outside, with a link to it, and keeps it', async () => {
    const first = await folder.start({ redis: false });
    const named = join(folder.dataDir, 'postgres');
    assert.ok(lstatSync(named).isSymbolicLink());
    const cluster = realpathSync(named);
    assert.match(cluster, /^\/var\/lib\/maskplane\/[0-9a-f]{16}\/postgres$/);
    assert.equal(readFileSync(join(dirname(cluster), 'owner'), 'utf8').trim(), folder.dataDir);
    assert.equal(statSync(cluster).uid, 65534);
    const client = new pg.Client({ connectionString: first.databaseUrl ?? '' });
    await client.connect();
    await client.query('create table kept as select 42 as answer');
    await client.end();
    await first.stop();

    const second = await folder.start({ redis: false });
    const again = new pg.Client({ connectionString: second.databaseUrl ?? '' });
    await again.connect();
    assert.deepEqual((await again.query('select answer from kept')).rows, [{ answer: 42 }]);
    await again.end();
    await second.stop();
  });

  it('opens no folder that was there before', () => {
    assert.equal(statSync(dirname(folder.dataDir)).mode & 0o777, 0o700);
  });

  it('loses its database outside once it was deleted, and no earlier', async () => {
    const outside = dirname(readlinkSync(join(folder.dataDir, 'postgres')));
    const start = async () => (await other.start({ redis: false })).stop();
    await start();
    assert.ok(statSync(outside).isDirectory(), 'it is linked to');

    rmSync(folder.dataDir, { recursive: true });
    await start();
    assert.ok(statSync(outside).isDirectory(), 'its data folder may only be unmounted or moved');

    mkdirSync(folder.dataDir);
    chmodSync(folder.dataDir, 0o711);
    await start();
    assert.equal(statSync(outside, { throwIfNoEntry: false }), undefined);
  });
});
