import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { everyGuard } from '../../scripts/mutations/every-guard.ts';
import { mutated } from '../../scripts/mutations/mutation.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

describe('the list of guards that `npm run mutate` takes away', () => {
  for (const mutation of everyGuard) {
    test(`still fits the source: ${mutation.guard}`, () => {
      for (const { file, source } of mutated(mutation, read)) assert.notEqual(source, read(file));
      for (const file of mutation.tests) assert.ok(existsSync(join(root, file)), `there is no ${file}`);
    });
  }

  test('names no guard twice', () => {
    assert.equal(new Set(everyGuard.map(({ guard }) => guard)).size, everyGuard.length);
  });
});
