// Allocation by a pool's rules: Postgres says what the phones have had and writes what was chosen; which DIDs a pool has is
// read once and kept by each process until the pool's version moves, and the choice itself is made there (pair-choice.ts).
import { up as withOld, down as withoutOld } from './20261124090600_create_allocation_functions.js';

const up_sql = `
-- Rows of dids and tenants are never deleted, and every claim locks the DIDs that it uses. These two checks cost a row lock
-- on the same few rows in each allocation, and say nothing that the pool's and the claim's do not.
alter table session_parties drop constraint session_parties_tenant_id_did_id_fkey;
alter table sessions drop constraint sessions_tenant_id_fkey;

-- A pool with its rules and the DIDs that are in service, as of one moment; no row: no such pool. Without the DIDs when its
-- version is p_known: they are what they were then.
create function pool_snapshot(p_tenant text, p_pool text, p_known bigint)
returns table (id text, name text, version bigint, cooling_seconds integer, budget_cooling_seconds integer, affinity text,
               regions text[], region_match text, carriers text[], exhaustion jsonb, dids jsonb)
language plpgsql volatile as $$
begin
  perform set_config('app.tenant_id', p_tenant, true);
  return query
    select p.id::text, p.name::text, p.version,
           greatest(coalesce(p.cooling_seconds, 0), coalesce(p.budget_cooling_seconds, 0)), p.budget_cooling_seconds,
           p.affinity, p.regions, p.region_match, p.carriers, p.exhaustion,
           case when p.version is distinct from p_known then
             (select coalesce(jsonb_agg(jsonb_build_array(d.id, d.e164, d.region, d.carrier, d.reserved, d.health, d.load)
                                        order by d.spread), '[]')
                from public.dids d where d.tenant_id = p_tenant and d.pool_id = p.id and d.status = 'active')
           end
      from public.pools p where p.tenant_id = p_tenant and p.id = p_pool;
end $$;
grant execute on function pool_snapshot(text, text, bigint) to maskplane_app;

-- The DIDs that these callers have had, each once. let_go_at in seconds; null while one of them holds it, live or cooling.
create function dids_had(p_tenant text, p_callers bytea[], out did_ids text[], out let_go_at double precision[])
language plpgsql stable as $$
begin
  select array_agg(h.did_id), array_agg(h.let_go_at) into did_ids, let_go_at
    from (select u.did_id, case when bool_or(u.is_held) then null else extract(epoch from max(u.at))::double precision end
            from (select b.did_id::text, b.free_at > now(), coalesce(b.released_at, b.free_at)
                    from public.bindings b where b.tenant_id = p_tenant and b.caller_index = any (p_callers)
                  union all
                  select r.did_id::text, false, r.released_at
                    from public.caller_history r where r.tenant_id = p_tenant and r.caller_index = any (p_callers)
                 ) u (did_id, is_held, at)
           group by u.did_id) h (did_id, let_go_at);
end $$;
grant execute on function dids_had(text, bytea[]) to maskplane_app;

-- What a request for a session has to know, in one round trip: whether its Idempotency-Key (a digest; null for none) was
-- answered before, the pool by name or id, which of the parties' numbers are masking numbers, what the phones have had, and
-- (for pools that care, or when p_affinity does) the pair that the first phones of both had last.
-- enable_seqscan: plans made while the tables are empty live on in a connection, and would scan them when they are full.
-- plan_cache_mode: with arrays as parameters Postgres would plan anew in each call, which takes longer than to run it all.
create function open_allocation(p_tenant text, p_livemode boolean, p_key text, p_pool text, p_numbers text[],
                                p_callers_a bytea[], p_callers_b bytea[], p_affinity text)
returns table (opened_at timestamptz, fingerprint bytea, reply_status integer, sealed_reply bytea, own_dids text[],
               pool_id text, pool_version bigint, dids_a text[], let_go_a double precision[], dids_b text[],
               let_go_b double precision[], last_pair text[])
language plpgsql volatile set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
declare
  v_affinity text;
begin
  perform set_config('app.tenant_id', p_tenant, true);
  opened_at := now();
  if p_key is not null then
    select k.fingerprint, k.status, k.sealed_reply into fingerprint, reply_status, sealed_reply
      from public.idempotency_keys k where k.tenant_id = p_tenant and k.livemode = p_livemode and k.key = p_key;
    if found then return next; return; end if;
  end if;
  select p.id, p.version, coalesce(p_affinity, p.affinity) into pool_id, pool_version, v_affinity
    from public.pools p
   where p.tenant_id = p_tenant and p.livemode = p_livemode and (p.name = p_pool or p.id = p_pool);
  own_dids := array(select d.e164::text from public.dids d
                     where d.tenant_id = p_tenant and d.livemode = p_livemode and d.e164 = any (p_numbers)
                       and d.status <> 'retired');
  select h.did_ids, h.let_go_at into dids_a, let_go_a from public.dids_had(p_tenant, p_callers_a) h;
  select h.did_ids, h.let_go_at into dids_b, let_go_b from public.dids_had(p_tenant, p_callers_b) h;
  if v_affinity <> 'least_recently_released' then
    select case when h.caller_a = p_callers_a[1] then array[h.did_a, h.did_b] else array[h.did_b, h.did_a] end
      into last_pair
      from public.pair_history h
     where h.tenant_id = p_tenant
       and ((h.caller_a = p_callers_a[1] and h.caller_b = p_callers_b[1])
         or (h.caller_a = p_callers_b[1] and h.caller_b = p_callers_a[1]))
     order by h.used_at desc limit 1;
  end if;
  return next;
end $$;
grant execute on function open_allocation(text, boolean, text, text, text[], bytea[], bytea[], text) to maskplane_app;

-- Takes bindings for a session, all or none. Raises MP409 when one is held by another session. A tombstone whose time is
-- over counts as free. Rows are taken in one order by everybody, so that two claims cannot wait for each other.
create function claim_bindings(p_tenant text, p_session text, p_sides text[], p_did_ids text[], p_callers bytea[],
                               p_free_at timestamptz)
returns void
language plpgsql volatile as $$
declare
  v_count integer;
begin
  insert into public.bindings as held (tenant_id, did_id, caller_index, session_id, side, free_at)
  select p_tenant, x.did_id, x.caller, p_session, x.side, p_free_at
    from unnest(p_sides, p_did_ids, p_callers) as x (side, did_id, caller)
   order by x.did_id, x.caller
  on conflict (tenant_id, did_id, caller_index) do update
     set session_id = excluded.session_id, side = excluded.side, released_at = null, free_at = excluded.free_at
   where held.free_at <= now();
  get diagnostics v_count = row_count;
  if v_count <> cardinality(p_callers) then
    raise exception 'a binding is held by another session' using errcode = 'MP409';
  end if;
end $$;
grant execute on function claim_bindings(text, text, text[], text[], bytea[], timestamptz) to maskplane_app;

-- Keeps two DIDs from being retired until this transaction is over. Raises MP409 when one has begun to retire.
create function hold_dids(p_tenant text, p_did_ids text[]) returns void
language plpgsql volatile as $$
declare
  v_count integer;
begin
  perform 1 from public.dids d
    where d.tenant_id = p_tenant and d.id = any (p_did_ids) and d.status = 'active'
    order by d.id for share;
  get diagnostics v_count = row_count;
  if v_count < cardinality(p_did_ids) then
    raise exception 'a chosen DID is not in service' using errcode = 'MP409';
  end if;
end $$;
grant execute on function hold_dids(text, text[]) to maskplane_app;

-- Writes a session with all its bindings and the answer to its request, or nothing. 'settled'; 'key_taken' when the
-- Idempotency-Key was used meanwhile. Raises MP409 as claim_bindings and hold_dids do.
create function settle_allocation(p_tenant text, p_livemode boolean, p_key text, p_fingerprint bytea, p_sealed_reply bytea,
                                  p_session jsonb, p_sides text[], p_did_ids text[], p_callers bytea[], p_sealed bytea[],
                                  p_key_version integer, p_remember boolean)
returns text
language plpgsql volatile set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
declare
  v_id text := p_session->>'id';
  v_did_a text := p_session->>'did_a';
  v_did_b text := p_session->>'did_b';
  v_free_at timestamptz;
begin
  perform set_config('app.tenant_id', p_tenant, true);
  if p_key is not null then
    insert into public.idempotency_keys (tenant_id, livemode, key, fingerprint, status, sealed_reply)
    values (p_tenant, p_livemode, p_key, p_fingerprint, 201, p_sealed_reply)
    on conflict do nothing;
    if not found then return 'key_taken'; end if;
  end if;
  perform public.hold_dids(p_tenant, array[v_did_a, v_did_b]);
  insert into public.sessions (tenant_id, id, livemode, pool_id, transaction_ref, direction, expires_at, cooling_seconds,
                               ring_timeout_seconds, max_call_seconds, sliding_seconds, max_calls, end_after_first_call,
                               metadata, created_at, updated_at, allocation, after_end, grace_seconds)
  select p_tenant, v_id, p_livemode, s.pool_id, s.transaction_ref, s.direction, s.expires_at, s.cooling_seconds,
         s.ring_timeout_seconds, s.max_call_seconds, s.sliding_seconds, s.max_calls, s.end_after_first_call,
         s.metadata, s.created_at, s.created_at, s.allocation, s.after_end, s.grace_seconds
    from jsonb_to_record(p_session) as s (pool_id text, transaction_ref text, direction text, expires_at timestamptz,
         cooling_seconds integer, ring_timeout_seconds integer, max_call_seconds integer, sliding_seconds integer,
         max_calls integer, end_after_first_call boolean, metadata jsonb, created_at timestamptz, allocation jsonb,
         after_end jsonb, grace_seconds integer)
  returning expires_at + make_interval(secs => grace_seconds + cooling_seconds) into v_free_at;
  insert into public.session_parties (tenant_id, session_id, side, did_id, role)
  values (p_tenant, v_id, 'a', v_did_a, p_session->>'role_a'), (p_tenant, v_id, 'b', v_did_b, p_session->>'role_b');
  insert into public.session_phones (tenant_id, session_id, side, position, caller_index, sealed, key_version)
  select p_tenant, v_id, x.side, x.place::integer, x.caller, x.sealed, p_key_version
    from unnest(p_sides, p_callers, p_sealed) with ordinality as x (side, caller, sealed, place);
  perform public.claim_bindings(p_tenant, v_id, p_sides, p_did_ids, p_callers, v_free_at);
  if p_remember then
    perform public.remember_pair(p_tenant, p_callers[1], p_callers[array_position(p_sides, 'b')], v_did_a, v_did_b);
  end if;
  return 'settled';
end $$;
grant execute on function settle_allocation(text, boolean, text, bytea, bytea, jsonb, text[], text[], bytea[], bytea[],
                                            integer, boolean) to maskplane_app;

create function remember_pair(p_tenant text, p_caller_a bytea, p_caller_b bytea, p_did_a text, p_did_b text) returns void
language sql volatile as $$
  insert into public.pair_history (tenant_id, caller_a, caller_b, did_a, did_b, used_at)
  values (p_tenant, p_caller_a, p_caller_b, p_did_a, p_did_b, now())
  on conflict (tenant_id, caller_a, caller_b) do update
     set did_a = excluded.did_a, did_b = excluded.did_b, used_at = excluded.used_at
$$;
grant execute on function remember_pair(text, bytea, bytea, text, text) to maskplane_app;

-- Gives both parties of a live session new DIDs, which none of their phones holds. The old bindings cool from now on, for no
-- less than the misroute budget of the pool that it comes to asks for. For the transaction that has locked the session.
-- 'settled', or 'conflict' with nothing done.
create function rehome_session(p_tenant text, p_session text, p_pool text, p_did_a text, p_did_b text,
                               p_allocation jsonb, p_remember boolean)
returns text
language plpgsql volatile as $$
declare
  v_session public.sessions;
  v_callers bytea[];
  v_sides text[];
  v_dids text[];
begin
  perform public.hold_dids(p_tenant, array[p_did_a, p_did_b]);
  update public.session_parties p set did_id = case p.side when 'a' then p_did_a else p_did_b end
   where p.tenant_id = p_tenant and p.session_id = p_session;
  update public.sessions s
     set pool_id = p_pool, allocation = p_allocation, updated_at = now(),
         cooling_seconds = greatest(s.cooling_seconds, (select p.budget_cooling_seconds from public.pools p
                                                         where p.tenant_id = p_tenant and p.id = p_pool))
   where s.tenant_id = p_tenant and s.id = p_session
  returning * into v_session;
  update public.bindings b set released_at = now(), free_at = now() + make_interval(secs => v_session.cooling_seconds)
   where b.tenant_id = p_tenant and b.session_id = p_session and b.released_at is null;
  select array_agg(f.side order by f.side, f.position), array_agg(f.caller_index order by f.side, f.position),
         array_agg(case f.side when 'a' then p_did_a else p_did_b end order by f.side, f.position)
    into v_sides, v_callers, v_dids
    from public.session_phones f
   where f.tenant_id = p_tenant and f.session_id = p_session and f.removed_at is null;
  perform public.claim_bindings(p_tenant, p_session, v_sides, v_dids, v_callers, v_session.expires_at
                                + make_interval(secs => v_session.grace_seconds + v_session.cooling_seconds));
  if p_remember then
    perform public.remember_pair(p_tenant, v_callers[1], v_callers[array_position(v_sides, 'b')], p_did_a, p_did_b);
  end if;
  return 'settled';
exception when sqlstate 'MP409' then return 'conflict'; -- what was done above is undone
end $$;
grant execute on function rehome_session(text, text, text, text, text, jsonb, boolean) to maskplane_app;

-- Lets tombstones of these callers on the pool's DIDs go as early as the pool's misroute budget allows. Nothing that is live
-- is touched: free_at less the session's cooling time is the moment from which it cools. Gives how many are free now.
create function shorten_cooling(p_tenant text, p_pool text, p_callers bytea[]) returns integer
language plpgsql volatile as $$
declare
  v_count integer;
begin
  perform set_config('app.tenant_id', p_tenant, true);
  with due as (
    select b.did_id, b.caller_index,
           b.free_at - make_interval(secs => s.cooling_seconds - p.budget_cooling_seconds) as free_at
      from public.bindings b
      join public.dids d on d.tenant_id = p_tenant and d.id = b.did_id and d.pool_id = p_pool
      join public.pools p on p.tenant_id = p_tenant and p.id = p_pool
      join public.sessions s on s.tenant_id = p_tenant and s.id = b.session_id
     where b.tenant_id = p_tenant and b.caller_index = any (p_callers) and b.free_at > now()
       and s.cooling_seconds > p.budget_cooling_seconds
       and b.free_at - make_interval(secs => s.cooling_seconds - p.budget_cooling_seconds) <= now()
     order by b.did_id, b.caller_index for update of b
  )
  update public.bindings b set free_at = due.free_at
    from due where b.tenant_id = p_tenant and b.did_id = due.did_id and b.caller_index = due.caller_index;
  get diagnostics v_count = row_count;
  return v_count;
end $$;
grant execute on function shorten_cooling(text, text, bytea[]) to maskplane_app;
`;

const down_sql = `
drop function shorten_cooling(text, text, bytea[]);
drop function rehome_session(text, text, text, text, text, jsonb, boolean);
drop function remember_pair(text, bytea, bytea, text, text);
drop function settle_allocation(text, boolean, text, bytea, bytea, jsonb, text[], text[], bytea[], bytea[], integer, boolean);
drop function hold_dids(text, text[]);
drop function claim_bindings(text, text, text[], text[], bytea[], timestamptz);
drop function open_allocation(text, boolean, text, text, text[], bytea[], bytea[], text);
drop function dids_had(text, bytea[]);
drop function pool_snapshot(text, text, bigint);
alter table sessions add constraint sessions_tenant_id_fkey foreign key (tenant_id) references tenants (id);
alter table session_parties add constraint session_parties_tenant_id_did_id_fkey
  foreign key (tenant_id, did_id) references dids (tenant_id, id);
`;

export async function up(knex) {
  await withoutOld(knex);
  await knex.raw(up_sql);
}

export async function down(knex) {
  await knex.raw(down_sql);
  await withOld(knex);
}
