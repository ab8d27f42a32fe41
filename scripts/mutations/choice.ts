import type { Mutation } from './mutation.ts';

const functions = 'migrations/20261124100300_allocate_by_pool_rules.js';
const candidates = 'src/features/sessions/did-candidates.ts';
const rules = 'test/http/allocation-rules.test.ts';
const ladder = 'test/http/allocation-ladder.test.ts';
const rehome = 'test/http/session-rehome.test.ts';

/** The rules of a pool, its snapshot, and sessions that get other numbers. */
export const choiceMutations: readonly Mutation[] = [
  {
    guard: 'a snapshot serves only while the version of its pool stays',
    edits: [
      {
        file: 'src/features/pool/pool-snapshot-service.ts',
        from: 'if (known !== null && known.version === version) return known;',
        to: 'if (known !== null) return known;',
      },
    ],
    tests: [rules],
  },
  {
    guard: 'the version of a pool moves with its DIDs',
    edits: [
      {
        file: 'migrations/20261124100000_add_pool_rules.js',
        from: 'after update of pool_id, status, region, carrier, reserved, health, load on dids',
        to: 'after update of created_at on dids',
      },
    ],
    tests: [rules],
  },
  {
    guard: 'so does that of the pool that a DID leaves',
    edits: [
      {
        file: 'migrations/20261124100000_add_pool_rules.js',
        from: "if tg_op = 'UPDATE' and old.pool_id <> new.pool_id then",
        to: 'if false then',
      },
    ],
    tests: [rules],
  },
  {
    guard: 'a DID that was retired since the pool was read is not given away',
    edits: [{ file: functions, from: 'if v_count < cardinality(p_did_ids) then', to: 'if v_count < 0 then' }],
    tests: ['test/race/retiring.test.ts'],
  },
  {
    guard: 'a reserved DID is for those who require it',
    edits: [{ file: candidates, from: 'if (did.isReserved) return null;', to: '' }],
    tests: [rules],
  },
  {
    guard: 'a required region is required',
    edits: [
      {
        file: candidates,
        from: 'if (wishes.isRegionRequired && region === wishes.regions.length) return null;',
        to: '',
      },
    ],
    tests: [rules],
  },
  {
    guard: 'no session cools for less than the misroute budget of its pool',
    edits: [
      {
        file: 'src/features/sessions/new-session.ts',
        from: 'return Math.max(own ?? standard, least);',
        to: 'return own ?? standard;',
      },
    ],
    tests: [rules],
  },
  {
    guard: 'nor one that is moved to another pool',
    edits: [
      {
        file: functions,
        from: 'cooling_seconds = greatest(s.cooling_seconds, (select p.budget_cooling_seconds from',
        to: 'cooling_seconds = least(s.cooling_seconds, (select 1000000000 from',
      },
    ],
    tests: [rehome],
  },
  {
    guard: 'a shortened cooling time is over: nothing that is live or cools for less is let go of',
    edits: [
      {
        file: functions,
        from: 'and b.free_at - make_interval(secs => s.cooling_seconds - p.budget_cooling_seconds) <= now()\n',
        to: '\n',
      },
      {
        file: functions,
        from: 'b.free_at - make_interval(secs => s.cooling_seconds - p.budget_cooling_seconds) as free_at',
        to: 'now() as free_at',
      },
    ],
    tests: [ladder],
  },
  {
    guard: 'the daily peaks of a pool know of the stages after the end',
    edits: [
      {
        file: 'src/features/pool/capacity-store.ts',
        from: '+ make_interval(secs => s.grace_seconds) as over_at',
        to: 'as over_at',
      },
    ],
    tests: ['test/http/capacity.test.ts'],
  },
  {
    guard: 'a session that gets other numbers lets go of the old ones',
    edits: [
      {
        file: functions,
        from: 'set released_at = now(), free_at = now() + make_interval(secs => v_session.cooling_seconds)',
        to: 'set free_at = b.free_at',
      },
    ],
    tests: [rehome],
  },
  {
    guard: 'a session that gets other numbers keeps its old ones when one of the new is taken meanwhile',
    edits: [
      {
        file: functions,
        from: "exception when sqlstate 'MP409' then return 'conflict'; -- what was done above is undone\n",
        to: '',
      },
    ],
    tests: ['test/race/rehome.test.ts'],
  },
];
