// Events to tenants: every change leaves one, in its own transaction; a publisher then gives it its place in the order.

import * as grace from './20261124100100_add_grace.js';
import * as rules from './20261124100300_allocate_by_pool_rules.js';
import { changed, definitionIn } from './sql/definitions.js';

const up_sql = `
-- sequence: the number within its session, from 1. position: the place in the order in which the tenant reads, null until it
-- is published. No foreign keys: events outlive nothing, and a check of each would lock rows that allocation needs.
create table events (
  tenant_id  typed_id not null,
  id         typed_id not null,
  livemode   boolean not null,
  type       text collate "C" not null,
  session_id typed_id,
  call_id    typed_id,
  sequence   integer check (sequence > 0),
  data       jsonb not null,
  position   bigint check (position > 0),
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  check ((session_id is null) = (sequence is null))
);
create index events_unpublished on events (tenant_id, id) where position is null;
create unique index events_by_position on events (tenant_id, livemode, position) where position is not null;
create unique index events_of_session on events (tenant_id, session_id, sequence) where session_id is not null;
alter table events enable row level security;
alter table events force row level security;
create policy tenant on events
  using (tenant_id = (select app_tenant())) with check (tenant_id = (select app_tenant()));
grant select, insert, update, delete on events to maskplane_app;

-- told: what was said of the session's end. 0: nothing; 1: that it comes soon; 2: that it has come. Sessions of the time
-- before are told of only when they are live now: what is long over is no news.
alter table sessions
  add column event_sequence integer not null default 0,
  add column told smallint not null default 2 check (told between 0 and 2);
alter table sessions alter column told set default 0;
alter table sessions no force row level security;
update sessions set told = 0 where status = 'active' and expires_at > now();
alter table sessions force row level security;
create index sessions_untold on sessions (tenant_id, told, expires_at) where told < 2;
alter table pools add column exhaustion_told_at timestamptz;

-- The shape of all our ids (kernel/ids.ts): a UUIDv7 in hex. The 12 bits after the milliseconds are the microseconds, so that
-- two events of one transaction sort as they were made. Postgres 15 has no uuidv7().
create function new_event_id() returns text language sql volatile as $$
  select 'evt_' || lpad(to_hex(t.us / 1000), 12, '0') || '7' || lpad(to_hex(t.us % 1000 * 4), 3, '0')
         || substr(replace(gen_random_uuid()::text, '-', ''), 17)
    from (select (extract(epoch from clock_timestamp()) * 1000000)::bigint as us) t
$$;
grant execute on function new_event_id() to maskplane_app;

-- A time as the API writes it.
create function event_time(p_at timestamptz) returns text language sql stable as $$
  select to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;
grant execute on function event_time(timestamptz) to maskplane_app;

-- Leaves an event in the transaction of what it tells. Numbering it takes the lock on the session's row, which is kept until
-- the transaction is over: so the numbers of a session have neither gap nor double, and its events are made one after the
-- other. The id is made after that, for the same reason.
create function emit_event(p_tenant text, p_livemode boolean, p_type text, p_session text, p_call text, p_data jsonb)
returns text
language plpgsql volatile as $$
declare
  v_sequence integer;
  v_id text;
begin
  if p_session is not null then
    update public.sessions s set event_sequence = s.event_sequence + 1
     where s.tenant_id = p_tenant and s.id = p_session
    returning s.event_sequence into v_sequence;
    if v_sequence is null then raise exception 'an event names a session that is not there'; end if;
  end if;
  insert into public.events (tenant_id, id, livemode, type, session_id, call_id, sequence, data)
  values (p_tenant, public.new_event_id(), p_livemode, p_type, p_session, p_call, v_sequence, p_data)
  returning id into v_id;
  return v_id;
end $$;
grant execute on function emit_event(text, boolean, text, text, text, jsonb) to maskplane_app;

-- Gives committed events their positions, at most so many, and says how many it were.
-- Not when they are made: of two transactions the one that took its number first may commit last, and a reader who has seen
-- the later number would pass the earlier one by for ever. Here one publisher at a time numbers what it sees committed, and
-- its numbers become visible together, after all lower ones. What commits later gets a higher number.
-- enable_seqscan: a plan that was made when the table was empty lives on in its connection.
-- Each statement of a volatile function sees what was committed before that statement: the one after the lock sees all that
-- the publisher before us has numbered.
create function publish_events(p_tenant text, p_most integer) returns integer
language plpgsql volatile set enable_seqscan = off as $$
declare
  v_count integer;
begin
  perform set_config('app.tenant_id', p_tenant, true);
  if not exists (select from public.events e where e.tenant_id = p_tenant and e.position is null) then return 0; end if;
  perform pg_advisory_xact_lock(hashtext('publish_events'), hashtext(p_tenant));
  with due as (
    select e.id, e.livemode from public.events e
     where e.tenant_id = p_tenant and e.position is null order by e.id limit p_most
  ), placed as (
    select d.id, row_number() over (partition by d.livemode order by d.id)
           + coalesce((select max(l.position) from public.events l
                        where l.tenant_id = p_tenant and l.livemode = d.livemode and l.position is not null), 0) as position
      from due d
  )
  update public.events e set position = placed.position
    from placed where e.tenant_id = p_tenant and e.id = placed.id;
  get diagnostics v_count = row_count;
  return v_count;
end $$;
grant execute on function publish_events(text, integer) to maskplane_app;

-- Tells of sessions that expire in p_notice_seconds or less, unless they are shorter than p_least_seconds, and of those that
-- have expired, each once; at most so many of both. Gives how many it were. A session that somebody is changing is left for
-- the next time.
create function tell_expiries(p_tenant text, p_notice_seconds integer, p_least_seconds integer, p_most integer)
returns integer
language plpgsql volatile set enable_seqscan = off as $$
declare
  v_session public.sessions;
  v_count integer := 0;
begin
  perform set_config('app.tenant_id', p_tenant, true);
  for v_session in
    select * from public.sessions s
     where s.tenant_id = p_tenant and s.told = 0 and s.expires_at > now()
       and s.expires_at <= now() + make_interval(secs => p_notice_seconds)
       and s.expires_at - s.created_at >= make_interval(secs => p_least_seconds)
     order by s.expires_at limit p_most for no key update skip locked
  loop
    update public.sessions s set told = 1 where s.tenant_id = p_tenant and s.id = v_session.id;
    perform public.emit_event(p_tenant, v_session.livemode, 'session.expiring', v_session.id, null, jsonb_build_object(
      'transaction_ref', v_session.transaction_ref, 'expires_at', public.event_time(v_session.expires_at)));
    v_count := v_count + 1;
  end loop;
  for v_session in
    select * from public.sessions s
     where s.tenant_id = p_tenant and s.told in (0, 1) and s.expires_at <= now()
     order by s.expires_at limit p_most - v_count for no key update skip locked
  loop
    update public.sessions s set told = 2 where s.tenant_id = p_tenant and s.id = v_session.id;
    perform public.emit_session_ended(p_tenant, v_session.id, 'expired');
    v_count := v_count + 1;
  end loop;
  return v_count;
end $$;
grant execute on function tell_expiries(text, integer, integer, integer) to maskplane_app;

create function emit_session_ended(p_tenant text, p_session text, p_reason text) returns void
language plpgsql volatile as $$
begin
  perform public.emit_event(p_tenant, s.livemode, 'session.ended', s.id, null, jsonb_build_object(
      'transaction_ref', s.transaction_ref, 'reason', p_reason, 'status', p.status,
      'grace_ends_at', public.event_time(p.grace_ends_at)))
     from public.sessions s
    cross join lateral public.session_phase(s.ended_at, s.expires_at, s.after_end, now()) p
    where s.tenant_id = p_tenant and s.id = p_session;
end $$;
grant execute on function emit_session_ended(text, text, text) to maskplane_app;

-- Tells that a pool had no pair for somebody: once a minute at most, since every refused request would tell it again. By
-- itself, since the refused request leaves nothing else behind.
create function tell_exhausted(p_tenant text, p_pool text, p_data jsonb) returns void
language plpgsql volatile as $$
declare
  v_livemode boolean;
begin
  perform set_config('app.tenant_id', p_tenant, true);
  update public.pools p set exhaustion_told_at = now()
   where p.tenant_id = p_tenant and p.id = p_pool
     and coalesce(p.exhaustion_told_at <= now() - interval '1 minute', true)
  returning p.livemode into v_livemode;
  if not found then return; end if;
  perform public.emit_event(p_tenant, v_livemode, 'pool.exhausted', null, null, p_data);
end $$;
grant execute on function tell_exhausted(text, text, jsonb) to maskplane_app;
`;

/** A session is made with its first number, so that creating it costs no second update of its row. */
async function settleAllocation() {
  return changed(
    await definitionIn(rules, 'settle_allocation'),
    ['allocation, after_end, grace_seconds)', 'allocation, after_end, grace_seconds, event_sequence)'],
    ['s.after_end, s.grace_seconds\n', 's.after_end, s.grace_seconds, 1\n'],
    [
      "  return 'settled';\nend",
      `  insert into public.events (tenant_id, id, livemode, type, session_id, sequence, data)
  values (p_tenant, public.new_event_id(), p_livemode, 'session.created', v_id, 1, jsonb_build_object(
    'transaction_ref', p_session->'transaction_ref', 'pool', p_session->'pool_id',
    'expires_at', p_session->'expires_at'));
  return 'settled';
end`,
    ],
  );
}

async function rehomeSession() {
  return changed(
    await definitionIn(rules, 'rehome_session'),
    ['  v_dids text[];\n', '  v_dids text[];\n  v_from jsonb;\n  v_to jsonb;\n'],
    [
      "  update public.session_parties p set did_id = case p.side when 'a' then p_did_a else p_did_b end\n",
      `  select jsonb_object_agg(p.side, d.e164) into v_from
    from public.session_parties p join public.dids d on d.tenant_id = p_tenant and d.id = p.did_id
   where p.tenant_id = p_tenant and p.session_id = p_session;
  select jsonb_object_agg(case d.id when p_did_a then 'a' else 'b' end, d.e164) into v_to
    from public.dids d where d.tenant_id = p_tenant and d.id in (p_did_a, p_did_b);
  update public.session_parties p set did_id = case p.side when 'a' then p_did_a else p_did_b end
`,
    ],
    [
      "  return 'settled';\nexception",
      `  perform public.emit_event(p_tenant, v_session.livemode, 'session.rehomed', p_session, null,
                            jsonb_build_object('from', v_from, 'to', v_to));
  return 'settled';
exception`,
    ],
  );
}

/** p_reason: of an end that the tenant did not ask for. */
async function endSession() {
  return changed(
    await definitionIn(grace, 'end_session'),
    [
      'p_immediately boolean default false)',
      'p_immediately boolean default false, p_reason text default null)',
    ],
    [
      'grace_seconds = v_session.grace_seconds, updated_at',
      'grace_seconds = v_session.grace_seconds, told = 2, updated_at',
    ],
    [
      '     and b.caller_index = f.caller_index;\n',
      `     and b.caller_index = f.caller_index;
  perform public.emit_session_ended(p_tenant, p_session, coalesce(p_reason,
                                    case when p_immediately then 'immediately' else 'ended' end));
`,
    ],
    ['end_session(text, text, boolean)', 'end_session(text, text, boolean, text)'],
  );
}

/** A repeated answer event says nothing new, unless the decision is another one now. */
async function recordAnswer() {
  return changed(
    await definitionIn(grace, 'record_answer'),
    ["  v_trace jsonb := p_call->'trace';\n", "  v_trace jsonb := p_call->'trace';\n  v_before text;\n"],
    [
      '  if v_call.ended_at is not null then\n',
      '  v_before := v_call.decision;\n  if v_call.ended_at is not null then\n',
    ],
    [
      "  return query select 'recorded', v_call.id::text,",
      `  if (v_before is null and v_call.id = p_call->>'id') or v_before <> v_decision then
    perform public.emit_event(p_tenant, v_call.livemode,
      case when v_decision in ('bridge', 'forward') then 'call.ringing' else 'call.rejected' end,
      v_call.session_id, v_call.id, jsonb_build_object(
        'did', (select d.e164 from public.dids d where d.tenant_id = p_tenant and d.id = v_call.did_id),
        'caller_party', v_call.caller_side, 'decision', v_decision, 'reason', v_reason));
  end if;
  return query select 'recorded', v_call.id::text,`,
    ],
  );
}

/** Of a call that was not connected all has been said when it was rejected. */
async function recordCallEvent() {
  return changed(
    await definitionIn(grace, 'record_call_event'),
    ['  v_new boolean;\n', '  v_new boolean;\n  v_before public.calls;\n'],
    [
      '  update public.calls c\n     set connected',
      '  v_before := v_call;\n  update public.calls c\n     set connected',
    ],
    [
      '  returning * into v_call;\n',
      `  returning * into v_call;
  if v_call.decision in ('bridge', 'forward') then
    if v_call.connected and not v_before.connected then
      perform public.emit_event(p_tenant, v_call.livemode, 'call.answered', v_call.session_id, v_call.id,
        jsonb_build_object('caller_party', v_call.caller_side, 'decision', v_call.decision));
    end if;
    if v_call.ended_at is not null and v_before.ended_at is null then
      perform public.emit_event(p_tenant, v_call.livemode,
        case v_call.status when 'completed' then 'call.completed' else 'call.failed' end, v_call.session_id, v_call.id,
        jsonb_build_object('caller_party', v_call.caller_side, 'decision', v_call.decision, 'status', v_call.status,
                           'answered', v_call.connected, 'duration_seconds', v_call.duration_seconds,
                           'hangup_cause', v_call.hangup_cause));
    end if;
  end if;
`,
    ],
    [
      'public.end_session(p_tenant, s.id) from',
      "public.end_session(p_tenant, s.id, false, 'first_call_over') from",
    ],
  );
}

const drop_end_session = 'drop function end_session(text, text, boolean';

export async function up(knex) {
  await knex.raw(up_sql);
  // Another parameter makes another function: the old one would stay beside it.
  await knex.raw(`${drop_end_session});`);
  for (const definition of [settleAllocation, rehomeSession, endSession, recordAnswer, recordCallEvent]) {
    await knex.raw(await definition());
  }
}

export async function down(knex) {
  await knex.raw(`${drop_end_session}, text);`);
  for (const name of ['settle_allocation', 'rehome_session']) await knex.raw(await definitionIn(rules, name));
  for (const name of ['end_session', 'record_answer', 'record_call_event']) {
    await knex.raw(await definitionIn(grace, name));
  }
  await knex.raw(`
    drop function tell_exhausted(text, text, jsonb);
    drop function tell_expiries(text, integer, integer, integer);
    drop function emit_session_ended(text, text, text);
    drop function publish_events(text, integer);
    drop function emit_event(text, boolean, text, text, text, jsonb);
    drop function event_time(timestamptz);
    drop function new_event_id();
    alter table pools drop column exhaustion_told_at;
    alter table sessions drop column event_sequence, drop column told;
    drop table events;
  `);
}
