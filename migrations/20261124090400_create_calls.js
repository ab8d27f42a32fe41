// Calls, the provider's events, and the functions of the webhook's hot path.
const up_sql = `
-- trace is the decision as it was taken when the call came. The caller's number is kept encrypted only.
create table calls (
  tenant_id           typed_id not null references tenants (id),
  id                  typed_id not null,
  livemode            boolean not null,
  provider_account_id typed_id not null,
  provider_call_id    text collate "C" not null,
  did_id              typed_id not null,
  session_id          typed_id,
  caller_side         text check (caller_side in ('a', 'b')),
  caller_index        bytea,
  sealed_caller       bytea,
  key_version         integer,
  decision            text not null,
  reason              text not null,
  trace               jsonb not null,
  connected           boolean not null default false,
  status              text not null check
    (status in ('ringing', 'in_progress', 'completed', 'busy', 'no_answer', 'canceled', 'failed')),
  duration_seconds    integer check (duration_seconds >= 0),
  hangup_cause        text,
  started_at          timestamptz not null default now(),
  ended_at            timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, provider_account_id, provider_call_id),
  foreign key (tenant_id, did_id) references dids (tenant_id, id),
  foreign key (tenant_id, session_id) references sessions (tenant_id, id)
);
create index calls_by_mode on calls (tenant_id, livemode, id);
create index calls_of_session on calls (tenant_id, session_id, id);
alter table calls enable row level security;
alter table calls force row level security;
create policy tenant on calls
  using (tenant_id = (select app_tenant())) with check (tenant_id = (select app_tenant()));
grant select, insert, update on calls to maskplane_app;

-- Directory (global): whose a call is. Some events name the call and no number.
create table call_directory (
  provider_account_id typed_id not null,
  provider_call_id    text collate "C" not null,
  tenant_id           typed_id not null,
  did_id              typed_id not null,
  primary key (provider_account_id, provider_call_id)
);
grant select, insert on call_directory to maskplane_app;

-- Every event as it came, once; payload encrypted, since it holds real numbers.
create table call_events (
  tenant_id           typed_id not null references tenants (id),
  provider_account_id typed_id not null,
  event_key           text collate "C" not null,
  kind                text not null,
  provider_call_id    text collate "C",
  call_id             typed_id,
  sealed_payload      bytea not null,
  key_version         integer not null,
  received_at         timestamptz not null default now(),
  primary key (tenant_id, provider_account_id, event_key)
);
create index call_events_of_call on call_events (tenant_id, call_id, received_at);
alter table call_events enable row level security;
alter table call_events force row level security;
create policy tenant on call_events
  using (tenant_id = (select app_tenant())) with check (tenant_id = (select app_tenant()));
grant select, insert on call_events to maskplane_app;

-- Whose DID was dialled? p_e164s: every plausible reading of what the carrier sent, most likely first; p_scopes: where this
-- account's DIDs live; p_provider_call_id: for events that name a known call instead of a number.
-- One round trip; the tenant's rows are only readable once the directory has named the tenant.
create function webhook_find_did(p_account text, p_scopes text[], p_e164s text[], p_provider_call_id text)
returns table (tenant_id text, did_id text, e164 text, country text, did_status text, livemode boolean,
               tenant_status text, default_country text, out_of_session_policy text,
               key_version integer, wrapped_keys bytea)
language plpgsql volatile as $$
declare
  v_tenant text;
  v_did text;
begin
  select d.tenant_id, d.did_id into v_tenant, v_did
    from unnest(p_e164s) with ordinality as wanted (number, place)
    join public.did_directory d on d.scope = any (p_scopes) and d.e164 = wanted.number
   where d.provider_account_id = p_account
   order by wanted.place
   limit 1;
  if v_tenant is null then
    select c.tenant_id, c.did_id into v_tenant, v_did from public.call_directory c
     where c.provider_account_id = p_account and c.provider_call_id = p_provider_call_id;
  end if;
  if v_tenant is null then return; end if;
  perform set_config('app.tenant_id', v_tenant, true);
  return query
    select t.id::text, d.id::text, d.e164::text, d.country, d.status, d.livemode, t.status, t.default_country,
           t.out_of_session_policy, k.version, k.wrapped
      from public.dids d
      join public.tenants t on t.id = d.tenant_id
      join public.tenant_keys k on k.tenant_id = t.id
     where d.tenant_id = v_tenant and d.id = v_did
     order by k.version desc
     limit 1;
end $$;
grant execute on function webhook_find_did(text, text[], text[], text) to maskplane_app;

-- Everything that the decision needs to know about this caller on this DID, as of Postgres' clock. p_callers: the blind
-- index of each plausible reading of the caller. No row: the caller has no binding here; two: nobody knows which one it is.
create function route_facts(p_tenant text, p_did text, p_callers bytea[])
returns table (caller_place integer, session_id text, side text, is_released boolean, session_status text, is_expired boolean, direction text, ring_timeout_seconds integer,
               max_call_seconds integer, max_calls integer, calls_made integer, other_did_e164 text, other_did_status text,
               other_sealed bytea, other_key_version integer)
language plpgsql volatile as $$
begin
  perform set_config('app.tenant_id', p_tenant, true);
  return query
    select wanted.place::integer, b.session_id::text, b.side, b.released_at is not null, s.status, s.expires_at <= now(), s.direction, s.ring_timeout_seconds, s.max_call_seconds, s.max_calls, s.calls_made,
           od.e164::text, od.status, op.sealed, op.key_version
      from unnest(p_callers) with ordinality as wanted (caller, place)
      join public.bindings b on b.tenant_id = p_tenant and b.did_id = p_did and b.caller_index = wanted.caller
      join public.sessions s on s.tenant_id = p_tenant and s.id = b.session_id
      join public.session_parties o on o.tenant_id = p_tenant and o.session_id = s.id and o.side <> b.side
      join public.dids od on od.tenant_id = p_tenant and od.id = o.did_id
     cross join lateral (
        select f.sealed, f.key_version from public.session_phones f
         where f.tenant_id = p_tenant and f.session_id = s.id and f.side = o.side and f.removed_at is null
         order by f.position limit 1
      ) op
     order by wanted.place
     limit 2;
end $$;
grant execute on function route_facts(text, text, bytea[]) to maskplane_app;

-- Burns nonces: true when none of them was seen before. In one statement with what the event changes, or alone.
create function burn_nonces(p_account text, p_nonces text[]) returns boolean
language plpgsql volatile as $$
declare
  v_burnt integer;
begin
  with burnt as (
    insert into public.webhook_nonces (provider_account_id, nonce)
    select p_account, n from unnest(p_nonces) as n order by n
    on conflict do nothing returning 1
  ) select count(*) into v_burnt from burnt;
  return v_burnt = cardinality(p_nonces);
end $$;
grant execute on function burn_nonces(text, text[]) to maskplane_app;

-- Keeps an answered call with its decision, and counts it for its session when it is bridged. A session that was ended,
-- expired or used up since the decision was taken turns the bridge into an announcement: off means off.
-- outcome: 'recorded'; 'over' when this call has ended before (a late repeat must not be bridged again); 'replayed' when a
-- nonce was used before, and then nothing is written. is_bridged: whether it is bridged after all.
create function record_answer(p_tenant text, p_account text, p_nonces text[], p_event_key text, p_sealed_payload bytea,
                              p_key_version integer, p_call jsonb, p_caller_index bytea, p_sealed_caller bytea)
returns table (outcome text, call_id text, is_bridged boolean)
language plpgsql volatile as $$
declare
  v_call public.calls;
  v_expires_at timestamptz;
  v_decision text := p_call->>'decision';
  v_reason text := p_call->>'reason';
  v_trace jsonb := p_call->'trace';
begin
  perform set_config('app.tenant_id', p_tenant, true);
  if not public.burn_nonces(p_account, p_nonces) then
    return query select 'replayed', null::text, false;
    return;
  end if;
  select * into v_call from public.calls c
   where c.tenant_id = p_tenant and c.provider_account_id = p_account
     and c.provider_call_id = p_call->>'provider_call_id' for no key update;
  if v_call.ended_at is not null then
    return query select 'over', v_call.id::text, false;
    return;
  end if;

  if v_decision = 'bridge' then
    update public.sessions s
       set calls_made = s.calls_made + case when v_call.id is null then 1 else 0 end,
           expires_at = greatest(s.expires_at, now() + make_interval(secs => s.sliding_seconds))
     where s.tenant_id = p_tenant and s.id = p_call->>'session_id' and s.status = 'active' and s.expires_at > now()
       and (v_call.id is not null or s.max_calls is null or s.calls_made < s.max_calls)
    returning case when s.sliding_seconds is null then null else s.expires_at end into v_expires_at;
    if not found then
      v_decision := 'announce';
      v_reason := 'session_ended';
      v_trace := v_trace || jsonb_build_object('rule', 'session', 'outcome', 'stop',
                                               'detail', 'The session was over before the call was connected.');
    elsif v_expires_at is not null then
      update public.bindings b
         set free_at = v_expires_at + make_interval(secs => s.cooling_seconds)
        from public.sessions s
       where s.tenant_id = p_tenant and s.id = p_call->>'session_id'
         and b.tenant_id = p_tenant and b.session_id = s.id and b.released_at is null;
    end if;
  end if;

  insert into public.calls (tenant_id, id, livemode, provider_account_id, provider_call_id, did_id, session_id, caller_side,
                            caller_index, sealed_caller, key_version, decision, reason, trace, status)
  values (p_tenant, p_call->>'id', (p_call->>'livemode')::boolean, p_account, p_call->>'provider_call_id',
          p_call->>'did_id', p_call->>'session_id', p_call->>'caller_side', p_caller_index, p_sealed_caller,
          p_key_version, v_decision, v_reason, v_trace, 'ringing')
  on conflict (tenant_id, provider_account_id, provider_call_id) do update
    set decision = excluded.decision, reason = excluded.reason, trace = excluded.trace,
        session_id = excluded.session_id, caller_side = excluded.caller_side
  returning * into v_call;
  insert into public.call_directory (provider_account_id, provider_call_id, tenant_id, did_id)
  values (p_account, v_call.provider_call_id, p_tenant, v_call.did_id)
  on conflict do nothing;
  insert into public.call_events (tenant_id, provider_account_id, event_key, kind, provider_call_id, call_id,
                                  sealed_payload, key_version)
  values (p_tenant, p_account, p_event_key, 'answer', v_call.provider_call_id, v_call.id, p_sealed_payload, p_key_version)
  on conflict do nothing;
  return query select 'recorded', v_call.id::text, v_decision = 'bridge';
end $$;
grant execute on function record_answer(text, text, text[], text, bytea, integer, jsonb, bytea, bytea) to maskplane_app;

-- Ends a session, once, and lets its bindings cool from the moment on which it was off: now, or its expiry if that came first.
create function end_session(p_tenant text, p_session text) returns void
language plpgsql volatile as $$
begin
  with over as (
    update public.sessions s set status = 'ended', ended_at = now(), updated_at = now()
     where s.tenant_id = p_tenant and s.id = p_session and s.status = 'active'
    returning s.id, least(now(), s.expires_at) as off_at, s.cooling_seconds
  )
  update public.bindings b
     set released_at = over.off_at, free_at = over.off_at + make_interval(secs => over.cooling_seconds)
    from over where b.tenant_id = p_tenant and b.session_id = over.id and b.released_at is null;
end $$;
grant execute on function end_session(text, text) to maskplane_app;

-- Keeps any other event, once, and moves the call forward; a repeated or late event changes nothing that is settled.
-- p_call_id: from a URL of ours, else null and the call is found by the provider's id. p_change: status, duration_seconds,
-- hangup_cause, connected, ended. A session that ends after its first call ends when that call was connected and is over,
-- in whichever order that is learnt.
-- outcome: 'recorded', 'repeated', 'replayed' (nonce), 'stranger' (no such call of this account).
create function record_call_event(p_tenant text, p_account text, p_nonces text[], p_event_key text, p_kind text,
                                  p_provider_call_id text, p_call_id text, p_sealed_payload bytea,
                                  p_key_version integer, p_change jsonb)
returns text
language plpgsql volatile as $$
declare
  v_call public.calls;
  v_new boolean;
begin
  perform set_config('app.tenant_id', p_tenant, true);
  select * into v_call from public.calls c
   where c.tenant_id = p_tenant and c.provider_account_id = p_account
     and ((p_call_id is not null and c.id = p_call_id)
       or (p_call_id is null and c.provider_call_id = p_provider_call_id))
   for no key update;
  if v_call.id is null and p_call_id is not null then return 'stranger'; end if;
  if not public.burn_nonces(p_account, p_nonces) then return 'replayed'; end if;
  insert into public.call_events (tenant_id, provider_account_id, event_key, kind, provider_call_id, call_id,
                                  sealed_payload, key_version)
  values (p_tenant, p_account, p_event_key, p_kind, p_provider_call_id, v_call.id, p_sealed_payload, p_key_version)
  on conflict do nothing
  returning true into v_new;
  if v_new is null then return 'repeated'; end if;
  if p_change is null or v_call.id is null then return 'recorded'; end if;

  update public.calls c
     set connected = c.connected or coalesce((p_change->>'connected')::boolean, false),
         status = case when c.ended_at is null then coalesce(p_change->>'status', c.status) else c.status end,
         duration_seconds = case when c.ended_at is null
                                 then coalesce((p_change->>'duration_seconds')::integer, c.duration_seconds)
                                 else c.duration_seconds end,
         hangup_cause = case when c.ended_at is null then coalesce(p_change->>'hangup_cause', c.hangup_cause)
                             else c.hangup_cause end,
         ended_at = case when c.ended_at is null and (p_change->>'ended')::boolean then now() else c.ended_at end
   where c.tenant_id = p_tenant and c.id = v_call.id
  returning * into v_call;
  if v_call.connected and v_call.ended_at is not null and v_call.session_id is not null then
    perform public.end_session(p_tenant, s.id) from public.sessions s
      where s.tenant_id = p_tenant and s.id = v_call.session_id and s.end_after_first_call;
  end if;
  return 'recorded';
end $$;
grant execute on function record_call_event(text, text, text[], text, text, text, text, bytea, integer, jsonb)
  to maskplane_app;
`;

export async function up(knex) {
  await knex.raw(up_sql);
}

export async function down(knex) {
  await knex.raw(`
    drop function record_call_event(text, text, text[], text, text, text, text, bytea, integer, jsonb);
    drop function end_session(text, text);
    drop function record_answer(text, text, text[], text, bytea, integer, jsonb, bytea, bytea);
    drop function burn_nonces(text, text[]);
    drop function route_facts(text, text, bytea[]);
    drop function webhook_find_did(text, text[], text[], text);
    drop table call_events, call_directory, calls;
  `);
}
