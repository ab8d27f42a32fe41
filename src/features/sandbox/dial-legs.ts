import { type Call, channelsInUse, type Leg, type Stage } from './call.ts';
import { outgoing, type Target, trap } from './documents.ts';
import { type DialResult, legHangupFields } from './event-fields.ts';
import { type Cause, causes, type HangupSource } from './hangup-causes.ts';
import { endLeg, newLeg, react, tellLeg } from './leg-life.ts';
import type { XmlElement } from './xml-document.ts';

/** How soon a network says that a number cannot be reached. */
const REFUSAL_MS = 500;

/** Begins to ring everybody that the Dial names, at the same time. Their news go to the leg that dialled them. */
export function startLegs(stage: Stage, dialler: Leg, shown: string, children: readonly XmlElement[]): Leg[] {
  return children
    .filter(({ name }) => name === 'Number' || name === 'User')
    .map((child, place) => startLeg(stage, dialler, shown, child, place + 1));
}

function startLeg(stage: Stage, dialler: Leg, shown: string, child: XmlElement, position: number): Leg {
  const { call } = dialler;
  const text = child.text.trim();
  const party = child.name === 'User' ? text : `+${text.replace(/^\+/, '')}`;
  const phone = stage.phones.find(party);
  const refusal = refusalOf(stage, call, child, shown, party);
  const isFree = phone !== null && phone.leg === null;
  const leg = newLeg(stage, call, {
    uuid: stage.nextId(),
    role: 'b',
    party,
    shown,
    position,
    phone: isFree && refusal === null ? phone : null,
    reactions: phone?.reactions ?? [],
  });
  leg.listener = (message) => dialler.inbox.put({ kind: 'of_leg', leg, message });
  const refuse = (cause: Cause, source: HangupSource) => {
    const say = () => tellLeg(leg, { kind: 'over', cause, source });
    leg.timers.push(stage.clock.after(REFUSAL_MS, say));
  };
  if (refusal !== null) refuse(refusal, 'Vobiz');
  else if (phone === null) refuse(causes.invalidDestination, 'Carrier');
  else if (!isFree) refuse(causes.busy, 'Callee');
  else {
    stage.journal.write({ what: 'ringing', call: call.uuid, leg: leg.uuid, to: party, shown });
    react(stage, leg, 'ring');
  }
  return leg;
}

/** Why the platform itself does not let this leg out. */
function refusalOf(stage: Stage, call: Call, child: XmlElement, shown: string, party: string): Cause | null {
  const main = call.account.parent ?? call.account;
  if (stage.estate.numbers.has(party)) {
    trap(stage, call, 'dialled_a_masking_number', 'Number');
    return causes.loop;
  }
  if (child.name === 'User') return causes.notRegistered;
  if (stage.switches.mediaAnchoring && shown.startsWith('+91') && !party.startsWith('+91'))
    return causes.anchoring;
  if (main.balanceMicros <= 0) return causes.outOfCredits;
  return channelsInUse(stage, main) >= main.channels ? causes.concurrency : null;
}

/** Ends a B leg, and tells the customer. */
export function endDialled(
  stage: Stage,
  leg: Leg,
  callback: Target | null,
  cause: Cause,
  source: HangupSource,
): void {
  if (leg.endedAt !== null) return;
  if (leg.bridgedAt !== null && leg.bridgedWith !== null) {
    const seconds = (stage.clock.now() - leg.bridgedAt) / 1_000;
    const { call, uuid, bridgedWith } = leg;
    stage.journal.write({
      what: 'parted',
      call: call.uuid,
      leg: bridgedWith.uuid,
      otherLeg: uuid,
      seconds,
      by: source,
    });
  }
  endLeg(stage, leg, cause, source);
  if (callback === null) return;
  const fields = legHangupFields(leg, stage.switches);
  stage.delivery.tell(outgoing(leg.call, 'dial_event', callback, fields));
}

/** What the Dial action says when nobody was reached, from how the last leg ended. */
export function unreached(stage: Stage, leg: Leg): DialResult {
  const { cause } = leg.ending ?? { cause: causes.invalidDestination };
  const status = statusOf(stage, cause);
  const hasRung = status === 'busy' || cause.code === causes.ringTimeout.code;
  return { status, cause: cause.word, hasRung, leg };
}

function statusOf(stage: Stage, cause: Cause): DialResult['status'] {
  if (cause.code === causes.busy.code) return 'busy';
  if (cause.code === causes.ringTimeout.code) return stage.switches.unansweredStatus;
  return cause.code === causes.cancelled.code ? 'cancel' : 'failed';
}
