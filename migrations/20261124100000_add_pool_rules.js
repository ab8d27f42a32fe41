// How a pool's DIDs are chosen, what happens when there is none, how long numbers rest, and what is allowed after the end.
const up_sql = `
-- cooling_seconds: as stated by the tenant; null when only a misroute budget is stated. misroute_budget: the share of late
-- redials that may reach a stranger; budget_cooling_seconds is derived from it and from redial_delay_seconds, the mean of
-- the tail of the delays that were seen (null: too few were seen, and a default stands in).
-- version moves whenever something moves that a choice depends on, so that a process may keep what it read of the pool.
-- regions, carriers: wishes, best first; '*' is any. exhaustion: what is tried, in this order, when no pair is free.
alter table pools
  add column version                bigint not null default 1,
  alter column cooling_seconds      drop not null,
  add column misroute_budget        double precision check (misroute_budget > 0 and misroute_budget <= 0.1),
  add column budget_cooling_seconds integer check (budget_cooling_seconds between 0 and 7776000),
  add column redial_delay_seconds   double precision,
  add column redial_samples         integer not null default 0,
  add column redials_measured_at    timestamptz,
  add column affinity               text not null default 'least_recently_released'
    check (affinity in ('least_recently_released', 'sticky', 'avoid_sticky')),
  add column regions                text[] not null default '{}',
  add column region_match           text not null default 'prefer' check (region_match in ('prefer', 'require')),
  add column carriers               text[] not null default '{}',
  add column exhaustion             jsonb not null default '[]',
  add check ((misroute_budget is null) = (budget_cooling_seconds is null)),
  add check (cooling_seconds is not null or misroute_budget is not null);

-- reserved: never chosen unless a session requires it by name. health: 0 to 1, how well calls through it did lately, from
-- health_calls calls; load: its live bindings when last counted.
alter table dids
  add column region             text collate "C",
  add column carrier            text collate "C",
  add column reserved           boolean not null default false,
  add column health             double precision not null default 1 check (health between 0 and 1),
  add column health_calls       integer not null default 0,
  add column health_answered    integer not null default 0,
  add column health_short       integer not null default 0,
  add column load               integer not null default 0,
  add column measured_at        timestamptz;

-- allocation: how this pair was found. after_end: what is still allowed after the end, stage by stage; grace_seconds is
-- their sum, and the session is over when it has passed.
alter table sessions
  add column allocation    jsonb not null default '{}',
  add column after_end     jsonb not null default '[]',
  add column grace_seconds integer not null default 0 check (grace_seconds >= 0);

-- The pair that two phones had last, for pools that give people their old numbers again, or never the same twice.
create table pair_history (
  tenant_id typed_id not null references tenants (id),
  caller_a  bytea not null,
  caller_b  bytea not null,
  did_a     typed_id not null,
  did_b     typed_id not null,
  used_at   timestamptz not null default now(),
  primary key (tenant_id, caller_a, caller_b)
);
create index pair_history_by_age on pair_history (tenant_id, used_at);
alter table pair_history enable row level security;
alter table pair_history force row level security;
create policy tenant on pair_history
  using (tenant_id = (select app_tenant())) with check (tenant_id = (select app_tenant()));
grant select, insert, update, delete on pair_history to maskplane_app;

create function touch_pool_of_did() returns trigger language plpgsql as $$
begin
  update public.pools p set version = p.version + 1
   where p.tenant_id = new.tenant_id and p.id = new.pool_id;
  if tg_op = 'UPDATE' and old.pool_id <> new.pool_id then
    update public.pools p set version = p.version + 1
     where p.tenant_id = new.tenant_id and p.id = old.pool_id;
  end if;
  return null;
end $$;
create trigger pool_gets_did after insert on dids for each row execute function touch_pool_of_did();
create trigger pool_sees_did_change after update of pool_id, status, region, carrier, reserved, health, load on dids
  for each row
  when ((old.pool_id, old.status, old.region, old.carrier, old.reserved, old.health, old.load)
        is distinct from (new.pool_id, new.status, new.region, new.carrier, new.reserved, new.health, new.load))
  execute function touch_pool_of_did();

create function touch_pool() returns trigger language plpgsql as $$
begin
  new.version := old.version + 1;
  return new;
end $$;
create trigger pool_changes before update of cooling_seconds, misroute_budget, budget_cooling_seconds, affinity, regions,
  region_match, carriers, exhaustion on pools
  for each row execute function touch_pool();
`;

export async function up(knex) {
  await knex.raw(up_sql);
}

export async function down(knex) {
  await knex.raw(`
    drop trigger pool_changes on pools;
    drop trigger pool_sees_did_change on dids;
    drop trigger pool_gets_did on dids;
    drop function touch_pool(), touch_pool_of_did();
    drop table pair_history;
    alter table sessions drop column allocation, drop column after_end, drop column grace_seconds;
    alter table dids drop column region, drop column carrier, drop column reserved, drop column health,
      drop column health_calls, drop column health_answered, drop column health_short, drop column load,
      drop column measured_at;
    alter table pools no force row level security; -- or the owner, who is no tenant, would see no row
    update pools set cooling_seconds = coalesce(cooling_seconds, budget_cooling_seconds);
    alter table pools force row level security;
    alter table pools drop column version, drop column misroute_budget, drop column budget_cooling_seconds,
      drop column redial_delay_seconds, drop column redial_samples, drop column redials_measured_at,
      drop column affinity, drop column regions, drop column region_match, drop column carriers, drop column exhaustion,
      alter column cooling_seconds set not null;
  `);
}
