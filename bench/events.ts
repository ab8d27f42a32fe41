import type pg from 'pg';
import { type EventReceiver, now, openEventReceiver } from './support/event-receiver.ts';
import { median, percentile, rounded } from './support/figures.ts';
import { readOptions } from './support/options.ts';
import { startProcess } from './support/process.ts';
import { type Servers, withServers } from './support/servers.ts';
import { newIdentity, startService } from './support/service.ts';
import { createTenants } from './support/tenants.ts';

const standard = { events: 5_000, rounds: 3, concurrency: 20, every: 20, samples: 500, warmup: 500 };

/** Leaves one event, committed; gives its id. */
type Leave = () => Promise<string>;
type Side = { leave: Leave; burst: (count: number) => Promise<string[]> };

/**
 * From the commit of an event to its arrival at a webhook receiver, and how many a second: through publication and delivery of
 * the service, against graphile-worker alone with a job for each, in turns on the same server.
 */
export function bench(args: readonly string[]): Promise<object> {
  const settings = readOptions(args, standard);
  return withServers(async (servers) => {
    const receiver = await openEventReceiver();
    servers.onClose(receiver.close);
    const sides = {
      ours: await startOurs(servers, receiver, settings),
      floor: await startFloor(servers, receiver, settings),
    };
    const rates = { ours: [] as number[], floor: [] as number[] };
    const waits = { ours: [] as number[], floor: [] as number[] };
    for (const side of [sides.ours, sides.floor]) await receiver.all(await side.burst(settings.warmup));
    for (let round = 0; round < settings.rounds; round += 1) {
      for (const name of ['floor', 'ours'] as const) {
        waits[name].push(...(await waitsOf(sides[name], receiver, settings)));
        rates[name].push(await rateOf(sides[name], receiver, settings.events));
      }
    }
    const figures = (name: 'ours' | 'floor') => {
      const samples = waits[name].map((ms) => ({ outcome: '', ms }));
      return {
        per_second: Math.round(median(rates[name])),
        p50_ms: percentile(samples, 0.5),
        p99_ms: percentile(samples, 0.99),
      };
    };
    const ratios = rates.ours.map((rate, round) => rounded(rate / (rates.floor[round] ?? Number.NaN), 3));
    const { events, concurrency, every, samples } = settings;
    return {
      ratio: median(ratios),
      ratios,
      ...figures('ours'),
      floor: figures('floor'),
      ...{ events, concurrency, every_ms: every, samples },
    };
  });
}

async function startOurs(
  servers: Servers,
  receiver: EventReceiver,
  { concurrency }: typeof standard,
): Promise<Side> {
  const database = await servers.newDatabase('bench');
  const identity = newIdentity(database.url);
  const service = await startService(servers, identity, {
    redisUrl: servers.redisUrl,
    env: { OUTBOUND_ALLOWED_NETWORKS: '127.0.0.1/32' },
  });
  const [tenant] = await createTenants(service, identity, database.admin, { tenants: 1, dids: 2 });
  if (tenant === undefined) throw new Error('there is no tenant');
  const endpoint = { url: receiver.url, max_concurrency: concurrency };
  await service.call('POST', '/v1/webhook_endpoints', tenant.token, endpoint);
  return sideOf(
    database.admin,
    `select emit_event($1, true, 'did.unhealthy', null, null, $2::jsonb) as id from generate_series(1, $3::int)`,
    [tenant.id, JSON.stringify(data)],
  );
}

const data = {
  did: 'did_01980f3a6b7c7d2e9f10a1b2c3d4e5f6',
  e164: '+917900000001',
  pool: 'pool_x',
  health: 0.45,
};

async function startFloor(
  servers: Servers,
  receiver: EventReceiver,
  { concurrency }: typeof standard,
): Promise<Side> {
  const database = await servers.newDatabase('floor');
  const floor = await startProcess('bench/support/events-floor.ts', {
    args: [database.url, receiver.url, String(concurrency)],
    env: {},
    ready: /listens/,
  });
  servers.onClose(floor.stop);
  // As long as what we send.
  const event = { id: `evt_${'0'.repeat(32)}`, type: 'did.unhealthy', version: 1, livemode: true, data };
  return sideOf(
    database.admin,
    `with made as (select 'evt_' || replace(gen_random_uuid()::text, '-', '') as id, n from generate_series(1, $3::int) n),
          jobs as (select m.id, graphile_worker.add_job('post', json_build_object('id', m.id, 'body', $2::text)) from made m
                    where $1 = 'floor')
     select id from jobs`,
    ['floor', JSON.stringify(event)],
  );
}

function sideOf(admin: pg.Client, text: string, params: [string, string]): Side {
  const burst = async (count: number) => {
    const { rows } = await admin.query<{ id: string }>(text, [...params, count]);
    return rows.map(({ id }) => id);
  };
  return { burst, leave: async () => (await burst(1))[0] ?? '' };
}

/** One event after the other, with a pause: how long each is on its way when there is no queue. */
async function waitsOf(
  { leave }: Side,
  receiver: EventReceiver,
  { samples, every }: typeof standard,
): Promise<number[]> {
  const committed = new Map<string, number>();
  for (let i = 0; i < samples; i += 1) {
    const id = await leave();
    committed.set(id, now());
    await new Promise((resume) => setTimeout(resume, every));
  }
  await receiver.all([...committed.keys()]);
  return [...committed].map(([id, at]) => Math.max(0, (receiver.arrivals.get(id) ?? 0) - at));
}

/** All at once: how many a second arrive until the last has. */
async function rateOf({ burst }: Side, receiver: EventReceiver, count: number): Promise<number> {
  const began = now();
  const last = await receiver.all(await burst(count));
  return count / ((last - began) / 1_000);
}
