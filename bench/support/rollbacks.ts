import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Service } from './service.ts';

/** A database connection tells what it has counted at most once a second. */
const TOLD_AFTER_MS = 1_100;
/** The connections of a process: so many requests at once keep each of them busy. */
const CONNECTIONS = 16;

/**
 * How many transactions of the services were rolled back so far. Claims that came too late are the only ones of allocations:
 * a refusal for want of a pair has written nothing.
 */
export async function rollbacksSoFar(
  admin: pg.Client,
  services: readonly Service[],
  token: string,
): Promise<number> {
  await sleep(TOLD_AFTER_MS);
  // A connection that does nothing keeps what it counted last to itself for ten seconds: each is made to do something.
  for (const service of services) {
    const asking = Array.from({ length: 8 * CONNECTIONS }, () => service.call('GET', '/v1/pools', token));
    await Promise.all(asking);
  }
  const { rows } = await admin.query(
    'select xact_rollback from pg_stat_database where datname = current_database()',
  );
  return Number(rows[0].xact_rollback);
}
