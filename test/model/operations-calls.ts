import type { Chance } from './chance.ts';
import { differences } from './compare.ts';
import type { Outcome } from './desk.ts';
import { turningSessions } from './drawing.ts';
import { didNumbers, type Game, phones } from './game.ts';
import type { Operation } from './operation.ts';
import { type CallBook, the } from './oracle.ts';
import { answer, type CallEvent, tell } from './oracle-calls.ts';
import type { RouteBook } from './oracle-routes.ts';

type CallMove = { kind: 'call'; call: number; to: string; from: string | null; written: string };
type EventMove = { kind: 'event'; call: number; event: CallEvent };

/** How carriers write a caller. */
function asWritten(phone: string, chance: Chance): string {
  const national = phone.slice(3);
  return chance.pick([phone, phone.slice(1), `0${national}`, `00${phone.slice(1)}`, national]);
}

/** One of the last calls, rather one that was connected: news of an older one is nothing that a service has to expect. */
function recentCall({ books }: Game, chance: Chance): CallBook | null {
  const connected = chance.hit(0.6) ? books.calls.filter((call) => call.countedBy.length > 0).slice(-4) : [];
  const recent = connected.length > 0 ? connected : books.calls.slice(-8);
  return recent.length === 0 ? null : chance.pick(recent);
}

function uuidOf(call: number): string {
  return `11111111-2222-3333-4444-${String(call).padStart(12, '0')}`;
}

/** Posts what Vobiz posts. `leg`: to the URL that the answer to the call named for its other leg. */
async function post(game: Game, call: number, form: Record<string, string>, leg = false): Promise<Outcome> {
  const { world, account } = game;
  const place = game.legs.get(call);
  const path = `/webhooks/vobiz/${account.token}`;
  const { status, xml } = await world.container.webhook.handle({
    token: account.token,
    path,
    address: '127.0.0.1',
    headers: {},
    form: { CallUUID: uuidOf(call), ParentAuthID: 'MA_XXXXXXXX', ...form },
    call: leg && place !== undefined ? { ...place, event: 'leg' } : null,
  });
  const [kept] = await world.rows(
    'select decision, reason, session_id from calls where provider_call_id = $1 order by started_at desc, id desc limit 1',
    [uuidOf(call)],
  );
  return { ok: { status, xml, kept: kept ?? null } };
}

const calling: Operation<CallMove> = {
  kind: 'call',
  weight: 18,
  draw(game, chance) {
    const { books } = game;
    const again = chance.hit(0.08) ? recentCall(game, chance) : null;
    if (again !== null) {
      const { name: call, to, from } = again;
      return { call, to, from, written: from === null ? 'anonymous' : asWritten(from, chance) };
    }
    const call = game.calls;
    if (chance.hit(0.03)) return { call, to: chance.pick(didNumbers), from: null, written: 'anonymous' };
    const turning = chance.hit(0.4) ? turningSessions(game) : [];
    const near = books.bindings.filter((binding) => turning.includes(binding.session));
    const from = near.length > 0 ? near : books.bindings;
    const bound = chance.hit(0.85) && from.length > 0 ? chance.pick(from) : null;
    const caller = bound?.phone ?? chance.pick(phones);
    const to = bound === null ? chance.pick(didNumbers) : the(books.dids, bound.did).number;
    return { call, to, from: caller, written: asWritten(caller, chance) };
  },
  perform: (game, { call, to, written }) => {
    const about = { Event: 'StartApp', Direction: 'inbound', CallStatus: 'ringing' };
    return post(game, call, { ...about, From: written, To: to.slice(1) });
  },
  judge(game, { call, to, from }, outcome) {
    game.calls = Math.max(game.calls, call + 1);
    if (!('ok' in outcome)) return ['a call was not answered'];
    const { xml, status, kept } = outcome.ok;
    const leg = /\/tenants\/(ten_\w+)\/calls\/(call_\w+)\/leg/.exec(xml);
    if (leg !== null) game.legs.set(call, { tenantId: leg[1] ?? '', callId: leg[2] ?? '' });
    const route = answer(game.books, call, to, from);
    return [
      ...differences({ status: 200, ...heardFor(game, route) }, { status, ...heardIn(xml) }),
      ...(route === 'over' || route.did === null ? [] : differences(keptFor(game, route), kept, 'kept')),
    ];
  },
};

/** What the caller hears, or whom he reaches; the words are not the model's business. */
function heardIn(xml: string): Record<string, unknown> {
  const dial = /<Dial([^>]*)>\s*<Number[^>]*>([^<]*)<\/Number>/.exec(xml);
  const attribute = (name: string) => new RegExp(`\\s${name}="([^"]*)"`).exec(dial?.[1] ?? '')?.[1];
  if (dial !== null) {
    return {
      heard: 'the other party',
      callerId: attribute('callerId'),
      number: dial[2],
      timeout: attribute('timeout'),
      timeLimit: attribute('timeLimit'),
    };
  }
  if (/<Speak/.test(xml)) return { heard: 'a sentence' };
  return { heard: /<Hangup[^>]*reason="rejected"/.test(xml) ? 'a rejection' : 'nothing' };
}

function heardFor({ books }: Game, route: RouteBook | 'over'): Record<string, unknown> {
  if (route === 'over') return { heard: 'nothing' };
  if (!('destination' in route)) {
    return { heard: route.decision === 'announce' ? 'a sentence' : 'a rejection' };
  }
  const { ringTimeoutSeconds, maxCallSeconds } = the(books.sessions, route.session);
  return {
    heard: 'the other party',
    callerId: route.callerId,
    number: route.destination,
    timeout: String(ringTimeoutSeconds),
    timeLimit: String(maxCallSeconds),
  };
}

function keptFor({ ids }: Game, { decision, reason, session }: RouteBook): Record<string, unknown> {
  return { decision, reason, session_id: session === null ? null : the(ids.sessions, session) };
}

const fields: Record<CallEvent, Record<string, string>> = {
  connected: { Event: 'DialConnected', DialBLegUUID: 'leg' },
  leg_hangup_talked: { Event: 'DialHangup', DialBLegUUID: 'leg', DialBLegDuration: '5' },
  hangup: { Event: 'Hangup', Direction: 'inbound', CallStatus: 'completed', Duration: '5' },
};

const telling: Operation<EventMove> = {
  kind: 'event',
  weight: 10,
  draw(game, chance) {
    const call = recentCall(game, chance);
    if (call === null) return null;
    // A call that was never bridged has no other leg that could be heard of.
    const events: CallEvent[] = game.legs.has(call.name)
      ? ['connected', 'leg_hangup_talked', 'hangup']
      : ['hangup'];
    return { call: call.name, event: chance.pick(events) };
  },
  perform(game, { call, event }) {
    const { to, from } = the(
      game.books.calls.filter((one) => one.name === call),
      0,
    );
    const numbers = { From: from?.slice(1) ?? 'anonymous', To: to.slice(1) };
    return post(game, call, { ...fields[event], ...(event === 'hangup' ? numbers : {}) }, event !== 'hangup');
  },
  judge(game, { call, event }, outcome) {
    tell(game.books, call, event);
    return 'ok' in outcome ? differences({ status: 200 }, outcome.ok) : ['an event was not taken'];
  },
};

export const callOperations: readonly Operation[] = [calling, telling];
