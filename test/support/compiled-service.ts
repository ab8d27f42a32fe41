import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '..', '..');

/**
 * The service as plain JavaScript, in a folder of its own: its start costs half of what it costs from the sources, and the
 * tests of faults start it very often. Gives the path of main.js; the folder goes with this process.
 */
export function compileService(): string {
  const folder = mkdtempSync(join(tmpdir(), 'maskplane-compiled-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['node_modules', 'migrations', 'docs', 'openapi.yaml', 'package.json']) {
    symlinkSync(join(root, name), join(folder, name));
  }
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const sources = join(root, 'src');
  for (const name of readdirSync(sources, { recursive: true, encoding: 'utf8' })) {
    const target = join(folder, 'dist', name);
    mkdirSync(dirname(target), { recursive: true });
    if (name.endsWith('.lua')) cpSync(join(sources, name), target);
    if (!name.endsWith('.ts')) continue;
    const source = readFileSync(join(sources, name), 'utf8');
    const { outputText } = ts.transpileModule(source, {
      compilerOptions: { ...options, module: ts.ModuleKind.ESNext, noEmit: false },
    });
    writeFileSync(target.replace(/\.ts$/, '.js'), outputText);
  }
  return join(folder, 'dist', 'main.js');
}
