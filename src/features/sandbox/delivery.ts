import type { Chance } from './chance.ts';
import type { Clock } from './clock.ts';
import { type EventKind, type Fate, type FaultPlan, fateOf } from './faults.ts';
import type { Journal, SentFault } from './journal.ts';
import { type Nonces, noncesOf, type SigningKeys, signatureHeaders } from './signing.ts';
import type { Switches, Zone } from './switches.ts';

export type Fields = Readonly<Record<string, string>>;
export type Method = 'GET' | 'POST';

export type HttpAnswer =
  | { outcome: 'answered'; status: number; contentType: string; body: string }
  | { outcome: 'timed_out' }
  | { outcome: 'unreachable' };
export type Post = (
  request: { url: string; method: Method; headers: Readonly<Record<string, string>>; fields: Fields },
  timeoutMs: number,
) => Promise<HttpAnswer>;

/** A request to the customer. */
export type Outgoing = {
  call: string;
  kind: EventKind;
  url: string;
  method: Method;
  fields: Fields;
  keys: SigningKeys;
};

export type Asked =
  | { outcome: 'document'; body: string; contentType: string }
  | { outcome: 'unreachable'; status: number | null };

export type Delivery = {
  /** An event that nobody waits for. */
  tell(event: Outgoing): void;
  /** A document that somebody waits for. `pause` may throw, when the caller does not wait any longer. */
  ask(event: Outgoing, pause: (milliseconds: number) => Promise<void>): Promise<Asked>;
};

/** "After 3 retries or 60 s", whichever comes first (Vobiz documentation: call/make-call). */
const MOST_ASKING_MS = 60_000;
const TIMES = ['StartTime', 'AnswerTime', 'EndTime'];

/** Sends events and asks for documents: signed, with time limits and retries, and with the faults of the plan. */
export function createDelivery(parts: {
  clock: Clock;
  chance: Chance;
  post: Post;
  journal: Journal;
  switches: Switches;
  faults: FaultPlan;
}): Delivery {
  const { clock, journal, switches } = parts;
  const counts = new Map<string, number>();
  /** Of each call, when the event before has been tried once: without a fault they go in order. */
  const before = new Map<string, Promise<unknown>>();
  const held = new Map<string, (() => void)[]>();

  const draw = (event: Outgoing) => {
    const count = counts.get(event.call) ?? 0;
    counts.set(event.call, count + 1);
    const chance = parts.chance.fork(`${event.call}|${count}`);
    return { fate: fateOf(parts.faults, event.kind, chance), chance };
  };
  const note = (event: Outgoing, fault: SentFault) =>
    journal.write({ what: 'fault', call: event.call, event: event.kind, fault });

  const send = async (event: Outgoing, fields: Fields, nonces: Nonces, attempt: number) => {
    const isDocument = event.kind === 'answer' || event.kind === 'fallback';
    const timeoutMs = isDocument ? switches.answerTimeoutMs : switches.callbackTimeoutMs;
    const began = clock.now();
    const headers = {
      'User-Agent': 'Vobiz',
      ...signatureHeaders({ ...event, fields }, event.keys, nonces, switches),
    };
    const { url, method } = event;
    const answer = await clock.outside(() => parts.post({ url, method, headers, fields }, timeoutMs));
    const status = answer.outcome === 'answered' ? answer.status : null;
    journal.write({ what: 'sent', call: event.call, event: event.kind, url, attempt, status, fields });
    // A clock that stands still while a request is out has to catch up.
    const waitMs = answer.outcome === 'timed_out' ? Math.max(0, timeoutMs - (clock.now() - began)) : 0;
    return { answer, status, waitMs };
  };
  const noncesFor = (chance: Chance, first: Nonces | null): Nonces =>
    first !== null && switches.retryNonce === 'same' ? first : noncesOf(chance);
  const mayRepeat = (status: number | null) =>
    status === null || status >= 500 || (status >= 400 && switches.retryClientErrors) || status < 200;

  const tryEvent = async (
    event: Outgoing,
    fields: Fields,
    fate: Fate,
    chance: Chance,
    first: Nonces | null,
    attempt: number,
  ) => {
    const nonces = noncesFor(chance, first);
    const { status, waitMs } = await send(event, fields, nonces, attempt);
    const isKept = status !== null && status >= 200 && status < 300;
    const isAskedAgain = isKept && fate.isAskedAgain && attempt === 1;
    if (isAskedAgain) note(event, 'asked_again');
    if (!isAskedAgain && (isKept || !mayRepeat(status))) return;
    if (attempt > switches.retries) return;
    const again = () => void tryEvent(event, fields, fate, chance, nonces, attempt + 1);
    clock.after(waitMs + switches.retryBackoffMs * 2 ** (attempt - 1), again);
  };

  /** After the event before it in the same call. */
  const inOrder = (call: string, work: () => Promise<unknown>): Promise<unknown> => {
    const previous = before.get(call);
    const done = previous === undefined ? work() : previous.then(work, work);
    before.set(call, done);
    const forget = () => {
      if (before.get(call) === done) before.delete(call);
    };
    void done.then(forget, forget);
    return done;
  };
  const release = (call: string) => {
    const waiting = held.get(call) ?? [];
    held.delete(call);
    for (const go of waiting) go();
  };

  return {
    tell(event) {
      const { fate, chance } = draw(event);
      if (fate.isLost) return note(event, 'lost');
      const isWrong = fate.isInWrongZone && TIMES.some((name) => event.fields[name] !== undefined);
      if (isWrong) note(event, 'wrong_zone');
      const fields = isWrong ? inOtherZone(event.fields, switches.localTime) : event.fields;
      const go = () => tryEvent(event, fields, fate, chance, null, 1);
      if (fate.duplicateAfterMs !== null) {
        note(event, 'duplicated');
        clock.after(fate.duplicateAfterMs, () => void go());
      }
      if (fate.isReordered) {
        note(event, 'reordered');
        let isGone = false;
        const once = () => {
          if (isGone) return;
          isGone = true;
          void inOrder(event.call, go);
        };
        held.set(event.call, [...(held.get(event.call) ?? []), once]);
        // The last one of a call has none after it.
        clock.after(parts.faults.mostDelayMs, once);
        return;
      }
      if (fate.delayMs > 0) {
        note(event, 'delayed');
        clock.after(fate.delayMs, () => void go());
      } else {
        void inOrder(event.call, go);
      }
      release(event.call);
    },

    async ask(event, pause) {
      const { fate, chance } = draw(event);
      await before.get(event.call);
      const began = clock.now();
      if (fate.delayMs > 0) {
        note(event, 'delayed');
        await pause(Math.min(fate.delayMs, switches.answerTimeoutMs));
      }
      if (fate.duplicateAfterMs !== null) {
        note(event, 'duplicated');
        const copy = () => void send(event, event.fields, noncesOf(chance), 1);
        clock.after(fate.duplicateAfterMs, copy);
      }
      let nonces: Nonces | null = null;
      let last: number | null = null;
      for (let attempt = 1; attempt <= 1 + (switches.retryDocuments ? switches.retries : 0); attempt += 1) {
        if (attempt > 1) await pause(switches.retryBackoffMs * 2 ** (attempt - 2));
        if (clock.now() - began >= MOST_ASKING_MS) break;
        if (attempt === 1 && fate.isLost && switches.retryDocuments) {
          note(event, 'lost');
          continue;
        }
        nonces = noncesFor(chance, nonces);
        const { answer, status, waitMs } = await send(event, event.fields, nonces, attempt);
        last = status;
        if (attempt === 1) release(event.call);
        if (attempt === 1 && fate.isAskedAgain && switches.retryDocuments) {
          note(event, 'asked_again');
          continue;
        }
        if (answer.outcome === 'answered' && answer.status >= 200 && answer.status < 300)
          return { outcome: 'document', body: answer.body, contentType: answer.contentType };
        if (waitMs > 0) await pause(waitMs);
        if (!mayRepeat(status)) break;
      }
      return { outcome: 'unreachable', status: last };
    },
  };
}

/** The same instants in the zone that they are not expected in. */
function inOtherZone(fields: Fields, zone: Zone): Fields {
  const shiftMs = (zone === 'Z' ? 330 : -330) * 60_000;
  const shifted = TIMES.flatMap((name) => {
    const text = fields[name];
    if (text === undefined || text === '') return [];
    const at = Date.parse(`${text.replace(' ', 'T')}Z`) + shiftMs;
    return [[name, new Date(at).toISOString().slice(0, 19).replace('T', ' ')]];
  });
  return { ...fields, ...Object.fromEntries(shifted) };
}
