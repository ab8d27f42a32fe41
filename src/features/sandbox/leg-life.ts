import { type Call, Interrupted, type Leg, type LegMessage, type Stage } from './call.ts';
import { charge, keep, mainOf } from './estate.ts';
import { type Cause, causes, type HangupSource } from './hangup-causes.ts';
import { mailbox } from './mailbox.ts';
import { KEY_MS, type Phone, type Reaction } from './phones.ts';
import { billedSeconds } from './wire-formats.ts';

export function newLeg(
  stage: Stage,
  call: Call,
  of: Pick<Leg, 'uuid' | 'role' | 'party' | 'shown' | 'position'> & {
    phone: Phone | null;
    reactions: readonly Reaction[];
  },
): Leg {
  const leg: Leg = {
    ...of,
    call,
    asked: 0,
    startedAt: stage.clock.now(),
    answeredAt: null,
    bridgedAt: null,
    endedAt: null,
    ending: null,
    bridgedWith: null,
    inbox: mailbox(stage.clock),
    listener: null,
    timers: [],
  };
  if (of.phone !== null) of.phone.leg = leg.uuid;
  call.legs.add(leg);
  return leg;
}

/** Tells the leg, or whoever listens in its place. */
export function tellLeg(leg: Leg, message: LegMessage): void {
  if (leg.listener === null) leg.inbox.put(message);
  else leg.listener(message);
}

/** Has the person at the end of the leg do what they do when this happens to them. */
export function react(stage: Stage, leg: Leg, on: Reaction['on']): void {
  let due = leg.reactions.filter((reaction) => reaction.on === on);
  if (on === 'ask') {
    due = due.slice(leg.asked, leg.asked + 1);
    leg.asked += 1;
  }
  for (const { afterMs, act } of due) {
    const later = (milliseconds: number, work: () => void) =>
      leg.timers.push(stage.clock.after(milliseconds, work));
    switch (act.do) {
      case 'answer':
        later(afterMs, () => tellLeg(leg, { kind: 'answered' }));
        break;
      case 'busy':
        later(afterMs, () => tellLeg(leg, { kind: 'over', cause: causes.busy, source: partyOf(leg) }));
        break;
      case 'reject':
        later(afterMs, () => tellLeg(leg, { kind: 'over', cause: causes.rejected, source: partyOf(leg) }));
        break;
      case 'switched_off':
        later(afterMs, () => tellLeg(leg, { kind: 'over', cause: causes.switchedOff, source: 'Carrier' }));
        break;
      case 'hang_up':
        later(afterMs, () => hangUp(leg));
        break;
      case 'press':
        [...act.digits].forEach((_digit, place) => {
          later(afterMs + place * KEY_MS, () => press(stage, leg, act.digits[place] ?? ''));
        });
    }
  }
}

export function press(stage: Stage, leg: Leg, digits: string): void {
  if (leg.endedAt !== null || digits === '') return;
  stage.journal.write({ what: 'pressed', call: leg.call.uuid, leg: leg.uuid, digits });
  for (const digit of digits) tellLeg(leg, { kind: 'digit', digit });
}

/** The person at its end hangs up. */
export function hangUp(leg: Leg): void {
  const cause = leg.role === 'a' && leg.answeredAt === null ? causes.cancelled : causes.normal;
  tellLeg(leg, { kind: 'over', cause, source: partyOf(leg) });
}

/** The caller of an inbound call, or somebody that was called. */
export function partyOf(leg: Leg): HangupSource {
  return leg.role === 'a' && leg.call.direction === 'inbound' ? 'Caller' : 'Callee';
}

/** Waits; keys that are pressed meanwhile are lost. Throws `Interrupted` when the leg ends or is transferred. */
export async function pause(stage: Stage, leg: Leg, milliseconds: number): Promise<void> {
  const until = stage.clock.now() + milliseconds;
  for (;;) {
    const message = await nextOf(leg, until);
    if (message === null) return;
  }
}

/** The next thing that happens to the leg, or null at this moment. */
export async function nextOf(leg: Leg, until: number): Promise<LegMessage | null> {
  const message = await leg.inbox.next(until);
  if (message?.kind === 'over' || message?.kind === 'transfer') throw new Interrupted(message);
  return message;
}

export function answerLeg(stage: Stage, leg: Leg): void {
  if (leg.answeredAt !== null) return;
  leg.answeredAt = stage.clock.now();
  stage.journal.write({ what: 'answered', call: leg.call.uuid, leg: leg.uuid });
  react(stage, leg, 'answer');
}

/** Whole seconds from the answer on. */
export function talkSeconds(leg: Leg): number {
  if (leg.answeredAt === null || leg.endedAt === null) return 0;
  return Math.floor((leg.endedAt - leg.answeredAt) / 1_000);
}

/** The line is dead: its phone is free, its record is written, its cost is charged. */
export function endLeg(stage: Stage, leg: Leg, cause: Cause, source: HangupSource): void {
  if (leg.endedAt !== null) return;
  const { call } = leg;
  leg.endedAt = stage.clock.now();
  leg.ending = { cause, source };
  leg.listener = null;
  for (const cancel of leg.timers) cancel();
  leg.timers = [];
  if (leg.phone?.leg === leg.uuid) leg.phone.leg = null;
  call.legs.delete(leg);

  const main = mainOf(call.account);
  const seconds = talkSeconds(leg);
  const billed = leg.answeredAt === null ? 0 : billedSeconds(Math.max(seconds, 1), main.pulseSeconds);
  const costMicros = Math.round((billed * main.ratePerMinuteMicros) / 60);
  const { uuid } = leg;
  stage.journal.write({
    what: 'leg_ended',
    call: call.uuid,
    leg: uuid,
    word: cause.word,
    code: cause.code,
    by: source,
    seconds,
    billed,
  });
  keep(stage.estate.records, {
    uuid,
    owner: call.account,
    bridgeUuid: leg.bridgedWith?.uuid ?? null,
    direction: leg.role === 'b' ? 'outbound' : call.direction,
    from: leg.role === 'b' || call.direction === 'outbound' ? leg.shown : leg.party,
    to: leg.role === 'b' || call.direction === 'outbound' ? leg.party : (call.did?.e164 ?? call.to),
    startedAt: leg.startedAt,
    answeredAt: leg.answeredAt,
    endedAt: leg.endedAt,
    ringSeconds: Math.floor(((leg.answeredAt ?? leg.endedAt) - leg.startedAt) / 1_000),
    billedSeconds: billed,
    talkSeconds: seconds,
    costMicros,
    cause,
    source,
  });
  if (costMicros > 0) {
    const reference = `cdr:${uuid}`;
    const at = leg.endedAt;
    charge(stage.estate, {
      id: `txn_${uuid}`,
      account: call.account,
      at,
      amountMicros: costMicros,
      reference,
    });
  }
}
