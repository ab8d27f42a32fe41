// Grace: what is still allowed after the end of a session, stage by stage, until it is over.

import * as calls from './20261124090400_create_calls.js';
import { changed, definitionIn } from './sql/definitions.js';

const up_sql = `
-- A call is counted for a session once, however often its answer event comes and whatever came of it in between.
alter table calls add column counted_for text[] not null default '{}';
-- Without force, or the owner, who is no tenant, would see no row.
alter table calls no force row level security;
update calls set counted_for = array[session_id] where decision = 'bridge';
alter table calls force row level security;

-- Where a session stands at a moment: THE rule of its end, and its only place. It loses its full rights at the earlier of its
-- end and its expiry; from then on its stages are in force, one after the other, each for its seconds.
-- status: 'active'; 'grace' while a stage is in force; then 'ended' when somebody or something ended it, else 'expired'.
-- stage: the one in force, from 1. grace_ends_at: when the last one is over; null without stages.
create function session_phase(p_ended_at timestamptz, p_expires_at timestamptz, p_after_end jsonb, p_at timestamptz)
returns table (status text, stage integer, grace_ends_at timestamptz)
language sql stable as $$
  select case when o.is_on then 'active' when g.stage is not null then 'grace'
              when p_ended_at is null then 'expired' else 'ended' end,
         case when not o.is_on then g.stage end,
         o.off_at + make_interval(secs => g.seconds)
    from (select p_ended_at is null and p_expires_at > p_at as is_on, least(p_ended_at, p_expires_at) as off_at) o
   cross join lateral (
      select min(e.place) filter (where o.off_at + make_interval(secs => e.until) > p_at)::integer as stage,
             max(e.until) as seconds
        from (select x.place, sum((x.stage->>'seconds')::integer) over (order by x.place) as until
                from jsonb_array_elements(p_after_end) with ordinality as x (stage, place)) e
    ) g
$$;
grant execute on function session_phase(timestamptz, timestamptz, jsonb, timestamptz) to maskplane_app;

-- As before, with the phase of the session instead of its expiry. status, stage: as session_phase says; is_ended tells, in
-- grace, what it will be called afterwards. is_moved: the party has another DID now. stage_allow, forward_sealed, forward_key_version: of the stage in force.
-- is_released: the phone left the session, or the party has another DID now. That is read from who is in the session and not
-- from a time, since a clock may be set back.
-- enable_seqscan: a plan that was made while the tables were empty lives on in its connection, and calls wait for it.
-- plan_cache_mode: with an array as parameter Postgres would plan anew for each call.
drop function route_facts(text, text, bytea[]);
create function route_facts(p_tenant text, p_did text, p_callers bytea[])
returns table (caller_place integer, session_id text, side text, is_released boolean, is_moved boolean, status text,
               is_ended boolean,
               stage integer, stage_allow text, forward_sealed bytea, forward_key_version integer, direction text,
               ring_timeout_seconds integer, max_call_seconds integer, max_calls integer, calls_made integer,
               other_did_e164 text, other_did_status text, other_sealed bytea, other_key_version integer)
language plpgsql volatile set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
begin
  perform set_config('app.tenant_id', p_tenant, true);
  return query
    select wanted.place::integer, b.session_id::text, b.side, not mine.is_in_session or me.did_id <> p_did,
           mine.is_in_session and me.did_id <> p_did,
           p.status, s.ended_at is not null, p.stage, now_in.stage->>'allow',
           decode(now_in.stage->'forward'->>'sealed', 'base64'), (now_in.stage->'forward'->>'key_version')::integer,
           s.direction, s.ring_timeout_seconds, s.max_call_seconds, s.max_calls, s.calls_made, od.e164::text, od.status,
           op.sealed, op.key_version
      from unnest(p_callers) with ordinality as wanted (caller, place)
      join public.bindings b on b.tenant_id = p_tenant and b.did_id = p_did and b.caller_index = wanted.caller
      join public.sessions s on s.tenant_id = p_tenant and s.id = b.session_id
     cross join lateral public.session_phase(s.ended_at, s.expires_at, s.after_end, now()) p
     cross join lateral (select s.after_end->(p.stage - 1) as stage) now_in
      join public.session_parties me on me.tenant_id = p_tenant and me.session_id = s.id and me.side = b.side
     cross join lateral (
        select exists (select from public.session_phones f
                        where f.tenant_id = p_tenant and f.session_id = s.id and f.side = b.side
                          and f.caller_index = b.caller_index and f.removed_at is null) as is_in_session
      ) mine
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

-- Keeps an answered call with its decision, and counts it for its session when it is bridged. A decision to connect stands
-- only while the session is in the phase that it was taken in (p_call->stage: null for active, else the stage) and has
-- calls left; otherwise it becomes an announcement: off means off. The clock is read when the row of the session is ours,
-- so that nothing is connected by a right that ran out while we waited for it.
-- outcome: 'recorded'; 'over' when this call has ended before (a late repeat must not be bridged again); 'replayed' when a
-- nonce was used before, and then nothing is written. stands: whether the decision does.
drop function record_answer(text, text, text[], text, bytea, integer, jsonb, bytea, bytea);
create function record_answer(p_tenant text, p_account text, p_nonces text[], p_event_key text, p_sealed_payload bytea,
                              p_key_version integer, p_call jsonb, p_caller_index bytea, p_sealed_caller bytea)
returns table (outcome text, call_id text, stands boolean)
language plpgsql volatile set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
declare
  v_call public.calls;
  v_session public.sessions;
  v_phase record;
  v_is_new boolean;
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

  if v_decision in ('bridge', 'forward') then
    select * into v_session from public.sessions s
     where s.tenant_id = p_tenant and s.id = p_call->>'session_id' for no key update;
    select * into v_phase from public.session_phase(v_session.ended_at, v_session.expires_at, v_session.after_end,
                                                    clock_timestamp());
    v_is_new := v_decision = 'bridge' and v_session.id <> all (coalesce(v_call.counted_for, '{}'));
    if v_session.id is null or v_phase.status not in ('active', 'grace')
       or v_phase.stage is distinct from (p_call->>'stage')::integer
       or (v_is_new and coalesce(v_session.calls_made >= v_session.max_calls, false)) then
      v_decision := 'announce';
      v_reason := 'session_ended';
      v_trace := v_trace || jsonb_build_object('rule', 'session', 'outcome', 'stop',
                                               'detail', 'The session was over before the call was connected.');
    elsif v_decision = 'bridge' then
      update public.sessions s
         set calls_made = s.calls_made + v_is_new::integer,
             expires_at = case when v_phase.status = 'active'
                               then greatest(s.expires_at, now() + make_interval(secs => s.sliding_seconds))
                               else s.expires_at end
       where s.tenant_id = p_tenant and s.id = v_session.id
      returning s.expires_at into v_expires_at;
      if v_expires_at > v_session.expires_at then
        update public.bindings b
           set free_at = v_expires_at + make_interval(secs => v_session.grace_seconds + v_session.cooling_seconds)
         where b.tenant_id = p_tenant and b.session_id = v_session.id and b.released_at is null;
      end if;
    end if;
  end if;

  insert into public.calls (tenant_id, id, livemode, provider_account_id, provider_call_id, did_id, session_id, caller_side,
                            caller_index, sealed_caller, key_version, decision, reason, trace, status, counted_for)
  values (p_tenant, p_call->>'id', (p_call->>'livemode')::boolean, p_account, p_call->>'provider_call_id',
          p_call->>'did_id', p_call->>'session_id', p_call->>'caller_side', p_caller_index, p_sealed_caller,
          p_key_version, v_decision, v_reason, v_trace, 'ringing', case when v_decision = 'bridge' then array[p_call->>'session_id'] else '{}' end)
  on conflict (tenant_id, provider_account_id, provider_call_id) do update
    set decision = excluded.decision, reason = excluded.reason, trace = excluded.trace,
        session_id = excluded.session_id, caller_side = excluded.caller_side,
        counted_for = calls.counted_for || case when v_is_new then excluded.counted_for else '{}' end
  returning * into v_call;
  insert into public.call_directory (provider_account_id, provider_call_id, tenant_id, did_id)
  values (p_account, v_call.provider_call_id, p_tenant, v_call.did_id)
  on conflict do nothing;
  insert into public.call_events (tenant_id, provider_account_id, event_key, kind, provider_call_id, call_id,
                                  sealed_payload, key_version)
  values (p_tenant, p_account, p_event_key, 'answer', v_call.provider_call_id, v_call.id, p_sealed_payload, p_key_version)
  on conflict do nothing;
  return query select 'recorded', v_call.id::text, v_decision = p_call->>'decision';
end $$;
grant execute on function record_answer(text, text, text[], text, bytea, integer, jsonb, bytea, bytea) to maskplane_app;

-- Ends a session, once: its stages begin when it was off, which is now, or its expiry if that came first. p_immediately: it
-- has no stages any more, also when it is in one; grace_seconds is then how long they were in force, in whole seconds.
-- The bindings of its phones on its DIDs are released when the last stage is over, and cool from then on. Those of phones that
-- left it, and of DIDs that it had before, cool already.
drop function end_session(text, text);
create function end_session(p_tenant text, p_session text, p_immediately boolean default false) returns void
language plpgsql volatile as $$
declare
  v_session public.sessions;
  v_status text;
  v_off_at timestamptz;
  v_released_at timestamptz;
begin
  select * into v_session from public.sessions s
   where s.tenant_id = p_tenant and s.id = p_session for no key update;
  if v_session.id is null then return; end if;
  select p.status into v_status
    from public.session_phase(v_session.ended_at, v_session.expires_at, v_session.after_end, now()) p;
  v_off_at := least(coalesce(v_session.ended_at, now()), v_session.expires_at);
  if p_immediately and v_status in ('active', 'grace') then
    v_session.after_end := '[]';
    v_session.grace_seconds := greatest(ceil(extract(epoch from now() - v_off_at)), 0);
  elsif v_session.ended_at is not null then
    return;
  end if;
  update public.sessions s
     set status = 'ended', ended_at = coalesce(s.ended_at, now()), after_end = v_session.after_end,
         grace_seconds = v_session.grace_seconds, updated_at = now()
   where s.tenant_id = p_tenant and s.id = p_session;
  v_released_at := v_off_at + make_interval(secs => v_session.grace_seconds);
  update public.bindings b
     set released_at = v_released_at,
         free_at = v_released_at + make_interval(secs => v_session.cooling_seconds)
    from public.session_parties p
    join public.session_phones f on f.tenant_id = p_tenant and f.session_id = p_session and f.side = p.side
     and f.removed_at is null
   where p.tenant_id = p_tenant and p.session_id = p_session
     and b.tenant_id = p_tenant and b.session_id = p_session and b.did_id = p.did_id
     and b.caller_index = f.caller_index;
end $$;
grant execute on function end_session(text, text, boolean) to maskplane_app;
`;

const dropped_sql = `
drop function end_session(text, text, boolean);
drop function record_answer(text, text, text[], text, bytea, integer, jsonb, bytea, bytea);
drop function route_facts(text, text, bytea[]);
drop function session_phase(timestamptz, timestamptz, jsonb, timestamptz);
alter table calls drop column counted_for;
`;

/**
 * A call to the number of a forward is no call of the parties: it does not end a session that ends after its first call. Nor
 * does late news of a call that is over: the session may have been reopened since.
 */
async function recordCallEvent() {
  const update = '  update public.calls c\n     set connected';
  const before = '  v_was_over := v_call.connected and v_call.ended_at is not null;\n';
  return changed(
    await definitionIn(calls, 'record_call_event'),
    ['v_new boolean;', 'v_new boolean;\n  v_was_over boolean;'],
    [update, `${before}${update}`],
    ['if v_call.connected and', "if not v_was_over and v_call.decision = 'bridge' and v_call.connected and"],
  );
}

export async function up(knex) {
  await knex.raw(up_sql);
  await knex.raw(await recordCallEvent());
}

export async function down(knex) {
  await knex.raw(await definitionIn(calls, 'record_call_event'));
  await knex.raw(dropped_sql);
  for (const name of ['route_facts', 'record_answer', 'end_session']) {
    await knex.raw(await definitionIn(calls, name));
  }
}
