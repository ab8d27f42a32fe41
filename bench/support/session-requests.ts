import { randomBytes, randomUUID } from 'node:crypto';
import type { Request } from './load.ts';

/** Indian mobile numbers, each once: far more than a run can use up. */
export function freshPhones(): () => string {
  let next = 0;
  return () => `+91${9_000_000_000 + next++}`;
}

export function postWithKey(token: string, path: string, body: object): Request {
  return {
    path,
    headers: { Authorization: `Bearer ${token}`, 'Idempotency-Key': randomUUID() },
    body: JSON.stringify(body),
  };
}

/** What a ride-hailing backend sends. */
export function sessionOf(phoneA: string, phoneB: string, more: object = {}): object {
  return {
    transaction_ref: `ride-${randomBytes(4).toString('hex')}`,
    parties: { a: { phone: phoneA, role: 'driver' }, b: { phone: phoneB, role: 'rider' } },
    ...more,
  };
}
