import type { Db, Unit } from '../../db/database.ts';
import { Failure, invalid, notFound } from '../../kernel/errors.ts';
import { type Id, newId, type Owner, type TenantId } from '../../kernel/ids.ts';
import type { Destination, OperationOwner, OperationStatus } from './operation.ts';
import { findOperation, insertOperation, listOperations, type OperationRow } from './operation-store.ts';
import { type AccountNumber, type Answered, type Page, type Provider, reasonOf } from './provider.ts';
import { findOwnNumbers } from './provisioning-store.ts';

/** Who asks: a tenant in one of its modes; null: the operator. */
export type Viewer = Owner | null;

export type NumberOnAccount = AccountNumber & { isOurs: boolean; did: string | null };

export type NumberServiceParts = {
  /** Null: nothing is set up at the provider here. */
  provider: Provider | null;
  /** One short transaction of whoever asks. */
  as: <T>(viewer: Viewer, work: (db: Db) => Promise<T>) => Promise<T>;
  /** The account, when it is the viewer's own, not only shared with it. Null for a stranger's. */
  ownAccount: (db: Db, viewer: Viewer, id: string) => Promise<{ id: string; currency: string | null } | null>;
  /** Makes the operator's transaction this tenant's. Throws not_found, tenant_closed. */
  enterTenant: (unit: Unit, id: string) => Promise<TenantId>;
  /** Throws unknown_reference. */
  poolOf: (db: Db, owner: Owner, nameOrId: string) => Promise<Id<'pool'>>;
};

export type ImportInput = { pool: string; tenant?: string | undefined; e164?: string[] | undefined };
export type OrderInput = {
  provider_account: string;
  country: string;
  contains?: string | undefined;
  quantity: number;
  pool: string;
  tenant?: string | undefined;
  max_cost_minor: number;
  currency: string;
};

export function ownerOf(viewer: Viewer): OperationOwner {
  return viewer ?? { tenantId: 'operator', livemode: true };
}

export type NumberService = {
  /** Asks the provider, and so outside any transaction. Throws not_found, unavailable, provider_refused. */
  list(viewer: Viewer, accountId: string, page: number, limit: number): Promise<Page<NumberOnAccount>>;
  /** Throws not_found, unavailable, unknown_reference, invalid_request. */
  startImport(db: Unit, viewer: Viewer, accountId: string, input: ImportInput): Promise<OperationRow>;
  /** The same. */
  startOrder(db: Unit, viewer: Viewer, input: OrderInput): Promise<OperationRow>;
  /** Throws not_found. */
  getOperation(db: Db, viewer: Viewer, id: string): Promise<OperationRow>;
  listOperations(
    db: Db,
    viewer: Viewer,
    filter: { status: OperationStatus | null; limit: number; startingAfter: string | null },
  ): Promise<OperationRow[]>;
};

export function createNumberService(parts: NumberServiceParts): NumberService {
  const provider = (viewer: Viewer): Provider => {
    if (parts.provider === null || viewer?.livemode === false) {
      throw new Failure('unavailable', 'Nothing is set up at the provider here, or in this mode.');
    }
    return parts.provider;
  };
  const destination = async (
    db: Unit,
    viewer: Viewer,
    { tenant, pool }: { tenant?: string | undefined; pool: string },
  ): Promise<Destination> => {
    if (viewer !== null) {
      if (tenant !== undefined && tenant !== viewer.tenantId)
        throw invalid('invalid_request', '/tenant', 'is for the operator only');
      return { tenant: viewer.tenantId, livemode: true, pool: await parts.poolOf(db, viewer, pool) };
    }
    if (tenant === undefined) throw invalid('invalid_request', '/tenant', 'is required of the operator');
    const tenantId = await parts.enterTenant(db, tenant);
    const owner = { tenantId, livemode: true };
    return { tenant: tenantId, livemode: true, pool: await parts.poolOf(db, owner, pool) };
  };
  return {
    async list(viewer, accountId, page, limit) {
      const account = await parts.as(viewer, (db) => parts.ownAccount(db, viewer, accountId));
      if (account === null) throw notFound();
      const { items, total } = foundOf(await provider(viewer).listNumbers(account.id, page, limit));
      const known = await parts.as(viewer, (db) =>
        findOwnNumbers(
          db,
          viewer,
          account.id,
          items.map(({ e164 }) => e164),
        ),
      );
      return {
        total,
        items: items.map((number) => ({
          ...number,
          isOurs: number.applicationId !== null && number.applicationId === known.applicationId,
          did: known.dids.get(number.e164) ?? null,
        })),
      };
    },
    async startImport(db, viewer, accountId, input) {
      const account = await parts.ownAccount(db, viewer, accountId);
      if (account === null) throw notFound();
      provider(viewer);
      const to = await destination(db, viewer, input);
      const id = newId('op');
      const what = { account: account.id, to, e164: input.e164 ?? null };
      const total = input.e164?.length ?? null;
      return insertOperation(db, ownerOf(viewer), {
        id,
        type: 'import_numbers',
        input: what,
        total,
        account: account.id,
      });
    },
    async startOrder(db, viewer, input) {
      const account = await parts.ownAccount(db, viewer, input.provider_account);
      if (account === null)
        throw invalid('unknown_reference', '/provider_account', 'is not the id of an account of your own');
      provider(viewer);
      if (account.currency !== input.currency) {
        throw invalid(
          'invalid_request',
          '/currency',
          "is not that of the account's number_budget, without which nothing is bought",
        );
      }
      const to = await destination(db, viewer, input);
      const { country, quantity, max_cost_minor, currency, contains = null } = input;
      const what = {
        account: account.id,
        to,
        country,
        contains,
        quantity,
        maxCostMinor: max_cost_minor,
        currency,
      };
      return insertOperation(db, ownerOf(viewer), {
        id: newId('op'),
        type: 'order_numbers',
        input: what,
        total: quantity,
        account: account.id,
      });
    },
    async getOperation(db, viewer, id) {
      const operation = await findOperation(db, ownerOf(viewer), id);
      if (operation === null) throw notFound();
      return operation;
    },
    listOperations: (db, viewer, filter) => listOperations(db, ownerOf(viewer), filter),
  };
}

function foundOf<T>(answer: Answered<T>): T {
  if (answer.kind === 'found') return answer.value;
  if (answer.kind === 'refused' || answer.kind === 'unknown')
    throw new Failure('provider_refused', reasonOf(answer));
  throw new Failure('unavailable', reasonOf(answer));
}
