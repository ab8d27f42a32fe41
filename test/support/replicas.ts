import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { newMasterKeyText } from '../../src/crypto/master-key.ts';
import { type ApiProcess, newApiProcess } from './api-process.ts';
import { compileService } from './compiled-service.ts';
import type { World } from './world.ts';

const publicUrl = 'https://masking.example.com';

/** Several processes of the service on one database: what a test of faults kills, pauses and starts again. */
export type Replicas = {
  apis: readonly ApiProcess[];
  urls: readonly string[];
  databaseUrl: string;
  operatorToken: string;
  /** As superuser, past every wall. */
  sql: World['sql'];
  /** What test/support/api.ts and vobiz.ts need of a world, talking to this replica. */
  seenFrom(url: string): World;
  close(): Promise<void>;
};

export type ReplicasOptions = {
  count: number;
  redisUrl?: string;
  /** A migrated Postgres of the test's own. */
  postgres?: { databaseUrl: string; adminUrl: string };
  preload?: readonly string[];
  /** More environment, of the replica with this number. */
  env?: (place: number) => Record<string, string>;
};

export async function startReplicas(options: ReplicasOptions): Promise<Replicas> {
  const { databaseUrl, adminUrl } = options.postgres ?? (await cloneTemplate());
  const operatorToken = `mp_op_${randomBytes(24).toString('hex')}`;
  const env = {
    ROLE: 'api',
    DATABASE_URL: databaseUrl,
    REDIS_URL: options.redisUrl ?? fromEnvironment('TEST_REDIS_URL'),
    MASTER_KEY: newMasterKeyText(),
    OPERATOR_API_KEY: operatorToken,
    PUBLIC_URL: publicUrl,
    RATE_LIMIT_PER_MINUTE: '10000000',
    // Each new connection reads and plans everything anew, which is most of what a restart costs.
    DATABASE_CONNECTIONS: '4',
    LOG_LEVEL: 'warn',
  };
  const main = compileService();
  const apis: ApiProcess[] = [];
  for (let place = 0; place < options.count; place += 1) {
    apis.push(await newApiProcess(main, { ...env, ...options.env?.(place) }, options.preload));
  }
  await Promise.all(apis.map((api) => api.start()));

  const admin = new pg.Pool({ connectionString: adminUrl, max: 2 });
  admin.on('error', () => {}); // a test that kills its Postgres cuts this connection too
  const sql = async <R>(text: string, params: unknown[] = []) =>
    (await admin.query(text, params)).rows as R[];
  return {
    apis,
    urls: apis.map(({ url }) => url),
    databaseUrl,
    operatorToken,
    sql,
    seenFrom: (url) => ({ url, publicUrl, operatorToken, sql }) as World,
    async close() {
      await Promise.all(apis.map((api) => api.kill()));
      await admin.end();
    },
  };
}

async function cloneTemplate(): Promise<{ databaseUrl: string; adminUrl: string }> {
  const name = `t_${randomBytes(6).toString('hex')}`;
  const adminUrl = fromEnvironment('TEST_ADMIN_URL');
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(`create database ${name} template maskplane_template owner maskplane_owner`);
  await admin.end();
  const on = (url: string) => Object.assign(new URL(url), { pathname: `/${name}` }).href;
  return { databaseUrl: on(fromEnvironment('TEST_DATABASE_URL')), adminUrl: on(adminUrl) };
}

function fromEnvironment(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set; run tests by: npm test -- <file>`);
  return value;
}
