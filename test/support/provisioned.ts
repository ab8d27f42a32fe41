import assert from 'node:assert/strict';
import { manualClock } from '../../src/features/sandbox/clock.ts';
import type { Post } from '../../src/features/sandbox/delivery.ts';
import type { Account } from '../../src/features/sandbox/estate.ts';
import { createNetwork, type Network } from '../../src/features/sandbox/network.ts';
import { openAccount } from '../../src/features/sandbox/provisioning.ts';
import { serveVobiz, type VobizServer } from '../../src/features/sandbox/vobiz-server-adapter.ts';
import { type Api, apiOf, newTenant, type Tenant } from './api.ts';
import { openWorld, type World } from './world.ts';

/** The service in front of a double of Vobiz' REST interface, with one tenant that has an account of its own there. */
export type Provisioned = {
  world: World;
  network: Network;
  server: VobizServer;
  vobiz: Account;
  tenant: Tenant;
  operator: Api;
  /** An account at Vobiz that is registered with the tenant, or whoever `of` is. */
  account(more?: object, of?: Api): Promise<any>;
  /** Does all jobs that are due, one after the other, as a worker would; those that fail are put back, and told. */
  work(): Promise<string[]>;
  /** As if the pauses after failures were over. */
  passPauses(): Promise<void>;
  close(): Promise<void>;
};

export async function openProvisioned(): Promise<Provisioned> {
  const clock = manualClock(Date.now());
  const post: Post = async () => ({ outcome: 'unreachable' });
  const network = createNetwork({ clock, seed: 7, post });
  const vobiz = openAccount(network, { authId: 'MA_XXXXXXXX', authToken: 'test_token', channels: 10 });
  const server = await serveVobiz(network);
  const world = await openWorld({ vobizApiBase: server.apiBase });
  const tenant = await newTenant(world);
  const operator = apiOf(world, world.operatorToken);
  const { sql, container } = world;

  /** One job that is due, by the rules of the queue: oldest first, none of a series of which one is at work. */
  const next = async () => {
    const [job] = await sql<{ id: string; task: string; payload: object; key: string | null }>(
      `select j.id::text, t.identifier as task, j.payload, j.key
         from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
        where j.run_at <= now() and t.identifier = any ($1) order by j.run_at, j.id limit 1`,
      [container.tasks.map(({ name }) => name)],
    );
    return job;
  };
  return {
    world,
    network,
    server,
    vobiz,
    tenant,
    operator,
    async account(more = {}, of = tenant.api) {
      const body = { provider: 'vobiz', auth_id: 'MA_XXXXXXXX', auth_token: 'test_token', ...more };
      const made = await of.post('/v1/provider_accounts', body);
      assert.equal(made.status, 201, made.text);
      return made.body;
    },
    async work() {
      const failures: string[] = [];
      for (let job = await next(); job !== undefined; job = await next()) {
        const task = container.tasks.find(({ name }) => name === job?.task);
        // Gone before it is done, so that what it leaves under its own key is another job.
        await sql('delete from graphile_worker._private_jobs where id = $1', [job.id]);
        try {
          await task?.work(job.payload, new AbortController().signal);
        } catch (error) {
          failures.push((error as Error).message);
          const again = [job.task, job.payload, job.key];
          await sql(`select enqueue_job($1, $2, $3, false, null, now() + interval '1 hour')`, again);
        }
      }
      return failures;
    },
    async passPauses() {
      await sql('update graphile_worker._private_jobs set run_at = now()');
    },
    async close() {
      await world.close();
      await server.close();
    },
  };
}

/** One of the next requests of this kind goes wrong. */
export function faultNext(
  server: VobizServer,
  method: string,
  pathContains: string,
  fault: 'resetAfter' | 'reset' | 'error500' | 'limited429',
): void {
  server.scripted.push({ method, pathContains, fault });
}

/** A row in each table of what is set up for a tenant that has an account of its own and DIDs. */
export async function keepProvisioning(world: World, tenantId: string): Promise<void> {
  await world.sql(
    `insert into operations (tenant_id, id, livemode, type, input) values ($1, 'op_' || md5($1), true, 'import_numbers', '{}')`,
    [tenantId],
  );
  await world.sql(
    `insert into account_provisioning (tenant_id, account_id) select tenant_id, id from provider_accounts where tenant_id = $1`,
    [tenantId],
  );
  await world.sql(
    `insert into did_provisioning (tenant_id, did_id, account_id) select tenant_id, id, provider_account_id from dids
      where tenant_id = $1`,
    [tenantId],
  );
  await world.sql(
    `insert into number_purchases (tenant_id, operation_id, place, account_id, e164, cost_minor, currency)
     select tenant_id, 'op_' || md5($1), 1, id, '+917900000000', 1, 'INR' from provider_accounts where tenant_id = $1`,
    [tenantId],
  );
}
