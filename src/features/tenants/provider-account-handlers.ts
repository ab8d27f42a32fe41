import type { Actor, Handlers } from '../../api/contract.ts';
import { listView, pageOf, pageQuery } from '../../api/pagination.ts';
import type { components } from '../../generated/schema.ts';
import type { ProviderAccount, ProviderAccountService } from './provider-account-service.ts';
import type { AccountViewer } from './provider-account-store.ts';

type ProviderAccountOperations =
  | 'createProviderAccount'
  | 'listProviderAccounts'
  | 'getProviderAccount'
  | 'updateProviderAccount'
  | 'rotateWebhookToken';

function viewerOf(actor: Actor): AccountViewer {
  return actor.kind === 'operator' ? null : { tenantId: actor.tenantId, livemode: actor.livemode };
}

/** @param publicUrl the base that Vobiz is given, without a slash at the end */
export function providerAccountHandlers(
  accounts: ProviderAccountService,
  publicUrl: string,
): Pick<Handlers, ProviderAccountOperations> {
  const toView = (
    account: ProviderAccount,
    viewer: AccountViewer,
  ): components['schemas']['ProviderAccount'] => {
    // Whoever knows the webhook URL of a shared account could post events for every tenant behind it.
    const isStranger = viewer !== null && account.tenant_id === null;
    return {
      id: account.id,
      provider: account.provider,
      owner: account.tenant_id === null ? 'operator' : 'tenant',
      auth_id: isStranger ? null : account.auth_id,
      signature_mode: account.signature_mode,
      allowed_ips: isStranger ? [] : account.allowed_ips,
      default_country: account.default_country,
      webhook_url: isStranger ? null : `${publicUrl}/webhooks/vobiz/${account.webhookToken}`,
      drift_repair: account.drift_repair,
      number_budget:
        isStranger || account.number_budget_minor === null || account.number_budget_currency === null
          ? null
          : { amount_minor: account.number_budget_minor, currency: account.number_budget_currency },
      provisioning: { status: account.provisioning_status, reason: account.provisioning_reason },
      created_at: account.created_at.toISOString(),
    };
  };
  return {
    async createProviderAccount({ unit, actor, body }) {
      const viewer = viewerOf(actor);
      return { status: 201, body: toView(await accounts.create(unit, viewer, body), viewer) };
    },
    async listProviderAccounts({ unit, actor, query }) {
      const viewer = viewerOf(actor);
      const page = pageQuery(query);
      const rows = await accounts.list(unit, viewer, page.limit + 1, page.startingAfter);
      return { status: 200, body: listView(pageOf(rows, page), (account) => toView(account, viewer)) };
    },
    async getProviderAccount({ unit, actor, params }) {
      const viewer = viewerOf(actor);
      const account = await accounts.get(unit, viewer, params.provider_account_id);
      return { status: 200, body: toView(account, viewer) };
    },
    async updateProviderAccount({ unit, actor, params, body }) {
      const viewer = viewerOf(actor);
      const account = await accounts.update(unit, viewer, params.provider_account_id, body);
      return { status: 200, body: toView(account, viewer) };
    },
    async rotateWebhookToken({ unit, actor, params, body }) {
      const viewer = viewerOf(actor);
      const { provider_account_id: id } = params;
      const account = await accounts.rotateWebhookToken(unit, viewer, id, body.overlap_seconds);
      return { status: 200, body: toView(account, viewer) };
    },
  };
}
