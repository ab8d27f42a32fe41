import { type Call, Interrupted, type Leg, type Stage } from './call.ts';
import { converse } from './conversation.ts';
import { endDialled, startLegs, unreached } from './dial-legs.ts';
import { askAside, askDocument, type Document, outgoing, type Target, targetOf, trap } from './documents.ts';
import { mayShow } from './estate.ts';
import { answerFields, type DialResult, dialActionFields, legFields } from './event-fields.ts';
import { causes } from './hangup-causes.ts';
import { answerLeg, nextOf } from './leg-life.ts';
import { whisper } from './whisper.ts';
import { isNumber } from './wire-formats.ts';
import type { XmlElement } from './xml-document.ts';

const DEFAULT_RING_SECONDS = 120;

/** What became of a Dial, and what interrupted it: the caller hung up, or was transferred. */
type Dialled = { result: DialResult; by: Interrupted | null };

/** Reaches somebody and lets them talk. The document of the action, or null for the next verb. */
export async function runDial(stage: Stage, leg: Leg, element: XmlElement): Promise<Document | null> {
  const { call } = leg;
  const { switches } = stage;
  const action = targetOf(call, element, 'action', 'method');
  const redirect = element.attributes.redirect !== 'false';
  if (action === null || element.attributes.redirect === undefined)
    trap(stage, call, 'dial_without_action', 'Dial');
  const { result, by } = await dial(stage, leg, element);
  if (by !== null) {
    if (action !== null && by.by.kind === 'over') tellLate(stage, call, action, redirect, result);
    throw by;
  }
  if (action === null) {
    if (switches.dialWithoutAction === 'next') return null;
    const fields = answerFields(call, switches);
    return askDocument(stage, leg, { kind: 'answer', as: 'answer', target: call.urls.answer, fields });
  }
  const fields = dialActionFields(call, result, redirect, switches);
  if (redirect) return askDocument(stage, leg, { kind: 'dial_action', as: 'action', target: action, fields });
  stage.delivery.tell(outgoing(call, 'dial_action', action, fields));
  return null;
}

/** When the caller has hung up, the action comes after the Hangup event, and says that the call is completed. */
function tellLate(stage: Stage, call: Call, action: Target, redirect: boolean, result: DialResult): void {
  const tell = () => {
    const fields = dialActionFields(call, result, redirect, stage.switches);
    stage.delivery.tell(outgoing(call, 'dial_action', action, fields));
  };
  if (stage.switches.actionAfterHangup && call.leg.endedAt === null) call.afterHangup.push(tell);
  else tell();
}

async function dial(stage: Stage, leg: Leg, element: XmlElement): Promise<Dialled> {
  const failed = (status: DialResult['status'], cause: string): Dialled => ({
    result: { status, cause, hasRung: false, leg: null },
    by: null,
  });
  const { call } = leg;
  const { switches } = stage;
  if (element.children.some(({ name }) => name === 'Record')) {
    trap(stage, call, 'nested_record', 'Dial/Record');
    if (switches.nestedRecord === 'false_busy') return failed('busy', causes.busy.word);
  }
  if (leg.answeredAt === null) {
    trap(stage, call, 'bare_dial', 'Dial');
    if (switches.bareDial === 'fails') return failed('failed', causes.cancelled.word);
  }
  const shown = element.attributes.callerId ?? leg.party;
  if (element.attributes.callerId === undefined) {
    trap(stage, call, 'caller_id_from_a_leg', 'Dial');
  } else if (!isNumber(shown) || !mayShow(stage.estate, call.account, shown)) {
    trap(stage, call, 'stranger_caller_id', 'Dial.callerId');
    return failed('failed', switches.strangeCallerId === 'refused' ? causes.unknownCallerId.word : '');
  }
  const music = element.attributes.dialMusic;
  if (music !== undefined && /^https?:/.test(music)) {
    const fields = { Event: 'DialRemoteSounds', CallUUID: call.uuid };
    askAside(stage, outgoing(call, 'remote_sounds', { url: music, method: 'POST' }, fields), () => {});
  }
  const legs = startLegs(stage, leg, shown, element.children);
  return ring(stage, leg, element, legs);
}

async function ring(stage: Stage, leg: Leg, element: XmlElement, legs: Leg[]): Promise<Dialled> {
  const { call } = leg;
  const { attributes } = element;
  const callback = targetOf(call, element, 'callbackUrl', 'callbackMethod');
  const sound = attributes.confirmSound;
  const ask = {
    sound: sound === undefined ? null : { url: sound, method: 'POST' as const },
    key: attributes.confirmKey ?? null,
    timeoutSeconds: attributes.confirmTimeout === undefined ? null : Number(attributes.confirmTimeout),
  };
  const until = stage.clock.now() + Number(attributes.timeout ?? DEFAULT_RING_SECONDS) * 1_000;
  const open = () => legs.filter((one) => one.endedAt === null);
  const forward = (one: Leg) => {
    one.listener = (message) => leg.inbox.put({ kind: 'of_leg', leg: one, message });
  };

  try {
    for (let last = legs[0]; last !== undefined; ) {
      // Whoever picked up in time may still hear the whisper when the time is over.
      const isWhispering = open().some((one) => one.answeredAt !== null);
      const message = await nextOf(leg, isWhispering ? Number.POSITIVE_INFINITY : until);
      if (message === null) {
        for (const one of open()) endDialled(stage, one, callback, causes.ringTimeout, 'Vobiz');
        return { result: unreached(stage, last), by: null };
      }
      if (message.kind !== 'of_leg' || message.leg.endedAt !== null) continue;
      const { leg: other, message: news } = message;
      if (news.kind === 'answered') {
        answerLeg(stage, other);
        if (callback !== null)
          stage.delivery.tell(outgoing(call, 'dial_event', callback, legFields(other, 'answer')));
        if (ask.sound !== null || ask.key !== null) {
          other.listener = null;
          void whisper(stage, other, ask).then((outcome) => {
            if (other.endedAt !== null) return;
            forward(other);
            leg.inbox.put({ kind: 'of_leg', leg: other, message: outcome });
          });
          continue;
        }
      }
      if (news.kind === 'answered' || news.kind === 'confirmed') {
        for (const one of open()) {
          if (one !== other) endDialled(stage, one, callback, causes.lostRace, 'Vobiz');
        }
        const by = await converse(stage, leg, other, element, callback);
        return { result: { status: 'completed', cause: causes.normal.word, hasRung: true, leg: other }, by };
      }
      if (news.kind === 'over') {
        endDialled(stage, other, callback, news.cause, news.source);
        last = other;
        if (open().length === 0) return { result: unreached(stage, other), by: null };
      }
    }
    return { result: { status: 'failed', cause: '', hasRung: false, leg: null }, by: null };
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    const source = error.by.kind === 'over' ? error.by.source : 'API Request';
    for (const one of open()) endDialled(stage, one, callback, causes.cancelled, source);
    const result = {
      status: 'cancel',
      cause: causes.cancelled.word,
      hasRung: true,
      leg: legs[0] ?? null,
    } as const;
    return { result, by: error };
  }
}
