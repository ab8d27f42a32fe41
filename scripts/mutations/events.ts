import type { Mutation } from './mutation.ts';

const functions = 'migrations/20261124110000_create_events.js';
const events = 'test/database/events.test.ts';
const types = 'test/http/events-types.test.ts';
const reading = 'test/http/events.test.ts';

/** What a tenant may rely on that reads events. */
export const eventMutations: readonly Mutation[] = [
  {
    guard: 'only one publisher at a time numbers the events of a tenant',
    edits: [
      {
        file: functions,
        from: "perform pg_advisory_xact_lock(hashtext('publish_events'), hashtext(p_tenant));",
        to: '',
      },
    ],
    tests: [events],
  },
  {
    guard: 'positions go on from the last one',
    edits: [
      { file: functions, from: 'coalesce((select max(l.position)', to: 'coalesce((select min(l.position)' },
    ],
    tests: [events],
  },
  {
    guard: 'the events of a session are numbered under the lock on its row',
    edits: [
      {
        file: functions,
        from: 'update public.sessions s set event_sequence = s.event_sequence + 1',
        to: 'update public.sessions s set event_sequence = s.event_sequence',
      },
    ],
    tests: [types],
  },
  {
    guard: 'an exhausted pool is told of once a minute',
    edits: [{ file: functions, from: "interval '1 minute'", to: "interval '0 minute'" }],
    tests: [types],
  },
  {
    guard: 'a session is told of once when it has expired',
    edits: [
      {
        file: functions,
        from: 'update public.sessions s set told = 2 where s.tenant_id = p_tenant and s.id = v_session.id;\n    perform public.emit_session_ended',
        to: 'perform public.emit_session_ended',
      },
    ],
    tests: [types],
  },
  {
    guard: 'a repeated answer event says nothing new',
    edits: [
      {
        file: functions,
        from: "if (v_before is null and v_call.id = p_call->>'id') or v_before <> v_decision then",
        to: 'if true then',
      },
    ],
    tests: [types],
  },
  {
    guard: 'the newest event is kept, however old',
    edits: [
      {
        file: 'src/features/events/event-store.ts',
        from: 'and o.position < (select max(l.position)',
        to: 'and o.position <= (select max(l.position)',
      },
    ],
    tests: [reading],
  },
  {
    guard: 'a tenant has no more than some requests waiting',
    edits: [
      {
        file: 'src/features/events/waiting-room.ts',
        from: 'if (own >= MOST_OF_TENANT) {',
        to: 'if (own > 1_000) {',
      },
    ],
    tests: [reading],
  },
];
