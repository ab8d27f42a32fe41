/**
 * npm run bench -- <name> [options]: runs bench/<name>.ts and prints, as the last line, one JSON object.
 * Each of these files measures one figure; bench/README.md says how, and which options there are.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { WrongOption } from '../bench/support/options.ts';

const folder = join(import.meta.dirname, '..', 'bench');
const names = readdirSync(folder).flatMap((file) => (file.endsWith('.ts') ? file.slice(0, -3) : []));
const [name = '', ...args] = process.argv.slice(2);

if (!names.includes(name)) {
  console.error(`Usage: npm run bench -- ${names.join('|')} [--option value]; see bench/README.md`);
  process.exitCode = 1;
} else {
  const { bench } = await import(join(folder, `${name}.ts`));
  try {
    console.log(JSON.stringify({ bench: name, ...(await bench(args)) }));
  } catch (error) {
    if (!(error instanceof WrongOption)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
