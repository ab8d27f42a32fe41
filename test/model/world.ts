import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import pg from 'pg';
import { type OwnRedis, startOwnRedis } from '../support/own-redis.ts';
import { openWorld, type World } from '../support/world.ts';
import { loadDice } from './chance.ts';
import { installClock } from './clock.ts';

/** The real service on a Postgres database whose clock is the game's, and on a Redis that the game may flush and kill. */
export type ModelWorld = {
  container: World['container'];
  master: World['master'];
  publicUrl: string;
  redis: { isUp(): boolean; flush(): Promise<void>; kill(): Promise<void>; start(): Promise<void> };
  dice: ReturnType<typeof loadDice>;
  /** As superuser, each statement prepared once. */
  rows<R>(text: string, params?: readonly unknown[]): Promise<R[]>;
  setClock(at: number): Promise<void>;
  /** Every table as it was before anybody used it. */
  clear(): Promise<void>;
  close(): Promise<void>;
};

/** Games after which nothing but truncating will do. */
const TRUNCATED_EVERY = 20;

export async function openModelWorld(): Promise<ModelWorld> {
  const dice = loadDice();
  const database = `t_${randomBytes(6).toString('hex')}`;
  const templateUrl = process.env.TEST_ADMIN_URL ?? '';
  await asAdmin(templateUrl, `create database ${database} template maskplane_template owner maskplane_owner`);
  const adminUrl = onDatabase(templateUrl, database);
  await installClock(adminUrl, database);
  const ownRedis = await startOwnRedis();
  const redis = flushable(ownRedis);
  const world = await openWorld({
    redisUrl: ownRedis.url,
    // One thing is done at a time, and statements are prepared for each connection anew.
    databaseConnections: 2,
    postgres: { databaseUrl: onDatabase(process.env.TEST_DATABASE_URL ?? '', database), adminUrl },
  });
  const owner = new pg.Client({ connectionString: adminUrl, pipeline: true } as pg.ClientConfig);
  await owner.connect();
  const names = new Map<string, string>();
  const rows = async <R>(text: string, params: readonly unknown[] = []): Promise<R[]> => {
    const name = names.get(text) ?? `q${names.size}`;
    names.set(text, name);
    return (await owner.query({ name, text, values: [...params] })).rows as R[];
  };
  let clears = 1;
  // Its deletions ask no foreign key.
  await owner.query('set session_replication_role = replica');
  const [tables] = await rows<{ names: string[] }>(
    `select array_agg(format('%I.%I', schemaname, tablename)) as names from pg_tables
      where schemaname = 'public' and tablename not like 'schema\\_migrations%' and tablename <> 'master_key_proof'`,
  );
  return {
    container: world.container,
    master: world.master,
    publicUrl: world.publicUrl,
    redis,
    dice,
    rows,
    async setClock(at) {
      await rows('update clock.hand set at = $1', [new Date(at)]);
    },
    async clear() {
      const names = tables?.names ?? [];
      // Truncating makes every connection plan every statement anew, which takes as long as fifty steps; but it alone gets rid
      // of what deleting leaves behind.
      if (clears % TRUNCATED_EVERY === 0) await owner.query(`truncate ${names.join()}`);
      else await owner.query(names.map((name) => `delete from ${name}`).join('; '));
      clears += 1;
      world.logLines.length = 0; // a million steps would fill the memory
    },
    async close() {
      await owner.end();
      await world.close();
      redis.disconnect();
      await ownRedis.remove();
      dice.unload();
    },
  };
}

function flushable(redis: OwnRedis): ModelWorld['redis'] & { disconnect(): void } {
  let isUp = true;
  const admin = new Redis(redis.url);
  admin.on('error', () => {}); // it is killed
  return {
    isUp: () => isUp,
    async flush() {
      await admin.flushall();
    },
    async kill() {
      isUp = false;
      await redis.kill();
    },
    async start() {
      await redis.start();
      isUp = true;
    },
    disconnect: () => admin.disconnect(),
  };
}

async function asAdmin(url: string, statement: string): Promise<void> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  try {
    await admin.query(statement);
  } finally {
    await admin.end();
  }
}

function onDatabase(url: string, name: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${name}`;
  return parsed.toString();
}
