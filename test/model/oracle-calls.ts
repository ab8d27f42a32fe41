import { type Books, type CallBook, seconds, the } from './oracle.ts';
import { moveFreeAt } from './oracle-bindings.ts';
import { end } from './oracle-ending.ts';
import { decide, dialled, type RouteBook } from './oracle-routes.ts';

/** What Vobiz tells about a call that it was given an answer for. */
export type CallEvent = 'connected' | 'leg_hangup_talked' | 'hangup';

/**
 * A call comes in, or the event of it comes again: while it rings it is decided anew and counted once, afterwards nothing
 * happens any more.
 * @returns what it gets; 'over' when it has ended before
 */
export function answer(books: Books, name: number, number: string, from: string | null): RouteBook | 'over' {
  const did = dialled(books, number, null) ?? callOf(books, name, null)?.did ?? null;
  const route = decide(books, did, from);
  if (did === null) return route;
  const said = callOf(books, name, tenantOf(books, did));
  if (said?.ended === true) return 'over';
  const call = said ?? newCall(books, { name, did, to: number, from });
  const isCounted = call.countedBy.includes(route.session ?? -1);
  call.session = route.session;
  call.decision = route.decision;
  if (route.decision !== 'bridge') return route;
  const session = the(books.sessions, route.session);
  if (!isCounted) session.callsMade += 1;
  call.countedBy.push(route.session);
  if (session.slidingSeconds !== null && route.isActive) {
    session.expiresAt = Math.max(session.expiresAt, books.now + seconds(session.slidingSeconds));
    moveFreeAt(books, route.session);
  }
  return route;
}

function tenantOf(books: Books, did: number): number {
  return the(books.owners, the(books.dids, did).owner).tenant;
}

/** @param tenant null: whosever it is */
function callOf(books: Books, name: number, tenant: number | null): CallBook | null {
  const isOf = (call: CallBook) => tenant === null || tenantOf(books, call.did) === tenant;
  return books.calls.find((call) => call.name === name && isOf(call)) ?? null;
}

function newCall(books: Books, of: Pick<CallBook, 'name' | 'did' | 'to' | 'from'>): CallBook {
  const call: CallBook = {
    ...of,
    session: null,
    decision: 'reject',
    countedBy: [],
    connected: false,
    ended: false,
    hasEndedSession: false,
    told: [],
  };
  books.calls.push(call);
  return call;
}

/** Each event counts once, in whatever order they come; a call ends its session once. */
export function tell(books: Books, name: number, event: CallEvent): void {
  const call = callOf(books, name, null);
  if (call === null || call.told.includes(event)) return;
  call.told.push(event);
  if (event === 'connected' || event === 'leg_hangup_talked') call.connected = true;
  if (event === 'hangup') call.ended = true;
  const isTalkOver = call.connected && call.ended && call.decision === 'bridge';
  if (!isTalkOver || call.session === null || call.hasEndedSession) return;
  call.hasEndedSession = true;
  if (the(books.sessions, call.session).endAfterFirstCall) end(books, call.session);
}
