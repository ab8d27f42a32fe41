// A second look at whom a call is connected to, and what an operator's figures say of the pools.
export async function up(knex) {
  await knex.raw(`
    -- Whether this number may be shown to these phones in this session: read from the parties and their phones by what is about to be
    -- dialled, by another way than the decision, so that a fault there is found before anybody is connected. p_side: of the
    -- phones. p_phones: null for a forward, whose phone is no party's; the number is then the one that party p_side holds.
    create function dial_belongs(p_tenant text, p_session text, p_side text, p_number text, p_phones bytea[]) returns boolean
    language plpgsql volatile as $$
    begin
      perform set_config('app.tenant_id', p_tenant, true);
      return coalesce(cardinality(p_phones) > 0, true) and exists (
        select from public.dids d
          join public.sessions s on s.tenant_id = p_tenant and s.id = p_session and s.livemode = d.livemode
         where d.tenant_id = p_tenant and d.e164 = p_number and d.status <> 'retired'
           -- The number that the party holds, or has held until a moment ago: its binding cools then.
           and (exists (select from public.session_parties p where p.tenant_id = p_tenant and p.session_id = p_session
                           and p.side = p_side and p.did_id = d.id)
             or exists (select from public.bindings b where b.tenant_id = p_tenant and b.session_id = p_session
                           and b.side = p_side and b.did_id = d.id))
      ) and not exists (
        select from unnest(p_phones) phone where not exists (
          select from public.session_phones f where f.tenant_id = p_tenant and f.session_id = p_session and f.side = p_side
             and f.caller_index = phone));
    end $$;
    grant execute on function dial_belongs(text, text, text, text, bytea[]) to maskplane_app;

    -- AcrossTenants, live mode only: pools by how they are, and DIDs by state.
    create function pool_figures() returns table (kind text, state text, how_many integer)
    language plpgsql volatile as $$
    declare
      v_tenant text;
      v_low integer := 0;
      v_empty integer := 0;
      v_pools integer := 0;
      v_active integer := 0;
      v_retiring integer := 0;
      v_row record;
    begin
      perform set_config('app.operator', 'on', true);
      for v_tenant in select t.id from public.tenants t loop
        perform set_config('app.tenant_id', v_tenant, true);
        for v_row in
          select p.low_told_at is not null as low,
                 count(d.id) filter (where d.status = 'active') as active,
                 count(d.id) filter (where d.status = 'retiring') as retiring
            from public.pools p left join public.dids d on d.tenant_id = p.tenant_id and d.pool_id = p.id
           where p.tenant_id = v_tenant and p.livemode group by p.id, p.low_told_at
        loop
          v_pools := v_pools + 1;
          v_active := v_active + v_row.active;
          v_retiring := v_retiring + v_row.retiring;
          -- Two make a pair; with fewer no session can be had.
          if v_row.active < 2 then v_empty := v_empty + 1;
          elsif v_row.low then v_low := v_low + 1;
          end if;
        end loop;
      end loop;
      return query values ('pool', 'ok', v_pools - v_low - v_empty), ('pool', 'low', v_low), ('pool', 'empty', v_empty),
                          ('did', 'active', v_active), ('did', 'retiring', v_retiring);
    end $$;
    grant execute on function pool_figures() to maskplane_app;
  `);
}

export async function down(knex) {
  await knex.raw('drop function dial_belongs(text, text, text, text, bytea[]), pool_figures()');
}
