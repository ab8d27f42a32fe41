import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, test } from 'node:test';
import { type Exception, type Tree, violationsOf, withoutExceptions } from '../support/house-rules.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** Where a rule is broken for a good reason. */
const exceptions: Exception[] = [
  {
    file: 'src/embedded/postgres-roles.ts',
    text: 'has SQL outside a store',
    why: 'makes the roles and the database that migrations and stores then find',
  },
];

function sources(folders: readonly string[]): Tree {
  const tree = new Map<string, string>();
  for (const folder of folders) {
    for (const entry of readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
      const path = join(entry.parentPath, entry.name);
      tree.set(relative(ROOT, path), readFileSync(path, 'utf8'));
    }
  }
  return tree;
}

describe('the house', () => {
  const violations = violationsOf(sources(['src', 'test', 'scripts', 'bench']));
  const left = withoutExceptions(violations, exceptions);

  test('no file breaks a rule: imports, cycles, lengths, names, SQL, Redis keys, environment', () => {
    const lines = left.violations.map(({ file, line, text }) => `${file}:${line} ${text}`);
    assert.deepEqual(lines, []);
  });

  test('every exception is still needed', () => {
    assert.deepEqual(left.unused, []);
  });
});

/** What the checker says of these files; the files that they import are there, and empty unless given. */
function saidOf(files: Record<string, string>): string[] {
  const tree = new Map(Object.entries(files));
  for (const [file, source] of Object.entries(files)) {
    for (const [, path = ''] of source.matchAll(/'(\.[^']+\.ts)'/g)) {
      const target = join(file, '..', path);
      if (!tree.has(target)) tree.set(target, '');
    }
  }
  return violationsOf(tree).map(({ file, line, text }) => `${file}:${line} ${text}`);
}

function importing(target: string, from: string, kind: 'value' | 'type' = 'value'): string[] {
  const path = relative(join(from, '..'), target);
  const specifier = path.startsWith('.') ? path : `./${path}`;
  return saidOf({ [from]: `import ${kind === 'type' ? 'type ' : ''}{ x } from '${specifier}';\n` });
}

describe('the checker of imports', () => {
  const sessions = 'src/features/sessions';
  const forbidden: [from: string, target: string][] = [
    ['src/kernel/ids.ts', 'src/db/database.ts'],
    ['src/kernel/ids.ts', 'src/crypto/digest.ts'],
    ['src/crypto/digest.ts', 'src/redis/client.ts'],
    ['src/db/database.ts', 'src/redis/client.ts'],
    ['src/redis/client.ts', 'src/db/database.ts'],
    ['src/outbound/client.ts', 'src/db/database.ts'],
    ['src/outbound/client.ts', 'src/redis/client.ts'],
    ['src/features/events/event-service.ts', 'src/outbound/client.ts'],
    ['src/jobs/runner.ts', `${sessions}/binding-store.ts`],
    ['src/api/router.ts', `${sessions}/session-service.ts`],
    ['src/api/api-key-store.ts', 'src/redis/client.ts'],
    [`${sessions}/pair-choice.ts`, 'src/db/database.ts'],
    [`${sessions}/pair-choice.ts`, `${sessions}/session-store.ts`],
    [`${sessions}/session-store.ts`, 'src/redis/client.ts'],
    [`${sessions}/session-store.ts`, 'src/api/contract.ts'],
    [`${sessions}/session-store.ts`, 'src/features/pool/pool-store.ts'],
    [`${sessions}/session-service.ts`, 'src/db/database.ts'],
    [`${sessions}/session-service.ts`, 'src/redis/pair-locks.ts'],
    [`${sessions}/session-service.ts`, 'src/api/contract.ts'],
    [`${sessions}/session-service.ts`, 'src/features/pool/pool-store.ts'],
    [`${sessions}/session-service.ts`, 'src/features/voice/call-service.ts'],
    [`${sessions}/session-handlers.ts`, `${sessions}/session-store.ts`],
    [`${sessions}/session-handlers.ts`, 'src/db/database.ts'],
    [`${sessions}/session-handlers.ts`, 'src/api/router.ts'],
    ['src/features/usage/rating.ts', `${sessions}/pair-choice.ts`],
    ['src/features/pool/pool-service.ts', `${sessions}/session-service.ts`],
    ['src/container.ts', 'src/main.ts'],
    ['src/container.ts', 'src/app.ts'],
  ];
  for (const [from, target] of forbidden) {
    test(`${from} may not use ${target}`, () => {
      const layer = /may not import/;
      assert.deepEqual(
        importing(target, from).map((line) => layer.test(line) && line.includes(target)),
        [true],
      );
    });
  }

  const allowed: [from: string, target: string, kind: 'value' | 'type'][] = [
    ['src/api/router.ts', 'src/redis/client.ts', 'value'],
    [`${sessions}/session-store.ts`, 'src/db/sqlstate.ts', 'value'],
    [`${sessions}/session-store.ts`, 'src/generated/tables.ts', 'type'],
    [`${sessions}/session-service.ts`, 'src/db/database.ts', 'type'],
    [`${sessions}/session-service.ts`, `${sessions}/session-store.ts`, 'value'],
    [`${sessions}/session-service.ts`, 'src/features/pool/pool-service.ts', 'value'],
    [`${sessions}/session-handlers.ts`, 'src/api/contract.ts', 'value'],
    [`${sessions}/session-handlers.ts`, `${sessions}/session-service.ts`, 'value'],
    [`${sessions}/session-handlers.ts`, `${sessions}/session-store.ts`, 'type'],
    ['src/features/events/event-service.ts', 'src/outbound/client.ts', 'type'],
    ['src/container.ts', 'src/outbound/client.ts', 'value'],
    ['src/container.ts', `${sessions}/session-store.ts`, 'value'],
    ['src/app.ts', `${sessions}/pair-choice.ts`, 'value'],
  ];
  for (const [from, target, kind] of allowed) {
    test(`${from} may use ${kind === 'type' ? 'types of ' : ''}${target}`, () => {
      assert.deepEqual(importing(target, from, kind), []);
    });
  }

  test('re-exports, dynamic imports and types in line are imports too', () => {
    for (const source of [
      `export { x } from '../features/pool/pool-service.ts';`,
      `export * from '../features/pool/pool-service.ts';`,
      `const x = await import('../features/pool/pool-service.ts');`,
      `type X = import('../features/pool/pool-service.ts').X;`,
    ]) {
      assert.equal(saidOf({ 'src/api/router.ts': source }).length, 1, source);
    }
  });

  test('an import in a comment or a string is none', () => {
    const source = `// import { x } from '../features/pool/pool-service.ts';\nconst x = "import '../jobs/runner.ts'";\n`;
    assert.deepEqual(saidOf({ 'src/api/router.ts': source }), []);
  });

  test('src imports nothing outside src, and nothing that is not there', () => {
    assert.match(importing('test/support/world.ts', 'src/app.ts')[0] ?? '', /is not in src/);
    const missing = violationsOf(new Map([['src/app.ts', `import './gone.ts';`]]));
    assert.match(missing[0]?.text ?? '', /is not there/);
  });

  test('a feature that has no place in the order of features is refused', () => {
    assert.match(saidOf({ 'src/features/gossip/gossip.ts': '' })[0] ?? '', /has no place/);
    assert.match(saidOf({ 'src/lib/things.ts': '' })[0] ?? '', /has no place/);
  });

  test('a cycle is found, also one of types only', () => {
    const said = saidOf({
      'src/db/a.ts': `import { b } from './b.ts';`,
      'src/db/b.ts': `import type { C } from './c.ts';`,
      'src/db/c.ts': `export type { A } from './a.ts';`,
    });
    assert.deepEqual(said, [
      'src/db/a.ts:1 is in a cycle: src/db/a.ts -> src/db/b.ts -> src/db/c.ts -> src/db/a.ts',
    ]);
  });

  test('frameworks and drivers are for their layers only', () => {
    const cases = {
      'src/features/pool/pool-store.ts': ['express', 'pg', 'knex', 'ioredis', 'undici'],
      'src/features/pool/pool-service.ts': ['express', 'knex'],
      'src/features/pool/pool-handlers.ts': ['express'],
      'src/kernel/ids.ts': ['ioredis'],
    };
    for (const [file, names] of Object.entries(cases)) {
      for (const name of names)
        assert.equal(saidOf({ [file]: `import x from '${name}';` }).length, 1, `${file} ${name}`);
    }
    assert.deepEqual(saidOf({ 'src/db/database.ts': `import pg from 'pg';` }), []);
  });

  test('the kernel and pure files do no I/O', () => {
    for (const file of ['src/kernel/ids.ts', 'src/features/voice/route.ts']) {
      for (const name of [
        'node:fs',
        'node:fs/promises',
        'fs',
        'node:net',
        'node:http',
        'node:child_process',
      ]) {
        assert.equal(saidOf({ [file]: `import { x } from '${name}';` }).length, 1, `${file} ${name}`);
      }
      assert.equal(saidOf({ [file]: `const x = fetch('https://example.com');` }).length, 1);
      assert.deepEqual(saidOf({ [file]: `import { isIP } from 'node:net';` }), [], 'isIP opens no socket');
      assert.equal(saidOf({ [file]: `import { isIP, connect } from 'node:net';` }).length, 1);
    }
  });
});

describe('the checker of contents', () => {
  const lines = (count: number) => 'x;\n'.repeat(count);

  test('a file may be as long as the limit and no longer', () => {
    for (const [file, most] of Object.entries({
      'src/app.ts': 250,
      'src/container.ts': 149,
      'test/unit/a.test.ts': 400,
    })) {
      assert.deepEqual(saidOf({ [file]: lines(most) }), []);
      assert.deepEqual(saidOf({ [file]: lines(most + 1) }), [`${file}:1 is longer than ${most} lines`]);
    }
    assert.deepEqual(saidOf({ 'src/generated/schema.ts': lines(5_000) }), []);
  });

  test('the environment is read in main.ts only', () => {
    const readings = [
      'process.env.X',
      `process['env'].X`,
      'process?.env.X',
      '(() => { const { env } = process; return env; })()',
    ];
    for (const reading of readings) {
      assert.equal(saidOf({ 'src/app.ts': `const x = ${reading};` }).length, 1, reading);
      assert.deepEqual(saidOf({ 'src/main.ts': `const x = ${reading};` }), []);
    }
    assert.deepEqual(
      saidOf({ 'src/app.ts': '// process.env is read in main.ts\nconst x = { env: 1 };' }),
      [],
    );
  });

  test('SQL is in stores and src/db only, whatever its case and however it is quoted', () => {
    const statements = [
      `'select * from pools'`,
      `'SELECT id FROM pools'`,
      `\`\n  select \${x} from pools\``,
      '`select webhook_find_did($1)`',
      `'insert into pools (id) values ($1)'`,
      `'update pools set name = $1'`,
      `\`update \${table} p set name = $1\``,
      `'delete from pools where id = $1'`,
      `'with gone as (delete from pools returning 1) select 1'`,
      `'drop table pools'`,
      `'set local role maskplane_app'`,
      `'begin'`,
    ];
    for (const statement of statements) {
      const source = `const x = ${statement};`;
      assert.equal(saidOf({ 'src/features/pool/pool-service.ts': source }).length, 1, statement);
      assert.deepEqual(saidOf({ 'src/features/pool/pool-store.ts': source }), []);
      assert.deepEqual(saidOf({ 'src/db/database.ts': source }), []);
    }
  });

  test('a sentence that begins with a word of SQL is no SQL', () => {
    const sentences = [
      'Select a pool first.',
      'Update the tenant.',
      'With one more DID it works.',
      'Set PORT to another one.',
    ];
    for (const sentence of sentences) {
      assert.deepEqual(saidOf({ 'src/features/pool/pool-service.ts': `const x = '${sentence}';` }), []);
    }
  });

  test('keys of Redis are named in redis/keys.ts only', () => {
    const source = `const key = \`mp:{\${tenant}}:lock\`;`;
    assert.equal(saidOf({ 'src/redis/pair-locks.ts': source }).length, 1);
    assert.equal(saidOf({ 'src/api/rate-limit.ts': `const key = 'mp:rate:key';` }).length, 1);
    assert.deepEqual(saidOf({ 'src/redis/keys.ts': source }), []);
  });

  test('names say what a file holds', () => {
    for (const name of ['index', 'util', 'utils', 'helper', 'helpers', 'common']) {
      assert.equal(saidOf({ [`src/api/${name}.ts`]: '' }).length, 1, name);
      assert.equal(saidOf({ [`test/${name}/world.ts`]: '' }).length, 1, name);
    }
  });

  test('src has no default exports', () => {
    for (const source of [
      'export default 1;',
      'export default function x() {}',
      'const x = 1;\nexport { x as default };',
    ]) {
      assert.equal(saidOf({ 'src/app.ts': source }).length, 1, source);
    }
  });
});
