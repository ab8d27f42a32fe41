import type { Game } from './game.ts';
import { the } from './oracle.ts';
import { nothingStored, readStored, type Stored, type StoredBinding } from './stored.ts';

/**
 * What is in the database now, and what of it breaks an invariant. `lost`: sessions that were over and whose numbers went to
 * others or were purged; when the clock is set back they seem active again, and have none.
 */
export type Look = { stored: Stored; lost: Set<string>; wrong: string[] };
export const nothingSeen: Look = { stored: nothingStored, lost: new Set(), wrong: [] };

/**
 * Looks at every binding there is: first at the invariants, which the rows have to keep whatever the oracle thinks, then whether
 * they are the ones in its books.
 * @param before what was there a step ago
 */
export async function look(game: Game, before: Look): Promise<Look> {
  const { now } = game.books;
  const stored = await readStored(game.world, now, before.stored);
  const { bindings } = stored;
  const at = new Map(bindings.map((binding) => [binding.place, binding]));
  const old = before.stored.bindings;
  const gone = old.filter((one) => at.get(one.place)?.session !== one.session);
  const lost = new Set([...before.lost, ...gone.map((one) => one.session)]);
  const wrong = [
    ...(at.size < bindings.length ? ['a caller has two bindings on one DID'] : []),
    ...homeless(stored, lost),
    ...bindings.flatMap((binding) => wrongWith(binding)),
    ...old.flatMap((one) => goneTooEarly(one, at.get(one.place), now)),
    ...differsFromBooks(game, stored),
  ];
  return { stored, lost, wrong };
}

/** Each phone of an active session has one live binding; that it is its own, on its party's DID, is looked at below. */
function homeless({ active, bindings }: Stored, lost: ReadonlySet<string>): string[] {
  return active.flatMap(({ session, phones }) => {
    if (lost.has(session)) return [];
    const live = bindings.filter((one) => one.session === session && one.releasedAt === null).length;
    return live === phones ? [] : [`the active ${session} has ${phones} phones and ${live} live bindings`];
  });
}

function wrongWith(binding: StoredBinding): string[] {
  const { releasedAt } = binding;
  const found: string[] = [];
  if (releasedAt === null && !binding.isHome)
    found.push("is live, but not its party's phone on its party's DID");
  if (releasedAt === null && binding.status !== 'active') found.push('is live, but its session was ended');
  const offAt = releasedAt ?? binding.expiresAt + binding.graceMs;
  if (binding.freeAt !== offAt + binding.coolingMs) {
    found.push(`is free ${(binding.freeAt - offAt) / 1000} s after its session was off`);
  }
  return found.map((text) => `${nameOf(binding)} ${text}`);
}

function nameOf({ session, side, did }: StoredBinding): string {
  return `the binding of ${session} ${side} on ${did}`;
}

/** Live or cooling, nobody else gets it, and it does not vanish. */
function goneTooEarly(old: StoredBinding, at: StoredBinding | undefined, now: number): string[] {
  if (old.freeAt <= now) return [];
  if (at?.session === old.session && at.side === old.side) return [];
  const what = at === undefined ? 'is gone' : `was given to ${at.session}`;
  return [`${nameOf(old)} ${what} ${(old.freeAt - now) / 1000} s before its time`];
}

function differsFromBooks({ books, ids, phoneOf }: Game, { bindings, dids }: Stored): string[] {
  const here = new Set(
    bindings.map((one) => {
      const phone = phoneOf.get(`${one.tenant} ${one.caller}`);
      const [did, session] = [ids.dids.indexOf(one.did), ids.sessions.indexOf(one.session)];
      return `${did},${phone},${session},${one.side},${one.releasedAt},${one.freeAt},${one.callsMade}`;
    }),
  );
  const there = new Set(
    books.bindings.map((one) => {
      const { callsMade } = the(books.sessions, one.session);
      return `${one.did},${one.phone},${one.session},${one.side},${one.releasedAt},${one.freeAt},${callsMade}`;
    }),
  );
  const statusOf = (id: string) => the(books.dids, ids.dids.indexOf(id)).status;
  return [
    ...[...here].filter((line) => !there.has(line)).map((line) => `should not be stored: ${inWords(line)}`),
    ...[...there].filter((line) => !here.has(line)).map((line) => `is not stored: ${inWords(line)}`),
    ...dids
      .filter(({ id, status }) => status !== statusOf(id))
      .map(({ id, status }) => `${id} is ${status}, and should be ${statusOf(id)}`),
  ];
}

function inWords(line: string): string {
  const [did, phone, session, side, released, free, calls] = line.split(',');
  const at = (time: string | undefined) => new Date(Number(time)).toISOString();
  const until = released === 'null' ? 'live' : `released ${at(released)}`;
  return `DID ${did} ${phone}: session ${session} ${side}, ${until}, free ${at(free)}, ${calls} calls`;
}

/** Off means off: what was connected just now has a right to it by the database, be it by a stage after its end. */
export function connectedThoughOver({ books }: Game, { stored }: Look, session: string): string[] {
  const ofIt = stored.bindings.filter((binding) => binding.session === session);
  const isOn = ofIt.some((one) => books.now < (one.releasedAt ?? one.expiresAt + one.graceMs));
  return isOn ? [] : [`a call was connected through ${session}, which is over`];
}
