import type { Db } from '../../db/database.ts';
import { Failure } from '../../kernel/errors.ts';
import type { TenantId } from '../../kernel/ids.ts';
import type { WorkParts } from './import-service.ts';
import { type Offer, offerFor } from './number-offer.ts';
import type { Destination, OperationFault } from './operation.ts';
import {
  finishOperation,
  keepProgress,
  lockOperation,
  type OperationRow,
  wakeOperation,
} from './operation-store.ts';
import { isForNow, type Provider, reasonOf, type StockNumber, type Trouble } from './provider.ts';
import { findPurchases, intendPurchase, type PurchaseRow, settlePurchase } from './purchase-store.ts';

export type OrderWork = {
  account: string;
  to: Destination;
  country: string;
  contains: string | null;
  quantity: number;
  maxCostMinor: number;
  currency: string;
};
type Bought = { e164: string; did: string | null; cost_minor: number };
type Result = { bought: Bought[]; spent_minor: number; currency: string };

/** Then it is the turn of other jobs. */
const SLICE = 10;
const PER_PAGE = 100;
const MOST_PAGES = 5;
/** So often in a row a purchase may vanish before an order is given up: a debit that fails is answered like a broken server. */
const MOST_LOST = 3;

class Refused extends Error {
  readonly fault: OperationFault;
  constructor(fault: OperationFault) {
    super(fault.message);
    this.fault = fault;
  }
}

/**
 * The task behind an order. There is no key that would keep Vobiz from selling twice. So what is to be bought is written down first,
 * and after an answer that got lost the number is looked for on the account before anything else is done.
 */
export function orderTask(parts: WorkParts) {
  return {
    name: 'order_numbers',
    async work(payload: unknown, signal: AbortSignal): Promise<void> {
      const { operation, tenant = null } = payload as { operation: string; tenant?: TenantId };
      const begun = await parts.inOperation(tenant, null, (db) =>
        lockOperation(db, tenant ?? 'operator', operation),
      );
      if (begun === null) return;
      const order = begun.input as OrderWork;
      const within = <T>(work: (db: Db) => Promise<T>) => parts.inOperation(tenant, order.to.tenant, work);
      try {
        for (let turn = 0; turn < SLICE && !signal.aborted; turn += 1) {
          if (await buyNext(parts, within, begun, order)) return;
        }
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        await within((db) => finishOperation(db, begun, error.fault));
        return;
      }
      await within((db) => wakeOperation(db, begun.tenant_id, { ...begun, account: order.account }));
    },
  };
}

type Within = <T>(work: (db: Db) => Promise<T>) => Promise<T>;

/** One number more, or one less to hope for. True when the order is over. */
async function buyNext(
  parts: WorkParts,
  within: Within,
  begun: OperationRow,
  order: OrderWork,
): Promise<boolean> {
  const { provider } = parts;
  const tried = await within((db) => findPurchases(db, begun));
  const bought = tried.filter(({ status }) => status === 'bought');
  if (bought.length >= order.quantity) {
    await within((db) => finishOperation(db, begun, null));
    return true;
  }
  const open = tried.find(({ status }) => status === 'intended');
  if (open !== undefined) {
    const found = await provider.findNumber(order.account, open.e164);
    if (found.kind === 'found') return settleBought(parts, within, begun, order, open);
    if (found.kind !== 'unknown') throw troubleAs(found);
    await within((db) => settlePurchase(db, begun, open.place, 'not_bought'));
    return false;
  }
  const lost = tried.length - 1 - tried.findLastIndex(({ status }) => status === 'bought');
  if (lost >= MOST_LOST) {
    throw new Refused({
      code: 'provider_failed',
      message: 'The provider failed to sell several numbers in a row.',
    });
  }
  const spent = bought.reduce((sum, one) => sum + one.cost_minor, 0);
  const number = await choose(provider, order, spent, tried);
  const place = (tried.at(-1)?.place ?? 0) + 1;
  const { e164, currency } = number;
  const costMinor = number.setupMinor + number.monthlyMinor;
  const mayBuy = await within((db) =>
    intendPurchase(db, begun, order.account, { place, e164, costMinor, currency }),
  );
  if (!mayBuy) {
    throw new Refused({
      code: 'spending_cap_reached',
      message: "The account's number_budget for this month does not allow another number.",
    });
  }
  const answer = await provider.purchaseNumber(order.account, e164);
  const intended: PurchaseRow = { place, e164, status: 'intended', cost_minor: costMinor };
  if (answer.kind === 'found') return settleBought(parts, within, begun, order, intended);
  // Whether it was bought is seen by the next try.
  if (isForNow(answer)) throw new Error(reasonOf(answer));
  await within((db) => settlePurchase(db, begun, place, 'not_bought'));
  if (answer.kind === 'unknown') return false; // somebody else was quicker
  throw troubleAs(answer);
}

/** The money is spent: it is noted, registered and counted in one transaction. */
async function settleBought(
  parts: WorkParts,
  within: Within,
  begun: OperationRow,
  order: OrderWork,
  { place, e164, cost_minor }: PurchaseRow,
): Promise<false> {
  await within(async (db) => {
    const row = await lockOperation(db, begun.tenant_id, begun.id);
    if (row === null || !(await settlePurchase(db, begun, place, 'bought'))) return;
    const { tenant: tenantId, livemode, pool } = order.to;
    let did: string | null = null;
    try {
      const made = await parts.register(
        db,
        { tenantId, livemode },
        { e164, provider_account: order.account, pool },
      );
      did = made.id;
    } catch (error) {
      // It is ours all the same, and may be imported later.
      if (!(error instanceof Failure)) throw error;
    }
    const before = (row.result ?? { bought: [], spent_minor: 0, currency: order.currency }) as Result;
    const result: Result = {
      ...before,
      bought: [...before.bought, { e164, did, cost_minor }],
      spent_minor: before.spent_minor + cost_minor,
    };
    await keepProgress(db, row, { done: row.done + 1, total: row.total, state: {}, result });
  });
  return false;
}

async function choose(
  provider: Provider,
  order: OrderWork,
  spentMinor: number,
  tried: readonly PurchaseRow[],
): Promise<StockNumber> {
  const balance = await provider.availableBalance(order.account, order.currency);
  if (balance.kind !== 'found') throw troubleAs(balance);
  const limits = {
    currency: order.currency,
    leftMinor: order.maxCostMinor - spentMinor,
    balanceMinor: Math.floor(balance.value / 10_000),
    tried: new Set(tried.map(({ e164 }) => e164)),
  };
  let best: Offer = { kind: 'none' };
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const wanted = { country: order.country, digits: order.contains, page, perPage: PER_PAGE };
    const answer = await provider.searchInventory(order.account, wanted);
    if (answer.kind !== 'found') throw troubleAs(answer);
    const offer = offerFor(answer.value.items, limits);
    if (offer.kind === 'number') return offer.number;
    if (offer.kind !== 'none') best = offer;
    if (answer.value.items.length < PER_PAGE) break;
  }
  if (best.kind === 'too_dear')
    throw new Refused({
      code: 'max_cost_reached',
      message: 'Another number would cost more than max_cost_minor.',
    });
  if (best.kind === 'no_balance')
    throw new Refused({ code: 'balance_too_low', message: 'The balance at the provider is not enough.' });
  throw new Refused({ code: 'none_available', message: 'The provider has no such number to sell.' });
}

function troubleAs(trouble: Trouble): Error {
  const reason = reasonOf(trouble);
  return isForNow(trouble) ? new Error(reason) : new Refused({ code: 'provider_refused', message: reason });
}
