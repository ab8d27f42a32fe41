/** npm run bench -- <name> [options]: runs bench/<name>.ts. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const [name = ''] = process.argv.slice(2);
const file = join(import.meta.dirname, '..', 'bench', `${name}.ts`);
if (!/^[a-z-]+$/.test(name) || !existsSync(file)) {
  console.error(
    'Usage: npm run bench -- allocate [--seconds 5 --rounds 3 --connections 32 --dids 10 --live 0]',
  );
  process.exitCode = 1;
} else {
  await import(file);
}
