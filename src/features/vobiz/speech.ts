/** As the platform lists them (Vobiz documentation: xml/speak). */
const LISTED = new Set(
  'da-DK de-DE en-AU en-GB en-US es-ES es-US fr-CA fr-FR it-IT nl-NL pl-PL pt-BR pt-PT ru-RU sv-SE'.split(
    ' ',
  ),
);

/**
 * The `language` under which a Speak says a text, or null when no voice speaks it and only audio can be heard. Indian English
 * is not listed and is read by the nearest that is. Hindi is named by another page of theirs (speak over REST) and not by this
 * one: it is sent for those who choose it, since no other voice could read it.
 */
export function speechLanguage(language: string): string | null {
  if (LISTED.has(language)) return language;
  if (language.startsWith('en-')) return 'en-GB';
  return language === 'hi-IN' ? language : null;
}
