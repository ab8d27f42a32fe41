import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { createApp } from '../../src/app.ts';
import { type Container, createContainer } from '../../src/container.ts';
import { type MasterKey, newMasterKeyText, readMasterKey } from '../../src/crypto/master-key.ts';
import { isMasterKeyOf } from '../../src/features/tenants/master-key-service.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import { type AllowedNetworks, readNetworks } from '../../src/kernel/networks.ts';

/** Of the servers that `npm test` has started. */
function fromEnvironment(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set; run tests by: npm test -- <file>`);
  return value;
}

/** Where the receivers of the tests are. */
export const loopback = readNetworks('127.0.0.1/32') ?? [];

export type World = {
  container: Container;
  master: MasterKey;
  /** Where the whole service listens. */
  url: string;
  /** The base that signatures cover. */
  publicUrl: string;
  operatorToken: string;
  databaseUrl: string;
  redisPrefix: string;
  /** As superuser, past every wall: to look at what is really there, and to move time. */
  sql<R = Record<string, unknown>>(text: string, params?: unknown[]): Promise<R[]>;
  /** Every line that was logged. */
  logLines: string[];
  close(): Promise<void>;
};

export type WorldOptions = {
  redisUrl?: string;
  /** A local server that plays Vobiz' REST interface. */
  vobizApiBase?: string;
  /** Whether accounts and DIDs are set up there. */
  vobizProvisioning?: boolean;
  rateLimitPerMinute?: number;
  databaseConnections?: number;
  outboundAllowedNetworks?: AllowedNetworks;
  eventPace?: { beatMs: number; lifeMs: number };
  /** A migrated Postgres of the test's own, which it may stop and kill. */
  postgres?: { databaseUrl: string; adminUrl: string };
};

/** The whole service on a database of its own, cloned from the migrated template, and on keys of its own in Redis. */
export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const name = `t_${randomBytes(6).toString('hex')}`;
  const { databaseUrl, adminUrl } = options.postgres ?? (await clonedDatabase(name));
  const master = readMasterKey(newMasterKeyText());
  if (master === null) throw new Error('a fresh master key is not readable');

  const logLines: string[] = [];
  const logger = createLogger('trace', { write: (line) => void logLines.push(line) });
  const server = createServer();
  // As in main.ts. With the default of 5 s a busy test finds connections closed that it was about to use.
  server.keepAliveTimeout = 75_000;
  const port = await listen(server);
  const publicUrl = 'https://masking.example.com';
  const redisPrefix = `${name}:`;
  const container = createContainer({
    databaseUrl,
    redisUrl: options.redisUrl ?? fromEnvironment('TEST_REDIS_URL'),
    master,
    publicUrl,
    databaseConnections: options.databaseConnections ?? 10,
    rateLimitPerMinute: options.rateLimitPerMinute ?? 1_000_000,
    outboundAllowedNetworks: options.outboundAllowedNetworks ?? loopback,
    logger,
    redisPrefix,
    ...(options.eventPace === undefined ? {} : { eventPace: options.eventPace }),
    vobizApiBase: options.vobizApiBase ?? null,
    vobizProvisioning: options.vobizProvisioning ?? true,
  });
  const operatorToken = await container.database.transaction({ as: 'operator' }, async (unit) => {
    await isMasterKeyOf(unit, master);
    return container.apiKeys.ensureOperatorKey(unit, null);
  });
  if (operatorToken === null) throw new Error('a fresh database had an operator key');
  try {
    server.on('request', createApp(container, { state: () => 'ok', trustedProxies: 0 }));
  } catch (error) {
    // Otherwise what is open would keep the test file from ending, and hide the reason.
    server.close();
    await container.close();
    throw error;
  }

  const admin = new pg.Pool({ connectionString: adminUrl, max: 3 });
  admin.on('error', () => {}); // a test that kills its Postgres cuts this connection too
  return {
    container,
    master,
    url: `http://127.0.0.1:${port}`,
    publicUrl,
    operatorToken,
    databaseUrl,
    redisPrefix,
    async sql<R>(text: string, params: unknown[] = []) {
      return (await admin.query(text, params)).rows as R[];
    },
    logLines,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await container.close();
      await admin.end();
      // The database stays: the run throws its whole Postgres away, and until then a failed test can be looked into.
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

async function withAdmin(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

async function clonedDatabase(name: string): Promise<{ databaseUrl: string; adminUrl: string }> {
  const adminUrl = fromEnvironment('TEST_ADMIN_URL');
  const statement = `create database ${name} template maskplane_template owner maskplane_owner`;
  await withAdmin(adminUrl, (admin) => admin.query(statement));
  const databaseUrl = onDatabase(fromEnvironment('TEST_DATABASE_URL'), name);
  return { databaseUrl, adminUrl: onDatabase(adminUrl, name) };
}

function onDatabase(url: string, name: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${name}`;
  return parsed.toString();
}
