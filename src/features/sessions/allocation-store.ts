import type { Db } from '../../db/database.ts';
import { isBindingConflict, isWorthRepeating } from '../../db/sqlstate.ts';
import type { Owner, TenantId } from '../../kernel/ids.ts';
import type { StoredStage } from './after-end.ts';
import type { Candidate, Holdings } from './pair-choice.ts';
import type { Direction, Side } from './session.ts';

/** What was answered to an Idempotency-Key before. */
export type KeptReply = { fingerprint: Buffer; status: number | null; sealedReply: Buffer | null };

export type Opened = {
  /** Postgres' now(), from which the session's times count. */
  openedAt: Date;
  kept: KeptReply | null;
  ownDids: string[];
  pool: { id: string; name: string; coolingSeconds: number } | null;
  candidates: Record<Side, Candidate[]>;
};

/** All that a request for a session has to know, in one round trip. `key`: a digest, null for none. */
export async function openAllocation(
  db: Db,
  owner: Owner,
  request: {
    key: string | null;
    pool: string;
    numbers: readonly string[];
    callers: Record<Side, Buffer[]>;
    /** Random numbers from 0 to 1: where in the pool the search for DIDs that a caller never had begins. */
    starts: Record<Side, number>;
  },
): Promise<Opened> {
  const { key, pool, numbers, callers, starts } = request;
  const [row] = await db.rows<OpenedRow>(
    'select * from open_allocation($1, $2, $3, $4, $5, $6, $7, $8, $9)',
    [owner.tenantId, owner.livemode, key, pool, numbers, callers.a, callers.b, starts.a, starts.b],
  );
  if (row === undefined) throw new Error('open_allocation gave no row');
  const { fingerprint, reply_status: status, sealed_reply: sealedReply } = row;
  return {
    openedAt: row.opened_at,
    kept: fingerprint === null ? null : { fingerprint, status, sealedReply },
    ownDids: row.own_dids ?? [],
    pool:
      row.pool_id === null
        ? null
        : { id: row.pool_id, name: row.pool_name, coolingSeconds: row.pool_cooling_seconds },
    candidates: {
      a: (row.candidates_a ?? []).map(toCandidate),
      b: (row.candidates_b ?? []).map(toCandidate),
    },
  };
}

type CandidateRow = { did_id: string; e164: string; released_at: number | null };
type OpenedRow = {
  opened_at: Date;
  fingerprint: Buffer | null;
  reply_status: number | null;
  sealed_reply: Buffer | null;
  /** The rest is null when an answer was kept. */
  own_dids: string[] | null;
  pool_id: string | null;
  pool_name: string;
  pool_cooling_seconds: number;
  candidates_a: CandidateRow[] | null;
  candidates_b: CandidateRow[] | null;
};

function toCandidate(row: CandidateRow): Candidate {
  return { didId: row.did_id, e164: row.e164, releasedAt: row.released_at };
}

export type NewSession = {
  id: string;
  pool_id: string;
  transaction_ref: string | null;
  direction: Direction;
  expires_at: Date;
  cooling_seconds: number;
  ring_timeout_seconds: number;
  max_call_seconds: number;
  sliding_seconds: number | null;
  max_calls: number | null;
  end_after_first_call: boolean;
  after_end: readonly StoredStage[];
  grace_seconds: number;
  metadata: Record<string, string>;
  created_at: Date;
  did_a: string;
  did_b: string;
  role_a: string | null;
  role_b: string | null;
};

export type NewPhone = { side: Side; didId: string; caller: Buffer; sealed: Buffer };

/** The answer to keep under an Idempotency-Key. */
export type Keeping = { key: string; fingerprint: Buffer; sealedReply: Buffer };

/**
 * Writes a session with its parties, phones, bindings and kept answer in one statement, or nothing of it: 'conflict' when
 * another session holds a binding or a DID retires, 'key_taken' when the Idempotency-Key was used meanwhile.
 */
export async function settleAllocation(
  db: Db,
  owner: Owner,
  keeping: Keeping | null,
  session: NewSession,
  phones: readonly NewPhone[],
  keyVersion: number,
): Promise<'settled' | 'key_taken' | 'conflict'> {
  try {
    const [row] = await db.rows<{ outcome: 'settled' | 'key_taken' }>(
      'select settle_allocation($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) as outcome',
      [
        owner.tenantId,
        owner.livemode,
        keeping?.key ?? null,
        keeping?.fingerprint ?? null,
        keeping?.sealedReply ?? null,
        JSON.stringify(session),
        phones.map((phone) => phone.side),
        phones.map((phone) => phone.didId),
        phones.map((phone) => phone.caller),
        phones.map((phone) => phone.sealed),
        keyVersion,
      ],
    );
    if (row === undefined) throw new Error('settle_allocation gave no row');
    return row.outcome;
  } catch (error) {
    if (isBindingConflict(error) || isWorthRepeating(error)) return 'conflict';
    throw error;
  }
}

export async function findHoldings(
  db: Db,
  tenantId: TenantId,
  poolId: string,
  callers: Record<Side, Buffer[]>,
): Promise<Holdings> {
  const [row] = await db.rows<{ in_pool: number; held_by_a: number; held_by_b: number }>(
    'select * from pool_holdings($1, $2, $3, $4)',
    [tenantId, poolId, callers.a, callers.b],
  );
  if (row === undefined) throw new Error('pool_holdings gave no row');
  return { inPool: row.in_pool, heldByA: row.held_by_a, heldByB: row.held_by_b };
}
