import type { Actor, Handlers } from '../../api/contract.ts';
import { listView, pageOf, pageQuery } from '../../api/pagination.ts';
import type { components } from '../../generated/schema.ts';
import type { NumberOnAccount, NumberService, Viewer } from './number-service.ts';
import type { OperationRow } from './operation-store.ts';

type NumberOperations =
  | 'listAccountNumbers'
  | 'importAccountNumbers'
  | 'createNumberOrder'
  | 'listOperations'
  | 'getOperation';
type Schemas = components['schemas'];

function viewerOf(actor: Actor): Viewer {
  return actor.kind === 'operator' ? null : { tenantId: actor.tenantId, livemode: actor.livemode };
}

function toOperationView(row: OperationRow): Schemas['Operation'] {
  return {
    id: row.id,
    type: row.type,
    status: row.status,
    livemode: row.livemode,
    progress: { done: row.done, total: row.total },
    result: row.result as Schemas['Operation']['result'],
    error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' },
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    finished_at: row.finished_at?.toISOString() ?? null,
  };
}

function toNumberView(number: NumberOnAccount): Schemas['AccountNumber'] {
  return {
    e164: number.e164,
    country: number.country,
    region: number.region,
    status: number.status,
    attached_to:
      number.applicationId === null ? null : number.isOurs ? 'this_account' : 'another_application',
    did: number.did,
  };
}

export function numberHandlers(numbers: NumberService): Pick<Handlers, NumberOperations> {
  return {
    async listAccountNumbers({ actor, params, query }) {
      const { page = 1, limit = 20 } = query;
      const found = await numbers.list(viewerOf(actor), params.provider_account_id, page, limit);
      // A full page may be the last one, when nobody says how many there are.
      const has_more = found.total === null ? found.items.length === limit : page * limit < found.total;
      return { status: 200, body: { data: found.items.map(toNumberView), has_more } };
    },
    async importAccountNumbers({ unit, actor, params, body }) {
      const { provider_account_id: account } = params;
      const operation = await numbers.startImport(unit, viewerOf(actor), account, body);
      return { status: 202, body: toOperationView(operation) };
    },
    async createNumberOrder({ unit, actor, body }) {
      return { status: 202, body: toOperationView(await numbers.startOrder(unit, viewerOf(actor), body)) };
    },
    async listOperations({ unit, actor, query }) {
      const page = pageQuery(query);
      const { status = null } = query;
      const filter = { status, limit: page.limit + 1, startingAfter: page.startingAfter };
      const rows = await numbers.listOperations(unit, viewerOf(actor), filter);
      return { status: 200, body: listView(pageOf(rows, page), toOperationView) };
    },
    async getOperation({ unit, actor, params }) {
      return {
        status: 200,
        body: toOperationView(await numbers.getOperation(unit, viewerOf(actor), params.operation_id)),
      };
    },
  };
}
