import { Failure, type Fault } from '../../kernel/errors.ts';
import { type CallWindow, faultsOfTimes, type PairLimit } from './call-window.ts';
import { unknownVariables } from './whisper-template.ts';

/** What a tenant may choose. Which of them the telephony platform speaks is for features/vobiz to know. */
export const languages = [
  ...['en-IN', 'hi-IN', 'bn-IN', 'gu-IN', 'kn-IN', 'ml-IN', 'mr-IN', 'pa-IN', 'ta-IN', 'te-IN', 'ur-IN'],
  ...['en-US', 'en-GB', 'en-AU', 'da-DK', 'de-DE', 'es-ES', 'es-US', 'fr-CA', 'fr-FR', 'it-IT', 'nl-NL'],
  ...['pl-PL', 'pt-BR', 'pt-PT', 'ru-RU', 'sv-SE'],
] as const;
export type Language = (typeof languages)[number];

/** Something to be heard: exactly one of the two. */
export type Prompt = { text?: string; audio_url?: string };
type OfParties = { a?: Prompt | null; b?: Prompt | null };

/** As a session, a pool or a tenant keeps it: only what it says itself. Null: nothing, whatever the others say. */
export type VoiceSettings = {
  language?: Language;
  /** What a party hears when it calls. */
  greeting?: OfParties;
  /** What a party hears when it is called, before it is connected; texts are templates. */
  whisper?: OfParties;
  /** What answers the call when there is nothing else to say before it is connected. */
  prelude?: 'announcement' | 'none';
  record?: { enabled?: boolean; channels?: 'dual'; format?: 'mp3' | 'wav'; announce_consent?: boolean };
  ring?: { mode?: 'sequential' | 'parallel'; timeout_seconds?: number };
  end_calls_with_session?: boolean;
  voicemail?: { enabled?: boolean; max_seconds?: number };
  rating?: { enabled?: boolean; prompt?: Prompt | null };
  /** Where a party is: what its call window goes by. */
  time_zone?: { a?: string | null; b?: string | null };
  /** When people may be called; null: at any time. */
  call_window?: CallWindow | null;
  /** How often the two may talk; null: as they like. */
  pair_limit?: PairLimit | null;
};

type PartyPrompts = Record<'a' | 'b', Prompt | null>;

/** What holds for a call. */
export type Voice = {
  language: Language;
  greeting: PartyPrompts;
  whisper: PartyPrompts;
  prelude: 'announcement' | 'none';
  record: { enabled: boolean; format: 'mp3' | 'wav'; announcesConsent: boolean };
  /** timeoutSeconds: of each phone; null for what the session says of the whole party. */
  ring: { mode: 'sequential' | 'parallel'; timeoutSeconds: number | null };
  endCallsWithSession: boolean;
  voicemail: { enabled: boolean; maxSeconds: number };
  rating: { enabled: boolean; prompt: Prompt | null };
  timeZone: Record<'a' | 'b', string | null>;
  callWindow: CallWindow | null;
};

/** Long enough to say who one is and what it is about; each minute is paid for. */
const VOICEMAIL_SECONDS = 60;

/** Of several settings, the most specific first. What none of them says is as the documentation of the API says. */
export function resolveVoice(levels: readonly VoiceSettings[]): Voice {
  const pick = <T>(of: (settings: VoiceSettings) => T | undefined, standard: T): T => {
    for (const settings of levels) {
      const value = of(settings);
      if (value !== undefined) return value;
    }
    return standard;
  };
  const forParties = (name: 'greeting' | 'whisper'): PartyPrompts => ({
    a: pick((s) => s[name]?.a, null),
    b: pick((s) => s[name]?.b, null),
  });
  return {
    language: pick((s) => s.language, 'en-IN'),
    greeting: forParties('greeting'),
    whisper: forParties('whisper'),
    prelude: pick((s) => s.prelude, 'announcement'),
    record: {
      enabled: pick((s) => s.record?.enabled, false),
      format: pick((s) => s.record?.format, 'mp3'),
      announcesConsent: pick((s) => s.record?.announce_consent, true),
    },
    ring: {
      mode: pick((s) => s.ring?.mode, 'sequential'),
      timeoutSeconds: pick<number | null>((s) => s.ring?.timeout_seconds, null),
    },
    endCallsWithSession: pick((s) => s.end_calls_with_session, false),
    voicemail: {
      enabled: pick((s) => s.voicemail?.enabled, false),
      maxSeconds: pick((s) => s.voicemail?.max_seconds, VOICEMAIL_SECONDS),
    },
    rating: { enabled: pick((s) => s.rating?.enabled, false), prompt: pick((s) => s.rating?.prompt, null) },
    timeZone: { a: pick((s) => s.time_zone?.a, null), b: pick((s) => s.time_zone?.b, null) },
    callWindow: pick((s) => s.call_window, null),
  };
}

/** The settings of a request. Throws invalid_request for what its shape alone cannot refuse. */
export function readVoice(settings: VoiceSettings): VoiceSettings {
  const faults = faultsOfVoice(settings);
  if (faults.length === 0) return settings;
  throw new Failure('invalid_request', 'These voice settings cannot be used.', { faults });
}

function faultsOfVoice(settings: VoiceSettings): Fault[] {
  const at = '/voice';
  const prompts: [pointer: string, prompt: Prompt | null | undefined][] = [
    [`${at}/greeting/a`, settings.greeting?.a],
    [`${at}/greeting/b`, settings.greeting?.b],
    [`${at}/whisper/a`, settings.whisper?.a],
    [`${at}/whisper/b`, settings.whisper?.b],
    [`${at}/rating/prompt`, settings.rating?.prompt],
  ];
  const faults = prompts.flatMap(([pointer, prompt]) => faultsOfPrompt(prompt, pointer));
  for (const side of ['a', 'b'] as const) {
    const pointer = `${at}/whisper/${side}/text`;
    for (const name of unknownVariables(settings.whisper?.[side]?.text ?? '')) {
      faults.push({ pointer, message: `has ${name}, which is no variable` });
    }
  }
  faults.push(...faultsOfTimes(settings, at));
  return faults;
}

/** Exactly one of a text and an audio file, and of the latter an address that a stranger can fetch. */
export function faultsOfPrompt(prompt: Prompt | null | undefined, pointer: string): Fault[] {
  if (prompt === null || prompt === undefined) return [];
  if ((prompt.text === undefined) === (prompt.audio_url === undefined)) {
    return [{ pointer, message: 'must have either a text or an audio_url' }];
  }
  if (prompt.audio_url === undefined || isPublicUrl(prompt.audio_url)) return [];
  return [{ pointer: `${pointer}/audio_url`, message: 'must be an https URL without credentials' }];
}

function isPublicUrl(text: string): boolean {
  if (!/^https:\/\/[!-~]+$/.test(text) || !URL.canParse(text)) return false;
  const { username, password, hostname } = new URL(text);
  return username === '' && password === '' && hostname.includes('.');
}
