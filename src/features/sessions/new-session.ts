import type { Owner } from '../../kernel/ids.ts';
import { type CountryCode, last4 } from '../../kernel/phone.ts';
import type { PoolSnapshot } from '../pool/pool-snapshot.ts';
import type { VoiceSettings } from '../tenants/voice-settings.ts';
import {
  graceSecondsOf,
  type ReadStage,
  type StageInput,
  type StoredStage,
  shownStages,
} from './after-end.ts';
import type { NewSession } from './allocation-store.ts';
import type { Allocated, AllocationInput } from './exhaustion-ladder.ts';
import type { Phones, PhonesInput } from './party-phones.ts';
import type { Direction, Session, Side } from './session.ts';
import type { NewPin, PinInput, Pins } from './session-pin.ts';

/** Who asks: whose sessions, and how its numbers are read. */
export type Asker = Owner & { defaultCountry: CountryCode };

export type NewSessionInput = {
  transaction_ref?: string;
  pool: string;
  expires_in_seconds: number;
  parties: Record<Side, PhonesInput & { role?: string }>;
  direction: Direction;
  cooling_seconds?: number;
  ring_timeout_seconds: number;
  max_call_seconds: number;
  sliding_seconds?: number;
  max_calls?: number;
  end_after_first_call: boolean;
  after_end?: StageInput[];
  metadata?: Record<string, string>;
  voice?: VoiceSettings;
  pin?: PinInput;
  /** The listing that it is a buyer's session of; no request says so. */
  listing?: string;
  allocation?: AllocationInput;
};

/** The session that is going to be written, as its tenant sees it. */
export function newSession(
  id: Session['id'],
  asker: Asker,
  input: NewSessionInput,
  phones: Phones,
  stages: readonly ReadStage[],
  { pair, asked, found, allocation }: Allocated,
  openedAt: Date,
  pins: Pins | null,
): Session {
  const expiresAt = new Date(openedAt.getTime() + input.expires_in_seconds * 1000);
  const party = (side: Side) => ({
    role: input.parties[side].role ?? null,
    maskingNumber: pair[side].e164,
    phonesLast4: (phones[side] ?? []).map(last4),
    ...(pins === null ? {} : { pin: pins[side] }),
  });
  return {
    id,
    livemode: asker.livemode,
    pool: found.name,
    transactionRef: input.transaction_ref ?? null,
    status: 'active',
    direction: input.direction,
    expiresAt,
    endedAt: null,
    afterEnd: shownStages(stages),
    graceEndsAt: stages.length === 0 ? null : new Date(expiresAt.getTime() + graceSecondsOf(stages) * 1000),
    allocation,
    coolingSeconds: coolingOf(input.cooling_seconds, asked, found),
    ringTimeoutSeconds: input.ring_timeout_seconds,
    maxCallSeconds: input.max_call_seconds,
    slidingSeconds: input.sliding_seconds ?? null,
    maxCalls: input.max_calls ?? null,
    callsMade: 0,
    endAfterFirstCall: input.end_after_first_call,
    voice: input.voice ?? {},
    pinEnabled: pins !== null,
    listing: input.listing ?? null,
    metadata: input.metadata ?? {},
    createdAt: openedAt,
    updatedAt: openedAt,
    parties: { a: party('a'), b: party('b') },
  };
}

/** What is written of it, beside its phones. */
export function rowOf(
  session: Session,
  input: NewSessionInput,
  afterEnd: readonly StoredStage[],
  { pair, found }: Allocated,
  pins: readonly NewPin[],
): NewSession {
  return {
    id: session.id,
    pool_id: found.id,
    transaction_ref: session.transactionRef,
    direction: session.direction,
    expires_at: session.expiresAt,
    cooling_seconds: session.coolingSeconds,
    ring_timeout_seconds: session.ringTimeoutSeconds,
    max_call_seconds: session.maxCallSeconds,
    sliding_seconds: session.slidingSeconds,
    max_calls: session.maxCalls,
    end_after_first_call: session.endAfterFirstCall,
    after_end: afterEnd,
    grace_seconds: graceSecondsOf(afterEnd),
    metadata: session.metadata,
    voice: session.voice,
    pin_enabled: session.pinEnabled,
    listing_id: session.listing,
    pins,
    created_at: session.createdAt,
    allocation: session.allocation,
    did_a: pair.a.didId,
    did_b: pair.b.didId,
    role_a: input.parties.a.role ?? null,
    role_b: input.parties.b.role ?? null,
  };
}

/** A pool's misroute budget is a promise: no session's numbers rest for less, whatever it asks for itself. */
function coolingOf(own: number | undefined, asked: PoolSnapshot, found: PoolSnapshot): number {
  const standard = Math.max(asked.rules.coolingSeconds, found.rules.coolingSeconds);
  const least = Math.max(asked.rules.budgetCoolingSeconds ?? 0, found.rules.budgetCoolingSeconds ?? 0);
  return Math.max(own ?? standard, least);
}
