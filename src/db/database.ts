import { createHash } from 'node:crypto';
import pg from 'pg';
import type { TenantId } from '../kernel/ids.ts';
import { inSpan, SpanKind } from '../kernel/tracing.ts';
import { isWorthRepeating } from './sqlstate.ts';
import { summaryOf } from './statement-summary.ts';
import { runTogether } from './together.ts';

/** Who a transaction acts for; row-level security sees nothing else. */
export type Acting = { as: 'tenant'; tenantId: TenantId } | { as: 'operator' };

/** What a store is handed: runs one statement, prepared under a name of its text. */
export type Db = {
  rows<R>(text: string, params: readonly unknown[]): Promise<R[]>;
};

/** A transaction. Stores take it as `Db`; only edges and services that need more take it as `Unit`. */
export type Unit = Db & {
  /** From here on rows of this tenant, for an operator who acts on one. */
  enter(tenantId: TenantId): Promise<void>;
  /** Runs when the transaction is committed or rolled back: releasing locks that must outlive it. Must not throw. */
  onSettled(work: () => void): void;
};

export type Database = {
  /** One transaction; repeated, with a pause, when Postgres says that a repetition may succeed. */
  transaction<T>(acting: Acting, work: (unit: Unit) => Promise<T>): Promise<T>;
  /** One statement outside any transaction: for functions in the database that set their own tenant. */
  single: Db;
  /** The same for functions that give one row and raise nothing that is to be expected: see runTogether. */
  together: Db;
  /** The connections of this process, and what waits for one. */
  connections(): { busy: number; idle: number; waiting: number };
  close(): Promise<void>;
};

/** Deadlocks need two partners; five turns with growing pauses separate any that we can produce. */
const MOST_TURNS = 5;
/**
 * A burst of a thousand requests is worked off in some seconds, and each is better kept waiting for a connection than refused;
 * after this long its client has given up. Calls have a shorter deadline of their own.
 */
const CONNECT_TIMEOUT_MS = 20_000;
/** No statement of the service takes a tenth of it; it bounds what a lock held elsewhere can do to us. */
const STATEMENT_TIMEOUT_MS = 5_000;

const statementNames = new Map<string, string>();

/** A prepared statement is known by its text, so the name follows from it. */
function nameOf(text: string): string {
  let name = statementNames.get(text);
  if (name === undefined) {
    name = `s${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
    statementNames.set(text, name);
  }
  return name;
}

async function run<R>(
  client: pg.Pool | pg.PoolClient,
  text: string,
  params: readonly unknown[],
): Promise<R[]> {
  const query = () => client.query({ name: nameOf(text), text, values: [...params] });
  const summary = summaryOf(text);
  const attributes = { 'db.system.name': 'postgresql', 'db.query.summary': summary };
  const result = await inSpan(summary, attributes, query, SpanKind.CLIENT);
  return result.rows as R[];
}

const SET_ACTING = `select set_config('app.tenant_id', $1, true), set_config('app.operator', $2, true)`;

/**
 * @param url of a login that is a member of maskplane_app (or its owner); every connection acts as maskplane_app
 * @param connections most connections of this process
 * @param onError broken idle connections; the pool replaces them
 */
export function openDatabase(
  url: string,
  options: { connections: number; onError: (error: Error) => void },
): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.connections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    // For a server that hangs and so does not keep its own limit: the connection is given up.
    query_timeout: STATEMENT_TIMEOUT_MS + 1_000,
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS * 2,
    application_name: 'maskplane',
    // A login may own the tables; what runs here must not, or row-level security would rest on FORCE alone.
    options: '-c role=maskplane_app',
    // Statements that do not wait for each other's result travel together: BEGIN costs no round trip of its own.
    pipeline: true,
  });
  pool.on('error', options.onError);

  async function once<T>(acting: Acting, work: (unit: Unit) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    const settled: (() => void)[] = [];
    let broken: Error | undefined;
    // Between two statements a lost connection is told as an event, and one that nobody listens to ends the process.
    const onLost = (error: Error) => {
      broken = error;
    };
    client.on('error', onLost);
    try {
      const begun = Promise.all([
        client.query('begin'),
        run(client, SET_ACTING, acting.as === 'tenant' ? [acting.tenantId, ''] : ['', 'on']),
      ]);
      begun.catch(() => {}); // awaited below, after the first statements of `work` are on their way
      const unit: Unit = {
        rows: (text, params) => run(client, text, params),
        async enter(tenantId) {
          await run(client, SET_ACTING, [tenantId, acting.as === 'operator' ? 'on' : '']);
        },
        onSettled: (later) => void settled.push(later),
      };
      const result = await work(unit);
      await begun;
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch((failed: Error) => {
        broken = failed; // the connection is of no use any more
      });
      throw error;
    } finally {
      client.off('error', onLost);
      client.release(broken);
      for (const later of settled) later();
    }
  }

  const single: Db = { rows: (text, params) => run(pool, text, params) };
  return {
    async transaction(acting, work) {
      for (let turn = 1; ; turn += 1) {
        try {
          return await once(acting, work);
        } catch (error) {
          if (turn === MOST_TURNS || !isWorthRepeating(error)) throw error;
          await new Promise((resume) => setTimeout(resume, Math.random() * 10 * 2 ** turn));
        }
      }
    },
    single,
    together: { rows: runTogether(single.rows) },
    connections: () => ({
      busy: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
    }),
    close: () => pool.end(),
  };
}

/** Says why this connection must not serve: what row-level security does not hold for, or a schema that is not ours. */
export async function whyUnfit(db: Db): Promise<string | null> {
  const [role] = await db.rows<{ name: string; unbound: boolean; owns: boolean }>(
    `select current_user::text as name, r.rolsuper or r.rolbypassrls as unbound,
            exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
                     where n.nspname = 'public' and c.relkind = 'r' and c.relowner = r.oid) as owns
       from pg_roles r where r.rolname = current_user`,
    [],
  );
  if (role === undefined) return 'the database does not tell which role we act as';
  if (role.unbound) return `role ${role.name} bypasses row-level security`;
  if (role.owns) return `role ${role.name} owns tables, so row-level security would not hold for it`;
  return null;
}
