import { XMLBuilder } from 'fast-xml-parser';
import type { E164 } from '../../kernel/phone.ts';

/** `language` as speechLanguage says. */
export type Speak = { verb: 'Speak'; text: string; language?: string; voice?: 'WOMAN' | 'MAN' };
export type Play = { verb: 'Play'; url: string };
export type Wait = { verb: 'Wait'; seconds: number };
/** As the first verb it rejects the call unanswered and unbilled. Other reasons are undocumented. */
export type Hangup = { verb: 'Hangup'; reason?: 'rejected' | 'busy' };
export type Redirect = { verb: 'Redirect'; url: string };

/** Belongs before `Dial`, never inside it. `maxLengthSeconds` is required because its default is one minute. */
export type RecordCall = {
  verb: 'Record';
  recordSession: boolean;
  maxLengthSeconds: number;
  playBeep: boolean;
  redirect: boolean;
  fileFormat?: 'mp3' | 'wav';
  silenceSeconds?: number;
  finishOnKey?: string;
  startOnDialAnswer?: boolean;
  /** Called when recording starts. */
  actionUrl?: string;
  /** Called when the recording is ready, after hangup. */
  callbackUrl?: string;
};

/** Collects key presses. `log: false` keeps them out of Vobiz' logs: needed for PINs. */
export type Gather = {
  verb: 'Gather';
  actionUrl: string;
  /** 1 to 32. */
  numDigits: number;
  /** 5 to 60, from the end of the prompts. */
  executionSeconds: number;
  log: boolean;
  redirect: boolean;
  finishOnKey?: string;
  /** 2 to 10. */
  digitEndSeconds?: number;
  prompts: readonly (Speak | Play)[];
};

/** Several numbers ring at the same time. `redirect: true` runs the document that `actionUrl` answers. */
export type Dial = {
  verb: 'Dial';
  callerId: E164;
  numbers: readonly E164[];
  /** How long it rings. */
  timeoutSeconds: number;
  /** How long they talk. */
  timeLimitSeconds: number;
  actionUrl: string;
  redirect: boolean;
  callbackUrl: string;
  /** Fetched for whoever picks up, and heard by them before they are connected: answers Speak, Play and Wait only. */
  confirmSoundUrl?: string;
};

export type Verb = Speak | Play | Wait | Hangup | Redirect | RecordCall | Gather | Dial;

/** Vobiz drops the call above 100 KB (Vobiz documentation: xml/response). */
const MAX_DOCUMENT_BYTES = 100_000;
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

type Attributes = Readonly<Record<string, string | undefined>>;
type XmlNode = Record<string, unknown>;

const builder = new XMLBuilder({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
});

/**
 * The document that answers a webhook; for no verbs exactly `<Response></Response>`. Characters that XML 1.0 does
 * not allow are dropped. Throws a plain Error for what only a fault of ours can cause: a relative URL, a number
 * that is not E.164, a length out of its range, a document of 100 kB or more.
 */
export function renderResponse(verbs: readonly Verb[]): string {
  const document = DECLARATION + builder.build([{ Response: verbs.map(elementOf) }]);
  if (Buffer.byteLength(document) >= MAX_DOCUMENT_BYTES) throw new Error('The XML document is too long');
  return document;
}

function elementOf(verb: Verb): XmlNode {
  switch (verb.verb) {
    case 'Speak':
      return element('Speak', { voice: verb.voice, language: verb.language }, [text(verb.text)]);
    case 'Play':
      return element('Play', {}, [text(absolute(verb.url))]);
    case 'Wait':
      return element('Wait', { length: whole(verb.seconds, 1, 3600) }, []);
    case 'Hangup':
      return element('Hangup', { reason: verb.reason }, []);
    case 'Redirect':
      return element('Redirect', { method: 'POST' }, [text(absolute(verb.url))]);
    case 'Record':
      return recordElement(verb);
    case 'Gather':
      return gatherElement(verb);
    case 'Dial':
      return dialElement(verb);
  }
}

function recordElement(verb: RecordCall): XmlNode {
  const attributes = {
    recordSession: String(verb.recordSession),
    maxLength: whole(verb.maxLengthSeconds, 1, 86_400),
    playBeep: String(verb.playBeep),
    redirect: String(verb.redirect),
    fileFormat: verb.fileFormat,
    timeout: verb.silenceSeconds === undefined ? undefined : whole(verb.silenceSeconds, 1, 86_400),
    finishOnKey: verb.finishOnKey,
    startOnDialAnswer: verb.startOnDialAnswer === undefined ? undefined : String(verb.startOnDialAnswer),
    ...(verb.actionUrl === undefined ? {} : { action: absolute(verb.actionUrl), method: 'POST' }),
    ...(verb.callbackUrl === undefined
      ? {}
      : { callbackUrl: absolute(verb.callbackUrl), callbackMethod: 'POST' }),
  };
  return element('Record', attributes, []);
}

function gatherElement(verb: Gather): XmlNode {
  const attributes = {
    action: absolute(verb.actionUrl),
    method: 'POST',
    inputType: 'dtmf',
    numDigits: whole(verb.numDigits, 1, 32),
    executionTimeout: whole(verb.executionSeconds, 5, 60),
    digitEndTimeout: verb.digitEndSeconds === undefined ? undefined : whole(verb.digitEndSeconds, 2, 10),
    finishOnKey: verb.finishOnKey,
    log: String(verb.log),
    redirect: String(verb.redirect),
  };
  return element('Gather', attributes, verb.prompts.map(elementOf));
}

/** All of action, redirect and callbackUrl, always: without them Vobiz may fetch the answer again and redial. */
function dialElement(verb: Dial): XmlNode {
  if (verb.numbers.length === 0) throw new Error('A Dial needs a number');
  const attributes = {
    callerId: dialable(verb.callerId),
    timeout: whole(verb.timeoutSeconds, 1, 600),
    // Vobiz cuts at 24 hours.
    timeLimit: whole(verb.timeLimitSeconds, 1, 86_400),
    action: absolute(verb.actionUrl),
    method: 'POST',
    redirect: String(verb.redirect),
    callbackUrl: absolute(verb.callbackUrl),
    callbackMethod: 'POST',
    confirmSound: verb.confirmSoundUrl === undefined ? undefined : absolute(verb.confirmSoundUrl),
  };
  const numbers = verb.numbers.map((number) => element('Number', {}, [text(dialable(number))]));
  return element('Dial', attributes, numbers);
}

function element(name: string, attributes: Attributes, children: XmlNode[]): XmlNode {
  const given = Object.entries(attributes).flatMap(([key, value]) =>
    // A parser turns a line break inside an attribute into a space; so do we, to send what will be read.
    value === undefined ? [] : [[key, allowed(value).replace(/[\t\n]/g, ' ')]],
  );
  return { [name]: children, ':@': Object.fromEntries(given) };
}

function text(value: string): XmlNode {
  return { '#text': allowed(value) };
}

/** Drops what XML 1.0 does not allow, lone surrogates too; a parser would turn CR into LF, so only LF is sent. */
function allowed(value: string): string {
  return value
    .replace(/\r\n?/g, '\n')
    .replace(/[^\t\n\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '');
}

function absolute(url: string): string {
  if (!/^https?:\/\/[^\s/]/.test(url) || /\s/.test(url) || !URL.canParse(url)) {
    throw new Error('A URL in the XML is not absolute');
  }
  return url;
}

// The message leaves the number out: errors are logged.
function dialable(number: E164): string {
  if (!/^\+[1-9]\d{6,14}$/.test(number)) throw new Error('A number in the XML is not E.164');
  return number;
}

function whole(value: number, least: number, most: number): string {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new Error(`A number in the XML is not between ${least} and ${most}`);
  }
  return String(value);
}
