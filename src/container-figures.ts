import { Counter, Gauge, type Registry } from 'prom-client';
import type { Database } from './db/database.ts';
import { poolFigures } from './features/pool/pool-figures-store.ts';
import { queueFigures } from './jobs/queue-figures-store.ts';
import type { PairLocks } from './redis/pair-locks.ts';

/** Reading them goes through all jobs; several scrapers at once read them once. */
const QUEUE_GOOD_MS = 5_000;
/** Goes through all pools of all tenants, and they fill in minutes. */
const POOLS_GOOD_MS = 30_000;

export type FigureParts = {
  db: Pick<Database, 'single' | 'connections'>;
  locks: Pick<PairLocks, 'stats' | 'openBreakers'>;
};

type Labels = Record<string, string>;
type Set = (value: number, labels?: Labels) => void;

/**
 * What is looked up when somebody asks: in Postgres, where every process finds the same, and in what the process itself holds.
 * What Postgres would say is left out while it does not answer.
 */
export function registerFigures(registry: Registry, { db, locks }: FigureParts): void {
  const registers = [registry];
  const gauge = (
    name: string,
    help: string,
    labelNames: string[],
    read: (set: Set) => Promise<void> | void,
  ) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers,
      async collect() {
        this.reset();
        if (labelNames.length === 0) this.remove(); // a reset one would say 0 where nothing is known
        await read((value, labels) => (labels === undefined ? this.set(value) : this.set(labels, value)));
      },
    });

  new Counter({
    name: 'maskplane_pair_locks_total',
    help: 'Attempts to lock a pair in Redis; unavailable: allocation went on with Postgres alone.',
    labelNames: ['outcome'],
    registers,
    collect() {
      this.reset();
      for (const [outcome, count] of Object.entries(locks.stats())) this.inc({ outcome }, count);
    },
  });
  gauge(
    'maskplane_redis_breakers_open',
    'Connections to Redis that are left alone for now, since it failed on them.',
    [],
    (set) => set(locks.openBreakers()),
  );
  gauge(
    'maskplane_database_connections',
    'Connections of this process: busy, idle; and requests that wait for one.',
    ['state'],
    (set) => {
      for (const [state, count] of Object.entries(db.connections())) set(count, { state });
    },
  );

  const queue = kept(() => queueFigures(db.single), QUEUE_GOOD_MS);
  gauge('maskplane_database_up', 'Whether Postgres has answered to this process: 1 or 0.', [], async (set) =>
    set((await queue()) === null ? 0 : 1),
  );
  gauge('maskplane_queue_jobs', 'Jobs of the queue, by task and state.', ['task', 'state'], async (set) => {
    for (const { task, ready, scheduled, running, dead } of (await queue())?.tasks ?? []) {
      const counts = { ready, scheduled, running, dead };
      for (const [state, count] of Object.entries(counts)) set(count, { task, state });
    }
  });
  gauge(
    'maskplane_queue_oldest_ready_seconds',
    'How long the oldest job that could be done waits.',
    ['task'],
    async (set) => {
      for (const { task, oldestReadySeconds } of (await queue())?.tasks ?? [])
        set(oldestReadySeconds ?? 0, { task });
    },
  );
  gauge(
    'maskplane_events_oldest_unpublished_seconds',
    'Age of the oldest event that its tenant cannot read yet.',
    [],
    async (set) => {
      const known = await queue();
      if (known !== null) set(known.oldestUnpublishedSeconds ?? 0);
    },
  );

  const pools = kept(() => poolFigures(db.single), POOLS_GOOD_MS);
  const ofPools = (kind: 'pool' | 'did') => async (set: Set) => {
    for (const figure of (await pools()) ?? []) {
      if (figure.kind === kind) set(figure.count, { state: figure.state });
    }
  };
  gauge(
    'maskplane_pools',
    'Live pools of all tenants: ok; low: one phone holds most of it; empty: fewer than two DIDs.',
    ['state'],
    ofPools('pool'),
  );
  gauge('maskplane_dids', 'Live DIDs of all tenants that are in service.', ['state'], ofPools('did'));
}

/** What was read last, for so long; null when it cannot be read. */
function kept<T>(read: () => Promise<T>, goodMs: number): () => Promise<T | null> {
  let last: { at: number; value: Promise<T | null> } | null = null;
  return () => {
    const now = performance.now();
    if (last === null || now - last.at > goodMs) last = { at: now, value: read().catch(() => null) };
    return last.value;
  };
}
