import { type Handlers, tenantOf } from '../../api/contract.ts';
import { listView, pageOf, pageQuery } from '../../api/pagination.ts';
import type { components } from '../../generated/schema.ts';
import type { PolicyService, PolicyWithSecret } from './out-of-session-policy-service.ts';
import type { PolicyRow } from './out-of-session-policy-store.ts';

type Schemas = components['schemas'];
type Operations =
  | 'setOutOfSessionPolicy'
  | 'listOutOfSessionPolicies'
  | 'removeOutOfSessionPolicy'
  | 'rotateOutOfSessionSecret';

function toPolicyView(row: PolicyRow): Schemas['OutOfSessionRule'] {
  return {
    id: row.id,
    livemode: row.livemode,
    pool: row.pool,
    action: row.action,
    forward_to_last4: row.forward_last4,
    time_limit_seconds: row.time_limit_seconds,
    url: row.url,
    on_failure: row.on_failure,
    previous_secret_expires_at: row.previous_secret_expires_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

function withSecret({ policy, secret }: PolicyWithSecret): Schemas['OutOfSessionRuleWithSecret'] {
  return { ...toPolicyView(policy), secret };
}

export function policyHandlers(policies: PolicyService): Pick<Handlers, Operations> {
  return {
    async setOutOfSessionPolicy(call) {
      return { status: 200, body: withSecret(await policies.set(call.unit, tenantOf(call), call.body)) };
    },
    async listOutOfSessionPolicies(call) {
      const page = pageQuery(call.query);
      const rows = await policies.list(call.unit, tenantOf(call), page.limit + 1, page.startingAfter);
      return { status: 200, body: listView(pageOf(rows, page), toPolicyView) };
    },
    async removeOutOfSessionPolicy(call) {
      const policy = await policies.remove(call.unit, tenantOf(call), call.params.policy_id);
      return { status: 200, body: toPolicyView(policy) };
    },
    async rotateOutOfSessionSecret(call) {
      const { params, body } = call;
      const rotated = await policies.rotateSecret(
        call.unit,
        tenantOf(call),
        params.policy_id,
        body.overlap_seconds,
      );
      return { status: 200, body: withSecret(rotated) };
    },
  };
}
