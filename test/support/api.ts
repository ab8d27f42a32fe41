import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import supertest from 'supertest';
import { checkReply } from './reply-check.ts';
import type { World } from './world.ts';

export type Reply = { status: number; body: any; headers: Record<string, string>; text: string };
export type RequestOptions = {
  key?: string | null;
  idempotencyKey?: string | null;
  headers?: Record<string, string>;
};

export type Api = {
  get(path: string, options?: RequestOptions): Promise<Reply>;
  post(path: string, body?: unknown, options?: RequestOptions): Promise<Reply>;
  patch(path: string, body?: unknown, options?: RequestOptions): Promise<Reply>;
  put(path: string, body?: unknown, options?: RequestOptions): Promise<Reply>;
  delete(path: string, options?: RequestOptions): Promise<Reply>;
};

/**
 * A client with a key. Every reply is held against openapi.yaml: its status must be documented and its body have no
 * property that the document does not name. Every POST carries a fresh Idempotency-Key unless told otherwise.
 */
export function apiOf(world: World, key: string | null): Api {
  const send = async (
    method: 'get' | 'post' | 'patch' | 'put' | 'delete',
    path: string,
    body: unknown,
    options: RequestOptions,
  ) => {
    const request = supertest(world.url)[method](path);
    const token = options.key === undefined ? key : options.key;
    if (token !== null) request.set('Authorization', `Bearer ${token}`);
    const idempotencyKey =
      options.idempotencyKey === undefined && method === 'post' ? randomUUID() : options.idempotencyKey;
    if (idempotencyKey !== null && idempotencyKey !== undefined)
      request.set('Idempotency-Key', idempotencyKey);
    for (const [name, value] of Object.entries(options.headers ?? {})) request.set(name, value);
    const response = body === undefined ? await request : await request.send(body as object);
    checkReply(method, path, response.status, response.headers['content-type'], response.body);
    return { status: response.status, body: response.body, headers: response.headers, text: response.text };
  };
  return {
    get: (path, options = {}) => send('get', path, undefined, options),
    post: (path, body, options = {}) => send('post', path, body, options),
    patch: (path, body, options = {}) => send('patch', path, body, options),
    put: (path, body, options = {}) => send('put', path, body, options),
    delete: (path, options = {}) => send('delete', path, undefined, options),
  };
}

export type Tenant = { id: string; token: string; api: Api; account: { id: string; webhookPath: string } };

/** A tenant as an operator and its backend would make it: a key, a provider account of the operator's, some DIDs. */
export async function newTenant(
  world: World,
  options: {
    livemode?: boolean;
    dids?: readonly string[];
    signatureMode?: string;
    defaultCountry?: string;
  } = {},
): Promise<Tenant> {
  const operator = apiOf(world, world.operatorToken);
  const tenant = await operator.post('/v1/tenants', {
    name: 'Acme',
    default_country: options.defaultCountry ?? 'IN',
  });
  assert.equal(tenant.status, 201);
  const key = await operator.post(`/v1/tenants/${tenant.body.id}/api_keys`, {
    name: 'backend',
    livemode: options.livemode ?? true,
  });
  assert.equal(key.status, 201);
  const account = await newAccount(world, options.signatureMode);
  const api = apiOf(world, key.body.token);
  for (const e164 of options.dids ?? []) {
    const did = await api.post('/v1/dids', { e164, provider_account: account.id });
    assert.equal(did.status, 201, did.text);
  }
  return { id: tenant.body.id, token: key.body.token, api, account };
}

/** An account of the operator's; `webhookPath` is what Vobiz is given, without the public base. */
export async function newAccount(
  world: World,
  signatureMode = 'if_present',
): Promise<{ id: string; webhookPath: string }> {
  const account = await apiOf(world, world.operatorToken).post('/v1/provider_accounts', {
    provider: 'vobiz',
    auth_id: 'MA_XXXXXXXX',
    auth_token: 'test_token',
    signature_mode: signatureMode,
  });
  assert.equal(account.status, 201);
  return { id: account.body.id, webhookPath: account.body.webhook_url.slice(world.publicUrl.length) };
}

/** Numbers that no other call of this function gives: fictional Indian ones. */
let next = 0;
export function freshNumbers(count: number, start = '+9179'): string[] {
  return Array.from({ length: count }, () => `${start}${String(10_000_000 + next++).padStart(8, '0')}`);
}

/** A session between two phones, or a failed assertion. */
export async function newSession(tenant: Tenant, a: string, b: string, more: object = {}): Promise<any> {
  const reply = await tenant.api.post('/v1/sessions', {
    parties: { a: { phone: a }, b: { phone: b } },
    ...more,
  });
  assert.equal(reply.status, 201, reply.text);
  return reply.body;
}

/** Another key of a tenant's, made by the operator: all scopes and live, unless told otherwise. */
export async function newKey(world: World, tenantId: string, body: object = {}): Promise<any> {
  const reply = await apiOf(world, world.operatorToken).post(`/v1/tenants/${tenantId}/api_keys`, body);
  assert.equal(reply.status, 201, reply.text);
  return reply.body;
}

/** A refusal of a pool without pairs is told, once a minute: that is all that it leaves behind. */
const besideRefusals: Record<string, string> = {
  events: `(select * from events where type <> 'pool.exhausted')`,
  pools: `(select to_jsonb(p) - 'exhaustion_told_at' from pools p)`,
};

/** A digest of all rows of each table: equal at two moments when nothing was written in between. */
export async function contentOf(world: World, isRefused = false): Promise<Record<string, string>> {
  const tables = await world.sql<{ name: string }>(
    `select table_name as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`,
  );
  const digests = tables.map(
    ({ name }) =>
      `select '${name}' as name, concat(count(*), ' rows ', md5(string_agg(t::text, '|' order by t::text))) as digest
         from ${(isRefused ? besideRefusals[name] : undefined) ?? `"${name}"`} t`,
  );
  const rows = await world.sql<{ name: string; digest: string }>(digests.join(' union all '));
  return Object.fromEntries(rows.map(({ name, digest }) => [name, digest]));
}

/** The body's bytes without the one part that differs between two refusals of the same kind. */
export function withoutRequestId(reply: Reply): string {
  return reply.text.replace(reply.body.request_id, 'req_x');
}

/** Reads a whole list page by page, as a client does; fails when a page is not as long as it should be. */
export async function walk(api: Api, path: string, limit: number): Promise<any[]> {
  const all: any[] = [];
  for (let more = true; more; ) {
    const cursor = all.length === 0 ? '' : `&starting_after=${all.at(-1).id}`;
    const { status, body, text } = await api.get(
      `${path}${path.includes('?') ? '&' : '?'}limit=${limit}${cursor}`,
    );
    assert.equal(status, 200, text);
    assert.ok(body.data.length === limit || !body.has_more, 'a page with more after it is not full');
    assert.ok(body.data.length > 0 || !body.has_more, 'an empty page says that there is more');
    all.push(...body.data);
    more = body.has_more;
  }
  return all;
}

/** Walks a list in pages of every size: each object comes once, newest first. */
export async function isPagedListOf(api: Api, path: string, ids: readonly string[]): Promise<void> {
  const newestFirst = [...ids].sort().reverse();
  for (const limit of [1, 2, ids.length - 1, ids.length, ids.length + 1, 100]) {
    const found = (await walk(api, path, limit)).map(({ id }) => id);
    assert.deepEqual(found, newestFirst, `in pages of ${limit}`);
  }
}
