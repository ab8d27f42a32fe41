import { isNumber } from './wire-formats.ts';

/**
 * What somebody does, some time after something happened to them:
 * `ring` the phone rings, or their own call begins; `answer` they are connected to the platform or to the other party's
 * line; `bridge` they can hear the other party; `ask` the platform waits for keys (each `ask` serves once, in order).
 */
export type Reaction = { on: 'ring' | 'answer' | 'bridge' | 'ask'; afterMs: number; act: Act };
export type Act =
  | { do: 'answer' }
  | { do: 'busy' }
  | { do: 'reject' }
  | { do: 'switched_off' }
  | { do: 'hang_up' }
  | { do: 'press'; digits: string };

export type Phone = {
  readonly e164: string;
  /** What it does when it is called. */
  reactions: readonly Reaction[];
  /** A machine answers, not a person. */
  isMachine: boolean;
  /** The leg that it is on; a second call finds it busy. */
  leg: string | null;
};

export type PhoneBook = {
  /** Adds a phone, or changes what it does from now on. */
  set(e164: string, reactions: readonly Reaction[], isMachine?: boolean): Phone;
  find(e164: string): Phone | null;
  all(): Phone[];
};

const MOST_PHONES = 1_000_000;
/** Two keys need this long. */
export const KEY_MS = 200;

export function createPhoneBook(): PhoneBook {
  const phones = new Map<string, Phone>();
  return {
    set(e164, reactions, isMachine = false) {
      if (!isNumber(e164)) throw new Error('a phone needs a number in E.164');
      const phone: Phone = phones.get(e164) ?? { e164, reactions, isMachine, leg: null };
      phone.reactions = reactions;
      phone.isMachine = isMachine;
      if (phones.size >= MOST_PHONES) throw new Error('there are too many phones');
      phones.set(e164, phone);
      return phone;
    },
    find: (e164) => phones.get(e164) ?? null,
    all: () => [...phones.values()],
  };
}

const seconds = (count: number) => count * 1_000;

/** Answers after so many seconds, and hangs up after so many of talk, or leaves that to the other one. */
export function answers(afterSeconds: number, talksSeconds: number | null = null): Reaction[] {
  const answer: Reaction = { on: 'ring', afterMs: seconds(afterSeconds), act: { do: 'answer' } };
  return talksSeconds === null ? [answer] : [answer, hangsUp('bridge', talksSeconds)];
}

export function hangsUp(on: Reaction['on'], afterSeconds: number): Reaction {
  return { on, afterMs: seconds(afterSeconds), act: { do: 'hang_up' } };
}

export function presses(digits: string, on: Reaction['on'] = 'ask', afterSeconds = 1): Reaction {
  return { on, afterMs: seconds(afterSeconds), act: { do: 'press', digits } };
}

export function isBusy(): Reaction[] {
  return [{ on: 'ring', afterMs: seconds(1), act: { do: 'busy' } }];
}

export function rejects(afterSeconds = 2): Reaction[] {
  return [{ on: 'ring', afterMs: seconds(afterSeconds), act: { do: 'reject' } }];
}

export function isOff(): Reaction[] {
  return [{ on: 'ring', afterMs: seconds(2), act: { do: 'switched_off' } }];
}

/** Rings until somebody gives up. */
export function ringsOut(): Reaction[] {
  return [];
}
