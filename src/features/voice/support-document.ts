import type { E164 } from '../../kernel/phone.ts';
import { renderResponse } from '../vobiz/xml.ts';
import { type CallUrls, preludeOf } from './answer-document.ts';
import type { Manner } from './manner.ts';
import { SUPPORT_RING_SECONDS } from './out-of-session.ts';

/** The first document of a call to the tenant's support number, which sees the DID that was dialled. */
export function supportDocument(
  callerId: E164,
  number: E164,
  timeLimitSeconds: number,
  manner: Manner,
  urls: CallUrls,
): string {
  return renderResponse([
    ...preludeOf(manner),
    {
      verb: 'Dial',
      callerId,
      numbers: [number],
      timeoutSeconds: SUPPORT_RING_SECONDS,
      timeLimitSeconds,
      actionUrl: urls('dial'),
      redirect: true,
      callbackUrl: urls('leg'),
    },
  ]);
}
