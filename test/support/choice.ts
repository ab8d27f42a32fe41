import assert from 'node:assert/strict';
import { freshNumbers, type Reply, type Tenant } from './api.ts';

export type Side = 'a' | 'b';
export const sides: readonly Side[] = ['a', 'b'];
export type Kind = { region?: string; carrier?: string; reserved?: boolean };

/** New DIDs in a pool of a tenant's, one of each kind; in their order. */
export async function addDids(tenant: Tenant, pool: string, kinds: readonly Kind[]): Promise<any[]> {
  const made: any[] = [];
  for (const kind of kinds) {
    const [e164] = freshNumbers(1);
    const reply = await tenant.api.post('/v1/dids', {
      e164,
      provider_account: tenant.account.id,
      pool,
      ...kind,
    });
    assert.equal(reply.status, 201, reply.text);
    made.push(reply.body);
  }
  return made;
}

export const alike = (count: number): Kind[] => Array.from({ length: count }, () => ({}));

let pools = 0;
/** A new pool with these rules, and with one DID of each kind. */
export async function addPool(
  tenant: Tenant,
  kinds: readonly Kind[],
  rules: object = {},
): Promise<{ name: string; id: string; dids: any[]; cooling: any }> {
  pools += 1;
  const reply = await tenant.api.post('/v1/pools', { name: `pool-${pools}`, ...rules });
  assert.equal(reply.status, 201, reply.text);
  const { name, id, cooling } = reply.body;
  return { name, id, cooling, dids: await addDids(tenant, name, kinds) };
}

export function ask(
  tenant: Tenant,
  pool: string,
  [a, b]: readonly string[],
  allocation: object | null = null,
  more: object = {},
): Promise<Reply> {
  const parties = { a: { phone: a }, b: { phone: b } };
  return tenant.api.post('/v1/sessions', {
    pool,
    parties,
    ...(allocation === null ? {} : { allocation }),
    ...more,
  });
}

export async function made(...request: Parameters<typeof ask>): Promise<any> {
  const reply = await ask(...request);
  assert.equal(reply.status, 201, reply.text);
  return reply.body;
}

/** The DIDs of both parties. */
export function numbersOf(session: any): [string, string] {
  return [session.parties.a.masking_number, session.parties.b.masking_number];
}

/** Refused because there is no pair, after these steps. */
export function isExhausted(reply: Reply, steps?: readonly object[]): void {
  assert.equal(reply.status, 409, reply.text);
  assert.equal(reply.body.code, 'pool_exhausted');
  if (steps !== undefined) assert.deepEqual(reply.body.allocation, { steps });
}
