import { type Call, hangUpWith, Interrupted, type Leg, type Stage } from './call.ts';
import type { Asked, Fields, Method, Outgoing } from './delivery.ts';
import { answerFields } from './event-fields.ts';
import type { EventKind } from './faults.ts';
import { type DocumentKind, invalidXmlCause, unreachableCause } from './hangup-causes.ts';
import type { Trap } from './journal.ts';
import { answerLeg, pause } from './leg-life.ts';
import { type ReadDocument, readXml, type XmlElement } from './xml-document.ts';

export type Document = { verbs: readonly XmlElement[]; url: string };
export type Target = { url: string; method: Method };

/** A malformed document is answered, and then dropped: that is all that a caller notices. */
const DROPPED_AFTER_MS = 1_000;
/** The pages recommend an answer within 2 s. */
const RECOMMENDED_MS = 2_000;

export function outgoing(call: Call, kind: EventKind, target: Target, fields: Fields): Outgoing {
  return { call: call.uuid, kind, ...target, fields, keys: call.keys };
}

export function trap(stage: Stage, call: Call, what: Trap, where: string): void {
  stage.journal.write({ what: 'trap', call: call.uuid, trap: what, where });
}

/** Asks for what to do next. Throws `Interrupted` when the leg ends meanwhile, or nothing usable comes. */
export async function askDocument(
  stage: Stage,
  leg: Leg,
  what: { kind: EventKind; as: DocumentKind; target: Target; fields: Fields },
): Promise<Document> {
  const { call } = leg;
  const first = await tryDocument(stage, leg, what.kind, what.target, what.fields);
  if ('verbs' in first) return first;
  const { fallback } = call.urls;
  if (what.as === 'answer' && fallback !== null) {
    const second = await tryDocument(stage, leg, 'fallback', fallback, answerFields(call, stage.switches));
    if ('verbs' in second) return second;
  }
  if (first.why === 'unreachable') throw hangUpWith(unreachableCause(what.as), 'Error');
  answerLeg(stage, leg);
  await pause(stage, leg, DROPPED_AFTER_MS);
  throw hangUpWith(invalidXmlCause(what.as), 'Error');
}

async function tryDocument(
  stage: Stage,
  leg: Leg,
  kind: EventKind,
  target: Target,
  fields: Fields,
): Promise<Document | { why: 'unreachable' | 'invalid' }> {
  const { call } = leg;
  const began = stage.clock.now();
  const asked = await stage.delivery.ask(outgoing(call, kind, target, fields), (milliseconds) =>
    pause(stage, leg, milliseconds),
  );
  if (stage.clock.now() - began > RECOMMENDED_MS) trap(stage, call, 'stayed_over_recommended_time', kind);
  interruptIfDue(leg);
  if (asked.outcome === 'unreachable') return { why: 'unreachable' };
  const read = readAnswer(stage, call, asked);
  if (!read.isUsable) return { why: 'invalid' };
  if (leg === call.leg) call.documentUrl = target.url;
  return { verbs: read.verbs, url: target.url };
}

export function readAnswer(stage: Stage, call: Call, asked: Asked & { outcome: 'document' }): ReadDocument {
  const read = readXml(asked.body, asked.contentType, stage.switches);
  for (const { what, where } of read.faults) trap(stage, call, what, where);
  return read;
}

/** What happened while a request was out. */
function interruptIfDue(leg: Leg): void {
  for (let message = leg.inbox.take(); message !== null; message = leg.inbox.take()) {
    if (message.kind === 'over' || message.kind === 'transfer') throw new Interrupted(message);
  }
}

/** A request whose document nobody waits for; `look` sees it when one comes. */
export function askAside(stage: Stage, event: Outgoing, look: (asked: Asked) => void): void {
  const sleep = (milliseconds: number) =>
    new Promise<void>((resolve) => {
      stage.clock.after(milliseconds, resolve);
    });
  void stage.delivery.ask(event, sleep).then(look);
}

/** The URL and method of an attribute pair, or null without one. */
export function targetOf(call: Call, element: XmlElement, name: string, methodName: string): Target | null {
  const url = element.attributes[name];
  if (url === undefined || url === '') return null;
  const method = element.attributes[methodName] === 'GET' ? 'GET' : 'POST';
  return { url: absoluteUrl(call, url), method };
}

/** Relative ones get here only where the switch lets them. */
export function absoluteUrl(call: Call, url: string): string {
  return URL.canParse(url) ? url : new URL(url, call.documentUrl).href;
}
