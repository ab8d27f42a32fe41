import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '..', '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
type Rule = { alert?: string; labels?: { severity: string } };
const { groups } = parse(read('helm/alerts/rules.yaml')) as { groups: { rules: Rule[] }[] };
const alerts = groups.flatMap(({ rules }) => rules).filter(({ alert }) => alert !== undefined);
const names = alerts.map(({ alert }) => alert ?? '').sort();

describe('every alert', () => {
  it('is seen to fire by promtool', () => {
    const tests = readdirSync(join(root, 'test/alerts')).map((file) => read(`test/alerts/${file}`));
    const firing = tests
      .join('\n')
      .split('\n')
      .filter((line) => line.includes('value: 1 }'));
    for (const name of names) {
      assert.ok(
        firing.some((line) => line.includes(`alertname="${name}"`)),
        `nothing makes ${name} fire`,
      );
    }
  });

  it('has a runbook, and there is none of an alert that is gone', () => {
    const headings = [...read('docs/operations.md').matchAll(/^### (Maskplane\w+)$/gm)].map(
      ([, name]) => name,
    );
    assert.deepEqual(headings.sort(), names);
  });

  it('says how urgent it is', () => {
    for (const { alert, labels } of alerts) {
      assert.ok(['page', 'ticket', 'info'].includes(labels?.severity ?? ''), alert);
    }
  });
});
