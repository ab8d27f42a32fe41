import type { Mutation } from './mutation.ts';

const tables = 'migrations/20261124090300_create_sessions.js';
const functions = 'migrations/20261124100300_allocate_by_pool_rules.js';
const bindings = 'src/features/sessions/binding-store.ts';
const race = 'test/race/allocation.test.ts';
const grace = 'test/http/session-grace.test.ts';

/** Pairs: who gets which DID, when, and until when. */
export const allocationMutations: readonly Mutation[] = [
  {
    guard: 'the primary key of bindings: one (DID, caller) at a time',
    edits: [
      {
        file: tables,
        from: 'primary key (tenant_id, did_id, caller_index),',
        to: 'primary key (tenant_id, did_id, caller_index, session_id),',
      },
      {
        file: functions,
        from: 'on conflict (tenant_id, did_id, caller_index) do update',
        to: 'on conflict (tenant_id, did_id, caller_index, session_id) do update',
      },
      {
        file: bindings,
        from: 'on conflict (tenant_id, did_id, caller_index) do update',
        to: 'on conflict (tenant_id, did_id, caller_index, session_id) do update',
      },
    ],
    tests: [race],
  },
  {
    guard: 'the tombstone: a binding is taken over only when it has cooled',
    edits: [
      {
        file: functions,
        from: 'where held.free_at <= now();',
        to: 'where true;',
      },
    ],
    tests: [race],
  },
  {
    guard: 'the same for a phone that is changed',
    edits: [
      {
        file: bindings,
        from: 'where held.free_at <= now() or (held.session_id = excluded.session_id and held.side = excluded.side)',
        to: 'where true',
      },
    ],
    tests: ['test/http/session-changes.test.ts'],
  },
  {
    guard: 'all bindings of a session or none',
    edits: [
      { file: functions, from: 'if v_count <> cardinality(p_callers) then', to: 'if v_count = 0 then' },
    ],
    tests: [race],
  },
  {
    guard: 'M1 is not M2',
    edits: [
      {
        file: 'src/features/sessions/pair-choice.ts',
        from: 'if (a.didId === b.didId) continue;',
        to: '',
      },
    ],
    tests: ['test/http/session-choice.test.ts'],
  },
  {
    guard: 'the share lock on the DIDs of a claim: none retires under it',
    edits: [{ file: functions, from: 'order by d.id for share;', to: 'order by d.id;' }],
    tests: ['test/race/retiring.test.ts'],
  },
  {
    guard: 'a DID in use retires only when it is free',
    edits: [
      {
        file: 'src/features/pool/did-store.ts',
        from: 'and b.did_id = d.id and b.free_at > now())',
        to: 'and b.did_id = d.id and false)',
      },
    ],
    tests: ['test/http/pools-and-dids.test.ts'],
  },
  {
    guard: 'the unique Idempotency-Key: one session for each',
    edits: [
      {
        file: functions,
        from: "if not found then return 'key_taken'; end if;",
        to: '',
      },
    ],
    tests: ['test/http/idempotency.test.ts'],
  },
  {
    guard: 'the cooling time begins when a session is over',
    edits: [
      {
        file: functions,
        from: 'returning expires_at + make_interval(secs => grace_seconds + cooling_seconds) into v_free_at;',
        to: 'returning expires_at into v_free_at;',
      },
    ],
    tests: ['test/database/cooling.test.ts'],
  },
  {
    guard: 'a longer session cools later',
    edits: [
      {
        file: 'src/features/sessions/session-store.ts',
        from: 'update bindings b set free_at = changed.free_at',
        to: 'update bindings b set free_at = b.free_at',
      },
    ],
    tests: ['test/database/cooling.test.ts'],
  },
  {
    guard: 'the cooling time begins after the stages: a new session',
    edits: [
      {
        file: functions,
        from: 'returning expires_at + make_interval(secs => grace_seconds + cooling_seconds) into v_free_at;',
        to: 'returning expires_at + make_interval(secs => cooling_seconds) into v_free_at;',
      },
    ],
    tests: [grace],
  },
  {
    guard: 'the cooling time begins after the stages: a change',
    edits: [
      {
        file: 'src/features/sessions/session-store.ts',
        from: 'returning expires_at + make_interval(secs => grace_seconds + cooling_seconds)',
        to: 'returning expires_at + make_interval(secs => cooling_seconds)',
      },
    ],
    tests: [grace],
  },
  {
    guard: 'the cooling time begins after the stages: reopening',
    edits: [
      {
        file: 'src/features/sessions/session-store.ts',
        from: 'returning s.expires_at + make_interval(secs => s.grace_seconds + s.cooling_seconds)',
        to: 'returning s.expires_at + make_interval(secs => s.cooling_seconds)',
      },
    ],
    tests: [grace],
  },
  {
    guard: 'the cooling time begins after the stages: a new phone',
    edits: [
      {
        file: bindings,
        from: 's.expires_at + make_interval(secs => s.grace_seconds + s.cooling_seconds)',
        to: 's.expires_at + make_interval(secs => s.cooling_seconds)',
      },
    ],
    tests: [grace],
  },
  {
    guard: 'the cooling time begins after the stages: a call that slides the end',
    edits: [
      {
        file: 'migrations/20261124100100_add_grace.js',
        from: 'make_interval(secs => v_session.grace_seconds + v_session.cooling_seconds)',
        to: 'make_interval(secs => v_session.cooling_seconds)',
      },
    ],
    tests: [grace],
  },
  {
    guard: 'the cooling time begins after the stages: the end',
    edits: [
      {
        file: 'migrations/20261124100100_add_grace.js',
        from: 'v_released_at := v_off_at + make_interval(secs => v_session.grace_seconds);',
        to: 'v_released_at := v_off_at;',
      },
    ],
    tests: [grace],
  },
  {
    guard: 'both or neither: a pair is locked only when both of its sides are free',
    edits: [
      {
        file: 'src/redis/lua/lock-first-pair-n.lua',
        from: "redis.call('EXISTS', KEYS[first], KEYS[first + 1]) == 0",
        to: "redis.call('EXISTS', KEYS[first]) == 0",
      },
    ],
    tests: ['test/race/pair-locks.test.ts'],
  },
  {
    guard: 'both or neither: a locked pair has both of its locks',
    edits: [
      {
        file: 'src/redis/lua/lock-first-pair-n.lua',
        from: "    redis.call('SET', KEYS[first + 1], ARGV[1], 'PX', ARGV[2])\n",
        to: '',
      },
    ],
    tests: ['test/race/pair-locks.test.ts'],
  },
  {
    guard: 'compare and delete: only its holder frees a lock',
    edits: [
      {
        file: 'src/redis/lua/unlock-pair-2.lua',
        from: "if redis.call('GET', key) == ARGV[1] then",
        to: "if redis.call('EXISTS', key) == 1 then",
      },
    ],
    tests: ['test/race/pair-locks.test.ts'],
  },
  {
    guard: 'Redis may be away: allocation goes on without it',
    edits: [
      {
        file: 'src/features/sessions/allocation.ts',
        from: "const place = lock.outcome === 'locked' ? lock.index : 0;",
        to: "if (lock.outcome !== 'locked') continue;\n      const place = lock.index;",
      },
    ],
    tests: [race],
  },
  {
    guard: 'an allocation that comes too late does not undo those that are settled with it',
    edits: [
      {
        file: 'migrations/20261124115000_settle_without_raising.js',
        from: "exception when sqlstate 'MP409' then return 'conflict'; -- what was done above is undone\n",
        to: '',
      },
    ],
    tests: ['test/database/events.test.ts'],
  },
  {
    guard: 'statements that may have been committed are not run again',
    edits: [
      {
        file: 'src/db/together.ts',
        from: 'if (!isStatementRefused(found)) return asked.map(() => found);',
        to: '',
      },
    ],
    tests: ['test/database/together.test.ts'],
  },
  {
    guard: 'a statement that is refused does not fail those that came with it',
    edits: [{ file: 'src/db/together.ts', from: 'if (!isStatementRefused(found))', to: 'if (true)' }],
    tests: ['test/database/together.test.ts'],
  },
];
