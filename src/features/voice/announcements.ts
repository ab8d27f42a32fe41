import type { Announcement } from './route.ts';

/** What is said, and in which language the telephony platform speaks it. */
export type Spoken = { text: string; language: string };

/** The languages that the platform's Speak takes do not include Hindi or Indian English (Vobiz documentation: xml/speak). */
const LANGUAGE = 'en-US';

const texts: Record<Announcement | 'connecting' | 'not_reached' | 'failed', string> = {
  connecting: 'Connecting your call.',
  over: 'This connection is over. The number is no longer in use for your order. Goodbye.',
  number_changed:
    'The number of your contact has changed. Please call the new number that you were given. Goodbye.',
  not_connected: 'This number is not connected to your phone. Goodbye.',
  unavailable: 'This service is not available at the moment. Goodbye.',
  not_allowed: 'Calls in this direction are not possible. You will be called. Goodbye.',
  not_reached: 'The person that you are calling cannot be reached at the moment. Please try again later.',
  failed: 'Your call cannot be connected at the moment. Please try again in a minute.',
};

export function spoken(name: keyof typeof texts): Spoken {
  return { text: texts[name], language: LANGUAGE };
}
