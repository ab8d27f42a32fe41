import pg from 'pg';
import type { Db } from './database.ts';

/** The library's statements are of one job each, or of the few that a lost worker had. */
const STATEMENT_TIMEOUT_MS = 5_000;
/** A worker that gets no connection for so long tries again later; nobody waits for it. */
const CONNECT_TIMEOUT_MS = 5_000;

export type WorkerPool = { pool: pg.Pool; db: Db };

/**
 * A queue worker's own connections: they act as maskplane_app, as all do, and say which worker they are, so that Postgres lets
 * it delete no job but those that it holds (trigger job_not_held).
 */
export function openWorkerPool(
  url: string,
  options: { workerId: string; connections: number; onError: (error: Error) => void },
): WorkerPool {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.connections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: STATEMENT_TIMEOUT_MS + 1_000,
    // The connection that listens is silent for hours: a peer that vanished is found by the network, not by a query.
    keepAlive: true,
    application_name: 'maskplane-worker',
    options: `-c role=maskplane_app -c app.worker=${options.workerId}`,
  });
  pool.on('error', options.onError);
  // While it is in the hands of the library, a lost connection is told by the connection itself.
  pool.on('connect', (client) => void client.on('error', options.onError));
  return { pool, db: { rows: async (text, params) => (await pool.query(text, [...params])).rows } };
}
