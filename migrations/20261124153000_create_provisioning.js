// What is set up at the provider for accounts and DIDs, what differs there from what it should be, numbers that are bought there,
// and long work that shows its progress.

import * as tenants from './20261124090100_create_tenants.js';
import * as rules from './20261124100300_allocate_by_pool_rules.js';
import { changed, definitionIn } from './sql/definitions.js';

const up_sql = `
-- Long work. tenant_id is 'operator' for the operator's own. input: what was asked for; state: where it is, so that whoever goes on
-- begins there; result: what was done so far. None of them holds a real number or a secret.
create table operations (
  tenant_id     text collate "C" not null,
  id            typed_id not null,
  livemode      boolean not null,
  type          text collate "C" not null,
  status        text not null default 'pending' check (status in ('pending', 'running', 'succeeded', 'failed')),
  done          integer not null default 0 check (done >= 0),
  total         integer check (total >= 0),
  input         jsonb not null,
  state         jsonb not null default '{}',
  result        jsonb,
  error_code    text,
  error_message text,
  created_at    timestamptz not null default now(),
  updated_at    timestamptz not null default now(),
  finished_at   timestamptz,
  primary key (tenant_id, id),
  check ((status in ('succeeded', 'failed')) = (finished_at is not null)),
  check ((status = 'failed') = (error_code is not null)),
  check ((error_code is null) = (error_message is null))
);
alter table operations enable row level security;
alter table operations force row level security;
create policy tenant on operations
  using (tenant_id = (select app_tenant()) or (tenant_id = 'operator' and (select app_is_operator())))
  with check (tenant_id = (select app_tenant()) or (tenant_id = 'operator' and (select app_is_operator())));
grant select, insert, update on operations to maskplane_app;

-- What is set up at the provider for an account. tenant_id is 'operator' for shared ones, whose state tenants may read.
-- revision: moves with each change of what is wanted, so that work that began before it cannot say that all is done.
create table account_provisioning (
  tenant_id      text collate "C" not null,
  account_id     typed_id not null,
  status         text not null default 'pending' check (status in ('pending', 'ready', 'failed')),
  reason         text,
  application_id text collate "C",
  revision       integer not null default 1,
  checked_at     timestamptz,
  updated_at     timestamptz not null default now(),
  primary key (tenant_id, account_id)
);
create index account_provisioning_by_check on account_provisioning (checked_at nulls first);
alter table account_provisioning enable row level security;
alter table account_provisioning force row level security;
create policy readable on account_provisioning for select
  using (tenant_id = (select app_tenant()) or tenant_id = 'operator' or (select app_is_operator()));
create policy insertable on account_provisioning for insert
  with check (tenant_id = (select app_tenant()) or (select app_is_operator()));
create policy changeable on account_provisioning for update
  using (tenant_id = (select app_tenant()) or (select app_is_operator()))
  with check (tenant_id = (select app_tenant()) or (select app_is_operator()));
grant select, insert, update on account_provisioning to maskplane_app;

-- The same for a DID. drift: how it was found to differ at the last look, null when it did not.
create table did_provisioning (
  tenant_id  typed_id not null,
  did_id     typed_id not null,
  account_id typed_id not null,
  status     text not null default 'pending' check (status in ('pending', 'ready', 'failed')),
  reason     text,
  drift      text check (drift in ('application', 'blocked', 'released')),
  revision   integer not null default 1,
  updated_at timestamptz not null default now(),
  primary key (tenant_id, did_id)
);
create index did_provisioning_of_account on did_provisioning (account_id, tenant_id, did_id);
alter table did_provisioning enable row level security;
alter table did_provisioning force row level security;
create policy tenant on did_provisioning
  using (tenant_id = (select app_tenant()) or (select app_is_operator()))
  with check (tenant_id = (select app_tenant()) or (select app_is_operator()));
grant select, insert, update on did_provisioning to maskplane_app;

-- A number that is to be bought, and what became of it. It is written before the provider is asked, so that after a lost answer
-- somebody knows what to look for. Money is in minor units, as it was offered.
create table number_purchases (
  tenant_id    text collate "C" not null,
  operation_id typed_id not null,
  place        integer not null,
  account_id   typed_id not null,
  e164         text collate "C" not null,
  status       text not null default 'intended' check (status in ('intended', 'bought', 'not_bought')),
  cost_minor   bigint not null check (cost_minor >= 0),
  currency     text not null,
  created_at   timestamptz not null default now(),
  primary key (tenant_id, operation_id, place)
);
create index number_purchases_of_account on number_purchases (account_id, created_at);
alter table number_purchases enable row level security;
alter table number_purchases force row level security;
create policy tenant on number_purchases
  using (tenant_id = (select app_tenant()) or (tenant_id = 'operator' and (select app_is_operator())))
  with check (tenant_id = (select app_tenant()) or (tenant_id = 'operator' and (select app_is_operator())));
grant select, insert, update on number_purchases to maskplane_app;

-- drift_repair: whether what was changed at the provider is set right again, or told only. number_budget: what numbers may cost
-- in a calendar month, in minor units; null: nothing may be bought.
alter table provider_accounts
  add column drift_repair text not null default 'repair' check (drift_repair in ('repair', 'report')),
  add column number_budget_minor bigint check (number_budget_minor >= 0),
  add column number_budget_currency text check (number_budget_currency ~ '^[A-Z]{3}$'),
  add check ((number_budget_minor is null) = (number_budget_currency is null));

-- expires_at: of a secret that another has replaced.
alter table webhook_directory add column expires_at timestamptz;
grant update, delete on webhook_directory to maskplane_app;

-- suspended: why no session gets this DID for now, though its owner has not retired it.
alter table dids add column suspended text check (suspended in ('blocked', 'released'));
create trigger pool_sees_did_suspended after update of suspended on dids for each row
  when (old.suspended is distinct from new.suspended) execute function touch_pool_of_did();

-- Whoever gets the number next must not find our application on it.
create function detach_retired_did() returns trigger language plpgsql as $$
begin
  update public.did_provisioning p
     set status = 'pending', reason = null, drift = null, revision = p.revision + 1, updated_at = now()
   where p.tenant_id = new.tenant_id and p.did_id = new.id;
  if found then
    perform public.enqueue_job('provision_did', jsonb_build_object('tenant', new.tenant_id, 'did', new.id),
                               'provision_did:' || new.id, false, 'provider:' || new.provider_account_id);
  end if;
  return null;
end $$;
grant execute on function detach_retired_did() to maskplane_app;
create trigger retired_did_is_detached after update of status on dids for each row
  when (new.status = 'retired' and old.status <> 'retired') execute function detach_retired_did();
`;

const down_sql = `
drop trigger retired_did_is_detached on dids;
drop function detach_retired_did();
drop trigger pool_sees_did_suspended on dids;
alter table dids drop column suspended;
delete from webhook_directory where expires_at is not null;
revoke update, delete on webhook_directory from maskplane_app;
alter table webhook_directory drop column expires_at;
alter table provider_accounts drop column number_budget_minor, drop column number_budget_currency, drop column drift_repair;
drop table number_purchases, did_provisioning, account_provisioning, operations;
`;

async function findWebhookAccount() {
  return changed(
    await definitionIn(tenants, 'find_webhook_account'),
    [
      'where d.token_digest = p_token_digest;\n  perform',
      'where d.token_digest = p_token_digest\n     and coalesce(d.expires_at > now(), true);\n  perform',
    ],
    [
      'where d.token_digest = p_token_digest;\nend',
      'where d.token_digest = p_token_digest and coalesce(d.expires_at > now(), true);\nend',
    ],
  );
}

async function poolSnapshot() {
  return changed(await definitionIn(rules, 'pool_snapshot'), [
    "d.pool_id = p.id and d.status = 'active')",
    "d.pool_id = p.id and d.status = 'active'\n                  and d.suspended is null)",
  ]);
}

export async function up(knex) {
  await knex.raw(up_sql);
  for (const definition of [findWebhookAccount, poolSnapshot]) await knex.raw(await definition());
}

export async function down(knex) {
  await knex.raw(await definitionIn(tenants, 'find_webhook_account'));
  await knex.raw(await definitionIn(rules, 'pool_snapshot'));
  await knex.raw(down_sql);
}
