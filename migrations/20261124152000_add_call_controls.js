// Calls that are hung up through the API, and calls that we place ourselves.

const up_sql = `
-- direction: outbound calls are ours, the first party is rung and the other one connected. placement: where the order to the
-- provider stands; 'asked' says that the request went out and nobody may send it again. Until the provider has named it, such a
-- call has an id of ours in the place of the provider's: 'unplaced-' and its own.
alter table calls
  add column direction text not null default 'inbound' check (direction in ('inbound', 'outbound')),
  add column placement text check (placement in ('waiting', 'asked', 'placed', 'not_placed')),
  add column hangup_requested_at timestamptz,
  add constraint placing_of_outbound check ((direction = 'outbound') = (placement is not null));
-- The leg of a call that we place gets its name from the provider later than its call.
grant update (leg_id) on call_legs to maskplane_app;

-- The provider has named a call that we placed: by its reply, or by the first event at a URL that names the call. Whichever
-- comes second changes nothing. For a transaction that acts for the tenant.
create function name_placed_call(p_tenant text, p_account text, p_call text, p_provider_call_id text) returns void
language plpgsql volatile set enable_seqscan = off as $$
declare
  v_call public.calls;
begin
  select * into v_call from public.calls c
   where c.tenant_id = p_tenant and c.id = p_call and c.provider_account_id = p_account for no key update;
  if v_call.id is null or v_call.direction <> 'outbound' or v_call.provider_call_id <> 'unplaced-' || v_call.id then return; end if;
  -- An id that another call has is none of this one.
  if exists (select from public.calls c where c.tenant_id = p_tenant and c.provider_account_id = p_account
                                          and c.provider_call_id = p_provider_call_id) then return; end if;
  update public.calls c set provider_call_id = p_provider_call_id, placement = 'placed'
   where c.tenant_id = p_tenant and c.id = p_call;
  update public.call_legs l set leg_id = p_provider_call_id
   where l.tenant_id = p_tenant and l.call_id = p_call and l.side = 'A';
  update public.call_events e set call_id = p_call
   where e.tenant_id = p_tenant and e.provider_account_id = p_account and e.provider_call_id = p_provider_call_id
     and e.call_id is null;
  insert into public.call_directory (provider_account_id, provider_call_id, tenant_id, did_id)
  values (p_account, p_provider_call_id, p_tenant, v_call.did_id) on conflict do nothing;
end $$;
grant execute on function name_placed_call(text, text, text, text) to maskplane_app;

-- Wants all calls of a session hung up that nobody has heard the end of; how many it were. Each is a job of its own, so that one
-- that fails is tried again by itself.
create function hang_up_calls_of_session(p_tenant text, p_session text) returns integer
language plpgsql volatile as $$
declare
  v_call text;
  v_count integer := 0;
begin
  for v_call in
    update public.calls c set hangup_requested_at = coalesce(c.hangup_requested_at, now())
     where c.tenant_id = p_tenant and c.session_id = p_session and c.livemode and c.ended_at is null
    returning c.id
  loop
    perform public.enqueue_job('hang_up_call', jsonb_build_object('tenant', p_tenant, 'call', v_call),
      p_key => 'hang_up_call|' || v_call, p_serial => 'hang_up_call|' || p_tenant, p_most_attempts => 12);
    v_count := v_count + 1;
  end loop;
  return v_count;
end $$;
grant execute on function hang_up_calls_of_session(text, text) to maskplane_app;
`;

export async function up(knex) {
  await knex.raw(up_sql);
}

export async function down(knex) {
  await knex.raw(`
    drop function hang_up_calls_of_session(text, text);
    drop function name_placed_call(text, text, text, text);
    revoke update (leg_id) on call_legs from maskplane_app;
    alter table calls drop constraint placing_of_outbound, drop column hangup_requested_at, drop column placement,
      drop column direction;
  `);
}
