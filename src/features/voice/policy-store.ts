import type { Db } from '../../db/database.ts';
import type { TenantId } from '../../kernel/ids.ts';
import type { Settings } from './manner.ts';
import type { OutOfSessionPolicy } from './out-of-session.ts';
import type { SealedNumber } from './route-store.ts';

/** What a tenant has set for callers who are in no session, with what its numbers and secrets are sealed in. */
export type FoundOutOfSession = {
  policy: OutOfSessionPolicy;
  forward: SealedNumber | null;
  url: string | null;
  /** The newest first. */
  secrets: SealedNumber[];
};

export type FoundPolicies = {
  /** By Postgres' clock. */
  readAt: Date;
  tenantVoice: Settings;
  callerBlock: string | null;
  pairBlock: string | null;
  pairLimit: NonNullable<Settings['pair_limit']> | null;
  pairCalls: number;
  outOfSession: FoundOutOfSession | null;
  /** The DID's. */
  poolId: string;
};

/** What is said of these readings of a caller on this DID. One round trip, to be made beside that for the bindings. */
export async function findPolicies(
  db: Db,
  tenantId: TenantId,
  didId: string,
  callers: readonly Buffer[],
): Promise<FoundPolicies> {
  const [row] = await db.rows<PolicyRow>('select * from policy_facts($1, $2, $3)', [
    tenantId,
    didId,
    callers,
  ]);
  if (row === undefined) throw new Error('policy_facts gave no row');
  return {
    readAt: row.read_at,
    tenantVoice: row.tenant_voice,
    callerBlock: row.caller_block,
    pairBlock: row.pair_block,
    pairLimit: row.pair_limit,
    pairCalls: row.pair_calls,
    outOfSession: outOfSessionOf(row),
    poolId: row.pool_id,
  };
}

function outOfSessionOf(row: PolicyRow): FoundOutOfSession | null {
  if (row.policy_id === null || row.action === null) return null;
  const forward = sealedOf(row.sealed_forward, row.forward_key_version);
  return {
    policy: {
      id: row.policy_id,
      isOfPool: row.is_of_pool === true,
      action: row.action,
      onFailure: row.on_failure,
      timeLimitSeconds: row.time_limit_seconds ?? 0,
      hasForward: forward !== null,
    },
    forward,
    url: row.url,
    secrets: [
      sealedOf(row.sealed_secret, row.secret_key_version),
      sealedOf(row.sealed_previous_secret, row.previous_key_version),
    ].flatMap((secret) => secret ?? []),
  };
}

function sealedOf(sealed: Buffer | null, keyVersion: number | null): SealedNumber | null {
  return sealed === null || keyVersion === null ? null : { sealed, keyVersion };
}

type PolicyRow = {
  read_at: Date;
  tenant_voice: Settings;
  caller_block: string | null;
  pair_block: string | null;
  pair_limit: NonNullable<Settings['pair_limit']> | null;
  pair_calls: number;
  policy_id: string | null;
  is_of_pool: boolean | null;
  action: OutOfSessionPolicy['action'] | null;
  on_failure: OutOfSessionPolicy['onFailure'];
  sealed_forward: Buffer | null;
  forward_key_version: number | null;
  time_limit_seconds: number | null;
  url: string | null;
  sealed_secret: Buffer | null;
  secret_key_version: number | null;
  sealed_previous_secret: Buffer | null;
  previous_key_version: number | null;
  pool_id: string;
};
