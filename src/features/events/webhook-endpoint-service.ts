import type { TenantKeys } from '../../crypto/tenant-keys.ts';
import type { Db } from '../../db/database.ts';
import { Failure, invalid, notFound } from '../../kernel/errors.ts';
import { newId, type Owner, type TenantId } from '../../kernel/ids.ts';
import type { EventType } from './event.ts';
import { leaveEvent } from './event-store.ts';
import { newWebhookSecret } from './standard-webhook.ts';
import {
  countWebhookEndpoints,
  deleteWebhookEndpoint,
  findWebhookEndpoint,
  insertWebhookEndpoint,
  listWebhookEndpoints,
  lockCreation,
  replaceSecret,
  updateWebhookEndpoint,
  type WebhookEndpointChange,
  type WebhookEndpointRow,
  wakeWebhookEndpoint,
} from './webhook-endpoint-store.ts';
import { sealSecret } from './webhook-secret.ts';

/** Of a tenant and mode. Each event is written once for each endpoint that wants it. */
const MOST_ENDPOINTS = 20;
/** A receiver that takes 5 requests at once is the usual one; the rest is a matter of asking. */
const USUAL_CONCURRENCY = 5;

export type WebhookEndpointInput = {
  url: string;
  description?: string | null;
  types?: EventType[] | null;
  ordering?: WebhookEndpointRow['ordering'];
  max_concurrency?: number;
};

/** The only times that a secret leaves us. */
export type EndpointWithSecret = { endpoint: WebhookEndpointRow; secret: string };

export type WebhookEndpointService = {
  /** Throws webhook_url_refused, webhook_endpoint_limit. */
  create(db: Db, owner: Owner, input: WebhookEndpointInput): Promise<EndpointWithSecret>;
  list(db: Db, owner: Owner, limit: number, startingAfter: string | null): Promise<WebhookEndpointRow[]>;
  /** Throws not_found. */
  get(db: Db, owner: Owner, id: string): Promise<WebhookEndpointRow>;
  /** Throws not_found, webhook_url_refused. */
  update(db: Db, owner: Owner, id: string, change: WebhookEndpointChange): Promise<WebhookEndpointRow>;
  /** Throws not_found. */
  remove(db: Db, owner: Owner, id: string): Promise<void>;
  /** Both secrets sign for so long. Throws not_found. */
  rotateSecret(db: Db, owner: Owner, id: string, overlapSeconds: number): Promise<EndpointWithSecret>;
  /** Leaves an event that this endpoint alone is sent; gives its id. Throws not_found, webhook_endpoint_disabled. */
  test(db: Db, owner: Owner, id: string): Promise<string>;
};

/**
 * @param currentKeys the keys that new secrets of a tenant are sealed with
 * @param whyUrlRefused why nothing is ever sent to this address, or null
 */
export function createWebhookEndpointService(parts: {
  currentKeys: (db: Db, tenantId: TenantId) => Promise<TenantKeys>;
  whyUrlRefused: (url: string) => string | null;
}): WebhookEndpointService {
  const newSecret = async (db: Db, tenantId: TenantId, id: string) => {
    const secret = newWebhookSecret();
    return { secret, sealed: sealSecret(await parts.currentKeys(db, tenantId), tenantId, id, secret) };
  };
  const checkUrl = (url: string): void => {
    const why = parts.whyUrlRefused(url);
    if (why !== null) throw invalid('webhook_url_refused', '/url', why);
  };
  return {
    async create(db, owner, input) {
      checkUrl(input.url);
      await lockCreation(db, owner.tenantId);
      if ((await countWebhookEndpoints(db, owner)) >= MOST_ENDPOINTS) {
        throw new Failure('webhook_endpoint_limit', `There may be ${MOST_ENDPOINTS} webhook endpoints.`);
      }
      const id = newId('whe');
      const { secret, sealed } = await newSecret(db, owner.tenantId, id);
      const endpoint = await insertWebhookEndpoint(db, owner, {
        id,
        url: input.url,
        description: input.description ?? null,
        types: input.types ?? null,
        ordering: input.ordering ?? 'none',
        max_concurrency: input.max_concurrency ?? USUAL_CONCURRENCY,
        secret: sealed,
      });
      return { endpoint, secret };
    },
    list: listWebhookEndpoints,
    get: getWebhookEndpoint,
    async update(db, owner, id, change) {
      // First of all: of a stranger's endpoint nobody learns more than that it is not there.
      await getWebhookEndpoint(db, owner, id);
      if (change.url !== undefined) checkUrl(change.url);
      const row = present(await updateWebhookEndpoint(db, owner, id, change));
      // What waited for a hold to pass, or is to be given up, need not wait any longer.
      await wakeWebhookEndpoint(db, owner.tenantId, id);
      return row;
    },
    async remove(db, owner, id) {
      if (!(await deleteWebhookEndpoint(db, owner, id))) throw notFound();
      await wakeWebhookEndpoint(db, owner.tenantId, id);
    },
    async rotateSecret(db, owner, id, overlapSeconds) {
      await getWebhookEndpoint(db, owner, id);
      const { secret, sealed } = await newSecret(db, owner.tenantId, id);
      return { endpoint: present(await replaceSecret(db, owner, id, sealed, overlapSeconds)), secret };
    },
    async test(db, owner, id) {
      refuseDisabled(await getWebhookEndpoint(db, owner, id));
      return leaveEvent(db, owner, { type: 'webhook.test', data: { endpoint: id } });
    },
  };
}

/** Throws not_found. */
export async function getWebhookEndpoint(db: Db, owner: Owner, id: string): Promise<WebhookEndpointRow> {
  return present(await findWebhookEndpoint(db, owner, id));
}

/** Nothing is sent to a disabled endpoint, and what asks for it is told so. Throws webhook_endpoint_disabled. */
export function refuseDisabled(endpoint: WebhookEndpointRow): void {
  if (endpoint.status === 'enabled') return;
  throw new Failure('webhook_endpoint_disabled', 'The webhook endpoint is disabled; enable it first.');
}

function present(row: WebhookEndpointRow | null): WebhookEndpointRow {
  if (row === null) throw notFound();
  return row;
}
