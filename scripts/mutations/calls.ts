import type { Mutation } from './mutation.ts';

const functions = 'migrations/20261124130100_settle_calls_from_facts.js';
const legs = 'src/features/voice/call-legs.ts';
const states = 'src/features/voice/call-state.ts';
const settling = 'src/features/voice/call-settling-service.ts';
const rest = 'src/features/vobiz/rest-client.ts';
const unit = 'test/unit/call-state.test.ts';
const http = 'test/http/calls.test.ts';
const race = 'test/race/call-events.test.ts';
const jobs = 'test/jobs/call-settling.test.ts';

/** What is said of a call, whatever was heard of it and when. */
export const callMutations: readonly Mutation[] = [
  {
    guard: 'what is known of a call is read in one order',
    edits: [{ file: legs, from: '[...first].sort(([a], [b]) => (a < b ? -1 : 1))', to: '[...first]' }],
    tests: [unit],
  },
  {
    guard: 'the records of a leg count before its events',
    edits: [
      {
        file: legs,
        from: '{ ...ending, ...known(record ?? {}) }',
        to: '{ ...known(record ?? {}), ...known(ending ?? {}) }',
      },
    ],
    tests: [unit],
  },
  {
    guard: 'what a hangup event says counts before the events of the Dial',
    edits: [
      {
        file: states,
        from: "if (said !== 'completed' || !isForSomebody || connected)",
        to: 'if (!isForSomebody || connected)',
      },
    ],
    tests: [unit],
  },
  {
    guard: 'a call is lost only while nothing else says how it ended',
    edits: [
      {
        file: states,
        from: "else if (hangup !== null) said = saidByHangup[hangup.status ?? ''] ?? 'completed';",
        to: "else if (hangup !== null && factsOf(facts, 'lost').length === 0) said = saidByHangup[hangup.status ?? ''] ?? 'completed';",
      },
    ],
    tests: [unit],
  },
  {
    guard: 'times that were sent in UTC are not read as Indian ones',
    edits: [{ file: legs, from: '> SLACK_MS) return ending;', to: '>= 0) return ending;' }],
    tests: [unit],
  },
  {
    guard: 'no number gets into what is kept of an event in clear',
    edits: [
      {
        file: 'src/features/voice/call-fact.ts',
        from: 'return scrub(text) === text && !/\\d{6}/.test(text) ? text : null;',
        to: 'return text;',
      },
    ],
    tests: [unit],
  },
  {
    guard: 'a tenant is not shown the blind index of a number',
    edits: [
      {
        file: 'src/features/voice/call-handlers.ts',
        from: "const unsaid = ['kind', 'leg', 'index'];",
        to: "const unsaid = ['kind', 'leg'];",
      },
    ],
    tests: [http],
  },
  {
    guard: 'an event and the answer event of its call wait for each other',
    edits: [
      {
        file: functions,
        from: "perform pg_advisory_xact_lock(hashtextextended(p_account || '|' || p_provider_call_id, 0));",
        to: '',
      },
    ],
    tests: [http],
  },
  {
    guard: 'events that came before their call are its own when it comes',
    edits: [
      {
        file: functions,
        from: 'and e.provider_call_id = v_call.provider_call_id and e.call_id is null;',
        to: 'and false;',
      },
    ],
    tests: [http],
  },
  {
    guard: 'whoever has hung up before the answer is connected to nobody',
    edits: [
      {
        file: 'src/features/voice/webhook-service.ts',
        from: 'if (record.isLate && (await isOverAlready(did.tenant_id, record.callId))) return accepted;',
        to: 'if (record.isLate) await isOverAlready(did.tenant_id, record.callId);',
      },
    ],
    tests: [http],
  },
  {
    guard: 'that a call was answered is told once',
    edits: [
      {
        file: functions,
        from: 'if v_call.connected and not v_before.connected then',
        to: 'if v_call.connected then',
      },
    ],
    tests: [http],
  },
  {
    guard: 'that a call is over is told once',
    edits: [
      {
        file: functions,
        from: 'if v_call.ended_at is not null and v_before.ended_at is null then',
        to: 'if v_call.ended_at is not null then',
      },
    ],
    tests: [http],
  },
  {
    guard: 'a call is locked while its state is computed',
    edits: [
      {
        file: functions,
        from: `       or (p_call is null and c.provider_call_id = p_provider_call_id))
     for no key update;`,
        to: `       or (p_call is null and c.provider_call_id = p_provider_call_id));`,
      },
    ],
    tests: [race],
  },
  {
    guard: 'a call that is asked for is not asked for by another',
    edits: [
      {
        file: 'src/features/voice/call-settling-store.ts',
        from: 'for no key update skip locked',
        to: '',
      },
      {
        file: 'src/features/voice/call-settling-store.ts',
        from: 'set settle_at = now() + make_interval(secs => $3), settle_attempts',
        to: 'set settle_at = c.settle_at + make_interval(secs => $3 * 0), settle_attempts',
      },
    ],
    tests: [jobs],
  },
  {
    guard: 'only a call that Vobiz does not know is lost after a day',
    edits: [{ file: settling, from: "(isOld && answer.kind === 'unknown')", to: 'isOld' }],
    tests: [jobs],
  },
  {
    guard: 'Vobiz is not asked before the time that it named',
    edits: [
      { file: settling, from: 'asked === null ? wait : asked + withJitter(FIRST_RETRY_SECONDS)', to: 'wait' },
    ],
    tests: [jobs],
  },
  {
    guard: 'an account that is refused or limited rests for the turn',
    edits: [{ file: settling, from: 'if (resting.has(call.accountId))', to: 'if (false)' }],
    tests: [jobs],
  },
  {
    guard: 'calls of test mode never reach Vobiz',
    edits: [
      {
        file: functions,
        from: "case when (p_call->>'livemode')::boolean then now()",
        to: 'case when true then now()',
      },
    ],
    tests: [jobs],
  },
  {
    guard: 'a record is not waited for without an end',
    edits: [
      { file: rest, from: 'headersTimeout: timeoutMs,', to: 'headersTimeout: 0,' },
      { file: rest, from: 'signal: AbortSignal.timeout(timeoutMs),', to: '' },
    ],
    tests: [jobs],
  },
  {
    guard: 'an answer of Vobiz is read up to a length only',
    edits: [{ file: rest, from: 'maxResponseSize: MOST_BYTES,', to: '' }],
    tests: [jobs],
  },
];
