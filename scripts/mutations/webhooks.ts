import type { Mutation } from './mutation.ts';

const functions = 'migrations/20261124120100_add_webhook_endpoints.js';
const replays = 'migrations/20261124120200_add_webhook_replays.js';
const deliveries = 'test/http/webhook-deliveries.test.ts';
const order = 'test/http/webhook-order.test.ts';
const again = 'test/http/webhook-replay.test.ts';
const endpoints = 'test/http/webhook-endpoints.test.ts';
const sending = 'src/features/events/webhook-delivery-service.ts';

/** What tenants may rely on that have webhook endpoints. */
export const webhookMutations: readonly Mutation[] = [
  {
    guard: 'a webhook endpoint gets events of its own mode only',
    edits: [{ file: functions, from: 'and w.livemode = p.livemode and', to: 'and' }],
    tests: [deliveries],
  },
  {
    guard: 'a webhook endpoint gets only the types that it wants',
    edits: [{ file: functions, from: 'coalesce(p.type = any (w.types), true) end', to: 'true end' }],
    tests: [deliveries],
  },
  {
    guard: 'nothing is on its way to a disabled webhook endpoint',
    edits: [
      { file: functions, from: `and w.status = 'enabled'\n       and w.deleted_at is null`, to: '' },
      {
        file: functions,
        from: `v_endpoint.status <> 'enabled' or coalesce(v_endpoint.hold_until`,
        to: 'coalesce(v_endpoint.hold_until',
      },
      {
        file: 'src/features/events/webhook-delivery-store.ts',
        from: `and status = 'enabled' and coalesce(hold_until`,
        to: 'and coalesce(hold_until',
      },
    ],
    tests: [deliveries],
  },
  {
    guard: 'a webhook run stops when its endpoint is disabled meanwhile',
    edits: [{ file: sending, from: 'if (!state.sendable) isOver = true;', to: '' }],
    tests: [deliveries],
  },
  {
    guard: 'what waited for a webhook endpoint before it was disabled is not sent when it is enabled',
    edits: [{ file: functions, from: 'due.created_at < v_endpoint.enabled_at\n             or', to: '' }],
    tests: [deliveries],
  },
  {
    guard: 'a webhook result counts once, and not after a cancellation',
    edits: [
      {
        file: functions,
        from: 'd.id = p_delivery and d.next_attempt_at is not null\n  returning',
        to: 'd.id = p_delivery\n  returning',
      },
    ],
    tests: [deliveries],
  },
  {
    guard: 'webhooks hold back until Retry-After has passed',
    edits: [
      {
        file: 'src/features/events/retry-schedule.ts',
        from: 'isHeld ? Math.min(retryAfterSeconds, MOST_HOLD_SECONDS) : 0',
        to: '0',
      },
    ],
    tests: [deliveries],
  },
  {
    guard: 'a failing webhook receiver gets one request at a time',
    edits: [
      { file: sending, from: 'room = state.failing ? 1 : ', to: 'room = ' },
      { file: sending, from: 'room: endpoint.failing ? 1 : ', to: 'room: ' },
    ],
    tests: [deliveries],
  },
  {
    guard: 'a success clears what is known of webhook failures',
    edits: [
      {
        file: functions,
        from: 'set failing_since = null, hold_until = null\n',
        to: 'set hold_until = null\n',
      },
    ],
    tests: [deliveries],
  },
  {
    guard: 'webhooks of a session wait for the earlier ones',
    edits: [
      { file: functions, from: "v_endpoint.ordering = 'none' or d.session_id is null or", to: 'true or' },
    ],
    tests: [order],
  },
  {
    guard: 'webhooks that wait for one that failed make way for others',
    edits: [{ file: functions, from: 'where due.after > due.own group by', to: 'where false group by' }],
    tests: [order],
  },
  {
    guard: 'a webhook run plans the next one',
    edits: [{ file: sending, from: 'await endWebhookRun(parts.db, tenantId, endpoint);', to: '' }],
    tests: [deliveries],
  },
  {
    guard: 'a replay of webhooks leaves out what is on its way or was delivered',
    edits: [
      {
        file: replays,
        from: "(d.status = 'pending' or (v_replay.only_failed and d.status = 'delivered'))",
        to: 'false',
      },
    ],
    tests: [again],
  },
  {
    guard: 'a replay of webhooks is done once by whoever comes',
    edits: [{ file: replays, from: 'r.id = p_replay for no key update;', to: 'r.id = p_replay;' }],
    tests: [again],
  },
  {
    guard: 'a tenant has no more than twenty webhook endpoints',
    edits: [
      {
        file: 'src/features/events/webhook-endpoint-service.ts',
        from: 'await lockCreation(db, owner.tenantId);',
        to: '',
      },
    ],
    tests: [endpoints],
  },
  {
    guard: 'a webhook URL is looked at when it is changed',
    edits: [
      {
        file: 'src/features/events/webhook-endpoint-service.ts',
        from: 'if (change.url !== undefined) checkUrl(change.url);',
        to: '',
      },
    ],
    tests: [endpoints],
  },
];
