// Recordings of calls and messages, the rating that a caller gives, and what a document in the middle of a call has to know.

const up_sql = `
alter table calls add column rating smallint check (rating between 1 and 5);

-- sealed_url: where the provider keeps it, encrypted, since it names the account; null while it is still being made.
create table recordings (
  tenant_id             typed_id not null references tenants (id),
  id                    typed_id not null,
  livemode              boolean not null,
  call_id               typed_id not null,
  session_id            typed_id,
  provider_account_id   typed_id not null,
  provider_recording_id text collate "C" not null check (length(provider_recording_id) <= 128),
  kind                  text not null check (kind in ('call', 'voicemail')),
  status                text not null check (status in ('recording', 'ready')),
  duration_ms           bigint check (duration_ms >= 0),
  started_at            timestamptz,
  ended_at              timestamptz,
  sealed_url            bytea,
  key_version           integer,
  created_at            timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, provider_account_id, provider_recording_id),
  foreign key (tenant_id, call_id) references calls (tenant_id, id)
);
create index recordings_of_call on recordings (tenant_id, call_id, id);
alter table recordings enable row level security;
alter table recordings force row level security;
create policy tenant on recordings
  using (tenant_id = (select app_tenant())) with check (tenant_id = (select app_tenant()));
grant select, insert, update on recordings to maskplane_app;

-- Keeps what is told of a recording, in whichever order and however often it is told, and tells the tenant once that it is
-- there. A call has 20 of them at most: it makes two, and whoever posts more makes them up. For a transaction that acts for
-- the tenant and has seen that the call is the account's.
create function keep_recording(p_tenant text, p_call text, p_recording jsonb, p_sealed_url bytea, p_key_version integer)
returns void
language plpgsql volatile as $$
declare
  v_call public.calls;
  v_recording public.recordings;
begin
  select * into v_call from public.calls c where c.tenant_id = p_tenant and c.id = p_call for no key update;
  if v_call.id is null then return; end if;
  if (select count(*) from public.recordings r where r.tenant_id = p_tenant and r.call_id = p_call) >= 20
     and not exists (select from public.recordings r
                      where r.tenant_id = p_tenant and r.provider_account_id = v_call.provider_account_id
                        and r.provider_recording_id = p_recording->>'provider_recording_id') then
    return;
  end if;
  insert into public.recordings as known (tenant_id, id, livemode, call_id, session_id, provider_account_id,
                                          provider_recording_id, kind, status, duration_ms, started_at, ended_at,
                                          sealed_url, key_version)
  select p_tenant, p_recording->>'id', v_call.livemode, p_call, v_call.session_id, v_call.provider_account_id,
         r.provider_recording_id, r.kind, r.status, r.duration_ms, r.started_at, r.ended_at, p_sealed_url, p_key_version
    from jsonb_to_record(p_recording) as r (provider_recording_id text, kind text, status text, duration_ms bigint,
                                            started_at timestamptz, ended_at timestamptz)
  on conflict (tenant_id, provider_account_id, provider_recording_id) do update
     set status = excluded.status, duration_ms = excluded.duration_ms, started_at = excluded.started_at,
         ended_at = excluded.ended_at, sealed_url = excluded.sealed_url, key_version = excluded.key_version
   where known.status = 'recording' and excluded.status = 'ready' and known.call_id = excluded.call_id -- else no row
  returning * into v_recording;
  if v_recording.status = 'ready' then
    perform public.emit_event(p_tenant, v_call.livemode, 'call.recording_ready', v_call.session_id, v_call.id,
      jsonb_build_object('recording', v_recording.id,
                         'duration_seconds', ceil(v_recording.duration_ms / 1000.0)::integer));
  end if;
end $$;
grant execute on function keep_recording(text, text, jsonb, bytea, integer) to maskplane_app;

-- What a document has to know that is asked for in the middle of a call.
create function call_voice(p_tenant text, p_call text)
returns table (livemode boolean, decision text, session_id text, caller_side text, caller_index bytea, is_over boolean,
               did_id text, did_e164 text, did_status text, country text, tenant_status text, default_country text,
               out_of_session_policy text, tenant_voice jsonb, pool_voice jsonb, session_voice jsonb,
               has_announcements boolean, transaction_ref text, metadata jsonb, caller_role text)
language plpgsql volatile as $$
begin
  perform set_config('app.tenant_id', p_tenant, true);
  return query
    select c.livemode, c.decision, c.session_id::text, c.caller_side, c.caller_index, c.ended_at is not null,
           d.id::text, d.e164::text, d.status, d.country, t.status, t.default_country, t.out_of_session_policy, t.voice,
           pool.voice, s.voice,
           exists (select from public.announcements a where a.tenant_id = p_tenant and a.livemode = c.livemode),
           s.transaction_ref::text, s.metadata, me.role
      from public.calls c
      join public.dids d on d.tenant_id = p_tenant and d.id = c.did_id
      join public.tenants t on t.id = p_tenant
      left join public.sessions s on s.tenant_id = p_tenant and s.id = c.session_id
      left join public.pools pool on pool.tenant_id = p_tenant and pool.id = s.pool_id
      left join public.session_parties me on me.tenant_id = p_tenant and me.session_id = s.id and me.side = c.caller_side
     where c.tenant_id = p_tenant and c.id = p_call;
end $$;
grant execute on function call_voice(text, text) to maskplane_app;
`;

export async function up(knex) {
  await knex.raw(up_sql);
}

export async function down(knex) {
  await knex.raw(`
    drop function call_voice(text, text);
    drop function keep_recording(text, text, jsonb, bytea, integer);
    drop table recordings;
    alter table calls drop column rating;
  `);
}
