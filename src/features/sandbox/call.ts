import type { Clock } from './clock.ts';
import type { Delivery, Fields, Method } from './delivery.ts';
import type { Account, Estate, OwnedNumber } from './estate.ts';
import type { Cause, HangupSource } from './hangup-causes.ts';
import type { Journal } from './journal.ts';
import type { Mailbox } from './mailbox.ts';
import type { Phone, PhoneBook, Reaction } from './phones.ts';
import type { SigningKeys } from './signing.ts';
import type { Switches } from './switches.ts';

/** What happens to a leg. */
export type LegMessage =
  | { kind: 'answered' }
  /** A called person has heard the whisper, and agreed. */
  | { kind: 'confirmed' }
  | { kind: 'over'; cause: Cause; source: HangupSource }
  | { kind: 'digit'; digit: string }
  | { kind: 'transfer'; url: string; method: Method }
  | { kind: 'of_leg'; leg: Leg; message: LegMessage };

/** One line: the caller's (A) or one that a Dial made (B). */
export type Leg = {
  uuid: string;
  role: 'a' | 'b';
  call: Call;
  /** Who is at its end, in E.164, or a SIP address. */
  party: string;
  /** What the party sees as the other end. */
  shown: string;
  position: number;
  phone: Phone | null;
  reactions: readonly Reaction[];
  /** How many `ask` reactions are used up. */
  asked: number;
  startedAt: number;
  answeredAt: number | null;
  bridgedAt: number | null;
  endedAt: number | null;
  ending: { cause: Cause; source: HangupSource } | null;
  bridgedWith: Leg | null;
  inbox: Mailbox<LegMessage>;
  /** Who listens instead of the leg itself: the one that dialled it. */
  listener: ((message: LegMessage) => void) | null;
  timers: (() => void)[];
};

export type RunningRecording = {
  id: string;
  startedAt: number;
  format: 'mp3' | 'wav';
  kind: 'xml' | 'api';
  url: string;
  callback: { url: string; method: Method } | null;
  cancelLimit: () => void;
};

/** Where the customer wants to be asked and told. */
export type CallUrls = {
  answer: { url: string; method: Method };
  hangup: { url: string; method: Method };
  fallback: { url: string; method: Method } | null;
  ring: { url: string; method: Method } | null;
};

/** What a caller experiences. */
export type Call = {
  uuid: string;
  account: Account;
  keys: SigningKeys;
  direction: 'inbound' | 'outbound';
  did: OwnedNumber | null;
  urls: CallUrls;
  /** As they are written in events. */
  from: string;
  to: string;
  callerName: string | null;
  forwardedFrom: string | null;
  sipHeaders: Fields;
  requestUuid: string | null;
  startedAt: number;
  leg: Leg;
  /** Legs that are still up, the A leg included. */
  legs: Set<Leg>;
  recordings: RunningRecording[];
  /** Recordings that begin with the first bridge. */
  onBridge: (() => void)[];
  /** Told after the Hangup event. */
  afterHangup: (() => void)[];
  /** The URL of the document that is being run: relative URLs resolve against it. */
  documentUrl: string;
  /** Settles when all is over, events aside. */
  done: Promise<void>;
};

/** All that the parts of the engine share. */
export type Stage = {
  clock: Clock;
  switches: Switches;
  delivery: Delivery;
  journal: Journal;
  estate: Estate;
  phones: PhoneBook;
  live: Map<string, Call>;
  /** Ids in the order in which they are needed. */
  nextId: () => string;
  mediaBase: string;
  /** Takes over a leg that a transfer separated from its Dial. */
  adopt: (leg: Leg, url: string, method: Method) => void;
};

/** Something that ends whatever the leg was doing. */
export class Interrupted extends Error {
  readonly by: LegMessage & { kind: 'over' | 'transfer' };

  constructor(by: LegMessage & { kind: 'over' | 'transfer' }) {
    super(by.kind);
    this.by = by;
  }
}

export function hangUpWith(cause: Cause, source: HangupSource): Interrupted {
  return new Interrupted({ kind: 'over', cause, source });
}

/** Of the account's legs, one channel each. */
export function channelsInUse(stage: Stage, account: Account): number {
  let count = 0;
  const main = account.parent ?? account;
  for (const call of stage.live.values()) {
    if ((call.account.parent ?? call.account) === main) count += call.legs.size;
  }
  return count;
}
