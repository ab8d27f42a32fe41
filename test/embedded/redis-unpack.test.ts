import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { Redis } from 'ioredis';
import { isFit, unpackedIn } from '../../src/embedded/redis-binary.ts';
import { unpackRedis } from '../../src/embedded/redis-unpack.ts';
import { makeEmbeddedFolder, openTemporaryFolder } from '../support/embedded-folder.ts';

const withApt = { skip: !existsSync('/usr/bin/apt-get') && 'there is no apt-get on this system' };
const temporary = openTemporaryFolder();
const folder = makeEmbeddedFolder();

after(async () => {
  await folder.remove();
  rmSync(temporary, { recursive: true, force: true });
});

describe('without a redis-server on the path', withApt, () => {
  it("one is unpacked from the system's packages, whole or not at all", async () => {
    const said: string[] = [];
    const target = join(temporary, 'redis');
    const unpacked = await unpackRedis([target], (line) => said.push(line));
    assert.deepEqual(unpacked, { folder: target, reason: '' });
    assert.ok(await isFit(unpackedIn(target)));
    assert.equal(said.length, 1);
  });

  it('a folder that cannot be written gives way to the next', async () => {
    const target = join(temporary, 'other');
    // Even root makes no folder in /proc.
    const unpacked = await unpackRedis(['/proc/maskplane/redis', target], () => {});
    assert.deepEqual(unpacked, { folder: target, reason: '' });
  });

  it('Maskplane starts with that one', async () => {
    const embedded = await folder.start({ postgres: false, path: '' });
    const redis = new Redis(embedded.redisUrl ?? '');
    assert.equal(await redis.ping(), 'PONG');
    await redis.quit();
  });
});
