// Tenants, their encryption keys, API keys and provider accounts.
const up_sql = `
create table tenants (
  id                    typed_id primary key,
  name                  text not null,
  vertical              text not null check (vertical in ('ride_hailing', 'delivery', 'classifieds', 'other')),
  default_country       text not null check (default_country ~ '^[A-Z]{2}$'),
  status                text not null default 'active' check (status in ('active', 'suspended', 'closed')),
  out_of_session_policy text not null check (out_of_session_policy in ('announce', 'reject')),
  created_at            timestamptz not null default now(),
  updated_at            timestamptz not null default now()
);
alter table tenants enable row level security;
alter table tenants force row level security;
create policy tenant on tenants
  using (id = (select app_tenant()) or (select app_is_operator()))
  with check (id = (select app_tenant()) or (select app_is_operator()));
grant select, insert, update on tenants to maskplane_app;

-- The data key and the blind-index key of a tenant, wrapped by the master key, which never enters the database.
create table tenant_keys (
  tenant_id  typed_id not null references tenants (id),
  version    integer not null check (version > 0),
  wrapped    bytea not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, version)
);
alter table tenant_keys enable row level security;
alter table tenant_keys force row level security;
create policy tenant on tenant_keys
  using (tenant_id = (select app_tenant())) with check (tenant_id = (select app_tenant()));
grant select, insert on tenant_keys to maskplane_app;

create table api_keys (
  tenant_id    typed_id not null references tenants (id),
  id           typed_id not null,
  livemode     boolean not null,
  name         text not null,
  scopes       text[] not null,
  last4        text not null,
  digest       bytea not null,
  expires_at   timestamptz,
  revoked_at   timestamptz,
  created_at   timestamptz not null default now(),
  primary key (tenant_id, id)
);
alter table api_keys enable row level security;
alter table api_keys force row level security;
create policy tenant on api_keys
  using (tenant_id = (select app_tenant())) with check (tenant_id = (select app_tenant()));
grant select, insert, update on api_keys to maskplane_app;

-- Directory (global): which tenant a key's digest belongs to. Digests are keyed, and tokens are random: it tells nothing.
create table api_key_directory (
  digest    bytea primary key,
  tenant_id typed_id not null,
  key_id    typed_id not null
);
grant select, insert on api_key_directory to maskplane_app;

create table operator_keys (
  id         typed_id primary key,
  name       text not null,
  last4      text not null,
  digest     bytea not null unique,
  revoked_at timestamptz,
  created_at timestamptz not null default now()
);
grant select, insert, update on operator_keys to maskplane_app;

-- tenant_id null: the operator's own, shared by many tenants.
create table provider_accounts (
  id                    typed_id primary key,
  tenant_id             typed_id references tenants (id),
  livemode              boolean not null,
  provider              text not null check (provider in ('vobiz')),
  auth_id               text not null,
  signature_mode        text not null check (signature_mode in ('required', 'if_present', 'off')),
  allowed_ips           text[] not null,
  default_country       text not null check (default_country ~ '^[A-Z]{2}$'),
  sealed_auth_token     bytea not null,
  sealed_previous_token bytea,
  sealed_webhook_token  bytea not null,
  created_at            timestamptz not null default now(),
  updated_at            timestamptz not null default now()
);
alter table provider_accounts enable row level security;
alter table provider_accounts force row level security;
create policy readable on provider_accounts for select
  using (tenant_id is null or tenant_id = (select app_tenant()) or (select app_is_operator()));
create policy insertable on provider_accounts for insert
  with check (tenant_id = (select app_tenant()) or (tenant_id is null and (select app_is_operator())));
create policy changeable on provider_accounts for update
  using (tenant_id = (select app_tenant()) or (tenant_id is null and (select app_is_operator())))
  with check (tenant_id = (select app_tenant()) or (tenant_id is null and (select app_is_operator())));
grant select, insert, update on provider_accounts to maskplane_app;

-- Directory (global): which account a webhook URL's secret belongs to.
create table webhook_directory (
  token_digest        bytea primary key,
  provider_account_id typed_id not null references provider_accounts (id),
  tenant_id           typed_id
);
grant select, insert on webhook_directory to maskplane_app;

-- Authentication in one round trip: the directory names the tenant, and only then its rows can be read.
create function find_api_key(p_digest bytea)
returns table (tenant_id text, key_id text, livemode boolean, scopes text[], stored_digest bytea,
               expires_at timestamptz, is_expired boolean, tenant_status text, default_country text)
language plpgsql volatile as $$
declare
  v_tenant text;
begin
  select d.tenant_id into v_tenant from public.api_key_directory d where d.digest = p_digest;
  if v_tenant is null then return; end if;
  perform set_config('app.tenant_id', v_tenant, true);
  return query
    select k.tenant_id::text, k.id::text, k.livemode, k.scopes, k.digest, k.expires_at,
           coalesce(k.expires_at <= now(), false), t.status, t.default_country
      from public.api_key_directory d
      join public.api_keys k on k.tenant_id = d.tenant_id and k.id = d.key_id
      join public.tenants t on t.id = k.tenant_id
     where d.digest = p_digest and k.revoked_at is null;
end $$;
grant execute on function find_api_key(bytea) to maskplane_app;

create function find_webhook_account(p_token_digest bytea)
returns table (account_id text, tenant_id text, livemode boolean, signature_mode text, allowed_ips text[],
               default_country text, sealed_auth_token bytea, sealed_previous_token bytea)
language plpgsql volatile as $$
declare
  v_tenant text;
begin
  select d.tenant_id into v_tenant from public.webhook_directory d where d.token_digest = p_token_digest;
  perform set_config('app.tenant_id', coalesce(v_tenant, ''), true);
  return query
    select a.id::text, a.tenant_id::text, a.livemode, a.signature_mode, a.allowed_ips, a.default_country,
           a.sealed_auth_token, a.sealed_previous_token
      from public.webhook_directory d
      join public.provider_accounts a on a.id = d.provider_account_id
     where d.token_digest = p_token_digest;
end $$;
grant execute on function find_webhook_account(bytea) to maskplane_app;
`;

export async function up(knex) {
  await knex.raw(up_sql);
}

export async function down(knex) {
  await knex.raw(`
    drop function find_webhook_account(bytea), find_api_key(bytea);
    drop table webhook_directory, provider_accounts, operator_keys, api_key_directory, api_keys, tenant_keys, tenants;
  `);
}
