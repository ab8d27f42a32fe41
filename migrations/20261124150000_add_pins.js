// PINs: what makes a caller a party of a session whose phone says nothing: it is withheld, or another one.

import * as events from './20261124110000_create_events.js';
import * as settling from './20261124130100_settle_calls_from_facts.js';
import * as voice from './20261124140000_add_voice_settings.js';
import * as recordings from './20261124140100_create_recordings.js';
import { changed, definitionIn } from './sql/definitions.js';

const up_sql = `
alter table sessions add column pin_enabled boolean not null default false;

-- A party's PIN on the DID that it dials, as a keyed index: never in clear. The primary key: on one DID a PIN is of one party
-- only, until its session has cooled.
create table party_pins (
  tenant_id  typed_id not null,
  did_id     typed_id not null,
  pin_index  bytea not null check (length(pin_index) = 32),
  session_id typed_id not null,
  side       text not null check (side in ('a', 'b')),
  digits     integer not null check (digits between 4 and 12),
  primary key (tenant_id, did_id, pin_index),
  unique (tenant_id, session_id, side),
  foreign key (tenant_id, session_id, side) references session_parties (tenant_id, session_id, side)
);
create index party_pins_by_length on party_pins (tenant_id, did_id, digits);
alter table party_pins enable row level security;
alter table party_pins force row level security;
create policy tenant on party_pins
  using (tenant_id = (select app_tenant())) with check (tenant_id = (select app_tenant()));
grant select, insert, update, delete on party_pins to maskplane_app;

-- Wrong PINs. caller_index is null for a withheld caller. One row for each try of a call, however often it is posted.
create table pin_attempts (
  tenant_id    typed_id not null references tenants (id),
  call_id      typed_id not null,
  attempt      integer not null,
  did_id       typed_id not null,
  caller_index bytea,
  tried_at     timestamptz not null default now(),
  primary key (tenant_id, call_id, attempt)
);
create index pin_attempts_on_did on pin_attempts (tenant_id, did_id, tried_at);
create index pin_attempts_of_caller on pin_attempts (tenant_id, caller_index, tried_at) where caller_index is not null;
alter table pin_attempts enable row level security;
alter table pin_attempts force row level security;
create policy tenant on pin_attempts
  using (tenant_id = (select app_tenant())) with check (tenant_id = (select app_tenant()));
grant select, insert, delete on pin_attempts to maskplane_app;

-- How many PINs there are on each of these DIDs, live or cooling: what the length of a new one follows from.
create function pins_on(p_tenant text, p_dids text[]) returns integer[]
language plpgsql volatile as $$
begin
  perform set_config('app.tenant_id', p_tenant, true);
  return (select array_agg((select count(*) from public.party_pins p where p.tenant_id = p_tenant and p.did_id = d.did_id)
                           order by d.place)
            from unnest(p_dids) with ordinality as d (did_id, place));
end $$;
grant execute on function pins_on(text, text[]) to maskplane_app;

-- Gives the parties of a new session their PINs. Raises MP409 when one of them is another party's on that DID.
create function claim_pins(p_tenant text, p_session text, p_pins jsonb) returns void
language plpgsql volatile as $$
declare
  v_count integer;
begin
  if p_pins is null or jsonb_typeof(p_pins) <> 'array' then return; end if;
  insert into public.party_pins (tenant_id, did_id, pin_index, session_id, side, digits)
  select p_tenant, x.did_id, decode(x.pin_index, 'hex'), p_session, x.side, x.digits
    from jsonb_to_recordset(p_pins) as x (did_id text, pin_index text, side text, digits integer)
   order by x.did_id
  on conflict do nothing;
  get diagnostics v_count = row_count;
  if v_count < jsonb_array_length(p_pins) then
    raise exception 'a PIN is another party''s' using errcode = 'MP409';
  end if;
end $$;
grant execute on function claim_pins(text, text, jsonb) to maskplane_app;

-- Whether PINs are taken from this caller on this DID: 'caller' or 'did' has had too many wrong ones; null when they are.
create function pin_lock(p_tenant text, p_did text, p_caller bytea, p_most_of_caller integer, p_most_on_did integer,
                         p_window_seconds integer) returns text
language plpgsql volatile set enable_seqscan = off as $$
declare
  v_since timestamptz := now() - make_interval(secs => p_window_seconds);
begin
  perform set_config('app.tenant_id', p_tenant, true);
  if p_caller is not null and p_most_of_caller <= (select count(*) from public.pin_attempts t
       where t.tenant_id = p_tenant and t.caller_index = p_caller and t.tried_at > v_since) then
    return 'caller';
  end if;
  if p_most_on_did <= (select count(*) from public.pin_attempts t
       where t.tenant_id = p_tenant and t.did_id = p_did and t.tried_at > v_since) then
    return 'did';
  end if;
  return null;
end $$;
grant execute on function pin_lock(text, text, bytea, integer, integer, integer) to maskplane_app;

-- A PIN that was entered in a call. outcome: 'right', with whose it is; 'wrong', and counted, once for each try; 'locked';
-- 'stranger' when this call was not asked for one. Tries on one DID come one after the other, so that no cap is passed by
-- trying many at once; a try that was wrong stays so, whatever is posted as the same try.
create function try_pin(p_tenant text, p_call text, p_attempt integer, p_pin bytea, p_most_of_caller integer,
                        p_most_on_did integer, p_window_seconds integer)
returns table (outcome text, session_id text, side text)
language plpgsql volatile set enable_seqscan = off as $$
declare
  v_call public.calls;
  v_pin public.party_pins;
begin
  perform set_config('app.tenant_id', p_tenant, true);
  select * into v_call from public.calls c where c.tenant_id = p_tenant and c.id = p_call;
  if v_call.id is null or (v_call.decision <> 'ask_pin' and v_call.reason <> 'pin_accepted') then
    return query select 'stranger', null::text, null::text;
    return;
  end if;
  perform pg_advisory_xact_lock(hashtextextended(p_tenant || '|pin|' || v_call.did_id, 0));
  if exists (select from public.pin_attempts t
              where t.tenant_id = p_tenant and t.call_id = p_call and t.attempt >= p_attempt) then
    return query select 'wrong', null::text, null::text;
    return;
  end if;
  if public.pin_lock(p_tenant, v_call.did_id, v_call.caller_index, p_most_of_caller, p_most_on_did, p_window_seconds)
     is not null then
    return query select 'locked', null::text, null::text;
    return;
  end if;
  select * into v_pin from public.party_pins p
   where p.tenant_id = p_tenant and p.did_id = v_call.did_id and p.pin_index = p_pin;
  if v_pin.session_id is null then
    insert into public.pin_attempts (tenant_id, call_id, attempt, did_id, caller_index)
    values (p_tenant, p_call, p_attempt, v_call.did_id, v_call.caller_index);
    return query select 'wrong', null::text, null::text;
    return;
  end if;
  return query select 'right', v_pin.session_id::text, v_pin.side;
end $$;
grant execute on function try_pin(text, text, integer, bytea, integer, integer, integer) to maskplane_app;
`;

const down_sql = `
drop function try_pin(text, text, integer, bytea, integer, integer, integer);
drop function pin_lock(text, text, bytea, integer, integer, integer);
drop function claim_pins(text, text, jsonb);
drop function pins_on(text, text[]);
drop table pin_attempts;
drop table party_pins;
alter table sessions drop column pin_enabled;
`;

/** The longest PIN on a DID; null when there is none. */
const longestOn = (did) => `(select p.digits from public.party_pins p
             where p.tenant_id = ${did}.tenant_id and p.did_id = ${did}.id order by p.digits desc limit 1)`;

/** pin_digits: how many digits a caller is asked for; null on a DID without PINs, which no call pays anything for. */
async function webhookFindDid() {
  return changed(
    await definitionIn(voice, 'webhook_find_did'),
    ['has_announcements boolean)', 'has_announcements boolean, pin_digits integer)'],
    [
      'where a.tenant_id = v_tenant and a.livemode = d.livemode)\n',
      `where a.tenant_id = v_tenant and a.livemode = d.livemode),
           ${longestOn('d')}
`,
    ],
  );
}

async function callVoice() {
  return changed(
    await definitionIn(recordings, 'call_voice'),
    [
      'metadata jsonb, caller_role text)',
      'metadata jsonb, caller_role text, provider_call_id text, reason text, pin_digits integer)',
    ],
    [
      's.transaction_ref::text, s.metadata, me.role\n',
      `s.transaction_ref::text, s.metadata, me.role, c.provider_call_id::text, c.reason,
           ${longestOn('d')}
`,
    ],
  );
}

/** The same facts for somebody who is a party by something else than the phone, on this DID. */
async function partyFacts() {
  return changed(
    await definitionIn(voice, 'route_facts'),
    [
      'create or replace function route_facts(p_tenant text, p_did text, p_callers bytea[])',
      'create function party_facts(p_tenant text, p_did text, p_session text, p_side text)',
    ],
    ['select wanted.place::integer, b.session_id::text', 'select 1, b.session_id'],
    [
      `from unnest(p_callers) with ordinality as wanted (caller, place)
      join public.bindings b on b.tenant_id = p_tenant and b.did_id = p_did and b.caller_index = wanted.caller
`,
      'from (select p_session as session_id, p_side as side) b\n',
    ],
    [
      `select exists (select from public.session_phones f
                        where f.tenant_id = p_tenant and f.session_id = s.id and f.side = b.side
                          and f.caller_index = b.caller_index and f.removed_at is null) as is_in_session`,
      'select true as is_in_session',
    ],
    ['     order by wanted.place\n     limit 2;', '     limit 1;'],
    ['route_facts(text, text, bytea[])', 'party_facts(text, text, text, text)'],
  );
}

/** A call that is asked for its PIN is neither ringing nor rejected yet. */
async function recordAnswer() {
  return changed(await definitionIn(settling, 'record_answer'), [
    "if (v_before is null and v_call.id = p_call->>'id') or v_before <> v_decision then",
    "if v_decision <> 'ask_pin' and ((v_before is null and v_call.id = p_call->>'id') or v_before <> v_decision) then",
  ]);
}

async function settleAllocation() {
  return changed(
    await definitionIn(voice, 'settle_allocation'),
    ['event_sequence, voice)', 'event_sequence, voice, pin_enabled)'],
    ["coalesce(s.voice, '{}')\n", "coalesce(s.voice, '{}'), coalesce(s.pin_enabled, false)\n"],
    ['grace_seconds integer, voice jsonb)', 'grace_seconds integer, voice jsonb, pin_enabled boolean)'],
    [
      '  perform public.claim_bindings(',
      "  perform public.claim_pins(p_tenant, v_id, p_session->'pins');\n  perform public.claim_bindings(",
    ],
  );
}

/** A party keeps its PIN on its new DID. */
async function rehomeSession() {
  return changed(
    await definitionIn(events, 'rehome_session'),
    [
      "  update public.session_parties p set did_id = case p.side when 'a' then p_did_a else p_did_b end\n",
      `  update public.party_pins p set did_id = case p.side when 'a' then p_did_a else p_did_b end
   where p.tenant_id = p_tenant and p.session_id = p_session;
  update public.session_parties p set did_id = case p.side when 'a' then p_did_a else p_did_b end
`,
    ],
    [
      "exception when sqlstate 'MP409' then return 'conflict';",
      "exception when sqlstate 'MP409' or unique_violation then return 'conflict';",
    ],
  );
}

const FIND_DID = 'webhook_find_did(text, text[], text[], text)';
const CALL_VOICE = 'call_voice(text, text)';

export async function up(knex) {
  await knex.raw(up_sql);
  await knex.raw(`drop function ${FIND_DID}; drop function ${CALL_VOICE};`);
  for (const definition of [
    webhookFindDid,
    callVoice,
    partyFacts,
    recordAnswer,
    settleAllocation,
    rehomeSession,
  ]) {
    await knex.raw(await definition());
  }
}

export async function down(knex) {
  await knex.raw(`drop function ${FIND_DID}; drop function ${CALL_VOICE};
    drop function party_facts(text, text, text, text);`);
  await knex.raw(await definitionIn(voice, 'webhook_find_did'));
  await knex.raw(await definitionIn(recordings, 'call_voice'));
  await knex.raw(await definitionIn(settling, 'record_answer'));
  await knex.raw(await definitionIn(voice, 'settle_allocation'));
  await knex.raw(await definitionIn(events, 'rehome_session'));
  await knex.raw(down_sql);
}
