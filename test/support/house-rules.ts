import { posix } from 'node:path';
import { factsOf, type Import, type SourceFacts } from './source-facts.ts';

/** Source files by their path from the root. */
export type Tree = ReadonlyMap<string, string>;
export type Violation = { file: string; line: number; text: string };
export type Exception = { file: string; text: string; why: string };

type Layer =
  | 'main'
  | 'app'
  | 'container'
  | 'config'
  | 'start'
  | 'kernel'
  | 'crypto'
  | 'generated'
  | 'db'
  | 'redis'
  | 'embedded'
  | 'outbound'
  | 'api'
  | 'jobs'
  | 'handlers'
  | 'service'
  | 'store'
  | 'pure'
  | 'adapter';
type Place = { layer: Layer; feature: string | null };

/** Files that decide, like a service, without being the service of a noun. */
const partsOfServices = new Map([
  ['src/features/sessions/allocation.ts', 'the part of the session service that finds and claims a pair'],
  [
    'src/features/voice/decision.ts',
    'gathers the facts for the pure rule, for the webhook and the explanation',
  ],
  ['src/features/tenants/key-ring.ts', 'a cache in front of a store: it has a state and a lifetime'],
]);

/**
 * Who may import whom: `values` at run time, `types` only as types. A feature's files are named by whose they are: `own`
 * are of the same feature, `other` of one that `knows` lists.
 */
const mayImport: Record<Layer, { values: readonly string[]; types?: readonly string[] } | 'anything'> = {
  kernel: { values: ['kernel'] },
  crypto: { values: ['kernel', 'crypto'] },
  generated: { values: [] },
  db: { values: ['kernel', 'db'] },
  redis: { values: ['kernel', 'redis'] },
  embedded: { values: ['kernel', 'embedded'] },
  outbound: { values: ['kernel', 'outbound'] },
  config: { values: ['kernel', 'crypto'] },
  start: { values: ['kernel', 'crypto', 'config'] },
  pure: { values: ['kernel', 'crypto', 'own pure', 'other pure'], types: ['generated', 'own store'] },
  // Own stores: for the row types that two tables of a feature share.
  store: { values: ['kernel', 'db', 'own pure'], types: ['generated', 'own store'] },
  // Services pass `Db` on to their stores, and name it for that.
  service: {
    values: ['kernel', 'crypto', 'own store', 'own service', 'own pure', 'other service', 'other pure'],
    types: ['db', 'generated', 'own adapter', 'outbound'],
  },
  // Views are made of rows, so their types may be named; the unit of a call is handed on.
  handlers: {
    values: ['kernel', 'contract', 'own service'],
    types: ['generated', 'db', 'own store', 'own pure', 'other service'],
  },
  adapter: { values: ['kernel', 'own pure', 'own adapter'], types: ['own service', 'outbound'] },
  api: { values: ['kernel', 'crypto', 'db', 'redis', 'api', 'contract', 'own store'], types: ['generated'] },
  // The queue's worker has connections of its own, and its stores beside it: they know the library's tables and no feature.
  jobs: { values: ['kernel', 'jobs', 'db', 'own store'], types: ['outbound'] },
  container: {
    values: [
      ...[
        'kernel',
        'crypto',
        'db',
        'redis',
        'embedded',
        'outbound',
        'api',
        'contract',
        'jobs',
        'config',
        'start',
        'container',
      ],
      ...['other handlers', 'other service', 'other store', 'other pure', 'other adapter'],
    ],
    types: ['generated'],
  },
  app: 'anything',
  main: 'anything',
};

/** Features point one way; a new one has to be given its place here. */
const knows: Record<string, readonly string[]> = {
  tenants: [],
  pool: ['tenants'],
  sessions: ['pool', 'tenants'],
  voice: ['sessions', 'pool', 'tenants', 'vobiz'],
  vobiz: [],
  usage: [],
  // What it asks at the provider, and changes of DIDs, it is handed.
  provisioning: ['tenants', 'pool'],
  events: [],
  'dead-jobs': [],
  // It plays the other side: what it had from ours, it could not find wrong.
  sandbox: [],
};

/** Packages that do I/O, or are a framework, and the layers that they are for. */
const packages: Record<string, readonly Layer[]> = {
  // Adapters: the sandbox serves what it plays.
  express: ['api', 'app', 'container', 'adapter'],
  helmet: ['app'],
  passport: ['api'],
  'passport-http-bearer': ['api'],
  'rate-limiter-flexible': ['api'],
  pg: ['db', 'embedded'],
  knex: ['db'],
  'graphile-worker': ['db', 'jobs'],
  ioredis: ['redis'],
  undici: ['outbound', 'adapter'],
  // The API of OpenTelemetry does nothing by itself, so the kernel may have it; what sends is set up at the start.
  '@opentelemetry': ['kernel', 'start'],
};

const ioModules =
  /^(node:)?(fs|net|http|https|http2|child_process|tls|dns|dgram|cluster|worker_threads)(\/|$)/;
const doIo: readonly Layer[] = [
  'main',
  'app',
  'start',
  'db',
  'redis',
  'embedded',
  'outbound',
  'api',
  'adapter',
];
/** They look at texts and open no socket. */
const pureNames = ['isIP', 'isIPv4', 'isIPv6', 'BlockList'];

const mostLines = { src: 250, container: 149, test: 400 };
const emptyNames = /^(index|utils?|helpers?|common|misc)$/;

/** What a statement begins with; English sentences that begin with the same word do not go on like this. */
const statements = [
  /^\s*select\s+(from\s|\*|\$?\d|[\w.]+\s*\(|[\s\S]*\sfrom\s)/i,
  /^\s*insert\s+into\s/i,
  /^\s*update\s+[\w.$]+(\s+(as\s+)?\w+)?\s+set\s/i,
  /^\s*delete\s+from\s/i,
  /^\s*with\s+(recursive\s+)?\w+(\s*\([^)]*\))?\s+as\s/i,
  /^\s*(create|alter|drop|truncate)\s+(or\s+replace\s+|unique\s+)?(table|index|role|database|function|policy|type|domain|schema|view)\s/i,
  /^\s*grant\s+[\w$, ]+\s(to|on)\s/i,
  /^\s*set\s+(local\s+)?(role\s|[\w.]+\s*=)/i,
  /^\s*(begin|commit|rollback)\s*;?\s*$/i,
];

/** Everything that breaks a rule of the house, in the order of the files. */
export function violationsOf(tree: Tree): Violation[] {
  const facts = new Map([...tree].map(([file, source]) => [file, factsOf(file, source)]));
  const found: Violation[] = [];
  for (const [file, known] of facts) {
    const report = (line: number, text: string) => void found.push({ file, line, text });
    checkNameAndLength(file, known, report);
    if (!file.startsWith('src/')) continue;
    const place = placeOf(file);
    if (place === null) {
      report(1, 'is in a folder that has no place in the table of imports');
      continue;
    }
    for (const edge of known.imports) checkImport(tree, place, edge, (text) => report(edge.line, text));
    checkContent(file, place, known, report);
  }
  for (const cycle of cyclesOf(facts)) {
    found.push({ file: cycle[0] ?? '', line: 1, text: `is in a cycle: ${cycle.join(' -> ')}` });
  }
  return found;
}

/** What is left of the violations, and exceptions that nothing needs any more. */
export function withoutExceptions(violations: readonly Violation[], exceptions: readonly Exception[]) {
  const matches = (violation: Violation, exception: Exception) =>
    violation.file === exception.file && violation.text === exception.text;
  return {
    violations: violations.filter((violation) => !exceptions.some((one) => matches(violation, one))),
    unused: exceptions.filter((exception) => !violations.some((one) => matches(one, exception))),
  };
}

function placeOf(file: string): Place | null {
  const [, folder = '', feature = ''] = file.split('/');
  const name = posix.basename(file, '.ts');
  const role = /-(handlers|service|store)$/.exec(name)?.[1] as Layer | undefined;
  if (folder === 'features') {
    if (!Object.hasOwn(knows, feature)) return null;
    if (partsOfServices.has(file)) return { layer: 'service', feature };
    if (/-(client|adapter)$/.test(name)) return { layer: 'adapter', feature };
    return { layer: role ?? 'pure', feature };
  }
  if (folder.endsWith('.ts')) {
    if (name.startsWith('container-')) return { layer: 'container', feature: null };
    const layer = ['main', 'app', 'container', 'config'].includes(name) ? (name as Layer) : 'start';
    return { layer, feature: null };
  }
  if (!Object.hasOwn(mayImport, folder)) return null;
  return { layer: role === 'store' ? 'store' : (folder as Layer), feature: folder };
}

function checkImport(tree: Tree, from: Place, edge: Import, report: (text: string) => void): void {
  const { target, typesOnly } = edge;
  if (target === null) {
    checkPackage(from, edge, report);
  } else if (!target.startsWith('src/')) {
    report(`imports ${target}, which is not in src`);
  } else if (!tree.has(target)) {
    report(`imports ${target}, which is not there`);
  } else if (!mayTake(from, target, typesOnly)) {
    report(`${from.layer} may not import ${typesOnly ? 'a type of ' : ''}${target}`);
  }
}

function mayTake(from: Place, target: string, typesOnly: boolean): boolean {
  const allowed = mayImport[from.layer];
  const to = placeOf(target);
  if (to === null || allowed === 'anything') return true;
  const kind = kindOf(from, to, target);
  const kinds = typesOnly ? [...allowed.values, ...(allowed.types ?? [])] : allowed.values;
  if (!kinds.includes(kind)) return false;
  if (from.layer === 'container' || !kind.startsWith('other ')) return true;
  return knows[from.feature ?? '']?.includes(to.feature ?? '') === true;
}

function kindOf(from: Place, to: Place, target: string): string {
  // The shapes of calls, replies and pages: all that handlers see of the HTTP side.
  if (/^src\/api\/(contract|pagination)\.ts$/.test(target)) return 'contract';
  if (!['handlers', 'service', 'store', 'pure', 'adapter'].includes(to.layer)) return to.layer;
  return `${from.feature === to.feature ? 'own' : 'other'} ${to.layer}`;
}

function checkPackage(from: Place, edge: Import, report: (text: string) => void): void {
  const name = edge.specifier.split('/')[0] ?? '';
  const layers = Object.hasOwn(packages, name) ? packages[name] : undefined;
  if (layers !== undefined && !layers.includes(from.layer)) report(`${from.layer} may not import ${name}`);
  if (!ioModules.test(edge.specifier) || doIo.includes(from.layer) || edge.typesOnly) return;
  const isPure = edge.names.length > 0 && edge.names.every((imported) => pureNames.includes(imported));
  if (!isPure) report(`${from.layer} may not import ${edge.specifier}`);
}

function checkNameAndLength(
  file: string,
  facts: SourceFacts,
  report: (line: number, text: string) => void,
): void {
  const parts = file.replace(/\.\w+$/, '').split('/');
  if (parts.some((part) => emptyNames.test(part))) report(1, 'has a name that does not say what it holds');
  const isSource = file.startsWith('src/') && !file.startsWith('src/generated/');
  const own = file === 'src/container.ts' ? mostLines.container : isSource ? mostLines.src : null;
  const most = own ?? (file.startsWith('test/') ? mostLines.test : null);
  if (most !== null && facts.lines > most) report(1, `is longer than ${most} lines`);
}

function checkContent(
  file: string,
  { layer }: Place,
  facts: SourceFacts,
  report: (line: number, text: string) => void,
): void {
  if (layer !== 'main') {
    for (const line of facts.readsEnvironment) report(line, 'reads process.env');
  }
  for (const line of facts.defaultExports) report(line, 'has a default export');
  if (['kernel', 'crypto', 'pure', 'store', 'service', 'handlers'].includes(layer)) {
    for (const line of facts.fetches) report(line, `${layer} may not call fetch`);
  }
  for (const { line, text } of facts.texts) {
    if (!['store', 'db'].includes(layer) && statements.some((start) => start.test(text)))
      report(line, 'has SQL outside a store');
    if (file !== 'src/redis/keys.ts' && /(^|[^\w])mp:/.test(text)) report(line, 'names a Redis key');
  }
}

/** Each cycle of imports once, types included: they are read together all the same. */
function cyclesOf(facts: ReadonlyMap<string, SourceFacts>): string[][] {
  const done = new Set<string>();
  const path: string[] = [];
  const cycles: string[][] = [];
  const visit = (file: string): void => {
    const at = path.indexOf(file);
    if (at >= 0) cycles.push([...path.slice(at), file]);
    if (at >= 0 || done.has(file)) return;
    path.push(file);
    for (const { target } of facts.get(file)?.imports ?? []) if (target !== null) visit(target);
    path.pop();
    done.add(file);
  };
  for (const file of facts.keys()) visit(file);
  return cycles;
}
