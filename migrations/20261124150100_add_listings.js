// Listings: a DID that reaches a seller for whoever calls it. Each buyer gets a session of its own when it calls.

import * as pins from './20261124150000_add_pins.js';
import { changed, definitionIn } from './sql/definitions.js';

const up_sql = `
-- expires_at: also of its sessions, at the latest. session: what its sessions are made with, beside their parties.
create table listings (
  tenant_id       typed_id not null references tenants (id),
  id              typed_id not null,
  livemode        boolean not null,
  pool_id         typed_id not null,
  did_id          typed_id not null,
  transaction_ref text collate "C",
  expires_at      timestamptz not null,
  ended_at        timestamptz,
  caller_index    bytea not null check (length(caller_index) = 32),
  sealed          bytea not null,
  key_version     integer not null,
  role            text,
  session         jsonb not null check (octet_length(session::text) <= 32768),
  metadata        jsonb not null,
  created_at      timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, pool_id) references pools (tenant_id, id),
  foreign key (tenant_id, did_id) references dids (tenant_id, id)
);
-- One listing on a DID: whoever calls it must mean that one. One that has expired is ended when the next one comes.
create unique index listings_on_did on listings (tenant_id, did_id) where ended_at is null;
create index listings_by_mode on listings (tenant_id, livemode, id);
alter table listings enable row level security;
alter table listings force row level security;
create policy tenant on listings
  using (tenant_id = (select app_tenant())) with check (tenant_id = (select app_tenant()));
grant select, insert, update on listings to maskplane_app;

alter table sessions add column listing_id typed_id,
  add foreign key (tenant_id, listing_id) references listings (tenant_id, id);
create index sessions_of_listing on sessions (tenant_id, listing_id, id) where listing_id is not null;

-- What a session for a new buyer is made of; no row when the listing is over. For the webhook, which acts for nobody before.
create function listing_for_call(p_tenant text, p_listing text)
returns table (livemode boolean, pool_id text, did_id text, transaction_ref text, seconds_left integer, sealed bytea,
               key_version integer, role text, session jsonb, metadata jsonb)
language plpgsql volatile as $$
begin
  perform set_config('app.tenant_id', p_tenant, true);
  return query
    select l.livemode, l.pool_id::text, l.did_id::text, l.transaction_ref::text,
           floor(extract(epoch from l.expires_at - now()))::integer, l.sealed, l.key_version, l.role, l.session, l.metadata
      from public.listings l
     where l.tenant_id = p_tenant and l.id = p_listing and l.ended_at is null and l.expires_at > now();
end $$;
grant execute on function listing_for_call(text, text) to maskplane_app;

-- Keeps a listing from being ended until this transaction is over. Raises MP410 when it is over.
create function hold_listing(p_tenant text, p_listing text) returns void
language plpgsql volatile as $$
begin
  if p_listing is null then return; end if;
  perform 1 from public.listings l
    where l.tenant_id = p_tenant and l.id = p_listing and l.ended_at is null and l.expires_at > clock_timestamp() for share;
  if not found then raise exception 'the listing is over' using errcode = 'MP410'; end if;
end $$;
grant execute on function hold_listing(text, text) to maskplane_app;
`;

const down_sql = `
drop function hold_listing(text, text);
drop function listing_for_call(text, text);
alter table sessions drop column listing_id;
drop table listings;
`;

/** listing_id, listing_seller: of the listing on the DID, if it has one. */
async function webhookFindDid() {
  return changed(
    await definitionIn(pins, 'webhook_find_did'),
    ['pin_digits integer)', 'pin_digits integer, listing_id text, listing_seller bytea)'],
    ['order by p.digits desc limit 1)\n', 'order by p.digits desc limit 1), l.id::text, l.caller_index\n'],
    [
      '      join public.tenant_keys k on k.tenant_id = t.id\n',
      `      join public.tenant_keys k on k.tenant_id = t.id
      left join public.listings l on l.tenant_id = v_tenant and l.did_id = v_did and l.ended_at is null
                                 and l.expires_at > now()
`,
    ],
  );
}

/** A session of a listing is made only while the listing is there: ending one ends them all. */
async function settleAllocation() {
  return changed(
    await definitionIn(pins, 'settle_allocation'),
    ['voice, pin_enabled)', 'voice, pin_enabled, listing_id)'],
    ['coalesce(s.pin_enabled, false)\n', 'coalesce(s.pin_enabled, false), s.listing_id\n'],
    ['pin_enabled boolean)', 'pin_enabled boolean, listing_id text)'],
    [
      '  perform public.hold_dids(',
      "  perform public.hold_listing(p_tenant, p_session->>'listing_id');\n  perform public.hold_dids(",
    ],
  );
}

const FIND_DID = 'webhook_find_did(text, text[], text[], text)';

export async function up(knex) {
  await knex.raw(up_sql);
  await knex.raw(`drop function ${FIND_DID};`);
  await knex.raw(await webhookFindDid());
  await knex.raw(await settleAllocation());
}

export async function down(knex) {
  await knex.raw(`drop function ${FIND_DID};`);
  await knex.raw(await definitionIn(pins, 'webhook_find_did'));
  await knex.raw(await definitionIn(pins, 'settle_allocation'));
  await knex.raw(down_sql);
}
