import assert from 'node:assert/strict';
import { readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it, type TestContext } from 'node:test';
import { migrate } from '../../src/db/migrate.ts';
import { type Embedded, startEmbedded } from '../../src/embedded/embedded.ts';
import { freshNumbers, newTenant, type Tenant } from '../support/api.ts';
import { until } from '../support/embedded-folder.ts';
import { newDataDir } from '../support/own-service.ts';
import { type Replicas, startReplicas } from '../support/replicas.ts';
import { openSessionLoad } from '../support/session-load.ts';
import { nothingWrong, truthOf } from '../support/session-truth.ts';

const KILLS = process.env.CHAOS_FULL === '1' ? 10 : 1;
const CLIENTS = 6;

describe('Postgres, killed in the middle of allocations', () => {
  const dataDir = newDataDir();
  const sockets = join(dataDir, 'sockets');
  let postgres: Embedded;
  let replicas: Replicas;
  let tenant: Tenant;
  before(async () => {
    const urls = await startPostgres();
    await migrate(urls.databaseUrl);
    replicas = await startReplicas({ count: 2, postgres: urls });
  });
  beforeEach(async () => {
    tenant = await newTenant(replicas.seenFrom(replicas.urls[0] ?? ''), { dids: freshNumbers(12) });
  });
  after(async () => {
    await replicas.close();
    await postgres.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  /** On the same data, and at the same address: its sockets get a new folder at each start, a link leads there. */
  async function startPostgres(): Promise<{ databaseUrl: string; adminUrl: string }> {
    postgres = await startEmbedded({ dataDir, postgres: true, redis: false, durable: true, log: () => {} });
    const folder = new URL(postgres.databaseUrl ?? '').searchParams.get('host') ?? '';
    rmSync(sockets, { force: true });
    symlinkSync(folder, sockets);
    const through = (url: string | null) => {
      const changed = new URL(url ?? '');
      changed.pathname = new URL(postgres.databaseUrl ?? '').pathname;
      changed.searchParams.set('host', sockets);
      return changed.href;
    };
    return { databaseUrl: through(postgres.databaseUrl), adminUrl: through(postgres.adminUrl) };
  }

  const postmaster = (): number =>
    Number.parseInt(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10);

  /** Under load, as often as it says; each time until sessions are made again. */
  async function survives(t: TestContext, crash: () => Promise<void>): Promise<void> {
    const phones = freshNumbers(40, '+9198');
    const load = openSessionLoad({ tenant, phones, seenFrom: replicas.seenFrom, keepLive: 80 });
    let isOver = false;
    const working = load.run(replicas.urls, CLIENTS, () => isOver);
    const awayMs: number[] = [];
    try {
      for (let kill = 0; kill < KILLS; kill += 1) {
        const from = load.count();
        await until('it is at work', () => load.count() >= from + 100);
        const began = performance.now();
        await crash();
        const killedAt = load.count();
        await until('sessions are made again', () => load.count() > killedAt + CLIENTS);
        awayMs.push(Math.round(performance.now() - began));
      }
    } finally {
      isOver = true;
      await working;
    }
    const truth = await truthOf(replicas, tenant, load);
    const figures = load.figures();
    t.diagnostic(`figures: ${JSON.stringify({ kills: KILLS, awayMs, ...figures, ...truth })}`);
    assert.deepEqual(load.violations, []);
    assert.deepEqual(truth, nothingWrong);
    assert.ok(figures.unavailable > 0, 'the kill met nobody at work');
  }

  it('and started again on the same data: what was acknowledged is there, and the API goes on by itself', async (t) => {
    await survives(t, async () => {
      process.kill(postmaster(), 'SIGKILL');
      await postgres.crashed;
      await postgres.stop();
      await startPostgres();
    });
  });

  it('one process of it, so that it recovers by itself: the same', async (t) => {
    await survives(t, async () => {
      const [backend] = await replicas.sql<{ pid: number }>(
        `select pid from pg_stat_activity where application_name = 'maskplane' order by state_change desc limit 1`,
      );
      if (backend === undefined) assert.fail('nobody is connected');
      process.kill(backend.pid, 'SIGKILL');
    });
  });
});
