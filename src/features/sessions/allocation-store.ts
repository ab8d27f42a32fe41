import type { Db } from '../../db/database.ts';
import { isListingOver, isWorthRepeating } from '../../db/sqlstate.ts';
import { Failure } from '../../kernel/errors.ts';
import type { Owner, TenantId } from '../../kernel/ids.ts';
import type { StoredStage } from './after-end.ts';
import type { History } from './did-candidates.ts';
import type { Facts } from './exhaustion-ladder.ts';
import type { Allocation, Direction, Session, Side } from './session.ts';
import type { NewPin } from './session-pin.ts';

/** What was answered to an Idempotency-Key before. */
export type KeptReply = { fingerprint: Buffer; status: number | null; sealedReply: Buffer | null };

export type Opened = Facts & {
  /** Postgres' now(), from which the session's times count. */
  openedAt: Date;
  /** When an answer was kept, the rest says nothing. */
  kept: KeptReply | null;
  ownDids: string[];
  pool: { id: string; version: string } | null;
};

/** All that a request for a pair has to know, in one round trip. `key`: a digest, null for none. */
export async function openAllocation(
  db: Db,
  owner: Owner,
  request: {
    key: string | null;
    pool: string;
    numbers: readonly string[];
    callers: Record<Side, Buffer[]>;
    /** Null: the pool's. */
    affinity: string | null;
  },
): Promise<Opened> {
  const { key, pool, numbers, callers, affinity } = request;
  const [row] = await db.rows<OpenedRow>('select * from open_allocation($1, $2, $3, $4, $5, $6, $7, $8)', [
    owner.tenantId,
    owner.livemode,
    key,
    pool,
    numbers,
    callers.a,
    callers.b,
    affinity,
  ]);
  if (row === undefined) throw new Error('open_allocation gave no row');
  const { fingerprint, reply_status: status, sealed_reply: sealedReply } = row;
  const [lastA, lastB] = row.last_pair ?? [];
  return {
    openedAt: row.opened_at,
    kept: fingerprint === null ? null : { fingerprint, status, sealedReply },
    ownDids: row.own_dids ?? [],
    pool: row.pool_id === null ? null : { id: row.pool_id, version: row.pool_version },
    histories: { a: historyOf(row.dids_a, row.let_go_a), b: historyOf(row.dids_b, row.let_go_b) },
    lastPair: lastA === undefined || lastB === undefined ? null : { a: lastA, b: lastB },
  };
}

type OpenedRow = {
  opened_at: Date;
  fingerprint: Buffer | null;
  reply_status: number | null;
  sealed_reply: Buffer | null;
  own_dids: string[] | null;
  pool_id: string | null;
  pool_version: string;
  dids_a: string[] | null;
  let_go_a: (number | null)[] | null;
  dids_b: string[] | null;
  let_go_b: (number | null)[] | null;
  last_pair: string[] | null;
};

function historyOf(dids: readonly string[] | null, letGo: readonly (number | null)[] | null): History {
  return new Map((dids ?? []).map((did, place) => [did, letGo?.[place] ?? null]));
}

/** Lets tombstones of these callers go as early as the pool's misroute budget allows. */
export async function shortenCooling(
  db: Db,
  tenantId: TenantId,
  poolId: string,
  callers: readonly Buffer[],
): Promise<void> {
  await db.rows('select shorten_cooling($1, $2, $3)', [tenantId, poolId, callers]);
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
  voice: Session['voice'];
  pin_enabled: boolean;
  listing_id: string | null;
  pins: readonly NewPin[];
  created_at: Date;
  allocation: Allocation;
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
 * @param isRemembered whether the two people's next session may ask for this pair
 */
export async function settleAllocation(
  db: Db,
  owner: Owner,
  keeping: Keeping | null,
  session: NewSession,
  phones: readonly NewPhone[],
  keyVersion: number,
  isRemembered: boolean,
): Promise<'settled' | 'key_taken' | 'conflict'> {
  try {
    const [row] = await db.rows<{ outcome: 'settled' | 'key_taken' | 'conflict' }>(
      'select settle_allocation($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) as outcome',
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
        isRemembered,
      ],
    );
    if (row === undefined) throw new Error('settle_allocation gave no row');
    return row.outcome;
  } catch (error) {
    if (isWorthRepeating(error)) return 'conflict';
    if (isListingOver(error)) throw new Failure('session_over', 'The listing is over.');
    throw error;
  }
}

/** Gives a session that the caller has locked another pair; 'conflict', and nothing done, when somebody was quicker. */
export async function rehome(
  db: Db,
  tenantId: TenantId,
  sessionId: string,
  to: { pair: Record<Side, { didId: string }>; found: { id: string }; allocation: Allocation },
  isRemembered: boolean,
): Promise<'settled' | 'conflict'> {
  const [row] = await db.rows<{ outcome: 'settled' | 'conflict' }>(
    'select rehome_session($1, $2, $3, $4, $5, $6, $7) as outcome',
    [
      tenantId,
      sessionId,
      to.found.id,
      to.pair.a.didId,
      to.pair.b.didId,
      JSON.stringify(to.allocation),
      isRemembered,
    ],
  );
  if (row === undefined) throw new Error('rehome_session gave no row');
  return row.outcome;
}
