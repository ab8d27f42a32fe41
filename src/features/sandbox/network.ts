import type { Call, CallUrls, Leg, Stage } from './call.ts';
import { channelsInUse } from './call.ts';
import { playAdopted, playInbound } from './call-life.ts';
import { type Chance, chanceOf } from './chance.ts';
import type { Clock } from './clock.ts';
import { createDelivery, type Fields, type Post } from './delivery.ts';
import { createEstate, type Estate, mainOf, type OwnedNumber, userOf } from './estate.ts';
import { type FaultPlan, faultPlan } from './faults.ts';
import { createJournal, type Journal, type JournalEntry } from './journal.ts';
import { hangUp, press } from './leg-life.ts';
import { newCall } from './new-call.ts';
import { createPhoneBook, type PhoneBook, type Reaction } from './phones.ts';
import { type Switches, strictSwitches } from './switches.ts';
import { isNumber, writtenFrom, writtenTo } from './wire-formats.ts';

export type NetworkOptions = {
  clock: Clock;
  seed: number;
  post: Post;
  switches?: Partial<Switches>;
  faults?: Parameters<typeof faultPlan>[0];
  /** Ids of calls, legs and recordings in the order in which they are needed; from the seed without it. */
  nextId?: () => string;
  /** Where recordings lie. */
  mediaBase?: string;
};

/** Somebody picks up a phone and dials. */
export type Dialling = {
  /** In E.164; null when the caller withholds the number. */
  from: string | null;
  to: string;
  /** What the caller does during the call: hangs up, presses keys. */
  reactions?: readonly Reaction[];
  forwardedFrom?: string;
  /** `X-VH-…` headers of a SIP call. */
  sipHeaders?: Fields;
};

export type Network = {
  stage: Stage;
  clock: Clock;
  chance: Chance;
  journal: Journal;
  estate: Estate;
  phones: PhoneBook;
  /** Both may be changed while calls are going on. */
  switches: Switches;
  faults: FaultPlan;
  /** The call, or null when the network could not deliver it: the journal says why. */
  dial(dialling: Dialling): Call | null;
  find(callUuid: string): Call | null;
  /** The caller, or whoever was called, hangs up. */
  hangUp(callUuid: string, who: 'caller' | 'callee'): boolean;
  press(callUuid: string, who: 'caller' | 'callee', digits: string): boolean;
};

/** The telephone network and the platform on it: phones, numbers, calls, and what the platform tells about them. */
export function createNetwork(options: NetworkOptions): Network {
  const { clock } = options;
  const chance = chanceOf(options.seed);
  const ids = chance.fork('ids');
  const journal = createJournal(clock);
  const estate = createEstate();
  const phones = createPhoneBook();
  const switches: Switches = { ...strictSwitches, ...options.switches };
  const faults = faultPlan(options.faults ?? {});
  const stage: Stage = {
    clock,
    switches,
    journal,
    estate,
    phones,
    delivery: createDelivery({ clock, chance, post: options.post, journal, switches, faults }),
    live: new Map(),
    nextId: options.nextId ?? (() => ids.uuid()),
    mediaBase: options.mediaBase ?? 'https://media.vobiz.ai',
    adopt: (leg, url, method) => void playAdopted(stage, leg, url, method),
  };

  const dial = (dialling: Dialling): Call | null => {
    const { to } = dialling;
    const from = dialling.from ?? '';
    const number = estate.numbers.get(to);
    const why = refusalOf(stage, number);
    const urls = number === undefined ? null : urlsOf(number);
    if (why !== null || number === undefined || urls === null) {
      const entry = { call: '', from, to, why: why ?? 'no_application' } as const;
      journal.write({ what: 'not_delivered', ...entry });
      return null;
    }
    number.lastCallAt = clock.now();
    const account = userOf(number);
    const text = dialling.from === null ? switches.withheld : writtenFrom(dialling.from, switches.from);
    const phone = isNumber(from) ? phones.find(from) : null;
    const call = newCall(
      stage,
      {
        uuid: stage.nextId(),
        account,
        direction: 'inbound',
        did: number,
        urls,
        from: text,
        to: writtenTo(to, switches.to),
        callerName: switches.callerName === 'absent' ? null : (dialling.from ?? switches.withheld),
        forwardedFrom: dialling.forwardedFrom ?? null,
        sipHeaders: dialling.sipHeaders ?? {},
        requestUuid: null,
      },
      {
        party: from,
        shown: to,
        phone: phone?.leg === null ? phone : null,
        reactions: dialling.reactions ?? [],
      },
    );
    journal.write({ what: 'dialled', call: call.uuid, from, to, direction: 'inbound' });
    call.done = playInbound(stage, call);
    return call;
  };

  const legOf = (callUuid: string, who: 'caller' | 'callee'): Leg | null => {
    const call = stage.live.get(callUuid);
    if (call === undefined) return null;
    const callees = [...call.legs].filter((leg) => leg !== call.leg && leg.answeredAt !== null);
    const callee = call.direction === 'outbound' && callees.length === 0 ? call.leg : callees[0];
    return (who === 'caller' ? call.leg : callee) ?? null;
  };

  return {
    stage,
    clock,
    chance,
    journal,
    estate,
    phones,
    switches,
    faults,
    dial,
    find: (callUuid) => stage.live.get(callUuid) ?? null,
    hangUp(callUuid, who) {
      const leg = legOf(callUuid, who);
      if (leg !== null) hangUp(leg);
      return leg !== null;
    },
    press(callUuid, who, digits) {
      const leg = legOf(callUuid, who);
      if (leg !== null) press(stage, leg, digits);
      return leg !== null;
    },
  };
}

type NotDelivered = (JournalEntry & { what: 'not_delivered' })['why'];

function refusalOf(stage: Stage, number: OwnedNumber | undefined): NotDelivered | null {
  // A trial number cannot be called.
  if (number === undefined || number.status === 'released' || number.isTrial || number.isBlocked)
    return 'no_number';
  if (number.application === null || !number.application.enabled) return 'no_application';
  const main = mainOf(number.owner);
  if (main.balanceMicros <= 0) return 'no_credit';
  return channelsInUse(stage, main) >= main.channels ? 'no_channel' : null;
}

function urlsOf(number: OwnedNumber): CallUrls | null {
  const { application } = number;
  if (application === null) return null;
  const answer = { url: application.answerUrl, method: application.answerMethod };
  const { hangupUrl, fallbackUrl } = application;
  return {
    answer,
    // Without a hangup URL its event goes to the answer URL.
    hangup: hangupUrl === null ? answer : { url: hangupUrl, method: application.hangupMethod },
    fallback: fallbackUrl === null ? null : { url: fallbackUrl, method: application.fallbackMethod },
    ring: null,
  };
}
