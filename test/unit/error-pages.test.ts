import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { statusOf } from '../../src/api/problems.ts';
import { SPEC_FILE } from '../../src/api/spec.ts';
import { newAjv, rebased } from '../../src/api/validation.ts';
import { catalogue, type ErrorCode } from '../../src/kernel/errors.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const PAGES = join(ROOT, 'docs', 'errors');
const codes = Object.keys(catalogue) as ErrorCode[];

/** Every code that the sources make a failure of. */
function thrownCodes(): Set<string> {
  const found = new Set<string>();
  for (const entry of readdirSync(join(ROOT, 'src'), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
    const source = readFileSync(join(entry.parentPath, entry.name), 'utf8');
    for (const [, code = ''] of source.matchAll(/\b(?:new Failure|invalid)\(\s*'(\w+)'/g)) found.add(code);
  }
  return found;
}

describe('the catalogue of errors', () => {
  test('every code has a page, and every page has a code', () => {
    const pages = readdirSync(PAGES).map((file) => file.replace(/\.md$/, ''));
    assert.deepEqual(pages.sort(), [...codes].sort());
  });

  test('every code is used somewhere', () => {
    const thrown = thrownCodes();
    assert.deepEqual(
      codes.filter((code) => !thrown.has(code)),
      [],
    );
  });
});

const document = parse(readFileSync(SPEC_FILE, 'utf8'));
const ajv = newAjv(false);
ajv.addSchema({ $id: 'spec', $defs: rebased(document.components.schemas) });
const isProblem = ajv.compile(rebased({ $ref: '#/components/schemas/Problem' }));

describe('the page of an error', () => {
  for (const code of codes) {
    test(`${code}: says what it means, when it happens and what to do, with an answer as it is sent`, () => {
      const page = readFileSync(join(PAGES, `${code}.md`), 'utf8');
      const { kind, title } = catalogue[code];
      const status = statusOf[kind];
      assert.ok(page.startsWith(`# ${code}\n\n${status} · ${title}\n\n`), 'its heading');
      const sections = [...page.matchAll(/^## (.+)$/gm)].map(([, name]) => name);
      assert.deepEqual(sections, ['When it happens', 'What to do', 'Example']);
      for (const section of page.split(/^#+ .+$/m).slice(1)) assert.ok(section.trim().length > 20);

      const example = JSON.parse(/^```json\n([\s\S]+?)\n```$/m.exec(page)?.[1] ?? 'null');
      assert.ok(isProblem({ ...example }), ajv.errorsText(isProblem.errors));
      const {
        type,
        detail: _detail,
        request_id: _id,
        errors: _errors,
        saturation: _saturation,
        allocation: _allocation,
        ...rest
      } = example;
      assert.equal(type, `/docs/errors/${code}`);
      assert.deepEqual(rest, { title, status, code });
    });
  }
});
