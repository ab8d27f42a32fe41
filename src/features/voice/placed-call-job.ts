import { readTenantId, type TenantId } from '../../kernel/ids.ts';

/** One of each for a call, and one at a time for a tenant. */
export function jobOf(task: string, tenantId: TenantId, callId: string, more: object = {}) {
  const payload = { tenant: tenantId, call: callId, ...more };
  return { task, payload, key: `${task}|${callId}`, serial: `${task}|${tenantId}` };
}

/** Throws for a payload that is not of such a job. */
export function read(payload: unknown): { tenantId: TenantId; callId: string; account: string } {
  const { tenant, call, account = '' } = payload as { tenant: string; call: string; account?: string };
  const tenantId = readTenantId(tenant);
  if (tenantId === null) throw new Error('a call without a tenant');
  return { tenantId, callId: call, account };
}
