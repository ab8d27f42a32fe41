import { type MasterKey, readMasterKey } from './crypto/master-key.ts';
import { type LogLevel, logLevels } from './kernel/logger.ts';
import { type AllowedNetworks, readNetworks } from './kernel/networks.ts';
import { isOperatorKey } from './kernel/tokens.ts';

export const roles = ['all', 'api', 'worker', 'migrate'] as const;
export type Role = (typeof roles)[number];

export type Config = Readonly<{
  role: Role;
  port: number;
  /** The base that Vobiz is given and signs, without a slash at the end. */
  publicUrl: string;
  /** Null: a Postgres of our own is started under dataDir. */
  databaseUrl: string | null;
  /** Login for migrations; the same as databaseUrl unless set. */
  migrationDatabaseUrl: string | null;
  /** One server, or nodes of a cluster with commas between. Null: a Redis of our own is started under dataDir. */
  redisUrl: string | null;
  dataDir: string;
  /** Vobiz' REST interface, without a slash at the end. */
  vobizApiBase: string;
  /** Whether accounts and numbers are set up there. Only where its address is given: a trial on a laptop has nothing to set up. */
  vobizProvisioning: boolean;
  operatorApiKey: string | null;
  /** Null: made at the first start and kept under dataDir. */
  masterKey: MasterKey | null;
  logLevel: LogLevel;
  databaseConnections: number;
  rateLimitPerMinute: number;
  /** Jobs of the queue that a worker does at once. */
  jobConcurrency: number;
  /** Where /metrics is served, apart from the API; null: with the embedded default on `port`, else nowhere. */
  metricsPort: number | null;
  /** How many proxies in front of us may name the client's address. */
  trustedProxies: number;
  /** What tenants' endpoints may lead to beside the public internet. */
  outboundAllowedNetworks: AllowedNetworks;
  /** A collector of OTLP over http, without a slash at the end; null: no spans are made. */
  traceEndpoint: string | null;
  /** How many of a hundred requests are traced. */
  tracePercent: number;
}>;

/** All that is wrong with the environment, one line each. */
export class ConfigFault extends Error {
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(
      `The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults.join('\n')}`,
    );
    this.faults = faults;
  }
}

/** Names that start with our own name are ours: a misspelt one would otherwise be ignored in silence. */
const PREFIX = 'MASKPLANE_';
/** A hundred requests a second: more than the busiest backend needs, less than a loop gone wild makes. */
const PER_MINUTE = 6_000;

/** As documented; another one is for tests, or for a proxy. */
const VOBIZ_API_BASE = 'https://api.vobiz.ai/api/v1';

/** Between the addresses of a cluster; a comma that no address follows may belong to a password. */
const addressBreak = /\s*,\s*(?=\w+:\/\/)/;

/**
 * Reads the environment. Pure but for `readFile`, which serves `<NAME>_FILE` for secrets that are mounted as files.
 * Throws one ConfigFault with every fault; no message repeats a secret.
 */
export function loadConfig(
  env: Readonly<Record<string, string | undefined>>,
  readFile: (path: string) => string,
): Config {
  const faults: string[] = [];
  const fault = (text: string): null => {
    faults.push(`  ${text}`);
    return null;
  };
  const text = (name: string): string | null => (env[name]?.trim() ? (env[name]?.trim() ?? null) : null);
  const secret = (name: string): string | null => {
    const file = text(`${name}_FILE`);
    if (file === null) return text(name);
    if (text(name) !== null) return fault(`${name} and ${name}_FILE are both set; set one of them.`);
    try {
      return readFile(file).trim();
    } catch {
      return fault(`${name}_FILE names a file that cannot be read.`);
    }
  };
  const whole = (name: string, standard: number, least: number, most: number): number => {
    const given = text(name);
    if (given === null) return standard;
    const value = /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN;
    if (value >= least && value <= most) return value;
    fault(`${name} must be a whole number from ${least} to ${most}.`);
    return standard;
  };
  const oneOf = <T extends string>(name: string, values: readonly T[], standard: T): T => {
    const given = text(name);
    const found = values.find((value) => value === given);
    if (given !== null && found === undefined) fault(`${name} must be one of ${values.join(', ')}.`);
    return found ?? standard;
  };
  const url = (name: string, value: string | null, protocols: readonly string[]): string | null => {
    if (value === null) return null;
    if (protocols.some((protocol) => value.startsWith(`${protocol}://`)) && URL.canParse(value)) return value;
    return fault(`${name} must start with ${protocols.map((protocol) => `${protocol}://`).join(' or ')}.`);
  };
  const networks = (name: string): AllowedNetworks => {
    const given = text(name);
    const read = given === null ? [] : readNetworks(given);
    if (read === null) fault(`${name} must be networks like 10.0.0.0/8 with commas between.`);
    return read ?? [];
  };
  const redisUrlOf = (value: string | null): string | null => {
    const addresses = value?.split(addressBreak) ?? [];
    const protocols = addresses.length > 1 ? ['redis', 'rediss'] : ['redis', 'rediss', 'unix'];
    if (addresses.some((one) => url('REDIS_URL', one, protocols) === null)) return null;
    const wrong = wrongWithNodes(addresses.map((one) => new URL(one)));
    return wrong === null ? value : fault(`REDIS_URL ${wrong}`);
  };

  for (const name of Object.keys(env)) {
    if (name.startsWith(PREFIX)) fault(`${name} is not a variable of this version.`);
  }
  const port = whole('PORT', 3000, 1, 65_535);
  const databaseUrl = url('DATABASE_URL', secret('DATABASE_URL'), ['postgres', 'postgresql']);
  const masterKeyText = secret('MASTER_KEY');
  const masterKey = masterKeyText === null ? null : readMasterKey(masterKeyText);
  if (masterKeyText !== null && masterKey === null) fault('MASTER_KEY must be 32 bytes in base64 or hex.');
  if (masterKeyText === null && databaseUrl !== null) {
    fault('MASTER_KEY is required with DATABASE_URL; make one with: openssl rand -base64 32');
  }
  const operatorApiKey = secret('OPERATOR_API_KEY');
  if (operatorApiKey !== null && !isOperatorKey(operatorApiKey)) {
    fault('OPERATOR_API_KEY must be mp_op_ and at least 32 letters, digits, - or _.');
  }
  const role = oneOf('ROLE', roles, 'all');
  if (role !== 'all' && databaseUrl === null)
    fault(`ROLE=${role} needs DATABASE_URL; only ROLE=all starts its own.`);
  const config: Config = {
    role,
    port,
    publicUrl: publicUrlOf(url('PUBLIC_URL', text('PUBLIC_URL'), ['https', 'http']), port, fault),
    databaseUrl,
    migrationDatabaseUrl: url('MIGRATION_DATABASE_URL', secret('MIGRATION_DATABASE_URL'), [
      'postgres',
      'postgresql',
    ]),
    redisUrl: redisUrlOf(secret('REDIS_URL')),
    dataDir: text('DATA_DIR') ?? '.maskplane',
    vobizApiBase: (
      url('VOBIZ_API_BASE', text('VOBIZ_API_BASE'), ['https', 'http']) ?? VOBIZ_API_BASE
    ).replace(/\/+$/, ''),
    vobizProvisioning: text('VOBIZ_API_BASE') !== null,
    operatorApiKey,
    masterKey,
    logLevel: oneOf('LOG_LEVEL', logLevels, 'info'),
    databaseConnections: whole('DATABASE_CONNECTIONS', 16, 2, 500),
    rateLimitPerMinute: whole('RATE_LIMIT_PER_MINUTE', PER_MINUTE, 1, 10_000_000),
    jobConcurrency: whole('JOB_CONCURRENCY', 10, 1, 100),
    metricsPort: text('METRICS_PORT') === null ? null : whole('METRICS_PORT', 9464, 1, 65_535),
    trustedProxies: whole('TRUSTED_PROXIES', 0, 0, 10),
    outboundAllowedNetworks: networks('OUTBOUND_ALLOWED_NETWORKS'),
    traceEndpoint:
      url('OTEL_EXPORTER_OTLP_ENDPOINT', text('OTEL_EXPORTER_OTLP_ENDPOINT'), ['https', 'http'])?.replace(
        /\/+$/,
        '',
      ) ?? null,
    tracePercent: whole('TRACE_PERCENT', 10, 1, 100),
  };
  if (faults.length > 0) throw new ConfigFault(faults);
  return Object.freeze(config);
}

function publicUrlOf(given: string | null, port: number, fault: (text: string) => null): string {
  if (given === null) return `http://localhost:${port}`;
  const { search, hash, username } = new URL(given);
  if (search !== '' || hash !== '' || username !== '')
    fault('PUBLIC_URL must have no user, query or fragment.');
  return given.replace(/\/+$/, '');
}

/** What no single address has wrong, but all of them together. */
function wrongWithNodes(nodes: readonly URL[]): string | null {
  const [first, ...others] = nodes;
  if (nodes.some((node) => node.hostname.includes(',')))
    return 'must have redis:// before each of its addresses.';
  if (others.length === 0) return null;
  if (others.some((node) => node.protocol !== first?.protocol)) return 'must not mix redis:// and rediss://.';
  const differ = (node: URL) => node.username !== first?.username || node.password !== first?.password;
  if (others.some((node) => (node.username !== '' || node.password !== '') && differ(node)))
    return 'has several users or passwords; those of its first address are for all nodes.';
  if (
    nodes.some(
      (node) => node.hostname === '' || node.search !== '' || !['', '/', '/0'].includes(node.pathname),
    )
  )
    return 'with several addresses takes a host and a port in each: a cluster has no databases but 0.';
  return null;
}
