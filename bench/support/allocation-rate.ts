import { median, type Rate, rateOf, rounded } from './figures.ts';
import { newFloorDatabase } from './floor-database.ts';
import { fillLiveSessions, vacuumFilledTables } from './live-sessions.ts';
import { type Loaded, load, type Post, type Sample } from './load.ts';
import { WrongOption } from './options.ts';
import { pgbenchPerSecond } from './pgbench.ts';
import { freePort, startProcess } from './process.ts';
import { type Servers, withServers } from './servers.ts';
import { newIdentity, startService } from './service.ts';
import { freshPhones, postWithKey, sessionOf } from './session-requests.ts';
import { type BenchTenant, createTenants } from './tenants.ts';

/** How it is measured, and what the database holds. `warmup` is what each of the two gets before it counts. */
export const standard = {
  seconds: 5,
  rounds: 3,
  connections: 32,
  warmup: 5,
  pgbench: 5,
  dids: 10,
  live: 0,
  tenants: 1,
  profile: '',
};
export type Settings = typeof standard;

export type AllocationRate = {
  ratio: number;
  ratios: number[];
  floors: { express_prepared_statement_per_second: number };
  pgbench_per_second: number | null;
  per_second: number;
  p50_ms: number;
  p99_ms: number;
};

/** Sessions a second through the whole public API, and what the floor does in the same rounds; on fresh databases. */
export function measureAllocation(settings: Settings): Promise<AllocationRate> {
  if (settings.dids < 2) throw new WrongOption('A pair takes two DIDs.');
  return withServers(async (servers) => {
    const database = await servers.newDatabase('bench');
    const identity = newIdentity(database.url);
    const { redisUrl } = servers;
    const service = await startService(servers, identity, { redisUrl, profile: settings.profile });
    const tenants = await createTenants(service, identity, database.admin, settings);
    await fillLiveSessions(database.admin, tenants, { bindings: settings.live, dids: settings.dids });
    await vacuumFilledTables(database.admin);
    const ports = { floor: await startFloor(servers), ours: service.port };
    const rounds = await inTurns(ports, settings, allocating(tenants));
    const { connections: clients, pgbench: seconds, dids } = settings;
    const pgbench = await pgbenchPerSecond(database.url, tenants, { clients, seconds, dids });
    return summaryOf(rounds, pgbench);
  });
}

async function startFloor(servers: Servers): Promise<number> {
  const { url, tenantId, poolId, didIds } = await newFloorDatabase(servers);
  const port = await freePort();
  const floor = await startProcess('bench/support/allocate-floor.ts', {
    args: [url, String(port), tenantId, poolId, didIds.join()],
    ready: /ready/,
  });
  servers.onClose(floor.stop);
  return port;
}

/** Each request is for two phones that were never seen, of a tenant that is drawn. */
function allocating(tenants: readonly BenchTenant[]): (post: Post) => Promise<Sample> {
  const phone = freshPhones();
  return async (post) => {
    const token = tenants[Math.floor(Math.random() * tenants.length)]?.token ?? '';
    const request = postWithKey(token, '/v1/sessions', sessionOf(phone(), phone()));
    const began = performance.now();
    const { status } = await post(request);
    return { outcome: String(status), ms: performance.now() - began };
  };
}

type Round = { floor: Rate; ours: Rate };

/** One after the other, never at the same time: they would take each other's processor. */
async function inTurns(
  ports: { floor: number; ours: number },
  settings: Settings,
  turn: (post: Post) => Promise<Sample>,
): Promise<Round[]> {
  const { connections, seconds, warmup } = settings;
  for (const port of [ports.floor, ports.ours]) await load(port, { connections, seconds: warmup }, turn);
  const rounds: Round[] = [];
  while (rounds.length < settings.rounds) {
    const floor = rateOf(created(await load(ports.floor, { connections, seconds }, turn)));
    const ours = rateOf(created(await load(ports.ours, { connections, seconds }, turn)));
    rounds.push({ floor, ours });
    console.log(
      `round ${rounds.length}: ours ${ours.perSecond}/s p50 ${ours.p50Ms} ms, floor ${floor.perSecond}/s p50 ${floor.p50Ms} ms`,
    );
  }
  return rounds;
}

/** A refusal is quicker than a session; counted as one it would make us look faster. */
function created(loaded: Loaded): Loaded {
  const other = loaded.samples.find(({ outcome }) => outcome !== '201');
  if (other !== undefined) throw new Error(`a request was answered with ${other.outcome}`);
  return loaded;
}

function summaryOf(rounds: readonly Round[], pgbench: number | null): AllocationRate {
  const ratios = rounds.map(({ ours, floor }) => ours.perSecond / floor.perSecond);
  return {
    ratio: rounded(median(ratios), 3),
    ratios: ratios.map((ratio) => rounded(ratio, 3)),
    floors: { express_prepared_statement_per_second: median(rounds.map(({ floor }) => floor.perSecond)) },
    pgbench_per_second: pgbench,
    per_second: median(rounds.map(({ ours }) => ours.perSecond)),
    p50_ms: median(rounds.map(({ ours }) => ours.p50Ms)),
    p99_ms: median(rounds.map(({ ours }) => ours.p99Ms)),
  };
}
