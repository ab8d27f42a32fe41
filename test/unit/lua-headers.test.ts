import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';

const FOLDER = new URL('../../src/redis/lua/', import.meta.url);
const files = readdirSync(FOLDER);

/** `KEYS: 2` is 2; `KEYS: 2n` is a group of 2 that may come any number of times. */
function declared(header: string, name: string): { count: number; repeated: boolean } {
  const match = new RegExp(`^-- ${name}: (\\d+)(n?)$`, 'm').exec(header);
  assert.ok(match, `the header declares no ${name}`);
  return { count: Number(match[1]), repeated: match[2] === 'n' };
}

/** The numbers in `KEYS[1]`, sorted, each once. */
function numbersOf(text: string, name: string): number[] {
  const found = [...text.matchAll(new RegExp(`\\b${name}\\[(\\d+)\\]`, 'g'))].map((match) =>
    Number(match[1]),
  );
  return [...new Set(found)].sort((a, b) => a - b);
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}

describe('Lua scripts', () => {
  test('there are scripts to check, and nothing else lies beside them', () => {
    assert.ok(files.length > 0);
    assert.deepEqual(
      files.filter((file) => !/^[a-z]+(-[a-z]+)+-(\d|n)\.lua$/.test(file)),
      [],
    );
  });

  for (const file of files) {
    const source = readFileSync(new URL(file, FOLDER), 'utf8');
    const lines = source.split('\n');
    const end = lines.findIndex((line) => !line.startsWith('--'));
    const header = lines.slice(0, end).join('\n');
    const body = lines
      .slice(end)
      .map((line) => line.replace(/--.*$/, ''))
      .join('\n');

    test(`${file} tells its purpose and what it returns`, () => {
      assert.match(header, /^-- Purpose: \S/m);
      assert.match(header, /^-- Returns: \S/m);
    });

    test(`${file} uses exactly the keys that its header and its name declare`, () => {
      const { count, repeated } = declared(header, 'KEYS');
      assert.ok(file.endsWith(repeated ? '-n.lua' : `-${count}.lua`));
      if (repeated) {
        assert.match(body, new RegExp(`#KEYS, ${count} do`), 'it does not walk the keys in such groups');
        assert.deepEqual(numbersOf(body, 'KEYS'), []);
        const used = new Set(body.match(/\bKEYS\[[^\]]+\]/g));
        assert.equal(used.size, count);
      } else {
        assert.deepEqual(numbersOf(header, 'KEYS'), upTo(count));
        assert.deepEqual(numbersOf(body, 'KEYS'), upTo(count));
      }
    });

    test(`${file} uses exactly the arguments that its header declares`, () => {
      const { count } = declared(header, 'ARGV');
      assert.deepEqual(numbersOf(header, 'ARGV'), upTo(count));
      assert.deepEqual(numbersOf(body, 'ARGV'), upTo(count));
      assert.ok(!body.includes('#ARGV'));
    });
  }
});
