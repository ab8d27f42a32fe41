// Allocation in two statements: open_allocation reads all that the choice needs, settle_allocation writes all that it means.
const up_sql = `
-- The DIDs of a pool that all these callers may get now, at most 24: those that none of them ever had (from a random place
-- on, so that the cost does not grow with the pool), and those that they released longest ago. released_at in seconds.
-- What the callers have had is read first, by index; the pool is then only asked for a few rows.
create function allocation_candidates(p_tenant text, p_pool text, p_callers bytea[], p_start double precision)
returns table (did_id text, e164 text, released_at double precision)
language plpgsql stable as $$
declare
  v_held text[];
  v_had text[];
  v_fresh integer := 0;
begin
  select array_agg(b.did_id::text) filter (where b.free_at > now()), array_agg(b.did_id::text)
    into v_held, v_had
    from public.bindings b where b.tenant_id = p_tenant and b.caller_index = any (p_callers);
  v_had := coalesce(v_had, '{}') || array(
    select h.did_id::text from public.caller_history h where h.tenant_id = p_tenant and h.caller_index = any (p_callers));

  return query
    select d.id::text, d.e164::text, null::double precision from public.dids d
     where d.tenant_id = p_tenant and d.pool_id = p_pool and d.status = 'active' and d.spread >= p_start
       and d.id <> all (v_had)
     order by d.spread limit 8;
  get diagnostics v_fresh = row_count;
  if v_fresh < 8 then
    return query
      select d.id::text, d.e164::text, null::double precision from public.dids d
       where d.tenant_id = p_tenant and d.pool_id = p_pool and d.status = 'active' and d.spread < p_start
         and d.id <> all (v_had)
       order by d.spread limit 8;
  end if;
  if cardinality(v_had) = 0 then return; end if;
  return query
    select d.id::text, d.e164::text, extract(epoch from max(l.let_go_at))::double precision
      from (select h.did_id, h.released_at as let_go_at from public.caller_history h
             where h.tenant_id = p_tenant and h.caller_index = any (p_callers)
            union all
            select b.did_id, coalesce(b.released_at, b.free_at) from public.bindings b
             where b.tenant_id = p_tenant and b.caller_index = any (p_callers) and b.free_at <= now()) l
      join public.dids d on d.tenant_id = p_tenant and d.id = l.did_id
     where d.pool_id = p_pool and d.status = 'active' and d.id <> all (coalesce(v_held, '{}'))
     group by d.id, d.e164 order by 3 limit 8;
end $$;
grant execute on function allocation_candidates(text, text, bytea[], double precision) to maskplane_app;

-- What a request for a session has to know, in one round trip: whether its Idempotency-Key (a digest; null for none) was
-- answered before, the pool by name or id, which of the parties' numbers are masking numbers, and the candidates.
create function open_allocation(p_tenant text, p_livemode boolean, p_key text, p_pool text, p_numbers text[],
                                p_callers_a bytea[], p_callers_b bytea[],
                                p_start_a double precision, p_start_b double precision)
returns table (opened_at timestamptz, fingerprint bytea, reply_status integer, sealed_reply bytea, own_dids text[],
               pool_id text, pool_name text, pool_cooling_seconds integer, candidates_a jsonb, candidates_b jsonb)
language plpgsql volatile as $$
begin
  perform set_config('app.tenant_id', p_tenant, true);
  opened_at := now();
  select k.fingerprint, k.status, k.sealed_reply into fingerprint, reply_status, sealed_reply
    from public.idempotency_keys k where k.tenant_id = p_tenant and k.livemode = p_livemode and k.key = p_key;
  if found then return next; return; end if;
  own_dids := array(select d.e164::text from public.dids d
                     where d.tenant_id = p_tenant and d.livemode = p_livemode and d.e164 = any (p_numbers)
                       and d.status <> 'retired');
  select p.id, p.name, p.cooling_seconds into pool_id, pool_name, pool_cooling_seconds
    from public.pools p
   where p.tenant_id = p_tenant and p.livemode = p_livemode and (p.name = p_pool or p.id = p_pool);
  select coalesce(jsonb_agg(to_jsonb(c)), '[]') into candidates_a
    from public.allocation_candidates(p_tenant, pool_id, p_callers_a, p_start_a) c;
  select coalesce(jsonb_agg(to_jsonb(c)), '[]') into candidates_b
    from public.allocation_candidates(p_tenant, pool_id, p_callers_b, p_start_b) c;
  return next;
end $$;
grant execute on function open_allocation(text, boolean, text, text, text[], bytea[], bytea[], double precision,
                                          double precision) to maskplane_app;

-- Writes a session with all its bindings and the answer to its request, or nothing. 'settled'; 'key_taken' when the
-- Idempotency-Key was used meanwhile. Raises MP409 when a binding is held by another session, or a DID has begun to retire:
-- the primary key of bindings decides, and a tombstone whose time is over counts as free. Rows are taken in one order by
-- everybody, so that two claims cannot wait for each other.
create function settle_allocation(p_tenant text, p_livemode boolean, p_key text, p_fingerprint bytea, p_sealed_reply bytea,
                                  p_session jsonb, p_sides text[], p_did_ids text[], p_callers bytea[], p_sealed bytea[],
                                  p_key_version integer)
returns text
language plpgsql volatile as $$
declare
  v_id text := p_session->>'id';
  v_free_at timestamptz := (p_session->>'expires_at')::timestamptz
                           + make_interval(secs => (p_session->>'cooling_seconds')::integer);
  v_count integer;
begin
  perform set_config('app.tenant_id', p_tenant, true);
  if p_key is not null then
    insert into public.idempotency_keys (tenant_id, livemode, key, fingerprint, status, sealed_reply)
    values (p_tenant, p_livemode, p_key, p_fingerprint, 201, p_sealed_reply)
    on conflict do nothing;
    if not found then return 'key_taken'; end if;
  end if;

  perform 1 from public.dids d
    where d.tenant_id = p_tenant and d.id in (p_session->>'did_a', p_session->>'did_b') and d.status = 'active'
    order by d.id for share;
  get diagnostics v_count = row_count;
  if v_count < 2 then raise exception 'a chosen DID is not in service' using errcode = 'MP409'; end if;

  insert into public.sessions (tenant_id, id, livemode, pool_id, transaction_ref, direction, expires_at, cooling_seconds,
                               ring_timeout_seconds, max_call_seconds, sliding_seconds, max_calls, end_after_first_call,
                               metadata, created_at, updated_at)
  values (p_tenant, v_id, p_livemode, p_session->>'pool_id', p_session->>'transaction_ref', p_session->>'direction',
          (p_session->>'expires_at')::timestamptz, (p_session->>'cooling_seconds')::integer,
          (p_session->>'ring_timeout_seconds')::integer, (p_session->>'max_call_seconds')::integer,
          (p_session->>'sliding_seconds')::integer, (p_session->>'max_calls')::integer,
          (p_session->>'end_after_first_call')::boolean,
          p_session->'metadata', (p_session->>'created_at')::timestamptz, (p_session->>'created_at')::timestamptz);
  insert into public.session_parties (tenant_id, session_id, side, did_id, role)
  values (p_tenant, v_id, 'a', p_session->>'did_a', p_session->>'role_a'),
         (p_tenant, v_id, 'b', p_session->>'did_b', p_session->>'role_b');
  insert into public.session_phones (tenant_id, session_id, side, position, caller_index, sealed, key_version)
  select p_tenant, v_id, x.side, x.place::integer, x.caller, x.sealed, p_key_version
    from unnest(p_sides, p_callers, p_sealed) with ordinality as x (side, caller, sealed, place);

  with claimed as (
    insert into public.bindings as held (tenant_id, did_id, caller_index, session_id, side, free_at)
    select p_tenant, x.did_id, x.caller, v_id, x.side, v_free_at
      from unnest(p_sides, p_did_ids, p_callers) as x (side, did_id, caller)
     order by x.did_id, x.caller
    on conflict (tenant_id, did_id, caller_index) do update
       set session_id = excluded.session_id, side = excluded.side, released_at = null, free_at = excluded.free_at
     where held.free_at <= now()
    returning 1
  ) select count(*) into v_count from claimed;
  if v_count <> cardinality(p_callers) then
    raise exception 'a binding is held by another session' using errcode = 'MP409';
  end if;
  return 'settled';
end $$;
grant execute on function settle_allocation(text, boolean, text, bytea, bytea, jsonb, text[], text[], bytea[], bytea[],
                                            integer) to maskplane_app;

-- For the refusal of an allocation: how many DIDs the pool has, and how many each party holds, live or cooling.
create function pool_holdings(p_tenant text, p_pool text, p_callers_a bytea[], p_callers_b bytea[])
returns table (in_pool integer, held_by_a integer, held_by_b integer)
language plpgsql volatile as $$
begin
  perform set_config('app.tenant_id', p_tenant, true);
  return query
    select count(*)::integer,
           count(*) filter (where exists (select from public.bindings b
             where b.tenant_id = p_tenant and b.caller_index = any (p_callers_a) and b.did_id = d.id and b.free_at > now()))::integer,
           count(*) filter (where exists (select from public.bindings b
             where b.tenant_id = p_tenant and b.caller_index = any (p_callers_b) and b.did_id = d.id and b.free_at > now()))::integer
      from public.dids d where d.tenant_id = p_tenant and d.pool_id = p_pool and d.status = 'active';
end $$;
grant execute on function pool_holdings(text, text, bytea[], bytea[]) to maskplane_app;
`;

export async function up(knex) {
  await knex.raw(up_sql);
}

export async function down(knex) {
  await knex.raw(`
    drop function pool_holdings(text, text, bytea[], bytea[]);
    drop function settle_allocation(text, boolean, text, bytea, bytea, jsonb, text[], text[], bytea[], bytea[], integer);
    drop function open_allocation(text, boolean, text, text, text[], bytea[], bytea[], double precision, double precision);
    drop function allocation_candidates(text, text, bytea[], double precision);
  `);
}
