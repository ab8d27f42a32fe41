import type { Language, Prompt } from '../tenants/voice-settings.ts';
import { speechLanguage } from '../vobiz/speech.ts';
import type { Play, Speak } from '../vobiz/xml.ts';
import { type AnnouncementKey, texts } from './announcement-texts.ts';

/** What a tenant says instead of our words. */
export type OwnAnnouncement = { key: AnnouncementKey; language: Language; prompt: Prompt };

/** What all languages fall back to; Indian English, which is ours and what a tenant without other wishes has. */
export const FALLBACK: Language = 'en-IN';

/**
 * What is heard: the tenant's own words in this language, else ours in it, else the tenant's and then ours in English. A
 * text that no voice speaks counts as none.
 */
export function announcement(
  key: AnnouncementKey,
  language: Language,
  own: readonly OwnAnnouncement[],
): Speak | Play {
  const ownIn = (wanted: Language) =>
    own.find((one) => one.key === key && one.language === wanted)?.prompt ?? null;
  return (
    heard(ownIn(language), language) ??
    heard(builtIn(key, language), language) ??
    heard(ownIn(FALLBACK), FALLBACK) ?? { verb: 'Speak', text: texts.en[key], language: 'en-GB' }
  );
}

/** Our own words in a language; null when we have none in it. */
export function builtIn(key: AnnouncementKey, language: Language): Prompt | null {
  const base = language.slice(0, 2);
  return base === 'en' || base === 'hi' ? { text: texts[base][key] } : null;
}

/** Null when there is nothing to be heard, or no voice that speaks it. */
export function heard(prompt: Prompt | null, language: Language): Speak | Play | null {
  if (prompt?.audio_url !== undefined) return { verb: 'Play', url: prompt.audio_url };
  const spoken = speechLanguage(language);
  if (prompt?.text === undefined || spoken === null) return null;
  return { verb: 'Speak', text: prompt.text, language: spoken };
}
