import type { BindingsRow, DidsRow, SessionsRow, TenantsRow } from '../../generated/tables.ts';
import type { E164 } from '../../kernel/phone.ts';
import type { Allow } from '../sessions/session.ts';
import type { PolicyFacts, PolicyStop } from './call-policy.ts';
import type { ListingFacts } from './listing-rules.ts';
import type { PinFacts } from './pin-rules.ts';

export type Side = BindingsRow['side'];
/** `ask`: the tenant's endpoint is to say which of the others; no call ends with it. */
export type RouteDecision = 'bridge' | 'forward' | 'announce' | 'ask_pin' | 'reject' | 'ask';
export type RouteReason =
  | 'live_binding'
  | 'listing_call'
  | 'listing_seller'
  | 'listing_unavailable'
  | 'pin_accepted'
  | 'pin_required'
  | 'pin_failed'
  | 'pin_locked'
  | 'grace_binding'
  | 'grace_forward'
  | 'unknown_did'
  | 'tenant_suspended'
  | 'caller_withheld'
  | 'direction_not_allowed'
  | 'caller_id_not_owned'
  | 'session_ended'
  | 'session_expired'
  | 'phone_replaced'
  | 'session_rehomed'
  | 'call_limit_reached'
  | PolicyStop['reason']
  | 'caller_not_allowed';

export type RouteStep = { rule: string; outcome: 'pass' | 'match' | 'stop'; detail: string };

/** A stage after the end of a session that is in force. `number`: from 1; `after`: how the session lost its full rights. */
export type GraceStage = {
  is: 'grace';
  number: number;
  allow: Allow;
  /** Whether it has a number for callers whom it does not allow. */
  forwards: boolean;
  after: 'ended' | 'expired';
};
/** Where a session stands. */
export type SessionPhase = { is: 'active' } | GraceStage | { is: 'ended' } | { is: 'expired' };

/** The caller's binding on the dialled DID, with its session, as of Postgres' clock. */
export type BindingFacts = {
  sessionId: string;
  side: Side;
  /** The binding cools: the phone was taken out of the session, or the party got another DID. */
  isReleased: boolean;
  /** The party has another DID now. */
  isMoved: boolean;
  phase: SessionPhase;
  direction: SessionsRow['direction'];
  ringTimeoutSeconds: number;
  maxCallSeconds: number;
  /** Null: any number. */
  maxCalls: number | null;
  callsMade: number;
  /** The DID that the other party knows the caller by. */
  otherDid: { e164: E164; status: DidsRow['status'] };
};

export type RouteFacts = {
  /** Null when no DID of this account has the dialled number. */
  did: { e164: E164; status: DidsRow['status'] } | null;
  tenantStatus: TenantsRow['status'];
  outOfSessionPolicy: TenantsRow['out_of_session_policy'];
  /** False when the caller is withheld, or what the carrier sent is no number. */
  isCallerKnown: boolean;
  /** One for each reading of the caller's number that has a binding here. */
  bindings: readonly BindingFacts[];
  /** Null when no party has a PIN on this DID. */
  pins?: PinFacts | null;
  /** Null when the DID carries no listing. */
  listing?: ListingFacts | null;
  policy: PolicyFacts;
};

/** What a caller hears who is not connected; the words are in announcements.ts. */
export type Announcement =
  | 'over'
  | 'number_changed'
  | 'not_connected'
  | 'unavailable'
  | 'not_allowed'
  | 'pin_locked'
  | 'pin_failed'
  | PolicyStop['announcement'];

export type Route = { reason: RouteReason; trace: RouteStep[] } & (
  | { decision: 'bridge'; binding: BindingFacts; callerId: E164 }
  /** To the number of the stage that is in force. */
  | { decision: 'forward'; binding: BindingFacts; stage: GraceStage; callerId: E164 }
  /** To the tenant's support number. */
  | { decision: 'forward'; binding: null; stage: null; callerId: E164 }
  | { decision: 'ask'; binding: null }
  | { decision: 'announce'; announcement: Announcement; binding: BindingFacts | null }
  /** To a listing. Becomes another one before a call is answered; an explanation calls it a bridge. */
  | { decision: 'connect'; listing: string; binding: null }
  | { decision: 'ask_pin'; digits: number; binding: null }
  | { decision: 'reject'; binding: null }
);

/** What a call can be answered with. */
export type AnswerRoute = Exclude<Route, { decision: 'connect' }>;
