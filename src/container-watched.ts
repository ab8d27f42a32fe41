import type { AllocationNote, Notes } from './container-notes.ts';
import type { CreateSession } from './features/sessions/session-creation-service.ts';
import type { RehomeSession } from './features/sessions/session-rehome-service.ts';
import { readEvent } from './features/vobiz/events.ts';
import type { WebhookService } from './features/voice/webhook-service.ts';
import type { Task } from './jobs/queue.ts';
import type { Job } from './jobs/runner.ts';
import { Failure } from './kernel/errors.ts';
import { inSpan, noteInSpan, SpanKind } from './kernel/tracing.ts';
import type { Outbound } from './outbound/client.ts';

export type Watched = {
  webhook(service: WebhookService): WebhookService;
  creation(create: CreateSession): CreateSession;
  rehoming(rehome: RehomeSession): RehomeSession;
  jobs(jobs: readonly Job[]): Job[];
  tasks(tasks: readonly Task[]): Task[];
  post(post: Outbound['post']): Outbound['post'];
};

/** Wraps what is worth a figure and a span, at the seams of the composition root: the features know nothing of either. */
export function watchedBy(notes: Notes): Watched {
  const allocating = async <T>(
    kind: AllocationNote['kind'],
    work: () => Promise<T>,
    seen: (result: T) => Pick<AllocationNote, 'outcome' | 'steps'>,
  ): Promise<T> => {
    const seconds = stopwatch();
    const note = (what: Pick<AllocationNote, 'outcome' | 'steps'>) => {
      noteInSpan({ 'maskplane.outcome': what.outcome });
      notes.noteAllocation({ kind, ...what, seconds: seconds() });
    };
    return inSpan(`allocate ${kind}`, {}, async () => {
      try {
        const result = await work();
        note(seen(result));
        return result;
      } catch (error) {
        note(refusalOf(error));
        throw error;
      }
    });
  };
  const working = (job: string, work: () => Promise<void>): Promise<void> => {
    const seconds = stopwatch();
    const note = (outcome: 'done' | 'failed') => notes.noteWork({ job, outcome, seconds: seconds() });
    return inSpan(`job ${job}`, {}, async () => {
      try {
        await work();
        note('done');
      } catch (error) {
        note('failed');
        throw error;
      }
    });
  };

  return {
    webhook: ({ handle }) => ({
      async handle(request) {
        const seconds = stopwatch();
        try {
          const reply = await inSpan('answer webhook', {}, () => handle(request));
          if (reply.route !== undefined) {
            const { decision, reason } = reply.route;
            noteInSpan({ 'maskplane.decision': decision, 'maskplane.reason': reason });
            notes.noteAnswer({ decision, reason, seconds: seconds() });
          }
          return reply;
        } catch (error) {
          const isAnswer = request.call === null && readEvent(request.form).kind === 'answer';
          if (isAnswer) notes.noteAnswer({ decision: 'failed', reason: 'failed', seconds: seconds() });
          throw error;
        }
      },
    }),
    creation:
      (create) =>
      (...asked) =>
        allocating(
          'session',
          () => create(...asked),
          (made) =>
            made.outcome === 'kept'
              ? { outcome: 'replayed', steps: [] }
              : { outcome: 'settled', steps: made.result.allocation.steps },
        ),
    rehoming:
      (rehome) =>
      (...asked) =>
        allocating(
          'rehome',
          () => rehome(...asked),
          () => ({ outcome: 'settled', steps: [] }),
        ),
    jobs: (jobs) => jobs.map((job) => ({ ...job, work: () => working(job.name, job.work) })),
    tasks: (tasks) =>
      tasks.map((task) => ({
        ...task,
        work: (...given) => working(task.name, () => task.work(...given)),
      })),
    // Where to is the tenant's own affair: not even the host is told.
    post:
      (post) =>
      (...given) =>
        inSpan('POST tenant endpoint', {}, () => post(...given), SpanKind.CLIENT),
  };
}

function refusalOf(error: unknown): Pick<AllocationNote, 'outcome' | 'steps'> {
  if (!(error instanceof Failure) || error.kind === 'unavailable') return { outcome: 'failed', steps: [] };
  if (error.code !== 'pool_exhausted') return { outcome: 'refused', steps: [] };
  return { outcome: 'exhausted', steps: error.details.steps ?? [] };
}

function stopwatch(): () => number {
  const started = performance.now();
  return () => (performance.now() - started) / 1_000;
}
