// What callers hear, and how a call is connected: settings of a session, its pool and its tenant, and a tenant's own announcements.

import * as calls from './20261124090400_create_calls.js';
import * as grace from './20261124100100_add_grace.js';
import * as events from './20261124110000_create_events.js';
import * as settling from './20261124115000_settle_without_raising.js';
import { changed, definitionIn } from './sql/definitions.js';

const up_sql = `
-- Sparse: only what this level says itself. 32 kB: three times what the API lets through; it bounds what calls read.
alter table tenants add column voice jsonb not null default '{}'
  check (jsonb_typeof(voice) = 'object' and octet_length(voice::text) <= 32768);
alter table pools add column voice jsonb not null default '{}'
  check (jsonb_typeof(voice) = 'object' and octet_length(voice::text) <= 32768);
alter table sessions add column voice jsonb not null default '{}'
  check (jsonb_typeof(voice) = 'object' and octet_length(voice::text) <= 32768);

-- What a tenant says instead of the words of the service.
create table announcements (
  tenant_id typed_id not null references tenants (id),
  livemode  boolean not null,
  key       text collate "C" not null check (length(key) <= 40),
  language  text collate "C" not null check (length(language) <= 10),
  prompt    jsonb not null check (octet_length(prompt::text) <= 8192),
  primary key (tenant_id, livemode, key, language)
);
alter table announcements enable row level security;
alter table announcements force row level security;
create policy tenant on announcements
  using (tenant_id = (select app_tenant())) with check (tenant_id = (select app_tenant()));
grant select, insert, update, delete on announcements to maskplane_app;

-- The tenant's own announcements in these languages, for the webhook, which acts for nobody before.
create function own_announcements(p_tenant text, p_livemode boolean, p_languages text[])
returns table (key text, language text, prompt jsonb)
language plpgsql volatile as $$
begin
  perform set_config('app.tenant_id', p_tenant, true);
  return query
    select a.key, a.language, a.prompt from public.announcements a
     where a.tenant_id = p_tenant and a.livemode = p_livemode and a.language = any (p_languages);
end $$;
grant execute on function own_announcements(text, boolean, text[]) to maskplane_app;
`;

const down_sql = `
drop function own_announcements(text, boolean, text[]);
drop table announcements;
alter table sessions drop column voice;
alter table pools drop column voice;
alter table tenants drop column voice;
`;

/** The tenant's settings come with its DID, and whether it says anything in its own words: most do not, and are not asked. */
async function webhookFindDid() {
  return changed(
    await definitionIn(calls, 'webhook_find_did'),
    [
      'key_version integer, wrapped_keys bytea)',
      'key_version integer, wrapped_keys bytea, tenant_voice jsonb, has_announcements boolean)',
    ],
    [
      't.out_of_session_policy, k.version, k.wrapped\n',
      `t.out_of_session_policy, k.version, k.wrapped, t.voice,
           exists (select from public.announcements a where a.tenant_id = v_tenant and a.livemode = d.livemode)
`,
    ],
  );
}

/**
 * others_sealed, others_key_versions: all phones of the other party, in the order in which they are tried. seconds_left: until
 * the phase of the session that lets people call is over; null in any other.
 */
async function routeFacts() {
  return changed(
    await definitionIn(grace, 'route_facts'),
    [
      'other_sealed bytea, other_key_version integer)',
      `other_sealed bytea, other_key_version integer, others_sealed bytea[], others_key_versions integer[],
               session_voice jsonb, pool_voice jsonb, seconds_left integer, sliding_seconds integer)`,
    ],
    [
      'op.sealed, op.key_version\n',
      `op.sealed[1], op.key_versions[1], op.sealed, op.key_versions, s.voice, pool.voice,
           floor(extract(epoch from case p.status
             when 'active' then s.expires_at
             when 'grace' then least(s.ended_at, s.expires_at) + make_interval(secs => (
               select sum((x.stage->>'seconds')::integer)
                 from jsonb_array_elements(s.after_end) with ordinality as x (stage, place) where x.place <= p.stage))
           end - now()))::integer, s.sliding_seconds
`,
    ],
    [
      'join public.sessions s on s.tenant_id = p_tenant and s.id = b.session_id\n     cross join lateral public.session_phase',
      `join public.sessions s on s.tenant_id = p_tenant and s.id = b.session_id
      join public.pools pool on pool.tenant_id = p_tenant and pool.id = s.pool_id
     cross join lateral public.session_phase`,
    ],
    [
      `select f.sealed, f.key_version from public.session_phones f
         where f.tenant_id = p_tenant and f.session_id = s.id and f.side = o.side and f.removed_at is null
         order by f.position limit 1
      ) op
`,
      `select array_agg(f.sealed order by f.position) as sealed, array_agg(f.key_version order by f.position) as key_versions
          from public.session_phones f
         where f.tenant_id = p_tenant and f.session_id = s.id and f.side = o.side and f.removed_at is null
      ) op
     where op.sealed is not null
`,
    ],
  );
}

async function settleAllocation() {
  const before = changed(await definitionIn(events, 'settle_allocation'), [
    "  return 'settled';\nend",
    `  return 'settled';
exception when sqlstate 'MP409' then return 'conflict'; -- what was done above is undone
end`,
  ]);
  return changed(
    before,
    ['grace_seconds, event_sequence)', 'grace_seconds, event_sequence, voice)'],
    ['s.grace_seconds, 1\n', "s.grace_seconds, 1, coalesce(s.voice, '{}')\n"],
    ['after_end jsonb, grace_seconds integer)', 'after_end jsonb, grace_seconds integer, voice jsonb)'],
  );
}

const FIND_DID = 'webhook_find_did(text, text[], text[], text)';
const FACTS = 'route_facts(text, text, bytea[])';

export async function up(knex) {
  await knex.raw(up_sql);
  // Other columns make another type: a function cannot be replaced by one that returns it.
  await knex.raw(`drop function ${FIND_DID}; drop function ${FACTS};`);
  for (const definition of [webhookFindDid, routeFacts, settleAllocation]) await knex.raw(await definition());
}

export async function down(knex) {
  await knex.raw(`drop function ${FIND_DID}; drop function ${FACTS};`);
  await knex.raw(await definitionIn(calls, 'webhook_find_did'));
  await knex.raw(await definitionIn(grace, 'route_facts'));
  await settling.up(knex);
  await knex.raw(down_sql);
}
