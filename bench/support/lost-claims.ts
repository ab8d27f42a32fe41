import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Service } from './service.ts';

/** A database connection tells what it has counted at most once a second. */
const TOLD_AFTER_MS = 1_100;
/** The connections of a process: so many requests at once keep each of them busy. */
const CONNECTIONS = 16;

/**
 * How many claims of the services came too late so far: sessions that were written and undone again. A refusal for want of a
 * pair has written nothing.
 */
export async function lostClaimsSoFar(
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
    `select n_tup_ins - (select count(*) from sessions) as lost from pg_stat_user_tables where relname = 'sessions'`,
  );
  return Number(rows[0].lost);
}
