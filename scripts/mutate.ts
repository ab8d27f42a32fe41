/**
 * Takes away one guard of an invariant after the other, in a copy of the tree, and expects the tests to fail each time: a
 * guard whose loss no test notices might as well not be there. Ends with 1 when a mutant survives.
 *
 *   npm run mutate [-- word ...]     all guards, or those with one of these words in their name
 */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { everyGuard } from './mutations/every-guard.ts';
import { AnchorLost, type Mutation, mutated } from './mutations/mutation.ts';

const root = join(import.meta.dirname, '..');
/** Neither is part of the program, and node_modules is linked. */
const leftOut = new Set(['node_modules', '.git', 'dist', '.maskplane']);

type Outcome = { passed: boolean; failed: string[]; output: string };

process.exitCode = await main(process.argv.slice(2));

async function main(words: string[]): Promise<number> {
  const chosen = everyGuard.filter(
    ({ guard }) => words.length === 0 || words.some((word) => guard.includes(word)),
  );
  if (chosen.length === 0) return fail(`No guard has ${words.join(' or ')} in its name.`);
  const copy = copyTree();
  process.on('exit', () => rmSync(copy, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));
  const read = (file: string) => readFileSync(join(copy, file), 'utf8');
  // All of them first: a list that does not fit the source is found in a second.
  const lost = chosen.flatMap((mutation) => anchorsLost(mutation, read));
  if (lost.length > 0) return fail(lost.join('\n\n'));

  const tests = [...new Set(chosen.flatMap((mutation) => mutation.tests))].sort();
  console.log(`With every guard in place, ${tests.length} files of tests must pass.`);
  const whole = await runTests(copy, tests);
  if (!whole.passed)
    return fail(`${whole.output}\nThey fail with every guard in place: nothing can be proved.`);

  const survivors: Mutation[] = [];
  for (const mutation of chosen) {
    const outcome = await withoutGuard(copy, mutation, read);
    report(mutation, outcome);
    if (outcome.failed.length > 0) continue;
    survivors.push(mutation);
    if (!outcome.passed) console.log(`${outcome.output}\nNo test failed, the run itself did.`);
  }
  const killed = chosen.length - survivors.length;
  console.log(`\n${killed} of ${chosen.length} guards are noticed when they are gone.`);
  for (const { guard } of survivors) console.log(`NOT NOTICED: ${guard}`);
  return survivors.length === 0 ? 0 : 1;
}

function anchorsLost(mutation: Mutation, read: (file: string) => string): string[] {
  try {
    mutated(mutation, read);
    return [];
  } catch (error) {
    if (error instanceof AnchorLost) return [error.message];
    throw error;
  }
}

async function withoutGuard(
  copy: string,
  mutation: Mutation,
  read: (file: string) => string,
): Promise<Outcome> {
  const before = new Map(mutation.edits.map(({ file }) => [file, read(file)]));
  try {
    for (const { file, source } of mutated(mutation, read)) writeFileSync(join(copy, file), source);
    return await runTests(copy, mutation.tests);
  } finally {
    for (const [file, source] of before) writeFileSync(join(copy, file), source);
  }
}

function report({ guard, edits, tests }: Mutation, { failed }: Outcome): void {
  console.log(`\n${failed.length > 0 ? 'noticed' : 'SURVIVED'} | ${guard}`);
  console.log(`  without: ${[...new Set(edits.map(({ file }) => file))].join(', ')}`);
  for (const name of failed.slice(0, 3)) console.log(`  failed:  ${name}`);
  if (failed.length > 3) console.log(`           and ${failed.length - 3} more`);
  if (failed.length === 0) console.log(`  passed:  ${tests.join(', ')}`);
}

function copyTree(): string {
  const copy = mkdtempSync(join(tmpdir(), 'maskplane-mutants-'));
  chmodSync(copy, 0o711);
  for (const name of readdirSync(root)) {
    if (!leftOut.has(name)) cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

function runTests(copy: string, tests: readonly string[]): Promise<Outcome> {
  return new Promise((done, broken) => {
    const run = spawn(process.execPath, ['--import', 'tsx', 'scripts/test.ts', ...tests], {
      cwd: copy,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [run.stdout, run.stderr]) {
      stream.on('data', (chunk) => {
        output += String(chunk);
      });
    }
    run.once('error', broken);
    run.once('exit', (code) => done({ passed: code === 0, failed: failedIn(output), output }));
  });
}

/** The names of failed tests, innermost only: a suite fails because a test of it did. */
function failedIn(output: string): string[] {
  const [, list = ''] = output.split('✖ failing tests:');
  return [...list.matchAll(/^✖ (.*?)(?: \([\d.]+ms\))?$/gm)].map(([, name = '']) => name);
}

function fail(why: string): number {
  console.error(why);
  return 1;
}
