import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { type FigureParts, registerFigures } from './container-figures.ts';
import type { Notes } from './container-notes.ts';
import { type Watched, watchedBy } from './container-watched.ts';

/** What is promised of answers (docs/operations.md) lies in the middle of these: 100 ms. */
const ANSWER_BUCKETS = [0.002, 0.005, 0.01, 0.02, 0.04, 0.07, 0.1, 0.2, 0.5, 1, 1.5];
const REQUEST_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

export type Metrics = Notes & {
  /** What tells of itself by these notes when it is wrapped. */
  watched: Watched;
  /** In the text format of Prometheus. */
  text(): Promise<string>;
};

/**
 * What a monitoring system asks of this process. Names and units follow Prometheus' rules; no label holds a tenant, a number or
 * anything else that there may be many of.
 */
export function metricsOn(parts: FigureParts): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  registerFigures(registry, parts);
  const notes = notesOn(registry);
  return { ...notes, watched: watchedBy(notes), text: () => registry.metrics() };
}

function notesOn(registry: Registry): Notes {
  const registers = [registry];
  const histogram = (name: string, help: string, labelNames: string[], buckets: number[]) =>
    new Histogram({ name, help, labelNames, buckets, registers });
  const counter = (name: string, help: string, labelNames: string[]) =>
    new Counter({ name, help, labelNames, registers });

  const requests = histogram(
    'maskplane_http_request_duration_seconds',
    'Requests, by operation of the document and class of status; a call that could not be decided is a 5xx here.',
    ['operation', 'status'],
    REQUEST_BUCKETS,
  );
  const answers = histogram(
    'maskplane_answer_duration_seconds',
    'Calls that were to be answered, from the form to the document, by what was decided.',
    ['decision'],
    ANSWER_BUCKETS,
  );
  const routes = counter('maskplane_route_decisions_total', 'Calls, by what was decided and why.', [
    'decision',
    'reason',
  ]);
  const misroutes = counter(
    'maskplane_misroutes_total',
    'Connections that the last look before the Dial has stopped. Must stay 0.',
    [],
  );
  const allocations = histogram(
    'maskplane_allocation_duration_seconds',
    'Allocations of a pair, by what became of them.',
    ['kind', 'outcome'],
    REQUEST_BUCKETS,
  );
  const steps = counter(
    'maskplane_allocation_steps_total',
    'Steps on the way to a pair: the pool itself, then what the pool allows when it has none.',
    ['step', 'outcome'],
  );
  const work = histogram(
    'maskplane_job_duration_seconds',
    'Runs of the jobs by the clock and of the tasks of the queue.',
    ['task', 'outcome'],
    [0.01, 0.1, 0.5, 1, 5, 15, 60, 300],
  );
  const attempts = histogram(
    'maskplane_webhook_attempt_duration_seconds',
    "Requests to tenants' endpoints, from the connection to the last byte of the answer.",
    ['outcome'],
    [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
  );
  // There from the start, or the first one would be no increase.
  for (const kind of ['session', 'rehome']) {
    for (const outcome of ['settled', 'exhausted', 'failed']) allocations.zero({ kind, outcome });
  }
  for (const decision of ['bridge', 'failed']) answers.zero({ decision });
  for (const outcome of ['delivered', 'failed']) attempts.zero({ outcome });

  return {
    noteRequest: ({ operation, status, seconds }) => requests.observe({ operation, status }, seconds),
    noteAnswer({ decision, reason, seconds }) {
      answers.observe({ decision }, seconds);
      routes.inc({ decision, reason });
    },
    noteAllocation({ kind, outcome, seconds, steps: taken }) {
      allocations.observe({ kind, outcome }, seconds);
      for (const { step, outcome: came } of taken) steps.inc({ step, outcome: came });
    },
    noteWork: ({ job, outcome, seconds }) => work.observe({ task: job, outcome }, seconds),
    noteMisroute: () => misroutes.inc(),
    noteAttempt: (outcome, seconds) => attempts.observe({ outcome }, seconds),
  };
}
