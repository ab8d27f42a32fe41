// Where tenants want their events sent, what is to be sent, and what became of each try.

import * as events from './20261124110000_create_events.js';
import { changed, definitionIn } from './sql/definitions.js';

const up_sql = `
-- types: null is all. deleted_at: it is gone for everybody; the row stays until its deliveries are swept.
-- enabled_at: what is older was given up when it was disabled. hold_until: nothing is sent before.
create table webhook_endpoints (
  tenant_id            typed_id not null references tenants (id),
  id                   typed_id not null,
  livemode             boolean not null,
  url                  text not null,
  description          text,
  types                text[],
  ordering             text not null check (ordering in ('none', 'session')),
  max_concurrency      smallint not null check (max_concurrency between 1 and 20),
  status               text not null default 'enabled' check (status in ('enabled', 'disabled')),
  disabled_reason      text check (disabled_reason in ('gone', 'failing', 'tenant')),
  failing_since        timestamptz,
  hold_until           timestamptz,
  sealed_secret        bytea not null,
  key_version          integer not null,
  sealed_previous      bytea,
  previous_key_version integer,
  previous_until       timestamptz,
  enabled_at           timestamptz not null default clock_timestamp(),
  deleted_at           timestamptz,
  created_at           timestamptz not null default now(),
  updated_at           timestamptz not null default now(),
  primary key (tenant_id, id),
  check ((status = 'disabled') = (disabled_reason is not null)),
  check (status = 'disabled' or deleted_at is null),
  check ((sealed_previous is null) = (previous_until is null) and (sealed_previous is null) = (previous_key_version is null))
);
create index webhook_endpoints_of_mode on webhook_endpoints (tenant_id, livemode, id) where deleted_at is null;
create index webhook_endpoints_deleted on webhook_endpoints (tenant_id, id) where deleted_at is not null;
alter table webhook_endpoints enable row level security;
alter table webhook_endpoints force row level security;
create policy tenant on webhook_endpoints
  using (tenant_id = (select app_tenant())) with check (tenant_id = (select app_tenant()));
grant select, insert, update, delete on webhook_endpoints to maskplane_app;

-- One event on its way to one endpoint. No foreign keys, as with events: each publication would check some hundred of them.
-- position and sequence are the event's. No body: it is the event's, made when it is sent.
create table webhook_deliveries (
  tenant_id       typed_id not null,
  id              typed_id not null,
  endpoint_id     typed_id not null,
  event_id        typed_id not null,
  position        bigint not null,
  session_id      typed_id,
  sequence        integer,
  trigger         text not null check (trigger in ('event', 'test', 'redelivery', 'replay')),
  status          text not null default 'pending' check (status in ('pending', 'delivered', 'failed', 'canceled')),
  attempts        integer not null default 0,
  next_attempt_at timestamptz,
  last_status     smallint,
  last_error      text,
  created_at      timestamptz not null default clock_timestamp(),
  finished_at     timestamptz,
  primary key (tenant_id, id),
  check ((status = 'pending') = (next_attempt_at is not null) and (status = 'pending') = (finished_at is null)),
  check ((session_id is null) = (sequence is null))
);
create index webhook_deliveries_due on webhook_deliveries (tenant_id, endpoint_id, next_attempt_at, position)
  where status = 'pending';
create index webhook_deliveries_of_session on webhook_deliveries (tenant_id, endpoint_id, session_id, sequence)
  where status = 'pending' and session_id is not null;
create index webhook_deliveries_of_endpoint on webhook_deliveries (tenant_id, endpoint_id, id);
create index webhook_deliveries_of_event on webhook_deliveries (tenant_id, endpoint_id, event_id);
alter table webhook_deliveries enable row level security;
alter table webhook_deliveries force row level security;
create policy tenant on webhook_deliveries
  using (tenant_id = (select app_tenant())) with check (tenant_id = (select app_tenant()));
grant select, insert, update, delete on webhook_deliveries to maskplane_app;

-- One request. status: what was answered; error: why nothing was.
create table webhook_attempts (
  tenant_id   typed_id not null,
  delivery_id typed_id not null,
  number      integer not null check (number > 0),
  at          timestamptz not null,
  duration_ms integer not null check (duration_ms >= 0),
  status      smallint,
  error       text,
  primary key (tenant_id, delivery_id, number),
  check ((status is null) <> (error is null))
);
alter table webhook_attempts enable row level security;
alter table webhook_attempts force row level security;
create policy tenant on webhook_attempts
  using (tenant_id = (select app_tenant())) with check (tenant_id = (select app_tenant()));
grant select, insert, update, delete on webhook_attempts to maskplane_app;

create function new_delivery_id() returns text language sql volatile as $$
  select 'whd_' || substr(public.new_event_id(), 5)
$$;
grant execute on function new_delivery_id() to maskplane_app;

-- There is something to do for this endpoint, now or at that time. One job per endpoint, and one at a time: a job that waits
-- gets the new time, unless it keeps its own; one that runs gets another behind it.
create function wake_webhook_endpoint(p_tenant text, p_endpoint text, p_at timestamptz default now(),
                                      p_keep_time boolean default false) returns void
language plpgsql volatile as $$
begin
  perform public.enqueue_job('deliver', jsonb_build_object('tenant', p_tenant, 'endpoint', p_endpoint),
                             'deliver:' || p_endpoint, p_keep_time, 'deliver:' || p_endpoint, p_at);
end $$;
grant execute on function wake_webhook_endpoint(text, text, timestamptz, boolean) to maskplane_app;

-- What is to be sent next, at most so many; nothing when the endpoint is disabled or on hold. p_in_flight is on its way
-- already. In order of being due, which for what is new is the order of the events.
--
-- By session: a delivery waits for all earlier ones of its session. It is then given the time of the first of these, so that
-- whatever is at the front of the index can go, and a thousand that wait for one do not have to be passed by each time.
-- The plans must not rest on statistics: the table is empty in one minute and has a backlog of a million in the next. With what is
-- switched off here each row is found by the index that was made for it; one that is known by its id is asked whether
-- next_attempt_at is set, since with its status it could be looked for among all that are pending.
create function claim_webhook_deliveries(p_tenant text, p_endpoint text, p_in_flight text[], p_most integer)
returns table (delivery_id text, attempts integer, session_id text, id text, livemode boolean, type text, call_id text,
               sequence integer, data jsonb, created_at timestamptz)
language plpgsql volatile
  set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  v_endpoint public.webhook_endpoints;
  v_window integer := p_most + cardinality(p_in_flight);
  v_after timestamptz;
  v_ids text[];
  v_moved boolean;
begin
  perform set_config('app.tenant_id', p_tenant, true);
  select * into v_endpoint from public.webhook_endpoints w where w.tenant_id = p_tenant and w.id = p_endpoint;
  if not found or v_endpoint.status <> 'enabled' or coalesce(v_endpoint.hold_until > now(), false) then return; end if;
  -- Of the time before a disabling, or of an event that was deleted meanwhile.
  update public.webhook_deliveries d
     set status = 'canceled', next_attempt_at = null, finished_at = clock_timestamp()
   where d.tenant_id = p_tenant and d.next_attempt_at is not null and d.id = any (array(
         select due.id from (
           select o.id, o.event_id, o.created_at from public.webhook_deliveries o
            where o.tenant_id = p_tenant and o.endpoint_id = p_endpoint and o.status = 'pending' and o.next_attempt_at <= now()
            order by o.next_attempt_at, o.position limit v_window) due
          where due.created_at < v_endpoint.enabled_at
             or not exists (select from public.events e where e.tenant_id = p_tenant and e.id = due.event_id)));
  if v_endpoint.ordering = 'session' then
    v_window := v_window * 5;
    -- Ten times: behind what has moved away there may be more of its kind. What is left then is for the next run.
    for v_turn in 1..10 loop
      v_moved := false;
      for v_after, v_ids in
        select due.after, array_agg(due.id) from (
          select o.id::text, o.next_attempt_at as own, (
                   select b.next_attempt_at from public.webhook_deliveries b
                    where b.tenant_id = p_tenant and b.endpoint_id = p_endpoint and b.status = 'pending'
                      and b.session_id = o.session_id and b.sequence < o.sequence order by b.sequence limit 1) as after
            from public.webhook_deliveries o
           where o.tenant_id = p_tenant and o.endpoint_id = p_endpoint and o.status = 'pending' and o.next_attempt_at <= now()
           order by o.next_attempt_at, o.position limit v_window) due
         where due.after > due.own group by due.after
      loop
        update public.webhook_deliveries d set next_attempt_at = v_after
         where d.tenant_id = p_tenant and d.next_attempt_at is not null and d.id = any (v_ids);
        v_moved := true;
      end loop;
      exit when not v_moved;
    end loop;
  end if;
  return query
    select d.id::text, d.attempts, d.session_id::text, e.id::text, e.livemode, e.type, e.call_id::text, e.sequence, e.data,
           e.created_at
      from (select o.* from public.webhook_deliveries o
             where o.tenant_id = p_tenant and o.endpoint_id = p_endpoint and o.status = 'pending' and o.next_attempt_at <= now()
             order by o.next_attempt_at, o.position limit v_window) d
      join public.events e on e.tenant_id = p_tenant and e.id = d.event_id
     where d.id <> all (p_in_flight)
       and (v_endpoint.ordering = 'none' or d.session_id is null or d.sequence <= (
            select b.sequence from public.webhook_deliveries b
             where b.tenant_id = p_tenant and b.endpoint_id = p_endpoint and b.status = 'pending'
               and b.session_id = d.session_id order by b.sequence limit 1))
     order by d.next_attempt_at, d.position limit p_most;
end $$;
grant execute on function claim_webhook_deliveries(text, text, text[], integer) to maskplane_app;

-- What became of one try: attempt {duration_ms, status, error, delivered, gone, retry_seconds (null: it was the last),
-- hold_seconds}. The second try to tell it changes nothing, nor does one that comes after a cancellation. Gives the endpoint
-- as it is now; disabled is the reason when this try was the one that disabled it.
create function record_webhook_attempt(p_tenant text, p_endpoint text, p_delivery text, p_attempt jsonb,
                                       p_disable_after_seconds integer)
returns table (sendable boolean, failing boolean, most_at_once integer, disabled text)
language plpgsql volatile set enable_seqscan = off as $$
declare
  v_delivered boolean := (p_attempt->>'delivered')::boolean;
  v_retry double precision := (p_attempt->>'retry_seconds')::double precision;
  v_hold double precision := coalesce((p_attempt->>'hold_seconds')::double precision, 0);
  v_number integer;
  v_endpoint public.webhook_endpoints;
  v_reason text;
begin
  perform set_config('app.tenant_id', p_tenant, true);
  update public.webhook_deliveries d
     set attempts = d.attempts + 1, last_status = (p_attempt->>'status')::smallint, last_error = p_attempt->>'error',
         status = case when v_delivered then 'delivered' when v_retry is null then 'failed' else 'pending' end,
         next_attempt_at = case when v_delivered then null else clock_timestamp() + make_interval(secs => v_retry) end,
         finished_at = case when v_delivered or v_retry is null then clock_timestamp() end
   where d.tenant_id = p_tenant and d.id = p_delivery and d.next_attempt_at is not null
  returning d.attempts into v_number;
  select * into v_endpoint from public.webhook_endpoints w where w.tenant_id = p_tenant and w.id = p_endpoint;
  if v_number is not null then
    insert into public.webhook_attempts (tenant_id, delivery_id, number, at, duration_ms, status, error)
    values (p_tenant, p_delivery, v_number,
            clock_timestamp() - make_interval(secs => (p_attempt->>'duration_ms')::double precision / 1000),
            (p_attempt->>'duration_ms')::integer, (p_attempt->>'status')::smallint, p_attempt->>'error');
    if v_delivered then
      -- Only when there is something to clear: the row is read by every publication.
      if v_endpoint.failing_since is not null or v_endpoint.hold_until is not null then
        update public.webhook_endpoints w set failing_since = null, hold_until = null
         where w.tenant_id = p_tenant and w.id = p_endpoint returning * into v_endpoint;
      end if;
    elsif v_endpoint.status = 'enabled' then
      -- What has failed for a while is tried less and less often, each minute in the end: otherwise a backlog for a receiver
      -- that lets us wait would keep a worker at it all the time.
      v_hold := greatest(v_hold, least(60, extract(epoch from now() - coalesce(v_endpoint.failing_since, now())) / 10));
      v_reason := case when (p_attempt->>'gone')::boolean then 'gone'
                       when v_endpoint.failing_since < now() - make_interval(secs => p_disable_after_seconds) then 'failing' end;
      update public.webhook_endpoints w
         set failing_since = coalesce(w.failing_since, now()),
             hold_until = case when v_hold > 0 then greatest(w.hold_until, now() + make_interval(secs => v_hold))
                               else w.hold_until end,
             status = case when v_reason is null then w.status else 'disabled' end,
             disabled_reason = coalesce(v_reason, w.disabled_reason),
             updated_at = case when v_reason is null then w.updated_at else now() end
       where w.tenant_id = p_tenant and w.id = p_endpoint and w.status = 'enabled'
      returning * into v_endpoint;
      if not found then v_reason := null; end if;
      if v_reason is not null then
        perform public.emit_event(p_tenant, v_endpoint.livemode, 'webhook_endpoint.disabled', null, null, jsonb_build_object(
          'endpoint', p_endpoint, 'reason', v_reason, 'failing_since', public.event_time(v_endpoint.failing_since)));
      end if;
    end if;
  end if;
  return query select coalesce(v_endpoint.status = 'enabled' and not coalesce(v_endpoint.hold_until > now(), false), false),
                      v_endpoint.failing_since is not null, v_endpoint.max_concurrency::integer, v_reason;
end $$;
grant execute on function record_webhook_attempt(text, text, text, jsonb, integer) to maskplane_app;

-- The end of a run: the next one is for when something is due. An event that is published meanwhile is not forgotten: its job
-- keeps its time, or comes after ours and takes its place. What waits for a disabled endpoint is given up, at most so many at a
-- time.
create function end_webhook_run(p_tenant text, p_endpoint text, p_most integer) returns void
language plpgsql volatile
  set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  v_endpoint public.webhook_endpoints;
  v_next timestamptz;
  v_count integer;
begin
  perform set_config('app.tenant_id', p_tenant, true);
  select * into v_endpoint from public.webhook_endpoints w where w.tenant_id = p_tenant and w.id = p_endpoint;
  if not found or v_endpoint.status <> 'enabled' then
    update public.webhook_deliveries d
       set status = 'canceled', next_attempt_at = null, finished_at = clock_timestamp()
     where d.tenant_id = p_tenant and d.next_attempt_at is not null and d.id = any (array(
           select o.id from public.webhook_deliveries o
            where o.tenant_id = p_tenant and o.endpoint_id = p_endpoint and o.status = 'pending'
            order by o.next_attempt_at, o.position limit p_most));
    get diagnostics v_count = row_count;
    if v_count = p_most then perform public.wake_webhook_endpoint(p_tenant, p_endpoint); end if;
    return;
  end if;
  select d.next_attempt_at into v_next from public.webhook_deliveries d
   where d.tenant_id = p_tenant and d.endpoint_id = p_endpoint and d.status = 'pending'
   order by d.next_attempt_at, d.position limit 1;
  if v_next is null then return; end if;
  perform public.wake_webhook_endpoint(p_tenant, p_endpoint, greatest(v_next, v_endpoint.hold_until, now()), true);
  -- Who published between the look and that may have lost its time to ours. What it left is to be seen now.
  perform from public.webhook_deliveries d
    where d.tenant_id = p_tenant and d.endpoint_id = p_endpoint and d.status = 'pending' and d.next_attempt_at < v_next;
  if found then perform public.wake_webhook_endpoint(p_tenant, p_endpoint); end if;
end $$;
grant execute on function end_webhook_run(text, text, integer) to maskplane_app;
`;

/** A published event is on its way to all endpoints that want it, in the transaction that gives it its position. */
async function publishEvents() {
  return changed(
    await definitionIn(events, 'publish_events'),
    [
      '  v_count integer;\n',
      '  v_count integer;\n  v_now timestamptz;\n  v_endpoint text;\n  v_endpoints text[];\n',
    ],
    [
      'hashtext(p_tenant));\n  with due as (',
      'hashtext(p_tenant));\n  v_now := clock_timestamp();\n  with due as (',
    ],
    [
      `  )
  update public.events e set position = placed.position
    from placed where e.tenant_id = p_tenant and e.id = placed.id;
  get diagnostics v_count = row_count;
`,
      `  ), published as (
    update public.events e set position = placed.position
      from placed where e.tenant_id = p_tenant and e.id = placed.id
    returning e.id, e.livemode, e.type, e.session_id, e.sequence, e.data, e.position
  ), on_the_way as (
    insert into public.webhook_deliveries (tenant_id, id, endpoint_id, event_id, position, session_id, sequence, trigger,
                                           next_attempt_at)
    select p_tenant, public.new_delivery_id(), w.id, p.id, p.position, p.session_id, p.sequence,
           case p.type when 'webhook.test' then 'test' else 'event' end, v_now
      from published p
      join public.webhook_endpoints w on w.tenant_id = p_tenant and w.livemode = p.livemode and w.status = 'enabled'
       and w.deleted_at is null
       and case p.type when 'webhook.test' then w.id = p.data->>'endpoint' else coalesce(p.type = any (w.types), true) end
     order by p.position
    returning endpoint_id
  )
  select (select count(*) from published), array(select distinct o.endpoint_id from on_the_way o order by 1)
    into v_count, v_endpoints;
  foreach v_endpoint in array v_endpoints loop
    perform public.wake_webhook_endpoint(p_tenant, v_endpoint);
  end loop;
`,
    ],
  );
}

export async function up(knex) {
  await knex.raw(up_sql);
  await knex.raw(await publishEvents());
}

export async function down(knex) {
  await knex.raw(await definitionIn(events, 'publish_events'));
  await knex.raw(`
    drop function end_webhook_run(text, text, integer);
    drop function record_webhook_attempt(text, text, text, jsonb, integer);
    drop function claim_webhook_deliveries(text, text, text[], integer);
    drop function wake_webhook_endpoint(text, text, timestamptz, boolean);
    drop function new_delivery_id();
    drop table webhook_attempts;
    drop table webhook_deliveries;
    drop table webhook_endpoints;
  `);
}
