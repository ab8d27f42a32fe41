import type { Game } from './game.ts';
import { the } from './oracle.ts';

/** A binding as it is stored, with what there is of its session. Times in milliseconds. */
export type StoredBinding = {
  did_id: string;
  caller: string;
  tenant_id: string;
  session_id: string;
  side: string;
  released_at: number | null;
  free_at: number;
  status: string;
  expires_at: number;
  cooling_ms: number;
  grace_ms: number;
  party_did: string;
  is_current: boolean;
  calls_made: number;
};

const ms = (column: string) => `extract(epoch from ${column}) * 1000`;
/**
 * All bindings, the active sessions with how many phones they have, and the DIDs: in one statement and as plain text, since it
 * runs after each step.
 */
const SEEN = `
  select (select string_agg(concat_ws(',', b.did_id, encode(b.caller_index, 'hex'), b.tenant_id, b.session_id, b.side,
                   coalesce((${ms('b.released_at')})::int8::text, 'null'), (${ms('b.free_at')})::int8, s.status,
                   (${ms('s.expires_at')})::int8, s.cooling_seconds, s.grace_seconds,
                   (select p.did_id from session_parties p
                     where p.tenant_id = b.tenant_id and p.session_id = b.session_id and p.side = b.side),
                   exists (select from session_phones f
                            where f.tenant_id = b.tenant_id and f.session_id = b.session_id and f.side = b.side
                              and f.caller_index = b.caller_index and f.removed_at is null), s.calls_made), ';')
            from bindings b join sessions s on s.tenant_id = b.tenant_id and s.id = b.session_id) as bindings,
         (select string_agg(concat_ws(',', s.id, (select count(*) from session_phones f
                   where f.tenant_id = s.tenant_id and f.session_id = s.id and f.removed_at is null)), ';')
            from sessions s where s.status = 'active' and s.expires_at > $1) as active,
         (select string_agg(concat_ws(',', d.status, d.id), ';') from dids d) as dids`;
type Seen = { bindings: string | null; active: string | null; dids: string | null };

function listOf(text: string | null): string[][] {
  return text === null ? [] : text.split(';').map((line) => line.split(','));
}

function toBinding(parts: string[]): StoredBinding {
  const [did = '', caller = '', tenant = '', session = '', side = '', ...more] = parts;
  const [released, free, status = '', expires, cooling, grace, partyDid = '', isCurrent, callsMade] = more;
  return {
    did_id: did,
    caller,
    tenant_id: tenant,
    session_id: session,
    side,
    released_at: released === 'null' ? null : Number(released),
    free_at: Number(free),
    status,
    expires_at: Number(expires),
    cooling_ms: Number(cooling) * 1000,
    grace_ms: Number(grace) * 1000,
    party_did: partyDid,
    is_current: isCurrent === 't',
    calls_made: Number(callsMade),
  };
}

/**
 * What is in the database now, and what of it breaks an invariant. `lost`: sessions that were over and whose numbers went to
 * others or were purged; when the clock is set back they seem active again, and have none.
 */
export type Look = { bindings: StoredBinding[]; lost: Set<string>; wrong: string[] };
export const nothingSeen: Look = { bindings: [], lost: new Set(), wrong: [] };

/**
 * Looks at every binding there is: first at the invariants, which the rows have to keep whatever the oracle thinks, then whether
 * they are the ones in its books.
 * @param before what was there a step ago
 */
export async function look(game: Game, before: Look): Promise<Look> {
  const { now } = game.books;
  const [row] = await game.world.rows<Seen>(SEEN, [new Date(now)]);
  if (row === undefined) throw new Error('a select without from gave no row');
  const bindings = listOf(row.bindings).map(toBinding);
  const stored = new Map(bindings.map((binding) => [placeOf(binding), binding]));
  const gone = before.bindings.filter((old) => stored.get(placeOf(old))?.session_id !== old.session_id);
  const lost = new Set([...before.lost, ...gone.map((old) => old.session_id)]);
  const wrong = [
    ...(stored.size < bindings.length ? ['a caller has two bindings on one DID'] : []),
    ...listOf(row.active).flatMap(([id = '', phones]) => homelessOf(id, Number(phones), bindings, lost)),
    ...bindings.flatMap((binding) => wrongWith(binding, now)),
    ...before.bindings.flatMap((old) => goneTooEarly(old, stored.get(placeOf(old)), now)),
    ...differsFromBooks(game, bindings),
    ...listOf(row.dids).flatMap(([status, id = '']) => {
      const should = the(game.books.dids, game.ids.dids.indexOf(id)).status;
      return status === should ? [] : [`${id} is ${status}, and should be ${should}`];
    }),
  ];
  return { bindings, lost, wrong };
}

function placeOf({ tenant_id, did_id, caller }: StoredBinding): string {
  return `${tenant_id} ${did_id} ${caller}`;
}

/** Each phone of an active session has one live binding; that it is its own, on its party's DID, is looked at elsewhere. */
function homelessOf(
  id: string,
  phones: number,
  bindings: readonly StoredBinding[],
  lost: ReadonlySet<string>,
): string[] {
  if (lost.has(id)) return [];
  const live = bindings.filter((one) => one.session_id === id && one.released_at === null).length;
  return live === phones ? [] : [`the active session ${id} has ${phones} phones and ${live} live bindings`];
}

function wrongWith(binding: StoredBinding, now: number): string[] {
  const { released_at, status } = binding;
  const found: string[] = [];
  if (released_at === null) {
    if (!binding.is_current) found.push('is live, but its phone has left');
    if (binding.did_id !== binding.party_did) found.push("is live, but not its party's DID");
    if (status !== 'active') found.push('is live, but its session was ended');
  } else if (status === 'active' && binding.expires_at > now && binding.is_current) {
    if (binding.did_id === binding.party_did) found.push('is not live, but its session is active');
  }
  const offAt = released_at ?? binding.expires_at + binding.grace_ms;
  if (binding.free_at !== offAt + binding.cooling_ms) {
    found.push(`is free ${(binding.free_at - offAt) / 1000} s after its session was off`);
  }
  return found.map((text) => `${nameOf(binding)} ${text}`);
}

function nameOf(binding: StoredBinding): string {
  return `the binding of ${binding.session_id} ${binding.side} on ${binding.did_id}`;
}

/** Live or cooling, nobody else gets it, and it does not vanish. */
function goneTooEarly(old: StoredBinding, at: StoredBinding | undefined, now: number): string[] {
  if (old.free_at <= now) return [];
  if (at?.session_id === old.session_id && at.side === old.side) return [];
  const what = at === undefined ? 'is gone' : `was given to ${at.session_id}`;
  return [`${nameOf(old)} ${what} ${(old.free_at - now) / 1000} s before its time`];
}

function differsFromBooks({ books, ids, phoneOf }: Game, bindings: readonly StoredBinding[]): string[] {
  const found = bindings.map((one) =>
    [
      ids.dids.indexOf(one.did_id),
      phoneOf.get(`${one.tenant_id} ${one.caller}`),
      ids.sessions.indexOf(one.session_id),
      one.side,
      one.released_at,
      one.free_at,
      one.calls_made,
    ].join(),
  );
  const expected = books.bindings.map((one) =>
    [
      one.did,
      one.phone,
      one.session,
      one.side,
      one.releasedAt,
      one.freeAt,
      the(books.sessions, one.session).callsMade,
    ].join(),
  );
  const here = new Set(found);
  const there = new Set(expected);
  return [
    ...found
      .filter((line) => !there.has(line))
      .map((line) => `is stored and should not be: ${inWords(line)}`),
    ...expected
      .filter((line) => !here.has(line))
      .map((line) => `should be stored and is not: ${inWords(line)}`),
  ];
}

function inWords(line: string): string {
  const [did, phone, session, side, released, free, calls] = line.split(',');
  const at = (time: string | undefined) => new Date(Number(time)).toISOString();
  const until = released === '' ? 'live' : `released ${at(released)}`;
  return `DID ${did} ${phone}: session ${session} ${side}, ${until}, free ${at(free)}, ${calls} calls`;
}

/** Off means off: what was connected just now has a right to it by the database, be it by a stage after its end. */
export function connectedThoughOver({ books }: Game, seen: Look, sessionId: string): string[] {
  const ofIt = seen.bindings.filter((binding) => binding.session_id === sessionId);
  const isOn = ofIt.some((one) => books.now < (one.released_at ?? one.expires_at + one.grace_ms));
  return isOn ? [] : [`a call was connected through ${sessionId}, which is over`];
}

/** The constraint that makes a misroute impossible, whatever the code does. */
export async function constraintIsThere(game: Game): Promise<boolean> {
  const found = await game.world.rows(
    `select from pg_constraint where conrelid = 'public.bindings'::regclass and contype in ('p', 'u')
        and pg_get_constraintdef(oid) ~ '\\(tenant_id, did_id, caller_index\\)'`,
  );
  return found.length > 0;
}
