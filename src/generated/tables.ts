// Generated from the migrations by `npm run generate`: do not edit.

export type AccountProvisioningRow = {
  tenant_id: string;
  account_id: string;
  status: 'pending' | 'ready' | 'failed';
  reason: string | null;
  application_id: string | null;
  revision: number;
  checked_at: Date | null;
  updated_at: Date;
};

export type AnnouncementsRow = {
  tenant_id: string;
  livemode: boolean;
  key: string;
  language: string;
  prompt: unknown;
};

export type ApiKeyDirectoryRow = {
  digest: Buffer;
  tenant_id: string;
  key_id: string;
};

export type ApiKeysRow = {
  tenant_id: string;
  id: string;
  livemode: boolean;
  name: string;
  scopes: string[];
  last4: string;
  digest: Buffer;
  expires_at: Date | null;
  revoked_at: Date | null;
  created_at: Date;
};

export type BindingsRow = {
  tenant_id: string;
  did_id: string;
  caller_index: Buffer;
  session_id: string;
  side: 'a' | 'b';
  released_at: Date | null;
  free_at: Date;
};

export type BlocksRow = {
  tenant_id: string;
  id: string;
  livemode: boolean;
  person_index: Buffer;
  sealed_person: Buffer;
  person_last4: string;
  other_index: Buffer | null;
  sealed_other: Buffer | null;
  other_last4: string | null;
  key_version: number;
  pool_id: string | null;
  direction: 'from' | 'to' | 'both';
  reason: string | null;
  expires_at: Date | null;
  created_by: string;
  created_at: Date;
  lifted_by: string | null;
  lifted_at: Date | null;
};

export type CallDirectoryRow = {
  provider_account_id: string;
  provider_call_id: string;
  tenant_id: string;
  did_id: string;
};

export type CallEventsRow = {
  tenant_id: string;
  provider_account_id: string;
  event_key: string;
  kind: string;
  provider_call_id: string | null;
  call_id: string | null;
  sealed_payload: Buffer;
  key_version: number;
  received_at: Date;
  facts: unknown | null;
};

export type CallLegsRow = {
  tenant_id: string;
  call_id: string;
  leg_id: string;
  side: 'A' | 'B';
  position: number | null;
  number_index: Buffer | null;
  number_last4: string | null;
  started_at: Date | null;
  answered_at: Date | null;
  ended_at: Date | null;
  duration_seconds: number | null;
  billed_seconds: number | null;
  hangup_reason: string | null;
  hangup_code: number | null;
  hangup_cause: string | null;
  hangup_name: string | null;
  hangup_source: string | null;
  cost: string | null;
  cost_micros: string | null;
  currency: string | null;
  confirmed_by: 'event' | 'cdr' | null;
};

export type CallerHistoryRow = {
  tenant_id: string;
  caller_index: Buffer;
  did_id: string;
  released_at: Date;
};

export type CallsRow = {
  tenant_id: string;
  id: string;
  livemode: boolean;
  provider_account_id: string;
  provider_call_id: string;
  did_id: string;
  session_id: string | null;
  caller_side: 'a' | 'b' | null;
  caller_index: Buffer | null;
  sealed_caller: Buffer | null;
  key_version: number | null;
  decision: string;
  reason: string;
  trace: unknown;
  connected: boolean;
  status: 'ringing' | 'in_progress' | 'completed' | 'busy' | 'no_answer' | 'canceled' | 'failed';
  duration_seconds: number | null;
  hangup_cause: string | null;
  started_at: Date;
  ended_at: Date | null;
  counted_for: string[];
  hangup_reason: string | null;
  hangup_code: number | null;
  hangup_source: string | null;
  answered_at: Date | null;
  has_recording: boolean;
  confirmed_by: 'event' | 'cdr' | null;
  settle_at: Date | null;
  settle_attempts: number;
  rating: number | null;
  direction: 'inbound' | 'outbound';
  placement: 'waiting' | 'asked' | 'placed' | 'not_placed' | null;
  hangup_requested_at: Date | null;
};

export type DidDirectoryRow = {
  scope: string;
  e164: string;
  tenant_id: string;
  did_id: string;
  provider_account_id: string;
};

export type DidProvisioningRow = {
  tenant_id: string;
  did_id: string;
  account_id: string;
  status: 'pending' | 'ready' | 'failed';
  reason: string | null;
  drift: 'application' | 'blocked' | 'released' | null;
  revision: number;
  updated_at: Date;
};

export type DidsRow = {
  tenant_id: string;
  id: string;
  livemode: boolean;
  pool_id: string;
  provider_account_id: string;
  e164: string;
  country: string | null;
  status: 'active' | 'retiring' | 'retired';
  spread: number;
  created_at: Date;
  retired_at: Date | null;
  region: string | null;
  carrier: string | null;
  reserved: boolean;
  health: number;
  health_calls: number;
  health_answered: number;
  health_short: number;
  load: number;
  measured_at: Date | null;
  suspended: 'blocked' | 'released' | null;
};

export type EventsRow = {
  tenant_id: string;
  id: string;
  livemode: boolean;
  type: string;
  session_id: string | null;
  call_id: string | null;
  sequence: number | null;
  data: unknown;
  position: string | null;
  created_at: Date;
};

export type IdempotencyKeysRow = {
  tenant_id: string;
  livemode: boolean;
  key: string;
  fingerprint: Buffer;
  status: number | null;
  sealed_reply: Buffer | null;
  created_at: Date;
};

export type ListingsRow = {
  tenant_id: string;
  id: string;
  livemode: boolean;
  pool_id: string;
  did_id: string;
  transaction_ref: string | null;
  expires_at: Date;
  ended_at: Date | null;
  caller_index: Buffer;
  sealed: Buffer;
  key_version: number;
  role: string | null;
  session: unknown;
  metadata: unknown;
  created_at: Date;
};

export type MasterKeyProofRow = {
  only_row: boolean;
  sealed: Buffer;
};

export type NumberPurchasesRow = {
  tenant_id: string;
  operation_id: string;
  place: number;
  account_id: string;
  e164: string;
  status: 'intended' | 'bought' | 'not_bought';
  cost_minor: string;
  currency: string;
  created_at: Date;
};

export type OperationsRow = {
  tenant_id: string;
  id: string;
  livemode: boolean;
  type: string;
  status: 'pending' | 'running' | 'succeeded' | 'failed';
  done: number;
  total: number | null;
  input: unknown;
  state: unknown;
  result: unknown | null;
  error_code: string | null;
  error_message: string | null;
  created_at: Date;
  updated_at: Date;
  finished_at: Date | null;
};

export type OperatorKeysRow = {
  id: string;
  name: string;
  last4: string;
  digest: Buffer;
  revoked_at: Date | null;
  created_at: Date;
};

export type OutOfSessionPoliciesRow = {
  tenant_id: string;
  id: string;
  livemode: boolean;
  pool_id: string | null;
  action: 'reject' | 'announce' | 'forward' | 'ask';
  on_failure: 'reject' | 'announce' | 'forward' | null;
  sealed_forward: Buffer | null;
  forward_last4: string | null;
  forward_key_version: number | null;
  time_limit_seconds: number;
  url: string | null;
  sealed_secret: Buffer | null;
  secret_key_version: number | null;
  sealed_previous_secret: Buffer | null;
  previous_key_version: number | null;
  previous_secret_expires_at: Date | null;
  created_at: Date;
  updated_at: Date;
};

export type PairHistoryRow = {
  tenant_id: string;
  caller_a: Buffer;
  caller_b: Buffer;
  did_a: string;
  did_b: string;
  used_at: Date;
};

export type PartyPinsRow = {
  tenant_id: string;
  did_id: string;
  pin_index: Buffer;
  session_id: string;
  side: 'a' | 'b';
  digits: number;
};

export type PinAttemptsRow = {
  tenant_id: string;
  call_id: string;
  attempt: number;
  did_id: string;
  caller_index: Buffer | null;
  tried_at: Date;
};

export type PlansRow = {
  id: string;
  name: string;
  version: number;
  currency: string;
  terms: unknown;
  created_at: Date;
};

export type PoolsRow = {
  tenant_id: string;
  id: string;
  livemode: boolean;
  name: string;
  cooling_seconds: number | null;
  created_at: Date;
  version: string;
  misroute_budget: number | null;
  budget_cooling_seconds: number | null;
  redial_delay_seconds: number | null;
  redial_samples: number;
  redials_measured_at: Date | null;
  affinity: 'least_recently_released' | 'sticky' | 'avoid_sticky';
  regions: string[];
  region_match: 'prefer' | 'require';
  carriers: string[];
  exhaustion: unknown;
  exhaustion_told_at: Date | null;
  low_at_percent: number | null;
  low_measured_at: Date | null;
  low_told_at: Date | null;
  voice: unknown;
};

export type ProviderAccountsRow = {
  id: string;
  tenant_id: string | null;
  livemode: boolean;
  provider: 'vobiz';
  auth_id: string;
  signature_mode: 'required' | 'if_present' | 'off';
  allowed_ips: string[];
  default_country: string;
  sealed_auth_token: Buffer;
  sealed_previous_token: Buffer | null;
  sealed_webhook_token: Buffer;
  created_at: Date;
  updated_at: Date;
  drift_repair: 'repair' | 'report';
  number_budget_minor: string | null;
  number_budget_currency: string | null;
};

export type RecordingsRow = {
  tenant_id: string;
  id: string;
  livemode: boolean;
  call_id: string;
  session_id: string | null;
  provider_account_id: string;
  provider_recording_id: string;
  kind: 'call' | 'voicemail';
  status: 'recording' | 'ready';
  duration_ms: string | null;
  started_at: Date | null;
  ended_at: Date | null;
  sealed_url: Buffer | null;
  key_version: number | null;
  created_at: Date;
};

export type SessionPartiesRow = {
  tenant_id: string;
  session_id: string;
  side: 'a' | 'b';
  did_id: string;
  role: string | null;
};

export type SessionPhonesRow = {
  tenant_id: string;
  session_id: string;
  side: 'a' | 'b';
  position: number;
  caller_index: Buffer;
  sealed: Buffer;
  key_version: number;
  removed_at: Date | null;
  created_at: Date;
};

export type SessionsRow = {
  tenant_id: string;
  id: string;
  livemode: boolean;
  pool_id: string;
  transaction_ref: string | null;
  status: 'active' | 'ended';
  direction: 'both' | 'a_to_b' | 'b_to_a';
  expires_at: Date;
  ended_at: Date | null;
  cooling_seconds: number;
  ring_timeout_seconds: number;
  max_call_seconds: number;
  sliding_seconds: number | null;
  max_calls: number | null;
  calls_made: number;
  end_after_first_call: boolean;
  metadata: unknown;
  created_at: Date;
  updated_at: Date;
  allocation: unknown;
  after_end: unknown;
  grace_seconds: number;
  event_sequence: number;
  told: number;
  voice: unknown;
  pin_enabled: boolean;
  listing_id: string | null;
};

export type TenantKeysRow = {
  tenant_id: string;
  version: number;
  wrapped: Buffer;
  created_at: Date;
};

export type TenantPlansRow = {
  tenant_id: string;
  valid_from: Date;
  plan_id: string | null;
  created_at: Date;
};

export type TenantsRow = {
  id: string;
  name: string;
  vertical: 'ride_hailing' | 'delivery' | 'classifieds' | 'other';
  default_country: string;
  status: 'active' | 'suspended' | 'closed';
  out_of_session_policy: 'announce' | 'reject';
  created_at: Date;
  updated_at: Date;
  voice: unknown;
};

export type UsageRecordsRow = {
  tenant_id: string;
  month: string;
  id: string;
  livemode: boolean;
  kind: 'call' | 'recording' | 'did_month' | 'session' | 'month_adjustment';
  entry: 'charge' | 'reversal' | 'adjustment';
  provider_account_id: string;
  subject_id: string;
  leg_id: string;
  revision: number;
  corrects: string | null;
  occurred_at: Date;
  recorded_at: Date;
  call_id: string | null;
  session_id: string | null;
  did_id: string | null;
  pool_id: string | null;
  destination: string | null;
  billable: boolean;
  reason: string | null;
  quantity: number;
  seconds: number;
  billed_seconds: number;
  currency: string | null;
  amount: string | null;
  plan_id: string | null;
  rate: string | null;
  source: 'event' | 'cdr' | 'job';
  legs: unknown | null;
};

export type WebhookAttemptsRow = {
  tenant_id: string;
  delivery_id: string;
  number: number;
  at: Date;
  duration_ms: number;
  status: number | null;
  error: string | null;
};

export type WebhookDeliveriesRow = {
  tenant_id: string;
  id: string;
  endpoint_id: string;
  event_id: string;
  position: string;
  session_id: string | null;
  sequence: number | null;
  trigger: 'event' | 'test' | 'redelivery' | 'replay';
  status: 'pending' | 'delivered' | 'failed' | 'canceled';
  attempts: number;
  next_attempt_at: Date | null;
  last_status: number | null;
  last_error: string | null;
  created_at: Date;
  finished_at: Date | null;
};

export type WebhookDirectoryRow = {
  token_digest: Buffer;
  provider_account_id: string;
  tenant_id: string | null;
  expires_at: Date | null;
};

export type WebhookEndpointsRow = {
  tenant_id: string;
  id: string;
  livemode: boolean;
  url: string;
  description: string | null;
  types: string[] | null;
  ordering: 'none' | 'session';
  max_concurrency: number;
  status: 'enabled' | 'disabled';
  disabled_reason: 'gone' | 'failing' | 'tenant' | null;
  failing_since: Date | null;
  hold_until: Date | null;
  sealed_secret: Buffer;
  key_version: number;
  sealed_previous: Buffer | null;
  previous_key_version: number | null;
  previous_until: Date | null;
  enabled_at: Date;
  deleted_at: Date | null;
  created_at: Date;
  updated_at: Date;
};

export type WebhookNoncesRow = {
  provider_account_id: string;
  nonce: string;
  seen_at: Date;
};

export type WebhookReplaysRow = {
  tenant_id: string;
  id: string;
  endpoint_id: string;
  since: Date;
  until: Date;
  types: string[] | null;
  only_failed: boolean;
  status: 'running' | 'done' | 'canceled';
  events: number;
  looked_at: number;
  queued: number;
  done_to: string;
  created_at: Date;
  finished_at: Date | null;
};

export type WorkerProcessesRow = {
  id: string;
  started_at: Date;
  seen_at: Date;
};
