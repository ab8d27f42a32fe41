// Pools and DIDs.
const up_sql = `
create table pools (
  tenant_id       typed_id not null references tenants (id),
  id              typed_id not null,
  livemode        boolean not null,
  name            text collate "C" not null,
  cooling_seconds integer not null check (cooling_seconds between 0 and 7776000),
  created_at      timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, livemode, name)
);
alter table pools enable row level security;
alter table pools force row level security;
create policy tenant on pools
  using (tenant_id = (select app_tenant())) with check (tenant_id = (select app_tenant()));
grant select, insert, update on pools to maskplane_app;

-- spread is a random place in the pool: allocation starts looking there, so that callers do not all meet on one DID.
create table dids (
  tenant_id           typed_id not null references tenants (id),
  id                  typed_id not null,
  livemode            boolean not null,
  pool_id             typed_id not null,
  provider_account_id typed_id not null references provider_accounts (id),
  e164                text collate "C" not null check (e164 ~ '^\\+[1-9][0-9]{6,14}$'),
  country             text,
  status              text not null default 'active' check (status in ('active', 'retiring', 'retired')),
  spread              double precision not null default random(),
  created_at          timestamptz not null default now(),
  retired_at          timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, pool_id) references pools (tenant_id, id)
);
create index dids_of_pool on dids (tenant_id, pool_id, spread) where status = 'active';
create index dids_by_number on dids (tenant_id, livemode, e164);
alter table dids enable row level security;
alter table dids force row level security;
create policy tenant on dids
  using (tenant_id = (select app_tenant())) with check (tenant_id = (select app_tenant()));
grant select, insert, update on dids to maskplane_app;

-- Directory (global): whose a dialled number is. scope is 'live', where a number exists once in the world, or a tenant's
-- id for its test mode, where every tenant may play with the same numbers.
create table did_directory (
  scope               text collate "C" not null,
  e164                text collate "C" not null,
  tenant_id           typed_id not null,
  did_id              typed_id not null,
  provider_account_id typed_id not null,
  primary key (scope, e164)
);
grant select, insert, delete on did_directory to maskplane_app;
`;

export async function up(knex) {
  await knex.raw(up_sql);
}

export async function down(knex) {
  await knex.raw('drop table did_directory, dids, pools;');
}
