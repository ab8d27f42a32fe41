import { test } from 'node:test';
import { findValkey } from '../support/find-valkey.ts';

const valkey = await findValkey();

if ('missing' in valkey) {
  test('Valkey gives the same guarantees as Redis', { skip: valkey.missing });
} else {
  // Every guarantee of the pair locks once more, word for word: on servers of this program instead of redis-server.
  process.env.TEST_REDIS_BINARY = valkey.file;
  delete process.env.TEST_REDIS_URL;
  await import('./pair-locks.test.ts');
}
