import { renderResponse } from '../vobiz/xml.ts';
import { announcement } from './announcements.ts';
import { type CallUrls, hangUp } from './answer-document.ts';
import { pinPath } from './call-path.ts';
import type { Manner } from './manner.ts';

/** `digits`: of the longest PIN; `attempt`: from 1. */
export type AskedPin = { digits: number; attempt: number };

/** So long the first digit is waited for. A PIN may have to be looked up in a message. */
const WAIT_SECONDS = 20;
/** So long the next one: on a DID with PINs of several lengths a shorter one ends by it, or by the hash key. */
const BETWEEN_SECONDS = 5;

/** Without digits the next verbs may run, or the action be called with nothing. `log`: Vobiz must not keep the digits either. */
export function askPinDocument(
  { digits, attempt }: AskedPin,
  { voice, own }: Manner,
  urls: CallUrls,
): string {
  return renderResponse([
    {
      verb: 'Gather',
      actionUrl: urls(pinPath(attempt)),
      numDigits: digits,
      executionSeconds: WAIT_SECONDS,
      digitEndSeconds: BETWEEN_SECONDS,
      finishOnKey: '#',
      log: false,
      redirect: true,
      prompts: [announcement(attempt === 1 ? 'pin_prompt' : 'pin_wrong', voice.language, own)],
    },
    announcement('pin_failed', voice.language, own),
    hangUp,
  ]);
}
