import type { Mutation } from './mutation.ts';

const functions = 'migrations/20261124120000_add_job_queue.js';
const queue = 'test/jobs/queue.test.ts';
const failures = 'test/jobs/queue-failures.test.ts';
const lost = 'test/jobs/lost-workers.test.ts';

/** What jobs may rely on. */
export const queueMutations: readonly Mutation[] = [
  {
    guard: 'a job is left again when a worker takes the one of its key in that moment',
    edits: [{ file: functions, from: 'exit when v_id is not null;', to: 'exit;' }],
    tests: [queue],
  },
  {
    guard: 'a worker deletes only jobs that it holds',
    edits: [
      { file: functions, from: "coalesce(current_setting('app.worker', true), '') <> ''", to: 'false' },
    ],
    tests: [lost],
  },
  {
    guard: 'what failed together does not come back together',
    edits: [{ file: functions, from: '(0.5 + random())', to: '1' }],
    tests: [failures],
  },
  {
    guard: 'a job in whose place another has come is gone when nobody works on it',
    edits: [
      {
        file: functions,
        from: "new.flags := coalesce(new.flags, '{}') || '{\"superseded\": true}';",
        to: 'null;',
      },
    ],
    tests: [queue],
  },
  {
    guard: 'who acts for a tenant reaches no job of another',
    edits: [
      {
        file: functions,
        from: `  using ((select public.app_tenant()) is null
         or coalesce(payload->>'tenant', (select public.app_tenant())) = (select public.app_tenant()))
  with check (`,
        to: '  using (true)\n  with check (',
      },
    ],
    tests: [queue],
  },
  {
    guard: 'a wish to keep the time keeps the pause after a failure',
    edits: [{ file: functions, from: 'if p_key is not null and p_keep_run_at then', to: 'if false then' }],
    tests: [queue],
  },
  {
    guard: 'the jobs of a lost worker are given back',
    edits: [
      {
        file: 'src/jobs/worker-lease.ts',
        from: 'if (now - steadySince < silentMs) return;',
        to: 'return;',
      },
    ],
    tests: [lost],
  },
  {
    guard: 'nobody is given up when it was the database that was away',
    edits: [
      {
        file: 'src/jobs/worker-lease.ts',
        from: 'if (now - lastBeat > silentMs / 2) steadySince = now;',
        to: '',
      },
    ],
    tests: [lost],
  },
  {
    guard: 'a job is aborted when it was given to another worker',
    edits: [{ file: 'src/jobs/worker-lease.ts', from: 'if (isKnown && !wasKnown) parts.onLost();', to: '' }],
    tests: [lost],
  },
  {
    guard: 'what a job failed of is kept without secrets',
    edits: [{ file: 'src/jobs/task.ts', from: "text.replace(SECRETS, '[secret]')", to: 'text' }],
    tests: [failures],
  },
  {
    guard: 'jobs that are not done in time are given back',
    edits: [
      {
        file: 'src/jobs/queue-run.ts',
        from: 'const given = await giveBackJobs(db, workerId).catch(() => null);',
        to: 'const given = 0;',
      },
    ],
    tests: [lost],
  },
];
