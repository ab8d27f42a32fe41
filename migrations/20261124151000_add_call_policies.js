// Who may not call whom, how often two people may talk, when nobody is to be called, and what callers without a session get.

import * as settling from './20261124130100_settle_calls_from_facts.js';
import { changed, definitionIn } from './sql/definitions.js';

const up_sql = `
-- Whose calls are stopped. person, other: phone numbers, sealed, and found by their blind index; other null: whoever it is.
-- direction: calls that the person makes ('from'), that it would get ('to'), or 'both'. pool_id null: in every pool. A block that is
-- lifted stays: with who made it, who lifted it, and why, it is the record of what was done to a person.
create table blocks (
  tenant_id     typed_id not null references tenants (id),
  id            typed_id not null,
  livemode      boolean not null,
  person_index  bytea not null,
  sealed_person bytea not null,
  person_last4  text not null,
  other_index   bytea,
  sealed_other  bytea,
  other_last4   text,
  key_version   integer not null,
  pool_id       typed_id,
  direction     text not null check (direction in ('from', 'to', 'both')),
  reason        text check (length(reason) <= 200),
  expires_at    timestamptz,
  created_by    typed_id not null,
  created_at    timestamptz not null default now(),
  lifted_by     typed_id,
  lifted_at     timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, pool_id) references pools (tenant_id, id),
  check ((other_index is null) = (sealed_other is null) and (other_index is null) = (other_last4 is null)),
  check ((lifted_by is null) = (lifted_at is null))
);
create index blocks_in_force on blocks (tenant_id, livemode, person_index) where lifted_at is null;
alter table blocks enable row level security;
alter table blocks force row level security;
create policy tenant on blocks
  using (tenant_id = (select app_tenant())) with check (tenant_id = (select app_tenant()));
grant select, insert, update on blocks to maskplane_app;

-- What a caller gets who is in no session: of a pool's DIDs, or, with pool_id null, of all those whose pool says nothing.
-- on_failure: of 'ask', when the endpoint gives no answer that can be used. sealed_forward: the support number. sealed_secret:
-- what questions are signed with; the previous one signs as well until previous_secret_expires_at.
create table out_of_session_policies (
  tenant_id                  typed_id not null references tenants (id),
  id                         typed_id not null,
  livemode                   boolean not null,
  pool_id                    typed_id,
  action                     text not null check (action in ('reject', 'announce', 'forward', 'ask')),
  on_failure                 text check (on_failure in ('reject', 'announce', 'forward')),
  sealed_forward             bytea,
  forward_last4              text,
  forward_key_version        integer,
  time_limit_seconds         integer not null check (time_limit_seconds between 10 and 3600),
  url                        text check (length(url) <= 2048),
  sealed_secret              bytea,
  secret_key_version         integer,
  sealed_previous_secret     bytea,
  previous_key_version       integer,
  previous_secret_expires_at timestamptz,
  created_at                 timestamptz not null default now(),
  updated_at                 timestamptz not null default now(),
  primary key (tenant_id, id),
  unique nulls not distinct (tenant_id, livemode, pool_id),
  foreign key (tenant_id, pool_id) references pools (tenant_id, id),
  check (action <> 'forward' or sealed_forward is not null),
  check (action <> 'ask' or (url is not null and sealed_secret is not null and on_failure is not null)),
  check (on_failure is distinct from 'forward' or sealed_forward is not null)
);
alter table out_of_session_policies enable row level security;
alter table out_of_session_policies force row level security;
create policy tenant on out_of_session_policies
  using (tenant_id = (select app_tenant())) with check (tenant_id = (select app_tenant()));
grant select, insert, update, delete on out_of_session_policies to maskplane_app;

-- For how often two people have talked, in whichever session.
create index calls_of_caller on calls (tenant_id, caller_index, started_at) where decision = 'bridge';

-- What a tenant's policies say of these readings of a caller on this DID, as of Postgres' clock. One row. Beside route_facts, and
-- at the same time. A person is all phones of a party: who is blocked does not get through with the second phone.
-- caller_block: a block of whatever the caller dials; pair_block: one of calls between these two. pair_calls: bridged between them
-- within pair_limit, as far as it matters.
create function policy_facts(p_tenant text, p_did text, p_callers bytea[])
returns table (read_at timestamptz, tenant_voice jsonb, caller_block text, pair_block text, pair_limit jsonb, pair_calls integer,
               policy_id text, is_of_pool boolean, action text, on_failure text, sealed_forward bytea, forward_key_version integer,
               time_limit_seconds integer, url text, sealed_secret bytea, secret_key_version integer,
               sealed_previous_secret bytea, previous_key_version integer, pool_id text)
language plpgsql volatile set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
declare
  v_did public.dids;
  v_tenant_voice jsonb;
  v_session text;
  v_side text;
  v_pool text;
  v_mine bytea[] := coalesce(p_callers, '{}');
  v_theirs bytea[] := '{}';
  v_limit jsonb;
  v_calls integer := 0;
  v_from timestamptz;
  v_most integer;
  v_caller_block text;
  v_pair_block text;
begin
  perform set_config('app.tenant_id', p_tenant, true);
  select * into v_did from public.dids d where d.tenant_id = p_tenant and d.id = p_did;
  select t.voice into v_tenant_voice from public.tenants t where t.id = p_tenant;
  select b.session_id, b.side, s.pool_id, coalesce(s.voice->'pair_limit', pool.voice->'pair_limit', v_tenant_voice->'pair_limit')
    into v_session, v_side, v_pool, v_limit
    from unnest(p_callers) with ordinality as wanted (caller, place)
    join public.bindings b on b.tenant_id = p_tenant and b.did_id = p_did and b.caller_index = wanted.caller
    join public.sessions s on s.tenant_id = p_tenant and s.id = b.session_id
    join public.pools pool on pool.tenant_id = p_tenant and pool.id = s.pool_id
   order by wanted.place
   limit 1;
  if v_session is not null then
    select v_mine || coalesce(array_agg(f.caller_index) filter (where f.side = v_side), '{}'),
           coalesce(array_agg(f.caller_index) filter (where f.side <> v_side), '{}')
      into v_mine, v_theirs
      from public.session_phones f
     where f.tenant_id = p_tenant and f.session_id = v_session and f.removed_at is null;
  end if;

  select min(bl.id) filter (where bl.person_index = any (v_mine) and bl.direction <> 'to' and bl.other_index is null),
         min(bl.id)
    into v_caller_block, v_pair_block
    from public.blocks bl
   where bl.tenant_id = p_tenant and bl.livemode = v_did.livemode and bl.lifted_at is null
     and (bl.expires_at is null or bl.expires_at > now())
     and (bl.pool_id is null or bl.pool_id = coalesce(v_pool, v_did.pool_id))
     and bl.person_index = any (v_mine || v_theirs)
     and ((bl.person_index = any (v_mine) and bl.direction <> 'to'
           and (bl.other_index is null or bl.other_index = any (v_theirs)))
       or (bl.person_index = any (v_theirs) and bl.direction <> 'from'
           and (bl.other_index is null or bl.other_index = any (v_mine))));

  if jsonb_typeof(v_limit) = 'object' then
    v_from := now() - make_interval(secs => (v_limit->>'seconds')::integer);
    v_most := (v_limit->>'calls')::integer + 1;
    if v_limit->>'scope' = 'pool' then
      select count(*) into v_calls from (
        select from public.calls c
          join public.sessions s on s.tenant_id = p_tenant and s.id = c.session_id and s.pool_id = v_pool
         where c.tenant_id = p_tenant and c.caller_index = any (v_mine || v_theirs) and c.decision = 'bridge'
           and c.started_at > v_from
           and exists (select from public.session_phones f
                        where f.tenant_id = p_tenant and f.session_id = c.session_id and f.side <> c.caller_side
                          and f.caller_index = any (case when c.caller_index = any (v_mine) then v_theirs else v_mine end))
         limit v_most) counted;
    else
      select count(*) into v_calls from (
        select from public.calls c
         where c.tenant_id = p_tenant and c.session_id = v_session and c.decision = 'bridge' and c.started_at > v_from
         limit v_most) counted;
    end if;
  end if;

  return query
    select now(), v_tenant_voice, v_caller_block, v_pair_block, v_limit, v_calls,
           o.id::text, o.pool_id is not null, o.action, o.on_failure, o.sealed_forward, o.forward_key_version, o.time_limit_seconds, o.url,
           o.sealed_secret, o.secret_key_version,
           case when o.previous_secret_expires_at > now() then o.sealed_previous_secret end, o.previous_key_version,
           v_did.pool_id::text
      from (select) one
      left join lateral (
        select * from public.out_of_session_policies p
         where p.tenant_id = p_tenant and p.livemode = v_did.livemode and (p.pool_id = v_did.pool_id or p.pool_id is null)
         order by p.pool_id nulls last limit 1
      ) o on true;
end $$;
grant execute on function policy_facts(text, text, bytea[]) to maskplane_app;
`;

const down_sql = `
drop function policy_facts(text, text, bytea[]);
drop index calls_of_caller;
drop table out_of_session_policies;
drop table blocks;
`;

/**
 * Keeps a call that is forwarded to the tenant's support number: no session has a part in it, so that none can be over. All
 * else is as for any other call. settle_at: after the longest call that may be forwarded.
 */
async function recordForward() {
  return changed(
    (await definitionIn(settling, 'record_answer')).replaceAll('record_answer(', 'record_forward('),
    [
      "  if v_decision in ('bridge', 'forward') then\n    select * into v_session",
      "  if v_decision = 'bridge' then\n    select * into v_session",
    ],
    ['coalesce(v_session.max_call_seconds + v_session.ring_timeout_seconds, 0)', '3720'],
  );
}

const FORWARD = 'record_forward(text, text, text[], text, bytea, integer, jsonb, bytea, bytea)';

export async function up(knex) {
  await knex.raw(up_sql);
  await knex.raw(await recordForward());
}

export async function down(knex) {
  await knex.raw(`drop function ${FORWARD};`);
  await knex.raw(down_sql);
}
