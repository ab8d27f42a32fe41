import { seal, unseal } from '../../crypto/sealing.ts';
import type { TenantKeys } from '../../crypto/tenant-keys.ts';
import type { TenantId } from '../../kernel/ids.ts';
import type { E164 } from '../../kernel/phone.ts';

/** What may become of a caller who is in no session; `ask`: the tenant's own endpoint says which of the others. */
export type OutOfSessionWay = 'reject' | 'announce' | 'forward' | 'ask';

/** What a tenant has set for a pool, or for all of them. */
export type OutOfSessionPolicy = {
  id: string;
  isOfPool: boolean;
  action: OutOfSessionWay;
  /** Of `ask`, when there is no answer that can be used. */
  onFailure: 'reject' | 'announce' | 'forward' | null;
  timeLimitSeconds: number;
  /** Whether there is a support number. */
  hasForward: boolean;
};

const words: Readonly<Record<OutOfSessionWay, string>> = {
  reject: 'to reject',
  announce: 'to announce',
  forward: 'to forward to the support number',
  ask: "to ask the tenant's endpoint",
};

/** @param standard what the tenant says when no policy does */
export function outOfSessionWay(
  policy: OutOfSessionPolicy | null,
  standard: 'reject' | 'announce',
): { way: OutOfSessionWay; detail: string } {
  if (policy === null) return { way: standard, detail: `The tenant's policy is to ${standard}.` };
  const whose = policy.isOfPool ? "The pool's policy" : "The tenant's policy";
  return { way: policy.action, detail: `${whose} is ${words[policy.action]}.` };
}

/** How long the support number rings. */
export const SUPPORT_RING_SECONDS = 30;

/** What a policy keeps, encrypted for this policy and use only. */
export function sealForPolicy(
  keys: TenantKeys,
  tenantId: TenantId,
  policyId: string,
  use: 'forward' | 'secret',
  text: string,
): Buffer {
  return seal(keys.dataKey, text, placeOf(tenantId, policyId, use));
}

/** Throws when it was sealed for another tenant, policy or use. */
export function openSupport(keys: TenantKeys, tenantId: TenantId, policyId: string, sealed: Buffer): E164 {
  return unseal(keys.dataKey, sealed, placeOf(tenantId, policyId, 'forward')).toString() as E164;
}

/** Throws likewise. */
export function openPolicySecret(
  keys: TenantKeys,
  tenantId: TenantId,
  policyId: string,
  sealed: Buffer,
): string {
  return unseal(keys.dataKey, sealed, placeOf(tenantId, policyId, 'secret')).toString();
}

function placeOf(tenantId: TenantId, policyId: string, use: string): string {
  return `${tenantId}|out_of_session_policies|${policyId}|${use}`;
}
