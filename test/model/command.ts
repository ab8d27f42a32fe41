/**
 * Plays more than a CI run does:
 *
 *   npm run model -- --steps 1000000 [--seed 7]
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const files = ['test/model/given-seeds.test.ts', 'test/model/new-seeds.test.ts'];
const { values } = parseArgs({ options: { steps: { type: 'string' }, seed: { type: 'string' } } });

const env = { ...process.env };
env.MODEL_STEPS = String(Math.ceil(Number(values.steps ?? 1_000_000) / files.length));
if (values.seed !== undefined) env.MODEL_SEED = values.seed;
const run = spawnSync(process.execPath, ['--import', 'tsx', 'scripts/test.ts', ...files], {
  stdio: 'inherit',
  env,
});
process.exitCode = run.status ?? 1;
