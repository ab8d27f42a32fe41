import { hangUpWith, type Leg, type Stage } from './call.ts';
import { absoluteUrl, askDocument, type Document, outgoing, targetOf, trap } from './documents.ts';
import { redirectFields } from './event-fields.ts';
import { type Cause, causes } from './hangup-causes.ts';
import { answerLeg, nextOf, pause, tellLeg } from './leg-life.ts';
import { startPrompt } from './prompts.ts';
import { runRecord } from './recordings.ts';
import { runDial } from './run-dial.ts';
import { runGather } from './run-gather.ts';
import type { XmlElement } from './xml-document.ts';

/** A call that is sent from document to document for ever is ended. */
const MOST_DOCUMENTS = 100;
/** From a verb that answers to the answer. */
const ANSWER_MS = 500;
const CONFERENCE_SECONDS = 14_400;

/** Runs documents until the leg is interrupted, which is how every call ends. */
export async function runDocuments(stage: Stage, leg: Leg, first: Document): Promise<never> {
  let document: Document | null = first;
  for (let count = 0; document !== null; count += 1) {
    if (count === MOST_DOCUMENTS) {
      trap(stage, leg.call, 'endless_documents', 'Response');
      break;
    }
    if (document.verbs.length === 0 && stage.switches.emptyResponse === 'continues') {
      await answer(stage, leg);
      await pause(stage, leg, Number.POSITIVE_INFINITY);
    }
    document = await runVerbs(stage, leg, document.verbs);
  }
  throw hangUpWith(causes.endOfXml, 'Answer XML');
}

async function runVerbs(stage: Stage, leg: Leg, verbs: readonly XmlElement[]): Promise<Document | null> {
  for (const verb of verbs) {
    const next = await runVerb(stage, leg, verb);
    if (next !== null) return next;
  }
  return null;
}

/** The document that takes over, or null for the next verb. */
async function runVerb(stage: Stage, leg: Leg, verb: XmlElement): Promise<Document | null> {
  const { call } = leg;
  switch (verb.name) {
    case 'Speak':
    case 'Play':
      await answer(stage, leg);
      await pause(stage, leg, startPrompt(stage, leg, verb));
      return null;
    case 'Wait':
      // As the first verb it delays the answer.
      await pause(stage, leg, startPrompt(stage, leg, verb));
      return null;
    case 'PreAnswer':
      for (const prompt of verb.children) await pause(stage, leg, startPrompt(stage, leg, prompt));
      return null;
    case 'Gather':
      await answer(stage, leg);
      return runGather(stage, leg, verb);
    case 'Record':
      await answer(stage, leg);
      return runRecord(stage, leg, verb);
    case 'Dial':
      return runDial(stage, leg, verb);
    case 'Redirect': {
      const method = verb.attributes.method === 'GET' ? 'GET' : 'POST';
      const target = { url: absoluteUrl(call, verb.text.trim()), method } as const;
      const fields = redirectFields(call, stage.switches);
      return askDocument(stage, leg, { kind: 'redirect', as: 'redirect', target, fields });
    }
    case 'DTMF':
      await answer(stage, leg);
      stage.journal.write({ what: 'tones_sent', call: call.uuid, leg: leg.uuid, digits: verb.text.trim() });
      return null;
    case 'Conference':
      await answer(stage, leg);
      await confer(stage, leg, verb);
      return null;
    case 'Stream':
      await answer(stage, leg);
      await stream(stage, leg, verb);
      return null;
    case 'Hangup':
      hangUp(stage, leg, verb);
      return null;
    default:
      // Only where the switch lets unknown elements pass.
      return null;
  }
}

async function answer(stage: Stage, leg: Leg): Promise<void> {
  if (leg.answeredAt !== null) return;
  await pause(stage, leg, ANSWER_MS);
  answerLeg(stage, leg);
}

function hangUp(stage: Stage, leg: Leg, { attributes }: XmlElement): void {
  if (attributes.schedule !== undefined) {
    const end = () => tellLeg(leg, { kind: 'over', cause: causes.timeLimit, source: 'Answer XML' });
    leg.timers.push(stage.clock.after(Number(attributes.schedule) * 1_000, end));
    return;
  }
  let cause: Cause = causes.normal;
  // A reason counts only for a call that was not answered: it is not billed then.
  if (leg.answeredAt === null && attributes.reason === 'busy') cause = causes.busy;
  if (leg.answeredAt === null && attributes.reason === 'rejected') cause = causes.rejected;
  throw hangUpWith(cause, 'Answer XML');
}

/** Alone in its room: enters, waits, leaves. */
async function confer(stage: Stage, leg: Leg, element: XmlElement): Promise<void> {
  const { call } = leg;
  const callback = targetOf(call, element, 'callbackUrl', 'callbackMethod');
  const tell = (event: string) => {
    if (callback === null) return;
    const fields = { Event: event, CallUUID: call.uuid, ConferenceName: element.text.trim() };
    stage.delivery.tell(outgoing(call, 'conference', callback, fields));
  };
  tell('ConferenceEnter');
  const until = stage.clock.now() + Number(element.attributes.timeLimit ?? CONFERENCE_SECONDS) * 1_000;
  try {
    for (;;) {
      const message = await nextOf(leg, until);
      const isStar = message?.kind === 'digit' && message.digit === '*';
      if (message === null || (isStar && element.attributes.hangupOnStar === 'true')) return;
    }
  } finally {
    tell('ConferenceExit');
  }
}

/** Nobody is connected: only what is told about a stream. */
async function stream(stage: Stage, leg: Leg, element: XmlElement): Promise<void> {
  const { call } = leg;
  const callback = targetOf(call, element, 'statusCallbackUrl', 'statusCallbackMethod');
  const tell = (event: string) => {
    if (callback === null) return;
    stage.delivery.tell(outgoing(call, 'stream', callback, { Event: event, CallUUID: call.uuid }));
  };
  tell('StartStream');
  if (element.attributes.keepCallAlive !== 'true') return;
  try {
    await pause(stage, leg, Number.POSITIVE_INFINITY);
  } finally {
    tell('StopStream');
  }
}
