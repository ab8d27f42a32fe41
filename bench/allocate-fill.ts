import { median, percentile, rounded } from './support/figures.ts';
import { createAndEnd, holdDids } from './support/hot-phones.ts';
import { vacuumFilledTables } from './support/live-sessions.ts';
import { type Loaded, load } from './support/load.ts';
import { lostClaimsSoFar } from './support/lost-claims.ts';
import { readNumbers, readOptions } from './support/options.ts';
import { freePort } from './support/process.ts';
import { type Servers, withServers } from './support/servers.ts';
import { newIdentity, startService } from './support/service.ts';
import { freshPhones } from './support/session-requests.ts';
import { createTenants } from './support/tenants.ts';

const standard = {
  ...{ seconds: 5, rounds: 3, connections: 32, warmup: 5 },
  ...{ dids: 100, phones: 32, fills: '50,90,99' },
};
type Settings = typeof standard;
const locks = ['on', 'off'] as const;
type Lock = (typeof locks)[number];

/**
 * Sessions a second of phones that hold most of a pool already, with the Redis lock and without it, in turns on the same
 * database.
 */
export async function bench(args: readonly string[]): Promise<object> {
  const settings = readOptions(args, standard);
  const { connections, dids, phones, rounds, warmup } = settings;
  return withServers(async (servers) => {
    const desk = await openDesk(servers, settings);
    const fills: object[] = [];
    let held = 0;
    for (const fill of readNumbers(settings.fills).sort((x, y) => x - y)) {
      const wanted = Math.floor((dids * fill) / 100);
      await desk.hold(wanted - held);
      held = wanted;
      for (const lock of locks) await desk.work(lock, warmup);
      const turns: Record<Lock, Turn[]> = { on: [], off: [] };
      for (let round = 0; round < rounds; round += 1) {
        for (const lock of locks) turns[lock].push(await desk.measure(lock));
      }
      for (const lock of locks) {
        const result = { fill, lock, ...summaryOf(turns[lock]) };
        console.log(JSON.stringify(result));
        fills.push(result);
      }
    }
    return { fills, dids, phones, connections };
  });
}

type Turn = Loaded & { conflicts: number };

/** Two processes of one service; one is told of a Redis that nobody can reach, and so has no locks. */
async function openDesk(servers: Servers, { connections, dids, phones, seconds }: Settings) {
  const { url, admin } = await servers.newDatabase('bench');
  const identity = newIdentity(url);
  const nowhere = `redis://127.0.0.1:${await freePort()}`;
  const services = {
    on: await startService(servers, identity, { redisUrl: servers.redisUrl }),
    off: await startService(servers, identity, { redisUrl: nowhere }),
  };
  const [tenant] = await createTenants(services.on, identity, admin, { tenants: 1, dids });
  const token = tenant?.token ?? '';
  const freshPhone = freshPhones();
  const hot = Array.from({ length: phones }, freshPhone);
  const lostClaims = () => lostClaimsSoFar(admin, Object.values(services), token);
  const work = (lock: Lock, duration: number): Promise<Loaded> =>
    load(services[lock].port, { connections, seconds: duration }, (post) =>
      createAndEnd(post, token, hot, freshPhone),
    );
  return {
    work,
    async hold(more: number): Promise<void> {
      await holdDids(services.on, token, hot, freshPhone, more);
      await vacuumFilledTables(admin);
    },
    async measure(lock: Lock): Promise<Turn> {
      const before = await lostClaims();
      const loaded = await work(lock, seconds);
      return { ...loaded, conflicts: (await lostClaims()) - before };
    },
  };
}

function summaryOf(turns: readonly Turn[]): object {
  const samples = turns.flatMap((turn) => turn.samples);
  const isCreated = ({ outcome }: { outcome: string }) => outcome === '201';
  const created = samples.filter(isCreated);
  const outcomes: Record<string, number> = {};
  for (const { outcome } of samples) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  const conflicts = turns.reduce((sum, turn) => sum + turn.conflicts, 0);
  return {
    created_per_second: median(
      turns.map((turn) => Math.round(turn.samples.filter(isCreated).length / turn.seconds)),
    ),
    p50_ms: percentile(created, 0.5),
    p99_ms: percentile(created, 0.99),
    exhausted_share: rounded((outcomes['409 pool_exhausted'] ?? 0) / samples.length, 3),
    outcomes,
    conflicts_per_1000_created: rounded((conflicts * 1000) / created.length, 1),
  };
}
