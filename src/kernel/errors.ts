/** The kinds of failure; one table in api/problems.ts gives each its HTTP status. */
export type ErrorKind =
  | 'malformed'
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'missing'
  | 'wrong_method'
  | 'conflict'
  | 'exhausted'
  | 'too_large'
  | 'unsupported'
  | 'limited'
  | 'unavailable'
  | 'internal';

type CatalogueEntry = { kind: ErrorKind; title: string };

/** Every code that the API can answer with. Codes are stable; each has a page in docs/errors. */
export const catalogue = {
  malformed_json: { kind: 'malformed', title: 'The body is not valid JSON' },
  idempotency_key_required: { kind: 'malformed', title: 'An Idempotency-Key is required' },
  invalid_request: { kind: 'invalid', title: 'The request is not valid' },
  invalid_phone: { kind: 'invalid', title: 'Not a phone number' },
  same_phone: { kind: 'invalid', title: 'Both parties have the same phone' },
  phone_is_a_did: { kind: 'invalid', title: 'A masking number cannot be a party' },
  unknown_reference: { kind: 'invalid', title: 'The request names an object that does not exist' },
  idempotency_key_reused: { kind: 'invalid', title: 'The Idempotency-Key was used for another request' },
  webhook_url_refused: { kind: 'invalid', title: 'The URL cannot be a webhook endpoint' },
  unauthenticated: { kind: 'unauthenticated', title: 'No valid API key' },
  insufficient_scope: { kind: 'forbidden', title: 'The API key may not do this' },
  tenant_not_active: { kind: 'forbidden', title: 'The tenant is suspended or closed' },
  not_found: { kind: 'missing', title: 'Not found' },
  method_not_allowed: { kind: 'wrong_method', title: 'Method not allowed' },
  idempotency_key_in_use: { kind: 'conflict', title: 'A request with this Idempotency-Key is still running' },
  did_already_assigned: { kind: 'conflict', title: 'The DID is assigned already' },
  did_has_listing: { kind: 'conflict', title: 'The DID carries a listing already' },
  pool_name_taken: { kind: 'conflict', title: 'The tenant has a pool of this name' },
  session_over: { kind: 'conflict', title: 'The session is over' },
  not_reopenable: { kind: 'conflict', title: 'The session cannot be reopened' },
  tenant_closed: { kind: 'conflict', title: 'The tenant is closed' },
  key_not_active: { kind: 'conflict', title: 'The API key is revoked or expired' },
  phone_busy_on_did: { kind: 'conflict', title: 'The phone holds this DID in another session' },
  webhook_endpoint_limit: { kind: 'conflict', title: 'There are too many webhook endpoints' },
  webhook_endpoint_disabled: { kind: 'conflict', title: 'The webhook endpoint is disabled' },
  webhook_replay_running: { kind: 'conflict', title: 'A replay to the webhook endpoint is running' },
  call_not_allowed: { kind: 'conflict', title: 'The session does not allow this call' },
  not_in_test_mode: { kind: 'conflict', title: 'Not possible in test mode' },
  pool_exhausted: { kind: 'exhausted', title: 'The pool has no pair for these parties' },
  payload_too_large: { kind: 'too_large', title: 'The body is too large' },
  unsupported_media_type: { kind: 'unsupported', title: 'The body must be application/json' },
  rate_limited: { kind: 'limited', title: 'Too many requests' },
  provider_refused: { kind: 'conflict', title: 'The provider refuses it' },
  provider_unavailable: { kind: 'unavailable', title: 'Vobiz did not answer' },
  provider_not_configured: { kind: 'unavailable', title: 'Vobiz is not asked for anything here' },
  unavailable: { kind: 'unavailable', title: 'Not available for the moment' },
  internal_error: { kind: 'internal', title: 'Something went wrong on our side' },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof catalogue;

/** A fault of the input. `pointer` is a JSON pointer into the body, or starts with /query or /headers. */
export type Fault = { pointer: string; message: string };

export type Saturation = {
  party: 'a' | 'b' | 'both';
  dids_in_pool: number;
  dids_held: number;
  dids_needed: number;
};

export type FailureDetails = {
  faults?: readonly Fault[];
  saturation?: Saturation;
  /** What was tried before it was given up. */
  steps?: readonly { step: string; pool: string; outcome: string }[];
  retryAfterSeconds?: number;
  allow?: readonly string[];
  /** For us, never for the caller. */
  cause?: unknown;
};

/** The one error of this product. `message` is public: it must never hold a phone number or another's data. */
export class Failure extends Error {
  readonly code: ErrorCode;
  readonly details: FailureDetails;

  constructor(code: ErrorCode, message: string, details: FailureDetails = {}) {
    super(message, { cause: details.cause });
    this.name = 'Failure';
    this.code = code;
    this.details = details;
  }

  get kind(): ErrorKind {
    return catalogue[this.code].kind;
  }
}

/** The same for what does not exist and for what is another tenant's: nobody learns that it is there. */
export function notFound(): Failure {
  return new Failure('not_found', 'There is no such object.');
}

export function invalid(code: ErrorCode, pointer: string, message: string): Failure {
  return new Failure(code, `${catalogue[code].title}.`, { faults: [{ pointer, message }] });
}
