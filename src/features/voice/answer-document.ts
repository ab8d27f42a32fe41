import type { E164 } from '../../kernel/phone.ts';
import { renderResponse, type Verb } from '../vobiz/xml.ts';
import { spoken } from './announcements.ts';
import type { Route } from './route.ts';

/** Where this call's own events go. */
export type CallUrls = { dial: string; leg: string };

const rejected: Verb = { verb: 'Hangup', reason: 'rejected' };
const hangup: Verb = { verb: 'Hangup' };

function say(name: Parameters<typeof spoken>[0]): Verb {
  return { verb: 'Speak', ...spoken(name) };
}

/** @param destination the real number of the other party, or of a forward; needed for these two, and only then */
export function answerDocument(route: Route, destination: E164 | null, urls: CallUrls): string {
  switch (route.decision) {
    case 'reject':
      return rejectedDocument;
    case 'announce':
      return renderResponse([say(route.announcement), hangup]);
    case 'bridge':
    case 'forward': {
      if (destination === null) throw new Error(`a ${route.decision} needs a destination`);
      return renderResponse([
        // A Dial as the first verb of an unanswered call fails on some routes; a short sentence answers it first.
        say('connecting'),
        {
          verb: 'Dial',
          callerId: route.callerId,
          numbers: [destination],
          timeoutSeconds: route.binding.ringTimeoutSeconds,
          timeLimitSeconds: route.binding.maxCallSeconds,
          actionUrl: urls.dial,
          redirect: true,
          callbackUrl: urls.leg,
        },
      ]);
    }
  }
}

export const emptyDocument = renderResponse([]);
export const rejectedDocument = renderResponse([rejected]);
/** When the session was over before the call could be connected. */
export const overDocument = renderResponse([say('over'), hangup]);
/** When we cannot decide: better a sentence than a dead line. */
export const failedDocument = renderResponse([say('failed'), hangup]);

/** After the Dial: nothing when they talked, a sentence when the other party was not reached. */
export function afterDialDocument(dialStatus: string | null): string {
  const notReached = dialStatus !== null && ['busy', 'no-answer', 'timeout', 'failed'].includes(dialStatus);
  return renderResponse(notReached ? [say('not_reached'), hangup] : [hangup]);
}
