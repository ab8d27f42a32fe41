// Sending again what an endpoint was sent before, or has missed: one or all of a range of time.

const up_sql = `
-- events: how many there were in the range when it was asked for. done_to: the last event that was looked at, or where to begin.
create table webhook_replays (
  tenant_id   typed_id not null,
  id          typed_id not null,
  endpoint_id typed_id not null,
  since       timestamptz not null,
  until       timestamptz not null,
  types       text[],
  only_failed boolean not null,
  status      text not null default 'running' check (status in ('running', 'done', 'canceled')),
  events      integer not null check (events >= 0),
  looked_at   integer not null default 0,
  queued      integer not null default 0,
  done_to     text collate "C" not null,
  created_at  timestamptz not null default now(),
  finished_at timestamptz,
  primary key (tenant_id, id),
  check (since < until),
  check ((status = 'running') = (finished_at is null))
);
create unique index webhook_replays_running on webhook_replays (tenant_id, endpoint_id) where status = 'running';
alter table webhook_replays enable row level security;
alter table webhook_replays force row level security;
create policy tenant on webhook_replays
  using (tenant_id = (select app_tenant())) with check (tenant_id = (select app_tenant()));
grant select, insert, update, delete on webhook_replays to maskplane_app;

-- The id that an event of this moment has at least.
create function first_event_id(p_at timestamptz) returns text language sql immutable as $$
  select 'evt_' || lpad(to_hex((extract(epoch from p_at) * 1000)::bigint), 12, '0')
$$;
grant execute on function first_event_id(timestamptz) to maskplane_app;

-- Puts the next p_most events of a replay on their way, and says whether there are more. One transaction: a batch that was
-- cut off is done again from where it began. What is on its way already, a second time too, is left out.
create function replay_webhook_events(p_tenant text, p_replay text, p_most integer) returns boolean
language plpgsql volatile set enable_seqscan = off as $$
declare
  v_replay public.webhook_replays;
  v_endpoint public.webhook_endpoints;
  v_looked_at integer;
  v_queued integer;
  v_last text;
begin
  perform set_config('app.tenant_id', p_tenant, true);
  select * into v_replay from public.webhook_replays r where r.tenant_id = p_tenant and r.id = p_replay for no key update;
  if not found or v_replay.status <> 'running' then return false; end if;
  select * into v_endpoint from public.webhook_endpoints w where w.tenant_id = p_tenant and w.id = v_replay.endpoint_id;
  if not found or v_endpoint.status <> 'enabled' or v_endpoint.enabled_at > v_replay.created_at then
    update public.webhook_replays r set status = 'canceled', finished_at = now() where r.tenant_id = p_tenant and r.id = p_replay;
    return false;
  end if;
  with looked_at as (
    select e.id, e.type, e.session_id, e.sequence, e.position from public.events e
     where e.tenant_id = p_tenant and e.id > v_replay.done_to and e.id < public.first_event_id(v_replay.until)
       and e.livemode = v_endpoint.livemode and e.position is not null and e.type <> 'webhook.test'
     order by e.id limit p_most
  ), queued as (
    insert into public.webhook_deliveries (tenant_id, id, endpoint_id, event_id, position, session_id, sequence, trigger,
                                           next_attempt_at)
    select p_tenant, public.new_delivery_id(), v_endpoint.id, l.id, l.position, l.session_id, l.sequence, 'replay', now()
      from looked_at l
     where coalesce(l.type = any (v_endpoint.types), true) and coalesce(l.type = any (v_replay.types), true)
       and not exists (
           select from public.webhook_deliveries d
            where d.tenant_id = p_tenant and d.endpoint_id = v_endpoint.id and d.event_id = l.id
              and (d.status = 'pending' or (v_replay.only_failed and d.status = 'delivered')))
     order by l.position
    returning 1
  )
  select (select count(*) from looked_at), (select count(*) from queued), (select max(l.id) from looked_at l)
    into v_looked_at, v_queued, v_last;
  update public.webhook_replays r
     set looked_at = r.looked_at + v_looked_at, queued = r.queued + v_queued, done_to = coalesce(v_last, r.done_to),
         status = case when v_looked_at < p_most then 'done' else r.status end,
         finished_at = case when v_looked_at < p_most then now() end
   where r.tenant_id = p_tenant and r.id = p_replay;
  if v_queued > 0 then perform public.wake_webhook_endpoint(p_tenant, v_endpoint.id); end if;
  return v_looked_at = p_most;
end $$;
grant execute on function replay_webhook_events(text, text, integer) to maskplane_app;
`;

export async function up(knex) {
  await knex.raw(up_sql);
}

export async function down(knex) {
  await knex.raw(`
    drop function replay_webhook_events(text, text, integer);
    drop function first_event_id(timestamptz);
    drop table webhook_replays;
  `);
}
