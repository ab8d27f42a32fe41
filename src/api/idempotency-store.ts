import type { Db } from '../db/database.ts';

/** Whose keys these are: a tenant's id, or 'operator'. */
export type KeyScope = { owner: string; livemode: boolean; key: string };

export type KeyState = {
  /** False while another transaction works under this key. */
  held: boolean;
  fresh: boolean;
  fingerprint: Buffer | null;
  status: number | null;
  sealed_reply: Buffer | null;
};

/**
 * Claims the key for this transaction. The advisory lock answers at once when another request is at work under the key,
 * where the unique constraint alone would make this one wait for it.
 */
export async function claimKey(db: Db, scope: KeyScope, fingerprint: Buffer): Promise<KeyState> {
  const [state] = await db.rows<KeyState>(
    `with lock as materialized (
       select pg_try_advisory_xact_lock(hashtextextended(concat_ws('|', $1::text, $2::text, $3::text), 0)) as held
     ), fresh as (
       insert into idempotency_keys (tenant_id, livemode, key, fingerprint)
       select $1, $2::boolean, $3, $4 from lock where held
       on conflict do nothing returning 1
     )
     select lock.held, exists (select from fresh) as fresh, k.fingerprint, k.status, k.sealed_reply
       from lock left join idempotency_keys k on k.tenant_id = $1 and k.livemode = $2::boolean and k.key = $3`,
    [scope.owner, scope.livemode, scope.key, fingerprint],
  );
  if (state === undefined) throw new Error('a select without from gave no row');
  return state;
}

export async function keepReply(db: Db, scope: KeyScope, status: number, sealedReply: Buffer): Promise<void> {
  await db.rows(
    `update idempotency_keys set status = $4, sealed_reply = $5
      where tenant_id = $1 and livemode = $2 and key = $3`,
    [scope.owner, scope.livemode, scope.key, status, sealedReply],
  );
}

/** Longer than the 24 hours that are promised: a client may come back after a weekend. */
const KEPT_HOURS = 72;

/** Forgets old keys of the acting tenant or operator, at most `most` of them. */
export async function forgetOldKeys(db: Db, most: number): Promise<number> {
  const gone = await db.rows(
    `delete from idempotency_keys where ctid = any (array(
       select ctid from idempotency_keys where created_at < now() - make_interval(hours => $1) limit $2))
     returning 1`,
    [KEPT_HOURS, most],
  );
  return gone.length;
}
