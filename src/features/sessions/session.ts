import type { BindingsRow, SessionsRow } from '../../generated/tables.ts';
import type { Id } from '../../kernel/ids.ts';
import type { VoiceSettings } from '../tenants/voice-settings.ts';

export type Side = BindingsRow['side'];
export const sides = ['a', 'b'] as const satisfies readonly Side[];
export type Direction = SessionsRow['direction'];
/** By Postgres' clock; `grace` and `expired` are what nobody has to write down. */
export type SessionStatus = SessionsRow['status'] | 'grace' | 'expired';

/** Who may still call whom in a stage after the end. */
export type Allow = Direction | 'none';
/** A stage as its tenant may see it. The others, whose direction is not allowed in it, are forwarded, or hear that it is over. */
export type Stage = { seconds: number; allow: Allow; forwardToLast4: string | null };

/** One side as its tenant may see it: of each phone only the end, in the order in which they are tried. */
export type Party = {
  role: string | null;
  maskingNumber: string;
  phonesLast4: string[];
  /** Only when it was just made. */
  pin?: string;
};

/** Why a party got its DID. */
export type Reason =
  | 'required'
  | 'preferred'
  | 'had_last_time'
  | 'wished_region'
  | 'fallback_region'
  | 'wished_carrier'
  | 'unhealthy'
  | 'never_held'
  | 'released_longest_ago';

/** One step on the way to a pair: the pool itself, or one for the case that it has none. */
export type AllocationStep = {
  step: 'pool' | 'other_region' | 'shorter_cooling' | 'other_pool';
  pool: string;
  outcome: 'found' | 'exhausted' | 'not_applicable';
};

/** How the pair was found, and why it was chosen. */
export type Allocation = { steps: AllocationStep[]; reasons: Record<Side, Reason[]> };

export type Session = {
  id: Id<'ses'>;
  livemode: boolean;
  pool: string;
  transactionRef: string | null;
  status: SessionStatus;
  direction: Direction;
  expiresAt: Date;
  endedAt: Date | null;
  /** What is allowed after the end or the expiry, stage by stage. */
  afterEnd: Stage[];
  /** When the last stage is over; null without stages. */
  graceEndsAt: Date | null;
  allocation: Allocation;
  coolingSeconds: number;
  ringTimeoutSeconds: number;
  maxCallSeconds: number;
  /** Each call that is bridged keeps the session open for at least so long. */
  slidingSeconds: number | null;
  maxCalls: number | null;
  callsMade: number;
  endAfterFirstCall: boolean;
  /** What it says itself; its pool and its tenant say the rest when a call comes. */
  voice: VoiceSettings;
  /** Whether its parties have PINs. */
  pinEnabled: boolean;
  /** The listing whose buyer called. */
  listing: string | null;
  metadata: Record<string, string>;
  createdAt: Date;
  updatedAt: Date;
  parties: Record<Side, Party>;
};
