// The ledger of billable things, and the plans that they are rated by.

const up_sql = `
-- Global: the operator's price lists. A version is never changed; another price is another version.
create table plans (
  id         typed_id primary key,
  name       text not null check (length(name) between 1 and 100),
  version    integer not null check (version > 0),
  currency   text not null check (currency ~ '^[A-Z]{3}$'),
  terms      jsonb not null,
  created_at timestamptz not null default now(),
  unique (name, version)
);
grant select, insert on plans to maskplane_app;

-- Which plan holds for a tenant, from when on: until the next row begins. plan_id null: none. What has begun stays, so that a
-- call is rated the same whenever it is rated.
create table tenant_plans (
  tenant_id  typed_id not null references tenants (id),
  valid_from timestamptz not null,
  plan_id    typed_id references plans (id),
  created_at timestamptz not null default now(),
  primary key (tenant_id, valid_from)
);
alter table tenant_plans enable row level security;
alter table tenant_plans force row level security;
create policy tenant on tenant_plans
  using (tenant_id = (select app_tenant())) with check (tenant_id = (select app_tenant()));
grant select, insert, update on tenant_plans to maskplane_app;

create function refuse_begun_plan() returns trigger language plpgsql as $$
begin
  if old.valid_from <= now() then raise exception 'a plan that holds already stays'; end if;
  return new;
end $$;
create trigger begun_plans_stay before update on tenant_plans for each row execute function refuse_begun_plan();

-- One line per billable thing. It is never changed and never deleted: a correction is a reversal of the line that was wrong and
-- a new charge, both linked to it, so that the sum of a thing's lines is what it costs now.
-- month: of occurred_at, in UTC, as 2026-06. It stands in every key so that the table can be partitioned by it.
-- subject_id: the call, the DID, the recording, or, of a month's adjustment, the plan and its rate. leg_id: '' is the whole call.
-- revision: of the lines of one thing, from 1. legs: what the seconds were counted from.
-- rate: the key of the plan's rate. amount: in minor units of the currency; null where there is none, as without a plan.
create table usage_records (
  tenant_id           typed_id not null references tenants (id),
  month               text collate "C" not null,
  id                  typed_id not null,
  livemode            boolean not null,
  kind                text not null check (kind in ('call', 'recording', 'did_month', 'session', 'month_adjustment')),
  entry               text not null check (entry in ('charge', 'reversal', 'adjustment')),
  provider_account_id text collate "C" not null,
  subject_id          text collate "C" not null,
  leg_id              text collate "C" not null default '',
  revision            integer not null check (revision > 0),
  corrects            typed_id,
  occurred_at         timestamptz not null,
  recorded_at         timestamptz not null default now(),
  call_id             typed_id,
  session_id          typed_id,
  did_id              typed_id,
  pool_id             typed_id,
  destination         text,
  billable            boolean not null,
  reason              text,
  quantity            integer not null,
  seconds             integer not null,
  billed_seconds      integer not null,
  currency            text,
  amount              bigint,
  plan_id             typed_id,
  rate                text,
  source              text not null check (source in ('event', 'cdr', 'job')),
  legs                jsonb,
  primary key (tenant_id, month, id),
  constraint usage_counted_once unique (tenant_id, month, provider_account_id, subject_id, leg_id, kind, revision),
  foreign key (tenant_id, month, corrects) references usage_records (tenant_id, month, id),
  check ((revision = 1) = (corrects is null)),
  check ((currency is null) = (amount is null)),
  check (month = to_char(occurred_at at time zone 'UTC', 'YYYY-MM'))
);
create index usage_by_time on usage_records (tenant_id, livemode, occurred_at, id);
create index usage_by_id on usage_records (tenant_id, livemode, id);
create index usage_of_call on usage_records (tenant_id, call_id, id) where call_id is not null;
alter table usage_records enable row level security;
alter table usage_records force row level security;
create policy tenant on usage_records
  using (tenant_id = (select app_tenant())) with check (tenant_id = (select app_tenant()));
grant select, insert on usage_records to maskplane_app;

-- For the owner too, who needs no grant: what was billed is not rewritten by a hand at a prompt.
create function refuse_rewriting() returns trigger language plpgsql as $$
begin
  raise exception 'usage records are never changed: write a correction';
end $$;
create trigger usage_is_kept before update or delete on usage_records for each row execute function refuse_rewriting();
create trigger usage_is_kept_whole before truncate on usage_records for each statement execute function refuse_rewriting();
`;

export async function up(knex) {
  await knex.raw(up_sql);
}

export async function down(knex) {
  await knex.raw(`
    drop table usage_records;
    drop function refuse_rewriting();
    drop table tenant_plans;
    drop function refuse_begun_plan();
    drop table plans;
  `);
}
