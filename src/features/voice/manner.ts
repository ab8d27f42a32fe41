import { resolveVoice, type Voice, type VoiceSettings } from '../tenants/voice-settings.ts';
import type { OwnAnnouncement } from './announcements.ts';

/** What a session, its pool or its tenant says of how its calls are handled. */
export type Settings = VoiceSettings;

/** In which words, and how, a call is handled. */
export type Manner = { voice: Voice; own: readonly OwnAnnouncement[] };

/** Without a session, a pool or a tenant: what holds when nobody says anything. */
export const plainManner: Manner = { voice: resolveVoice([]), own: [] };
