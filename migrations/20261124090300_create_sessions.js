// Sessions, their parties and phones, and the bindings that decide every call.
const up_sql = `
-- sliding_seconds: each call that is bridged keeps the session open for at least so long. calls_made counts bridged calls,
-- answered or not.
create table sessions (
  tenant_id            typed_id not null references tenants (id),
  id                   typed_id not null,
  livemode             boolean not null,
  pool_id              typed_id not null,
  transaction_ref      text collate "C",
  status               text not null default 'active' check (status in ('active', 'ended')),
  direction            text not null check (direction in ('both', 'a_to_b', 'b_to_a')),
  expires_at           timestamptz not null,
  ended_at             timestamptz,
  cooling_seconds      integer not null check (cooling_seconds between 0 and 7776000),
  ring_timeout_seconds integer not null,
  max_call_seconds     integer not null,
  sliding_seconds      integer check (sliding_seconds > 0),
  max_calls            integer check (max_calls > 0),
  calls_made           integer not null default 0,
  end_after_first_call boolean not null default false,
  metadata             jsonb not null,
  created_at           timestamptz not null default now(),
  updated_at           timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, pool_id) references pools (tenant_id, id),
  check ((status = 'ended') = (ended_at is not null))
);
create index sessions_by_mode on sessions (tenant_id, livemode, id);
create index sessions_by_transaction_ref on sessions (tenant_id, livemode, transaction_ref, id);
alter table sessions enable row level security;
alter table sessions force row level security;
create policy tenant on sessions
  using (tenant_id = (select app_tenant())) with check (tenant_id = (select app_tenant()));
grant select, insert, update on sessions to maskplane_app;

-- did_id is the DID that this party dials and sees.
create table session_parties (
  tenant_id  typed_id not null,
  session_id typed_id not null,
  side       text not null check (side in ('a', 'b')),
  did_id     typed_id not null,
  role       text,
  primary key (tenant_id, session_id, side),
  foreign key (tenant_id, session_id) references sessions (tenant_id, id),
  foreign key (tenant_id, did_id) references dids (tenant_id, id)
);
alter table session_parties enable row level security;
alter table session_parties force row level security;
create policy tenant on session_parties
  using (tenant_id = (select app_tenant())) with check (tenant_id = (select app_tenant()));
grant select, insert, update on session_parties to maskplane_app;

-- The real numbers, encrypted with the tenant's data key; caller_index is their keyed blind index; position: the order in
-- which a party's phones are tried.
create table session_phones (
  tenant_id    typed_id not null,
  session_id   typed_id not null,
  side         text not null check (side in ('a', 'b')),
  position     integer not null,
  caller_index bytea not null check (length(caller_index) = 32),
  sealed       bytea not null,
  key_version  integer not null,
  removed_at   timestamptz,
  created_at   timestamptz not null default now(),
  primary key (tenant_id, session_id, side, caller_index),
  foreign key (tenant_id, session_id, side) references session_parties (tenant_id, session_id, side)
);
alter table session_phones enable row level security;
alter table session_phones force row level security;
create policy tenant on session_phones
  using (tenant_id = (select app_tenant())) with check (tenant_id = (select app_tenant()));
grant select, insert, update on session_phones to maskplane_app;

-- THE invariant of the product is this primary key: for one DID and one caller there is at most one binding, live or
-- cooling. Redis locks and the choice of candidates only make it rare that it has to say no.
-- No foreign key to dids: rows there are never deleted, and every claim locks the two that it uses to see that they are active.
-- free_at: the end of the cooling time; until then nobody else gets this (DID, caller), whatever happened to the session.
create table bindings (
  tenant_id    typed_id not null,
  did_id       typed_id not null,
  caller_index bytea not null check (length(caller_index) = 32),
  session_id   typed_id not null,
  side         text not null check (side in ('a', 'b')),
  released_at  timestamptz,
  free_at      timestamptz not null,
  primary key (tenant_id, did_id, caller_index),
  foreign key (tenant_id, session_id) references sessions (tenant_id, id)
);
create index bindings_of_caller on bindings (tenant_id, caller_index, did_id);
create index bindings_of_session on bindings (tenant_id, session_id);
create index bindings_due on bindings (tenant_id, free_at);
alter table bindings enable row level security;
alter table bindings force row level security;
create policy tenant on bindings
  using (tenant_id = (select app_tenant())) with check (tenant_id = (select app_tenant()));
grant select, insert, update, delete on bindings to maskplane_app;

-- When a caller last let go of a DID: what "released longest ago" is read from once the binding itself is deleted.
create table caller_history (
  tenant_id    typed_id not null references tenants (id),
  caller_index bytea not null,
  did_id       typed_id not null,
  released_at  timestamptz not null,
  primary key (tenant_id, caller_index, did_id)
);
create index caller_history_by_age on caller_history (tenant_id, released_at);
alter table caller_history enable row level security;
alter table caller_history force row level security;
create policy tenant on caller_history
  using (tenant_id = (select app_tenant())) with check (tenant_id = (select app_tenant()));
grant select, insert, update, delete on caller_history to maskplane_app;
`;

export async function up(knex) {
  await knex.raw(up_sql);
}

export async function down(knex) {
  await knex.raw(`
    drop table caller_history, bindings, session_phones, session_parties, sessions;
  `);
}
