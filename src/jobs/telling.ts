import type { Database, Db } from '../db/database.ts';
import { eachInPlace } from '../kernel/each-in-place.ts';
import type { TenantId } from '../kernel/ids.ts';
import { eachTenant, type ListTenants } from './each-tenant.ts';
import type { Job } from './runner.ts';

/** Does at most so much, and says how much it was. One statement that names its tenant itself: no transaction around it. */
type Turn = (db: Db, tenantId: TenantId, most: number) => Promise<number>;
/** Those for whom there is something to do, in the order of their ids, after one. */
type Due = (db: Db, most: number, after: string) => Promise<TenantId[]>;

/** What one statement does: some milliseconds of work, since it locks what others want to change. */
const BATCH = 500;
/** Then it is the next tenant's turn. */
const MOST_TURNS = 20;
const TENANTS_PER_PAGE = 100;
/** A tenant whose turn takes long holds up no more than its place; more would only take connections from requests. */
const TENANTS_AT_ONCE = 4;

/** The jobs that see to it that tenants are told: what time alone changes becomes an event, and events get their places. */
export function tellingJobs(parts: {
  database: Database;
  listTenants: ListTenants;
  tenantsToPublish: Due;
  publish: Turn;
  tellExpiries: Turn;
}): Job[] {
  const { database, listTenants } = parts;
  const turnsOf = async (turn: Turn, tenantId: TenantId): Promise<void> => {
    for (let done = BATCH, turns = 0; done === BATCH && turns < MOST_TURNS; turns += 1) {
      done = await turn(database.single, tenantId, BATCH);
    }
  };

  /** Page after page, so that none waits for ever behind others that always have something. */
  const publishAll = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (let after: string | null = ''; after !== null; ) {
      const due: TenantId[] = await parts.tenantsToPublish(database.single, TENANTS_PER_PAGE, after);
      await eachInPlace(due, TENANTS_AT_ONCE, (tenantId) =>
        turnsOf(parts.publish, tenantId).catch((failure: unknown) => void failures.push(failure)),
      );
      after = due.length === TENANTS_PER_PAGE ? (due.at(-1) ?? null) : null;
    }
    if (failures.length > 0) throw failures[0];
  };

  return [
    // Asking costs a fraction of a millisecond, and what is pushed to tenants waits for it.
    { name: 'publish_events', everySeconds: 0.1, work: publishAll },
    {
      name: 'tell_expiries',
      everySeconds: 2,
      work: () => eachTenant(database, listTenants, (tenantId) => turnsOf(parts.tellExpiries, tenantId)),
    },
  ];
}
