import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Db } from './db/database.ts';
import { type QueueFigures, queueFigures } from './jobs/queue-figures-store.ts';
import type { PairLocks } from './redis/pair-locks.ts';

/** Reading them goes through all jobs; several scrapers at once read them once. */
const FIGURES_GOOD_MS = 5_000;

/** An attempt to deliver an event, whatever came of it. */
export type AttemptOutcome = 'delivered' | 'failed';

export type Metrics = {
  noteAttempt(outcome: AttemptOutcome, seconds: number): void;
  /** In the text format of Prometheus. What Postgres would say is left out while it does not answer. */
  text(): Promise<string>;
};

/**
 * What a monitoring system asks of this process. Names and units follow Prometheus' rules; no label holds a tenant, a number or
 * anything else that there may be many of. What the queue holds is the same from every process.
 */
export function metricsOn(parts: { db: Db; locks: Pick<PairLocks, 'stats'> }): Metrics {
  const registers = [new Registry()];
  const [registry] = registers as [Registry];
  collectDefaultMetrics({ register: registry });

  new Counter({
    name: 'maskplane_pair_locks_total',
    help: 'Attempts to lock a pair in Redis; unavailable: allocation went on with Postgres alone.',
    labelNames: ['outcome'],
    registers,
    collect() {
      this.reset();
      for (const [outcome, count] of Object.entries(parts.locks.stats())) this.inc({ outcome }, count);
    },
  });

  const figures = kept(() => queueFigures(parts.db), FIGURES_GOOD_MS);
  const perTask = (name: string, help: string, read: (gauge: Gauge, known: QueueFigures) => void) =>
    new Gauge({
      name,
      help,
      labelNames: name.endsWith('_jobs') ? ['task', 'state'] : ['task'],
      registers,
      async collect() {
        this.reset();
        const known = await figures();
        if (known !== null) read(this, known);
      },
    });
  perTask('maskplane_queue_jobs', 'Jobs of the queue, by task and state.', (gauge, { tasks }) => {
    for (const { task, ready, scheduled, running, dead } of tasks) {
      for (const [state, count] of Object.entries({ ready, scheduled, running, dead })) {
        gauge.set({ task, state }, count);
      }
    }
  });
  perTask(
    'maskplane_queue_oldest_ready_seconds',
    'How long the oldest job that could be done waits.',
    (gauge, { tasks }) => {
      for (const { task, oldestReadySeconds } of tasks) gauge.set({ task }, oldestReadySeconds ?? 0);
    },
  );
  new Gauge({
    name: 'maskplane_events_oldest_unpublished_seconds',
    help: 'Age of the oldest event that its tenant cannot read yet.',
    registers,
    async collect() {
      this.reset();
      const known = await figures();
      if (known === null) this.remove();
      else this.set(known.oldestUnpublishedSeconds ?? 0);
    },
  });

  const attempts = new Histogram({
    name: 'maskplane_webhook_attempt_duration_seconds',
    help: "Requests to tenants' endpoints, from the connection to the last byte of the answer.",
    labelNames: ['outcome'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
    registers,
  });

  return {
    noteAttempt: (outcome, seconds) => attempts.observe({ outcome }, seconds),
    text: () => registry.metrics(),
  };
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
