// Roles, the types that every table uses, and the idempotency and nonce records.
//
// maskplane_app is what the running service acts as: it owns nothing and is no superuser, so that row-level security
// holds for it. A database whose login may not create roles needs it made beforehand (docs/operations.md).
const up_sql = `
do $$
begin
  if not exists (select from pg_roles where rolname = 'maskplane_app') then
    create role maskplane_app nologin nosuperuser nobypassrls;
  end if;
exception when duplicate_object or unique_violation then null; -- another database of this server was quicker
end $$;

do $$
begin
  if not pg_has_role(current_user, 'maskplane_app', 'member') then
    execute format('grant maskplane_app to %I', current_user);
  end if;
end $$;

grant usage on schema public to maskplane_app;

-- "C" keeps ids in byte order, which is their order in time, whatever the database's locale.
create domain typed_id as text collate "C" check (value ~ '^[a-z]+_[0-9a-z]+$');

-- The tenant of this transaction, or null. A setting that was local to an earlier transaction reads as '' on a pooled
-- connection, hence nullif. Policies call these inside (select ...), so that they run once per statement, not per row.
create function app_tenant() returns text language sql stable parallel safe
  as $$ select nullif(current_setting('app.tenant_id', true), '') $$;
create function app_is_operator() returns boolean language sql stable parallel safe
  as $$ select coalesce(current_setting('app.operator', true), '') = 'on' $$;

-- One row per request that carried an Idempotency-Key; key is a keyed digest of it; sealed_reply is the stored answer, encrypted, since it may hold a
-- token that is shown only once. tenant_id is 'operator' for requests with an operator key.
create table idempotency_keys (
  tenant_id    text collate "C" not null,
  livemode     boolean not null,
  key          text collate "C" not null,
  fingerprint  bytea not null,
  status       integer,
  sealed_reply bytea,
  created_at   timestamptz not null default now(),
  primary key (tenant_id, livemode, key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);
alter table idempotency_keys enable row level security;
alter table idempotency_keys force row level security;
create policy tenant on idempotency_keys
  using (tenant_id = (select app_tenant()) or (tenant_id = 'operator' and (select app_is_operator())))
  with check (tenant_id = (select app_tenant()) or (tenant_id = 'operator' and (select app_is_operator())));
grant select, insert, update, delete on idempotency_keys to maskplane_app;

-- Nonces of verified provider signatures. They cover neither body nor time, so a nonce is good for one request only.
create table webhook_nonces (
  provider_account_id typed_id not null,
  nonce               text collate "C" not null,
  seen_at             timestamptz not null default now(),
  primary key (provider_account_id, nonce)
);
create index webhook_nonces_by_age on webhook_nonces (seen_at);
grant select, insert, delete on webhook_nonces to maskplane_app;
`;

export async function up(knex) {
  await knex.raw(up_sql);
}

export async function down(knex) {
  await knex.raw(`
    drop table webhook_nonces, idempotency_keys;
    drop function app_is_operator(), app_tenant();
    drop domain typed_id;
  `);
}
