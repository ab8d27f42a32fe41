// An event adds to what is known of a call; its state is computed anew from all of that and written in the same transaction.

import * as events from './20261124110000_create_events.js';
import { changed, definitionIn } from './sql/definitions.js';

const up_sql = `
-- What is known of a call that its state follows from. No call has as many events; the limit bounds what a sender can cost us.
create function facts_of_call(p_tenant text, p_call text, p_kinds text[]) returns jsonb
language sql stable as $$
  select coalesce(jsonb_agg(jsonb_build_object('at', public.event_time(f.received_at), 'fact', f.facts)), '[]')
    from (select e.received_at, e.facts from public.call_events e
           where e.tenant_id = p_tenant and e.call_id = p_call and e.facts is not null and e.kind = any (p_kinds)
           order by e.received_at limit 1000) f
$$;
grant execute on function facts_of_call(text, text, text[]) to maskplane_app;

-- Keeps an event of any kind but the first, once. p_call: our id, from a URL of ours; null: the call is found by the
-- provider's. p_kinds: those of events that the state follows from.
-- outcome: 'recorded', 'repeated', 'replayed' (a nonce was used before), 'stranger' (no such call of this account).
-- known: the call, locked, and all that is known of it; null when the event changes nothing, or is of no call that we know.
create function add_call_event(p_tenant text, p_account text, p_nonces text[], p_event_key text, p_kind text,
                               p_provider_call_id text, p_call text, p_sealed_payload bytea, p_key_version integer,
                               p_facts jsonb, p_kinds text[])
returns table (outcome text, known jsonb)
language plpgsql volatile set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
declare
  v_call public.calls;
  v_new boolean;
begin
  perform set_config('app.tenant_id', p_tenant, true);
  select * into v_call from public.calls c
   where c.tenant_id = p_tenant and c.provider_account_id = p_account
     and ((p_call is not null and c.id = p_call)
       or (p_call is null and c.provider_call_id = p_provider_call_id))
     for no key update;
  if v_call.id is null and p_call is not null then
    return query select 'stranger', null::jsonb;
    return;
  end if;
  if v_call.id is null and p_provider_call_id is not null then
    -- Its answer event may be at work: whichever comes second sees what the first one wrote.
    perform pg_advisory_xact_lock(hashtextextended(p_account || '|' || p_provider_call_id, 0));
    select * into v_call from public.calls c
     where c.tenant_id = p_tenant and c.provider_account_id = p_account and c.provider_call_id = p_provider_call_id
       for no key update;
  end if;
  if not public.burn_nonces(p_account, p_nonces) then
    return query select 'replayed', null::jsonb;
    return;
  end if;
  insert into public.call_events (tenant_id, provider_account_id, event_key, kind, provider_call_id, call_id,
                                  sealed_payload, key_version, facts)
  values (p_tenant, p_account, p_event_key, p_kind, p_provider_call_id, v_call.id, p_sealed_payload, p_key_version, p_facts)
  on conflict do nothing
  returning true into v_new;
  if v_new is null then
    return query select 'repeated', null::jsonb;
    return;
  end if;
  return query select 'recorded', case when v_call.id is not null and p_kind = any (p_kinds) then
    jsonb_build_object('id', v_call.id, 'providerCallId', v_call.provider_call_id, 'decision', v_call.decision,
                       'startedAt', public.event_time(v_call.started_at),
                       'facts', public.facts_of_call(p_tenant, v_call.id, p_kinds)) end;
end $$;
grant execute on function add_call_event(text, text, text[], text, text, text, text, bytea, integer, jsonb, text[])
  to maskplane_app;

-- The same without a new event: for a call whose events came before it did, and for one that is looked into again.
create function known_of_call(p_tenant text, p_call text, p_kinds text[]) returns jsonb
language plpgsql volatile set enable_seqscan = off as $$
declare
  v_call public.calls;
begin
  perform set_config('app.tenant_id', p_tenant, true);
  select * into v_call from public.calls c where c.tenant_id = p_tenant and c.id = p_call for no key update;
  if v_call.id is null then return null; end if;
  return jsonb_build_object('id', v_call.id, 'providerCallId', v_call.provider_call_id, 'decision', v_call.decision,
                            'startedAt', public.event_time(v_call.started_at),
                            'facts', public.facts_of_call(p_tenant, v_call.id, p_kinds));
end $$;
grant execute on function known_of_call(text, text, text[]) to maskplane_app;

-- Writes the state of a call that its transaction has locked and computed from all that is known (call-state.ts), its legs
-- included, and does what follows from what is new in it, each once: an event when the other side was first reached and one
-- when the call was first over; a session that ends after its first call ends when that call was connected and is over, in
-- whichever order that is learnt. A call to the number of a forward is no call of the parties.
create function settle_call(p_tenant text, p_call text, p_state jsonb) returns void
language plpgsql volatile set enable_seqscan = off as $$
declare
  v_before public.calls;
  v_call public.calls;
begin
  select * into v_before from public.calls c where c.tenant_id = p_tenant and c.id = p_call for no key update;
  update public.calls c
     set status = s.status, connected = s.connected, answered_at = s.answered_at, ended_at = s.ended_at,
         duration_seconds = s.duration_seconds, hangup_cause = s.hangup_cause, hangup_reason = s.hangup_reason,
         hangup_code = s.hangup_code, hangup_source = s.hangup_source, has_recording = s.has_recording,
         confirmed_by = s.confirmed_by
    from jsonb_to_record(p_state) as s (status text, connected boolean, answered_at timestamptz, ended_at timestamptz,
           duration_seconds integer, hangup_cause text, hangup_reason text, hangup_code integer, hangup_source text,
           has_recording boolean, confirmed_by text)
   where c.tenant_id = p_tenant and c.id = p_call
  returning c.* into v_call;
  if v_call.id is null then raise exception 'a state is of a call that is not there'; end if;
  insert into public.call_legs as kept (tenant_id, call_id, leg_id, side, position, number_index, number_last4, started_at,
           answered_at, ended_at, duration_seconds, billed_seconds, hangup_reason, hangup_code, hangup_cause, hangup_name,
           hangup_source, cost, cost_micros, currency, confirmed_by)
  select p_tenant, p_call, l.leg_id, l.side, l.position, decode(l.number_index, 'hex'), l.number_last4, l.started_at,
         l.answered_at, l.ended_at, l.duration_seconds, l.billed_seconds, l.hangup_reason, l.hangup_code, l.hangup_cause,
         l.hangup_name, l.hangup_source, l.cost, l.cost_micros, l.currency, l.confirmed_by
    from jsonb_to_recordset(p_state->'legs') as l (leg_id text, side text, position integer, number_index text,
           number_last4 text, started_at timestamptz, answered_at timestamptz, ended_at timestamptz,
           duration_seconds integer, billed_seconds integer, hangup_reason text, hangup_code integer, hangup_cause text,
           hangup_name text, hangup_source text, cost text, cost_micros bigint, currency text, confirmed_by text)
  on conflict (tenant_id, call_id, leg_id) do update
    set side = excluded.side, position = excluded.position, number_index = excluded.number_index,
        number_last4 = excluded.number_last4, started_at = excluded.started_at, answered_at = excluded.answered_at,
        ended_at = excluded.ended_at, duration_seconds = excluded.duration_seconds,
        billed_seconds = excluded.billed_seconds, hangup_reason = excluded.hangup_reason,
        hangup_code = excluded.hangup_code, hangup_cause = excluded.hangup_cause, hangup_name = excluded.hangup_name,
        hangup_source = excluded.hangup_source, cost = excluded.cost, cost_micros = excluded.cost_micros,
        currency = excluded.currency, confirmed_by = excluded.confirmed_by
    where kept.* is distinct from excluded.*;

  if v_call.decision not in ('bridge', 'forward') then return; end if;
  if v_call.connected and not v_before.connected then
    perform public.emit_event(p_tenant, v_call.livemode, 'call.answered', v_call.session_id, v_call.id,
      jsonb_build_object('caller_party', v_call.caller_side, 'decision', v_call.decision));
  end if;
  if v_call.ended_at is not null and v_before.ended_at is null then
    perform public.emit_event(p_tenant, v_call.livemode,
      case v_call.status when 'completed' then 'call.completed' else 'call.failed' end, v_call.session_id, v_call.id,
      jsonb_build_object('caller_party', v_call.caller_side, 'decision', v_call.decision, 'status', v_call.status,
                         'answered', v_call.connected, 'duration_seconds', v_call.duration_seconds,
                         'hangup_cause', v_call.hangup_cause, 'hangup_reason', v_call.hangup_reason));
  end if;
  -- Late news of a call that is over changes no session: it may have been reopened since.
  if not (v_before.connected and v_before.ended_at is not null) and v_call.decision = 'bridge'
     and v_call.connected and v_call.ended_at is not null and v_call.session_id is not null then
    perform public.end_session(p_tenant, s.id, false, 'first_call_over') from public.sessions s
      where s.tenant_id = p_tenant and s.id = v_call.session_id and s.end_after_first_call;
  end if;
end $$;
grant execute on function settle_call(text, text, jsonb) to maskplane_app;

drop function record_call_event(text, text, text[], text, text, text, text, bytea, integer, jsonb);
`;

/**
 * p_call->fact: what is kept of the event. Outcome 'late': recorded as any other, but events of this call came before it; they
 * are its own now, and its state is to be computed from them before anybody is connected.
 * settle_at: when the call is over in any case, and ten minutes more for what the provider's records need.
 */
async function recordAnswer() {
  return changed(
    await definitionIn(events, 'record_answer'),
    ['  v_before text;\n', '  v_before text;\n  v_is_late boolean := false;\n'],
    [
      '  v_before := v_call.decision;\n',
      `  if v_call.id is null then
    -- Another event of it may be at work, or this one a second time: whichever comes second sees what the first one wrote.
    perform pg_advisory_xact_lock(hashtextextended(p_account || '|' || (p_call->>'provider_call_id'), 0));
    select * into v_call from public.calls c
     where c.tenant_id = p_tenant and c.provider_account_id = p_account
       and c.provider_call_id = p_call->>'provider_call_id' for no key update;
  end if;
  v_before := v_call.decision;
`,
    ],
    [
      'decision, reason, trace, status, counted_for)',
      'decision, reason, trace, status, counted_for, settle_at)',
    ],
    [
      "then array[p_call->>'session_id'] else '{}' end)\n",
      `then array[p_call->>'session_id'] else '{}' end,
          case when (p_call->>'livemode')::boolean then now() + make_interval(mins => 10,
            secs => coalesce(v_session.max_call_seconds + v_session.ring_timeout_seconds, 0)) end)
`,
    ],
    [
      'counted_for = calls.counted_for ||',
      'settle_at = greatest(calls.settle_at, excluded.settle_at),\n        counted_for = calls.counted_for ||',
    ],
    ['sealed_payload, key_version)\n', 'sealed_payload, key_version, facts)\n'],
    [
      'v_call.provider_call_id, v_call.id, p_sealed_payload, p_key_version)\n',
      "v_call.provider_call_id, v_call.id, p_sealed_payload, p_key_version,\n          p_call->'fact')\n",
    ],
    [
      "  return query select 'recorded', v_call.id::text,",
      `  if v_before is null then
    update public.call_events e set call_id = v_call.id
     where e.tenant_id = p_tenant and e.provider_account_id = p_account
       and e.provider_call_id = v_call.provider_call_id and e.call_id is null;
    v_is_late := found;
  end if;
  return query select case when v_is_late then 'late' else 'recorded' end, v_call.id::text,`,
    ],
  );
}

export async function up(knex) {
  await knex.raw(up_sql);
  await knex.raw(await recordAnswer());
}

export async function down(knex) {
  await knex.raw(await definitionIn(events, 'record_answer'));
  await knex.raw(await definitionIn(events, 'record_call_event'));
  await knex.raw(`
    drop function settle_call(text, text, jsonb);
    drop function known_of_call(text, text, text[]);
    drop function add_call_event(text, text, text[], text, text, text, text, bytea, integer, jsonb, text[]);
    drop function facts_of_call(text, text, text[]);
  `);
}
