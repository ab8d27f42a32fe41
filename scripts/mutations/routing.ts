import type { Mutation } from './mutation.ts';

const route = 'src/features/voice/route.ts';
/** Where events of calls are kept. */
const settling = 'migrations/20261124130100_settle_calls_from_facts.js';
const webhook = 'src/features/voice/webhook-service.ts';
const admission = 'src/features/voice/webhook-admission.ts';
const functions = 'migrations/20261124090400_create_calls.js';
const grace = 'migrations/20261124100100_add_grace.js';
const routing = 'test/http/webhook-routing.test.ts';
const trust = 'test/http/webhook-trust.test.ts';

/** Calls: who is connected to whom, and whom the webhook believes. */
export const routingMutations: readonly Mutation[] = [
  {
    guard: 'nobody is rung whom the session does not know, nor shown a number that is not theirs',
    edits: [{ file: 'src/features/voice/dial-check-service.ts', from: 'if (fits) return;', to: 'return;' }],
    tests: ['test/http/metrics.test.ts'],
  },
  {
    guard: 'an expired session connects nobody',
    edits: [{ file: route, from: "if (phase.is === 'expired') {", to: 'if (false) {' }],
    tests: [routing],
  },
  {
    guard: 'it expires by the clock of Postgres',
    edits: [
      {
        file: grace,
        from: 'select p_ended_at is null and p_expires_at > p_at as is_on',
        to: 'select p_ended_at is null as is_on',
      },
    ],
    tests: [routing],
  },
  {
    guard: 'an ended session connects nobody',
    edits: [{ file: route, from: "if (phase.is === 'ended') {", to: 'if (false) {' }],
    tests: [routing],
  },
  {
    guard: 'a session that ends between the decision and its record connects nobody',
    edits: [
      {
        file: grace,
        from: "if v_session.id is null or v_phase.status not in ('active', 'grace')\n",
        to: 'if v_session.id is null\n',
      },
    ],
    tests: ['test/race/ending.test.ts'],
  },
  {
    guard: 'a session whose stage gives way between the decision and its record connects nobody',
    edits: [{ file: grace, from: "or v_phase.stage is distinct from (p_call->>'stage')::integer", to: '' }],
    tests: ['test/race/grace.test.ts'],
  },
  {
    guard: 'the phase of a session is looked at when its row is ours',
    edits: [{ file: grace, from: 'clock_timestamp());\n    v_is_new', to: 'now());\n    v_is_new' }],
    tests: ['test/race/grace.test.ts'],
  },
  {
    guard: 'an immediate end leaves no stage',
    edits: [{ file: grace, from: "v_session.after_end := '[]';", to: '' }],
    tests: ['test/http/session-grace.test.ts'],
  },
  {
    guard: 'a stage connects only whom it allows',
    edits: [{ file: route, from: 'if (allowsCallsFrom(binding.side, phase.allow) && ', to: 'if (' }],
    tests: ['test/unit/route-stages.test.ts'],
  },
  {
    guard: 'a stage allows nothing that the session did not',
    edits: [
      {
        file: route,
        from: ' && allowsCallsFrom(binding.side, binding.direction)) {',
        to: ') {',
      },
    ],
    tests: ['test/unit/route-stages.test.ts'],
  },
  {
    guard: 'a call to the number of a forward ends no session',
    edits: [
      {
        file: settling,
        from: "and v_call.decision = 'bridge'\n     and v_call.connected",
        to: 'and v_call.connected',
      },
    ],
    tests: ['test/http/session-grace-calls.test.ts'],
  },
  {
    guard: 'a number that a party had before it got another one says so',
    edits: [{ file: route, from: 'if (binding.isReleased && binding.isMoved) {', to: 'if (false) {' }],
    tests: ['test/http/session-rehome.test.ts'],
  },
  {
    guard: 'a phone that left its session connects nobody',
    edits: [{ file: route, from: 'if (binding.isReleased) {', to: 'if (false) {' }],
    tests: ['test/http/session-changes.test.ts'],
  },
  {
    guard: 'a caller who could be two people is connected to nobody',
    edits: [{ file: route, from: 'if (others.length > 0) {', to: 'if (false) {' }],
    tests: [routing],
  },
  {
    guard: 'the direction of a session',
    edits: [
      { file: route, from: 'if (!allowsCallsFrom(binding.side, binding.direction)) {', to: 'if (false) {' },
    ],
    tests: [routing],
  },
  {
    guard: 'a suspended tenant connects nobody',
    edits: [{ file: route, from: "if (facts.tenantStatus !== 'active') {", to: 'if (false) {' }],
    tests: [routing],
  },
  {
    guard: "only the tenant's own numbers are shown",
    edits: [{ file: route, from: "if (binding.otherDid.status === 'retired') {", to: 'if (false) {' }],
    tests: ['test/database/damaged-rows.test.ts'],
  },
  {
    guard: 'the destination is the other party',
    edits: [
      {
        file: grace,
        from: 'o.session_id = s.id and o.side <> b.side',
        to: 'o.session_id = s.id and o.side = b.side',
      },
    ],
    tests: [routing],
  },
  {
    guard: "the dialled DID belongs to the account of the webhook's secret",
    edits: [
      {
        file: functions,
        from: 'where d.provider_account_id = p_account\n   order by',
        to: 'where true\n   order by',
      },
    ],
    tests: [routing],
  },
  {
    guard: "an event's call belongs to the account of the webhook's secret",
    edits: [
      {
        file: settling,
        from: 'where c.tenant_id = p_tenant and c.provider_account_id = p_account\n     and ((p_call is',
        to: 'where c.tenant_id = p_tenant\n     and ((p_call is',
      },
    ],
    tests: ['test/http/webhook-events.test.ts'],
  },
  {
    guard: 'a nonce is good for one call',
    edits: [
      {
        file: grace,
        from: 'if not public.burn_nonces(p_account, p_nonces) then\n    return query',
        to: 'if false then\n    return query',
      },
    ],
    tests: [trust],
  },
  {
    guard: 'a nonce is good for one event',
    edits: [
      {
        file: settling,
        from: 'if not public.burn_nonces(p_account, p_nonces) then',
        to: 'if false then',
      },
    ],
    tests: ['test/http/webhook-events.test.ts'],
  },
  {
    guard: 'a nonce is used up by a call that is rejected',
    edits: [
      {
        file: webhook,
        from: 'if (nonces.length > 0 && !(await burnNonces(',
        to: 'if (false && !(await burnNonces(',
      },
    ],
    tests: [trust],
  },
  {
    guard: 'a signature is required where it is',
    edits: [
      {
        file: admission,
        from: "return check.outcome === 'unsigned' && account.signatureMode === 'if_present' ? [] : null;",
        to: "return check.outcome === 'unsigned' ? [] : null;",
      },
    ],
    tests: [trust],
  },
  {
    guard: 'a wrong signature is refused even where none is required',
    edits: [
      {
        file: admission,
        from: "return check.outcome === 'unsigned' && account.signatureMode === 'if_present' ? [] : null;",
        to: "return account.signatureMode === 'if_present' ? [] : null;",
      },
    ],
    tests: [trust],
  },
  {
    guard: 'the addresses that an account lists',
    edits: [
      {
        file: admission,
        from: 'if (account.allowedIps.length > 0 && !isAmong(',
        to: 'if (false && !isAmong(',
      },
    ],
    tests: [trust],
  },
  {
    guard: 'a call that is over is not bridged again',
    edits: [
      {
        file: grace,
        from: 'if v_call.ended_at is not null then\n    return query',
        to: 'if false then\n    return query',
      },
    ],
    tests: ['test/http/webhook-events.test.ts'],
  },
  {
    guard: 'an event is counted once',
    edits: [
      {
        file: settling,
        from: 'values (p_tenant, p_account, p_event_key, p_kind,',
        to: 'values (p_tenant, p_account, p_event_key || clock_timestamp(), p_kind,',
      },
    ],
    tests: ['test/http/webhook-events.test.ts'],
  },
];
