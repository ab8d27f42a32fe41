import { type Books, type Side, the } from './oracle.ts';
import { graceEndsAt, phaseOf } from './oracle-phase.ts';

/** The session as its tenant sees it, without its id. */
export function viewOf(books: Books, place: number): Record<string, unknown> {
  const session = the(books.sessions, place);
  const partyView = (side: Side) => {
    const { did, phones, role } = session.parties[side];
    const endings = phones.map((phone) => phone.slice(-4));
    return {
      role,
      phone_last4: endings[0],
      phones_last4: endings,
      masking_number: the(books.dids, did).number,
    };
  };
  return {
    status: phaseOf(session, books.now).status,
    livemode: the(books.owners, session.owner).livemode,
    transaction_ref: session.transactionRef,
    pool: session.pool,
    direction: session.direction,
    expires_at: timeOf(session.expiresAt),
    ended_at: timeOf(session.endedAt),
    after_end: session.stages.map(({ seconds, allow, forwardTo }) => ({
      seconds,
      allow,
      forward_to_last4: forwardTo?.slice(-4) ?? null,
    })),
    grace_ends_at: timeOf(graceEndsAt(session)),
    cooling_seconds: session.coolingSeconds,
    ring_timeout_seconds: session.ringTimeoutSeconds,
    max_call_seconds: session.maxCallSeconds,
    sliding_seconds: session.slidingSeconds,
    max_calls: session.maxCalls,
    calls_made: session.callsMade,
    end_after_first_call: session.endAfterFirstCall,
    voice: {},
    parties: { a: partyView('a'), b: partyView('b') },
    metadata: session.metadata,
    created_at: timeOf(session.createdAt),
    updated_at: timeOf(session.updatedAt),
  };
}

function timeOf(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
