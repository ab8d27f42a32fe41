/**
 * Writes what is derived from other files, so that the types in the code cannot drift from the spec and the schema:
 *
 *   src/generated/schema.ts   from openapi.yaml
 *   src/generated/tables.ts   from a database of our own, migrated to the newest version
 *
 *   npm run generate          writes them
 *   npm run check:generated   writes nothing; exits 1 naming each file that differs
 */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';
import pg from 'pg';
import { migrate } from '../src/db/migrate.ts';
import { startEmbedded } from '../src/embedded/embedded.ts';
import { StartFault } from '../src/kernel/start-fault.ts';

const root = join(import.meta.dirname, '..');
const specFile = join(root, 'openapi.yaml');

const headerOf = (source: string) => `// Generated from ${source} by \`npm run generate\`: do not edit.\n\n`;

async function main(args: string[]): Promise<number> {
  const unknown = args.find((arg) => arg !== '--check');
  if (unknown !== undefined) return fail(`Unknown argument ${unknown}: only --check is understood.`);
  try {
    const files = new Map([
      [join(root, 'src', 'generated', 'schema.ts'), await schemaTypes()],
      [join(root, 'src', 'generated', 'tables.ts'), await tableTypes()],
    ]);
    return args.includes('--check') ? check(files) : write(files);
  } catch (error) {
    return fail(error instanceof StartFault ? error.message : error);
  }
}

function write(files: ReadonlyMap<string, string>): number {
  for (const [file, text] of files) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(`Written: ${relative(root, file)}`);
  }
  return 0;
}

function check(files: ReadonlyMap<string, string>): number {
  const stale = [...files].filter(([file, text]) => !existsSync(file) || readFileSync(file, 'utf8') !== text);
  for (const [file] of stale)
    console.error(`${relative(root, file)} is not up to date; run: npm run generate`);
  return stale.length === 0 ? 0 : 1;
}

async function schemaTypes(): Promise<string> {
  const nodes = await openapiTS(pathToFileURL(specFile));
  return headerOf('openapi.yaml') + astToString(nodes);
}

/** Migrates a database of our own in a folder of its own, and reads its catalog. */
async function tableTypes(): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'maskplane-generate-'));
  // As root, Postgres runs as another user, who has to get into the folder.
  chmodSync(dataDir, 0o711);
  try {
    const embedded = await startEmbedded({
      dataDir,
      postgres: true,
      redis: false,
      durable: false,
      log: () => {},
    });
    try {
      const databaseUrl = embedded.databaseUrl ?? '';
      await migrate(databaseUrl);
      return headerOf('the migrations') + (await readColumns(databaseUrl)).map(rowType).join('\n');
    } finally {
      await embedded.stop();
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

type Column = { name: string; type: string; nullable: boolean; checks: string[] };
type Table = { name: string; columns: Column[] };

/** Partitions have the columns of their table, and the tables that record migrations are not ours. */
const COLUMNS = `
  select c.relname as "table", a.attname as name, not a.attnotnull as nullable,
         format_type(case when t.typtype = 'd' then t.typbasetype else t.oid end, null) as type,
         array(select pg_get_constraintdef(k.oid) from pg_constraint k
                where k.conrelid = c.oid and k.contype = 'c' and k.conkey = array[a.attnum]
                order by k.conname) as checks
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid
   where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
     and c.relname not like 'schema_migrations%'
   order by c.relname, a.attnum`;

async function readColumns(databaseUrl: string): Promise<Table[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<Column & { table: string }>(COLUMNS);
    const tables = new Map<string, Column[]>();
    for (const { table, ...column } of rows) tables.set(table, [...(tables.get(table) ?? []), column]);
    return [...tables].map(([name, columns]) => ({ name, columns }));
  } finally {
    await client.end();
  }
}

function rowType({ name, columns }: Table): string {
  const fields = columns.map((column) => {
    const type = literalsOf(column) ?? typeOf(name, column);
    return `  ${column.name}: ${type}${column.nullable ? ' | null' : ''};\n`;
  });
  return `export type ${pascalCase(name)}Row = {\n${fields.join('')}};\n`;
}

/** What the driver gives for a column of this type. */
const types: Readonly<Record<string, string>> = {
  text: 'string',
  uuid: 'string',
  // The driver does not cut 64 bits to a double.
  bigint: 'string',
  numeric: 'string',
  boolean: 'boolean',
  smallint: 'number',
  integer: 'number',
  real: 'number',
  'double precision': 'number',
  bytea: 'Buffer',
  'timestamp with time zone': 'Date',
  jsonb: 'unknown',
};

function typeOf(table: string, column: Column): string {
  const element = column.type.replace(/\[\]$/, '');
  const type = types[element];
  if (type === undefined) throw new Error(`scripts/generate.ts knows no type for ${table}.${column.name}`);
  return element === column.type ? type : `${type}[]`;
}

const literal = `'(?:[^']|'')*'::text`;
const oneLiteral = /^CHECK \(\(\w+ = ('(?:[^']|'')*')::text\)\)$/;
const manyLiterals = new RegExp(
  `^CHECK \\(\\(\\w+ = ANY \\(ARRAY\\[(${literal}(?:, ${literal})*)\\]\\)\\)\\)$`,
);

/** `check (status in ('active', 'ended'))` as Postgres prints it becomes a union; null for any other check. */
function literalsOf(column: Column): string | null {
  if (column.type !== 'text') return null;
  for (const check of column.checks) {
    const list = oneLiteral.exec(check)?.[1] ?? manyLiterals.exec(check)?.[1];
    if (list === undefined) continue;
    const texts = [...list.matchAll(/'((?:[^']|'')*)'/g)].map(([, text = '']) => text.replaceAll("''", "'"));
    return texts.map((text) => `'${text.replaceAll(/['\\]/g, '\\$&')}'`).join(' | ');
  }
  return null;
}

function pascalCase(name: string): string {
  return name
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

function fail(why: unknown): number {
  console.error(why);
  return 1;
}

// Last, since it uses the constants above.
process.exitCode = await main(process.argv.slice(2));
