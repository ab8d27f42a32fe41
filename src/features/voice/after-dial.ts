import type { Voice } from '../tenants/voice-settings.ts';
import type { AnnouncementKey } from './announcement-texts.ts';

/** What comes after a Dial. */
export type Afterwards =
  | { step: 'next_phone'; attempt: number }
  | { step: 'voicemail' }
  | { step: 'rating' }
  | { step: 'announce'; key: AnnouncementKey }
  | { step: 'hang_up' };

/** Of the ways in which a Dial can end: those in which nobody was reached, and the caller still listens. */
const unreached: Readonly<Record<string, AnnouncementKey>> = {
  busy: 'busy',
  'no-answer': 'no_answer',
  timeout: 'no_answer',
  failed: 'not_reached',
};

/**
 * @param attempt which of the party's phones was rung, from 1
 * @param isBridge false for a call to the number of a forward, which has one phone and nobody who would be rated
 */
export function afterDial(
  dialStatus: string | null,
  { attempt, isBridge }: { attempt: number; isBridge: boolean },
  voice: Voice,
): Afterwards {
  const key = dialStatus === null ? undefined : unreached[dialStatus];
  if (key !== undefined) {
    const hunts = isBridge && voice.ring.mode === 'sequential';
    return hunts ? { step: 'next_phone', attempt: attempt + 1 } : afterLastPhone(key, isBridge, voice);
  }
  const rates = dialStatus === 'completed' && isBridge && voice.rating.enabled;
  return { step: rates ? 'rating' : 'hang_up' };
}

/** When there is no further phone. */
export function unreachedAfter(dialStatus: string | null, isBridge: boolean, voice: Voice): Afterwards {
  return afterLastPhone(unreached[dialStatus ?? ''] ?? 'not_reached', isBridge, voice);
}

function afterLastPhone(key: AnnouncementKey, isBridge: boolean, voice: Voice): Afterwards {
  return isBridge && voice.voicemail.enabled ? { step: 'voicemail' } : { step: 'announce', key };
}
