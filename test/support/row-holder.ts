import pg from 'pg';
import { until } from './embedded-folder.ts';
import type { World } from './world.ts';

/** A connection past every wall that holds rows in an open transaction, so that a request stops half way, at a known place. */
export type RowHolder = {
  query(text: string, params?: unknown[]): Promise<unknown>;
  /** How many connections of the service wait for a lock. */
  waiting(): Promise<number>;
  untilWaiting(count: number): Promise<void>;
  close(): Promise<void>;
};

export async function openRowHolder(world: World): Promise<RowHolder> {
  const url = new URL(process.env.TEST_ADMIN_URL ?? '');
  url.pathname = new URL(world.databaseUrl).pathname;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  const waiting = async () => {
    const rows = await world.sql(
      `select 1 from pg_stat_activity
        where datname = current_database() and application_name = 'maskplane' and wait_event_type = 'Lock'`,
    );
    return rows.length;
  };
  return {
    query: (text, params) => client.query(text, params),
    waiting,
    untilWaiting: (count) => until(`${count} wait for a row`, async () => (await waiting()) === count),
    close: () => client.end(),
  };
}
