import type { Database, Db } from '../db/database.ts';
import type { TenantId } from '../kernel/ids.ts';
import { eachTenant, type ListTenants } from './each-tenant.ts';
import type { Job } from './runner.ts';

/** Does at most so much, and says how much it was. One statement that names its tenant itself: no transaction around it. */
type Turn = (db: Db, tenantId: TenantId, most: number) => Promise<number>;

/** What one statement does: some milliseconds of work, since it locks what others want to change. */
const BATCH = 500;
/** Then it is the next tenant's turn. */
const MOST_TURNS = 20;

/** The jobs that see to it that tenants are told: what time alone changes becomes an event, and events get their places. */
export function tellingJobs(parts: {
  database: Database;
  listTenants: ListTenants;
  publish: Turn;
  tellExpiries: Turn;
}): Job[] {
  const { database, listTenants } = parts;
  const job = (name: string, everySeconds: number, turn: Turn): Job => ({
    name,
    everySeconds,
    work: () =>
      eachTenant(database, listTenants, async (tenantId) => {
        for (let done = BATCH, turns = 0; done === BATCH && turns < MOST_TURNS; turns += 1) {
          done = await turn(database.single, tenantId, BATCH);
        }
      }),
  });
  return [job('publish_events', 1, parts.publish), job('tell_expiries', 2, parts.tellExpiries)];
}
