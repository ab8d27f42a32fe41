import type { ModelWorld } from './world.ts';

/** A binding as it is stored, with what there is of its session. Times in milliseconds. */
export type StoredBinding = {
  /** Tenant, DID and caller: there may be one only. */
  place: string;
  did: string;
  tenant: string;
  caller: string;
  session: string;
  side: string;
  releasedAt: number | null;
  freeAt: number;
  status: string;
  expiresAt: number;
  coolingMs: number;
  graceMs: number;
  callsMade: number;
  /** Of a live one: its phone is one of its party's, and its DID is its party's. */
  isHome: boolean;
};

/** All that an invariant can be seen by. `known`: rows by their text, which are mostly the same a step later. */
export type Stored = {
  bindings: StoredBinding[];
  /** Active sessions, with how many phones they have. */
  active: { session: string; phones: number }[];
  dids: { id: string; status: string }[];
  known: Map<string, StoredBinding>;
};

export const nothingStored: Stored = { bindings: [], active: [], dids: [], known: new Map() };

const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::int8`;
/** In one statement and as plain text, since it runs after each step. */
const ALL = `
  select (select string_agg(concat_ws(',', b.tenant_id, b.did_id, encode(b.caller_index, 'hex'), b.session_id, b.side,
                   coalesce(${ms('b.released_at')}::text, 'null'), ${ms('b.free_at')}, s.status, ${ms('s.expires_at')},
                   s.cooling_seconds, s.grace_seconds, s.calls_made,
                   case when b.released_at is null then exists (
                     select from session_parties p
                       join session_phones f on f.tenant_id = p.tenant_id and f.session_id = p.session_id
                        and f.side = p.side and f.caller_index = b.caller_index
                      where p.tenant_id = b.tenant_id and p.session_id = b.session_id and p.side = b.side
                        and p.did_id = b.did_id and f.removed_at is null) end), ';')
            from bindings b join sessions s on s.tenant_id = b.tenant_id and s.id = b.session_id) as bindings,
         (select string_agg(concat_ws(',', s.id, (select count(*) from session_phones f
                   where f.tenant_id = s.tenant_id and f.session_id = s.id and f.removed_at is null)), ';')
            from sessions s where s.status = 'active' and s.expires_at > $1) as active,
         (select string_agg(concat_ws(',', d.id, d.status), ';') from dids d) as dids`;
type Texts = { bindings: string | null; active: string | null; dids: string | null };

/** What is in the database when the clock says `now`. */
export async function readStored(world: ModelWorld, now: number, before: Stored): Promise<Stored> {
  const [row] = await world.rows<Texts>(ALL, [new Date(now)]);
  if (row === undefined) throw new Error('a select without from gave no row');
  const known = new Map<string, StoredBinding>();
  for (const line of linesOf(row.bindings)) known.set(line, before.known.get(line) ?? toBinding(line));
  return {
    bindings: [...known.values()],
    active: linesOf(row.active).map((line) => {
      const [session = '', phones] = line.split(',');
      return { session, phones: Number(phones) };
    }),
    dids: linesOf(row.dids).map((line) => {
      const [id = '', status = ''] = line.split(',');
      return { id, status };
    }),
    known,
  };
}

function linesOf(text: string | null): string[] {
  return text === null ? [] : text.split(';');
}

function toBinding(line: string): StoredBinding {
  const [tenant = '', did = '', caller = '', session = '', side = '', ...more] = line.split(',');
  const [released, free, status = '', expires, cooling, grace, calls, isHome] = more;
  return {
    place: `${tenant} ${did} ${caller}`,
    did,
    tenant,
    caller,
    session,
    side,
    releasedAt: released === 'null' ? null : Number(released),
    freeAt: Number(free),
    status,
    expiresAt: Number(expires),
    coolingMs: Number(cooling) * 1000,
    graceMs: Number(grace) * 1000,
    callsMade: Number(calls),
    isHome: isHome === 't',
  };
}

/** The constraint that makes a misroute impossible, whatever the code does. */
export async function isConstraintThere(world: ModelWorld): Promise<boolean> {
  const found = await world.rows(
    `select from pg_constraint where conrelid = 'public.bindings'::regclass and contype in ('p', 'u')
        and pg_get_constraintdef(oid) ~ '\\(tenant_id, did_id, caller_index\\)'`,
  );
  return found.length > 0;
}
