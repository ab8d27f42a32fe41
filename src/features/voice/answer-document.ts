import type { E164 } from '../../kernel/phone.ts';
import type { Voice } from '../tenants/voice-settings.ts';
import {
  type Dial,
  type Play,
  type RecordCall,
  renderResponse,
  type Speak,
  type Verb,
} from '../vobiz/xml.ts';
import type { AnnouncementKey } from './announcement-texts.ts';
import { announcement, heard } from './announcements.ts';
import { attemptPath, type CallPath } from './call-path.ts';
import { dialTimes, type Said } from './dial-times.ts';
import { type Manner, plainManner } from './manner.ts';
import type { AnswerRoute, Route } from './route-kinds.ts';
import type { FoundBinding } from './route-store.ts';

/** Where this call's own events go. */
export type CallUrls = (path: CallPath) => string;

/** Whom to ring: real numbers of the other party, or of a forward. attempt: which of its phones, from 1. */
export type Dialling = { numbers: readonly E164[]; binding: FoundBinding; attempt: number };

const rejected: Verb = { verb: 'Hangup', reason: 'rejected' };
export const hangUp: Verb = { verb: 'Hangup' };

/** Time for what is not talk: ringing phones and what is said. A recording that is cut off by it is one of nobody. */
const RECORDING_MARGIN_SECONDS = 120;

/** The first document of a call. `dialling`: for bridge and forward, and only for these. */
export function answerDocument(
  route: AnswerRoute,
  dialling: Dialling | null,
  manner: Manner,
  urls: CallUrls,
): string {
  switch (route.decision) {
    case 'reject':
    case 'ask': // somebody has to answer it before, and did not
      return rejectedDocument;
    case 'ask_pin':
      throw new Error('a question has a document of its own');
    case 'announce':
      return saying(route.announcement, manner);
    case 'bridge': {
      const parts = needed(dialling, route);
      const greeting = greetingOf(parts.binding, manner);
      const dial = bridging(route.callerId, parts, manner, urls, greeting);
      return renderResponse([...greeting, ...recording(dial, parts, manner, urls), dial]);
    }
    case 'forward': {
      const parts = needed(dialling, route);
      const prelude = preludeOf(manner);
      return renderResponse([...prelude, dialOf(route.callerId, parts, manner, urls, prelude)]);
    }
  }
}

/** The next phone of a party, when the one before was not answered. What is recorded is recorded already. */
export function nextPhoneDocument(
  callerId: E164,
  dialling: Dialling,
  manner: Manner,
  urls: CallUrls,
): string {
  return renderResponse([bridging(callerId, dialling, manner, urls, [])]);
}

/** A sentence, and the end. */
export function saying(key: AnnouncementKey, { voice, own }: Manner): string {
  return renderResponse([announcement(key, voice.language, own), hangUp]);
}

function needed(dialling: Dialling | null, { decision }: Route): Dialling {
  if (dialling === null) throw new Error(`a ${decision} needs a destination`);
  return dialling;
}

/** The caller's greeting, and that the call is recorded; or something short, if a call has to be answered before it rings. */
function greetingOf(binding: FoundBinding, manner: Manner): (Speak | Play)[] {
  const { voice, own } = manner;
  const greeting = heard(voice.greeting[binding.side], voice.language);
  const said = greeting === null ? [] : [greeting];
  if (tellsOfRecording(voice)) said.push(announcement('recording_consent', voice.language, own));
  return said.length > 0 ? said : preludeOf(manner);
}

/** A Dial as the first verb of an unanswered call fails on some routes; a short sentence answers it first. */
export function preludeOf({ voice, own }: Manner): (Speak | Play)[] {
  return voice.prelude === 'none' ? [] : [announcement('connecting', voice.language, own)];
}

export function tellsOfRecording({ record }: Voice): boolean {
  return record.enabled && record.announcesConsent;
}

/** Stands beside the Dial and before it: inside it, the platform takes the call for busy. */
function recording(dial: Dial, { binding }: Dialling, { voice }: Manner, urls: CallUrls): RecordCall[] {
  if (!voice.record.enabled) return [];
  const phones = voice.ring.mode === 'sequential' ? binding.others.length : 1;
  const most = dial.timeLimitSeconds + phones * dial.timeoutSeconds + RECORDING_MARGIN_SECONDS;
  return [
    {
      verb: 'Record',
      recordSession: true,
      maxLengthSeconds: Math.min(most, 86_400),
      playBeep: false,
      redirect: false,
      fileFormat: voice.record.format,
      actionUrl: urls('record'),
      callbackUrl: urls('record'),
    },
  ];
}

function bridging(
  callerId: E164,
  dialling: Dialling,
  manner: Manner,
  urls: CallUrls,
  saidBefore: readonly Said[],
): Dial {
  const { voice } = manner;
  const called = dialling.binding.side === 'a' ? 'b' : 'a';
  const whispers = voice.whisper[called] !== null || tellsOfRecording(voice);
  const dial = dialOf(callerId, dialling, manner, urls, saidBefore);
  return whispers ? { ...dial, confirmSoundUrl: urls('whisper') } : dial;
}

function dialOf(
  callerId: E164,
  { numbers, binding, attempt }: Dialling,
  { voice }: Manner,
  urls: CallUrls,
  saidBefore: readonly Said[],
): Dial {
  const { ringSeconds, talkSeconds } = dialTimes(
    {
      ringSeconds: voice.ring.timeoutSeconds ?? binding.ringTimeoutSeconds,
      maxCallSeconds: binding.maxCallSeconds,
    },
    voice.endCallsWithSession ? binding.secondsLeft : null,
    saidBefore,
  );
  return {
    verb: 'Dial',
    callerId,
    numbers,
    timeoutSeconds: ringSeconds,
    timeLimitSeconds: talkSeconds,
    actionUrl: urls(attemptPath('dial', attempt)),
    redirect: true,
    callbackUrl: urls(attemptPath('leg', attempt)),
  };
}

export const emptyDocument = renderResponse([]);
export const rejectedDocument = renderResponse([rejected]);
/** When we cannot decide: better a sentence than a dead line. */
export const failedDocument = saying('failed', plainManner);
