import { type Play, renderResponse, type Speak, type Verb } from '../vobiz/xml.ts';
import type { Afterwards } from './after-dial.ts';
import { announcement, heard } from './announcements.ts';
import { type CallUrls, hangUp, saying, tellsOfRecording } from './answer-document.ts';
import type { Manner } from './manner.ts';

/** So long a silence ends a message. */
const SILENCE_SECONDS = 5;
/** So long a rating is waited for, when the question has been asked. */
const RATING_SECONDS = 10;

/** What a caller hears when the Dial is over. */
export function afterDialDocument(
  afterwards: Exclude<Afterwards, { step: 'next_phone' }>,
  manner: Manner,
  urls: CallUrls,
): string {
  switch (afterwards.step) {
    case 'hang_up':
      return hungUpDocument;
    case 'announce':
      return saying(afterwards.key, manner);
    case 'voicemail':
      return voicemailDocument(manner, urls);
    case 'rating':
      return ratingDocument(manner, urls);
  }
}

export const hungUpDocument = renderResponse([hangUp]);

/** What stands after the recording runs when it has ended: its `action` is called when it begins. */
function voicemailDocument({ voice, own }: Manner, urls: CallUrls): string {
  const verbs: Verb[] = [
    announcement('voicemail_prompt', voice.language, own),
    {
      verb: 'Record',
      recordSession: false,
      maxLengthSeconds: voice.voicemail.maxSeconds,
      playBeep: true,
      redirect: false,
      fileFormat: voice.record.format,
      silenceSeconds: SILENCE_SECONDS,
      finishOnKey: '#',
      actionUrl: urls('voicemail'),
      callbackUrl: urls('voicemail'),
    },
    announcement('goodbye', voice.language, own),
    hangUp,
  ];
  return renderResponse(verbs);
}

/** Without an answer the next verb may run, or the action be called with nothing: the end either way. */
function ratingDocument({ voice, own }: Manner, urls: CallUrls): string {
  const prompt =
    heard(voice.rating.prompt, voice.language) ?? announcement('rating_prompt', voice.language, own);
  return renderResponse([
    {
      verb: 'Gather',
      actionUrl: urls('digits'),
      numDigits: 1,
      executionSeconds: RATING_SECONDS,
      log: false,
      redirect: true,
      prompts: [prompt],
    },
    hangUp,
  ]);
}

/**
 * For whoever picks up, before they are connected: nothing else than Speak, Play and Wait may stand here.
 * @param whisper with its values put in, or null for none
 */
export function whisperDocument(whisper: Speak | Play | null, { voice, own }: Manner): string {
  const consent = tellsOfRecording(voice) ? [announcement('recording_consent', voice.language, own)] : [];
  return renderResponse([...(whisper === null ? [] : [whisper]), ...consent]);
}
