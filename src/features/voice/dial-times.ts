/** How long a Dial may ring, and how long people then may talk. */
export type DialTimes = { ringSeconds: number; talkSeconds: number };

/** A text, or audio. */
export type Said = { text?: string; url?: string };

/** Slow speech: what is said takes less than this suggests. Of audio nobody knows; a longer one is no greeting. */
const CHARACTERS_PER_SECOND = 8;
const AUDIO_SECONDS = 30;

/**
 * @param secondsLeft until the session is off; null when calls may outlast it. Ringing counts, and so does what is said
 *   before: the answer is given now, and the platform counts the talk from when it begins.
 */
export function dialTimes(
  wished: { ringSeconds: number; maxCallSeconds: number },
  secondsLeft: number | null,
  saidBefore: readonly Said[],
): DialTimes {
  if (secondsLeft === null) return { ringSeconds: wished.ringSeconds, talkSeconds: wished.maxCallSeconds };
  const spoken = saidBefore.reduce(
    (sum, { text }) =>
      sum + (text === undefined ? AUDIO_SECONDS : Math.ceil(text.length / CHARACTERS_PER_SECOND)),
    0,
  );
  // A Dial takes no less than a second of each.
  const left = Math.max(Math.floor(secondsLeft) - spoken, 2);
  const ringSeconds = Math.min(wished.ringSeconds, Math.ceil(left / 2));
  return { ringSeconds, talkSeconds: Math.min(wished.maxCallSeconds, left - ringSeconds) };
}
