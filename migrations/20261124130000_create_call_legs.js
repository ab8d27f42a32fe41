// Legs of calls, and what is kept of events in a form that can be read: the state of a call is computed from all of it.

const up_sql = `
-- hangup_*: why it is over, in our words and the provider's. confirmed_by: what its end is known by. settle_at: when the
-- provider's records are to be read, null when there is nothing left to learn from them.
alter table calls
  add column hangup_reason   text,
  add column hangup_code     integer,
  add column hangup_source   text,
  add column answered_at     timestamptz,
  add column has_recording   boolean not null default false,
  add column confirmed_by    text check (confirmed_by in ('event', 'cdr')),
  add column settle_at       timestamptz,
  add column settle_attempts integer not null default 0;
-- Not on ended_at as well: then the end of a call would have to be written to every index of its row.
create index calls_to_settle on calls (tenant_id, settle_at) where settle_at is not null;

-- facts: what the event said, without numbers, digits and addresses (call-fact.ts).
alter table call_events add column facts jsonb;
create index call_events_unclaimed on call_events (tenant_id, provider_account_id, provider_call_id)
  where call_id is null;
grant update (call_id) on call_events to maskplane_app;

-- Of events that came before, only their kind is left to read; what they said of a call is taken from its row. Without force,
-- or the owner, who is no tenant, would see no row.
alter table calls no force row level security;
alter table call_events no force row level security;
update call_events e
   set facts = case when e.kind = 'hangup' then jsonb_build_object(
                      'kind', 'hangup', 'status', replace(replace(c.status, '_', '-'), 'canceled', 'cancel'),
                      'durationSeconds', c.duration_seconds, 'billedSeconds', null, 'cause', left(c.hangup_cause, 80),
                      'code', null, 'causeName', null, 'source', null, 'startedAt', null, 'answeredAt', null,
                      'endedAt', to_char(c.ended_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
                    else jsonb_build_object('kind', 'dial_connected', 'leg', null, 'position', null, 'last4', null,
                                            'index', null) end
  from calls c
 where c.tenant_id = e.tenant_id and c.id = e.call_id
   and (e.kind = 'hangup' or (c.connected and e.kind in ('dial_answer', 'dial_connected', 'dial_hangup', 'dial_action')));
-- The longest call that a Dial of ours allows, and a margin.
update calls set settle_at = started_at + interval '5 hours' where ended_at is null and livemode;
alter table calls force row level security;
alter table call_events force row level security;

-- leg_id: the provider's. side: A is the caller to us, B we to a phone of the other party. position: of the number among those
-- that one Dial rings. number_index: its blind index. cost: exactly as the provider wrote it; cost_micros: in millionths.
create table call_legs (
  tenant_id        typed_id not null references tenants (id),
  call_id          typed_id not null,
  leg_id           text collate "C" not null,
  side             text not null check (side in ('A', 'B')),
  position         integer check (position > 0),
  number_index     bytea,
  number_last4     text check (number_last4 ~ '^[0-9]{1,4}$'),
  started_at       timestamptz,
  answered_at      timestamptz,
  ended_at         timestamptz,
  duration_seconds integer check (duration_seconds >= 0),
  billed_seconds   integer check (billed_seconds >= 0),
  hangup_reason    text,
  hangup_code      integer,
  hangup_cause     text,
  hangup_name      text,
  hangup_source    text,
  cost             text check (cost ~ '^[0-9]+(|[.][0-9]+)$'),
  cost_micros      bigint check (cost_micros >= 0),
  currency         text check (currency ~ '^[A-Z]{3}$'),
  confirmed_by     text check (confirmed_by in ('event', 'cdr')),
  primary key (tenant_id, call_id, leg_id),
  foreign key (tenant_id, call_id) references calls (tenant_id, id),
  check ((cost is null) = (currency is null) and (cost is null) = (cost_micros is null))
);
create unique index call_legs_of_caller on call_legs (tenant_id, call_id) where side = 'A';
alter table call_legs enable row level security;
alter table call_legs force row level security;
create policy tenant on call_legs
  using (tenant_id = (select app_tenant())) with check (tenant_id = (select app_tenant()));
grant select, insert, update on call_legs to maskplane_app;
`;

export async function up(knex) {
  await knex.raw(up_sql);
}

export async function down(knex) {
  await knex.raw(`
    drop table call_legs;
    revoke update (call_id) on call_events from maskplane_app;
    drop index call_events_unclaimed;
    alter table call_events drop column facts;
    drop index calls_to_settle;
    alter table calls drop column settle_attempts, drop column settle_at, drop column confirmed_by,
      drop column has_recording, drop column answered_at, drop column hangup_source, drop column hangup_code,
      drop column hangup_reason;
  `);
}
