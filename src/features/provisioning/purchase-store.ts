import type { Db } from '../../db/database.ts';
import type { E164 } from '../../kernel/phone.ts';
import type { OperationRow } from './operation-store.ts';

type Of = Pick<OperationRow, 'tenant_id' | 'id'>;
export type PurchaseRow = {
  place: number;
  e164: E164;
  status: 'intended' | 'bought' | 'not_bought';
  cost_minor: number;
};

/** All of an order, in the order in which they were tried. */
export async function findPurchases(db: Db, { tenant_id, id }: Of): Promise<PurchaseRow[]> {
  return db.rows<PurchaseRow>(
    `select place, e164, status, cost_minor::float8 as cost_minor from number_purchases
      where tenant_id = $1 and operation_id = $2 order by place`,
    [tenant_id, id],
  );
}

/**
 * Notes that a number is to be bought, before anybody is asked for it; false, and nothing is noted, when the budget of the account
 * for this month (UTC) does not allow it. What may have been bought counts as bought. Two at once wait for each other.
 */
export async function intendPurchase(
  db: Db,
  { tenant_id, id }: Of,
  account: string,
  number: { place: number; e164: E164; costMinor: number; currency: string },
): Promise<boolean> {
  await db.rows(
    'select 1 from account_provisioning where tenant_id = $1 and account_id = $2 for no key update',
    [tenant_id, account],
  );
  const made = await db.rows(
    `insert into number_purchases (tenant_id, operation_id, place, account_id, e164, cost_minor, currency)
     select $1::text, $2, $3::integer, a.id, $5, $6::bigint, $7::text
       from provider_accounts a
      where a.id = $4 and a.number_budget_currency = $7::text
        and a.number_budget_minor >= $6::bigint + (
              select coalesce(sum(p.cost_minor), 0) from number_purchases p
               where p.tenant_id = $1::text and p.account_id = a.id and p.status <> 'not_bought' and p.currency = $7::text
                 and p.created_at >= date_trunc('month', now() at time zone 'UTC') at time zone 'UTC')
     returning 1`,
    [tenant_id, id, number.place, account, number.e164, number.costMinor, number.currency],
  );
  return made.length === 1;
}

/** False when that was settled before. */
export async function settlePurchase(
  db: Db,
  { tenant_id, id }: Of,
  place: number,
  status: 'bought' | 'not_bought',
): Promise<boolean> {
  const done = await db.rows(
    `update number_purchases set status = $4
      where tenant_id = $1 and operation_id = $2 and place = $3 and status = 'intended' returning 1`,
    [tenant_id, id, place, status],
  );
  return done.length === 1;
}
