import type { Mutation } from './mutation.ts';

const route = 'src/features/voice/route.ts';
const rules = 'src/features/voice/call-policy.ts';
const asking = 'src/features/voice/out-of-session-service.ts';
const answers = 'src/features/voice/out-of-session-answer.ts';
const setting = 'src/features/voice/out-of-session-policy-service.ts';
const facts = 'migrations/20261124151000_add_call_policies.js';
const blocks = 'test/http/blocks.test.ts';
const strangers = 'test/http/out-of-session.test.ts';
const limits = 'test/http/call-policies.test.ts';

/** Call policies: who is stopped, and what callers without a session get. */
export const policyMutations: readonly Mutation[] = [
  {
    guard: 'policies stop calls of a session',
    edits: [{ file: route, from: 'if (policies.stop !== null)', to: 'if (false)' }],
    tests: [blocks],
  },
  {
    guard: 'the policies of blocks hold without a session',
    edits: [{ file: route, from: 'if (blocked !== null)', to: 'if (false)' }],
    tests: [blocks],
  },
  {
    guard: 'the policies of blocks hold in a stage that forwards',
    edits: [{ file: route, from: ' && facts.policy.callerBlock === null', to: '' }],
    tests: [blocks],
  },
  {
    guard: 'by the policies of one mode nobody is blocked in the other',
    edits: [{ file: facts, from: ' and bl.livemode = v_did.livemode and', to: ' and' }],
    tests: [blocks],
  },
  {
    guard: 'policies of a block end at its time',
    edits: [{ file: facts, from: '     and (bl.expires_at is null or bl.expires_at > now())\n', to: '' }],
    tests: [blocks],
  },
  {
    guard: 'policies of a block hold in its pool only',
    edits: [
      {
        file: facts,
        from: '     and (bl.pool_id is null or bl.pool_id = coalesce(v_pool, v_did.pool_id))\n',
        to: '',
      },
    ],
    tests: [blocks],
  },
  {
    guard: 'policies of a block are of all phones of a party',
    edits: [{ file: facts, from: 'filter (where f.side = v_side)', to: 'filter (where false)' }],
    tests: [blocks],
  },
  {
    guard: 'policies of hours stop calls',
    edits: [{ file: rules, from: 'if (!hours.isOpen)', to: 'if (false)' }],
    tests: [limits],
  },
  {
    guard: 'the call itself does not count against the policies of its pair',
    edits: [
      {
        file: 'src/features/voice/decision.ts',
        from: 'pairCalls: policies.pairCalls - 1',
        to: 'pairCalls: policies.pairCalls',
      },
    ],
    tests: [limits],
  },
  {
    guard: 'policies of a pair count calls that were bridged only',
    edits: [
      {
        file: facts,
        from: "c.session_id = v_session and c.decision = 'bridge'",
        to: 'c.session_id = v_session',
      },
    ],
    tests: [limits],
  },
  {
    guard: 'by its policies an endpoint gives answers of status 200 only',
    edits: [{ file: answers, from: 'if (status !== 200)', to: 'if (false)' }],
    tests: [strangers],
  },
  {
    guard: 'by its policies an endpoint gives no session to another caller',
    edits: [{ file: answers, from: " || 'phone' in a || 'phones' in a", to: '' }],
    tests: [strangers],
  },
  {
    guard: 'by its policies an endpoint gives no answer with unknown fields',
    edits: [{ file: answers, from: 'if (Object.keys(more).length > 0)', to: 'if (false)' }],
    tests: [strangers],
  },
  {
    guard: 'by the policies nobody is forwarded without a support number',
    edits: [
      {
        file: asking,
        from: " else if (answer.action === 'forward' && !outOfSession.policy.hasForward)",
        to: ' else if (false)',
      },
    ],
    tests: [strangers],
  },
  {
    guard: 'the policies leave a dead endpoint alone',
    edits: [{ file: asking, from: 'if (!breaker.mayTry(policy.id))', to: 'if (false)' }],
    tests: [strangers],
  },
  {
    guard: 'policies forward to no masking number',
    edits: [
      {
        file: setting,
        from: 'if ((await parts.didsAmong(db, owner, [number])).length > 0)',
        to: 'if (false)',
      },
    ],
    tests: [strangers],
  },
  {
    guard: 'policies name no private address',
    edits: [{ file: setting, from: 'if (why !== null)', to: 'if (false)' }],
    tests: [strangers],
  },
];
