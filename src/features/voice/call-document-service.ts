import type { TenantKeys } from '../../crypto/tenant-keys.ts';
import type { Database } from '../../db/database.ts';
import type { TenantId } from '../../kernel/ids.ts';
import { withoutPhones } from '../../kernel/phones-in-text.ts';
import type { KeyRing } from '../tenants/key-ring.ts';
import { resolveVoice, type Voice, type VoiceSettings } from '../tenants/voice-settings.ts';
import { whisperOf } from '../tenants/whisper-template.ts';
import { isOver, type VobizEvent } from '../vobiz/events.ts';
import type { Play, Speak } from '../vobiz/xml.ts';
import { afterDial, unreachedAfter } from './after-dial.ts';
import { findOwnAnnouncements } from './announcement-store.ts';
import type { AnnouncementKey } from './announcement-texts.ts';
import { FALLBACK, heard } from './announcements.ts';
import {
  answerDocument,
  type CallUrls,
  emptyDocument,
  nextPhoneDocument,
  saying,
} from './answer-document.ts';
import { findCallOfJob } from './call-control-store.ts';
import { afterDialDocument, hungUpDocument, whisperDocument } from './call-end-document.ts';
import { attemptOf, type CallPath } from './call-path.ts';
import { type CallVoice, findCallVoice } from './call-voice-store.ts';
import { decideAgain, type PartyDecision } from './decision.ts';
import type { CheckDial } from './dial-check-service.ts';
import { createDialling, type OpenNumber } from './dialling-service.ts';
import type { Manner } from './manner.ts';
import { type AskedPin, askPinDocument } from './pin-document.ts';
import type { DialledDid, FoundBinding } from './route-store.ts';

/** What a DID and its tenant say of how calls are handled. */
export type MannerSource = Pick<DialledDid, 'tenant_id' | 'livemode' | 'tenant_voice' | 'has_announcements'>;

export type CallDocuments = {
  /** How this call is handled. Asks Postgres only when the tenant has words of its own. */
  mannerOf(did: MannerSource, binding: FoundBinding | null): Promise<Manner>;
  /** The first document. `token`: of the webhook's URL. */
  answer(
    token: string,
    call: { tenantId: TenantId; callId: string; keys: TenantKeys },
    decision: PartyDecision,
    manner: Manner,
  ): Promise<string>;
  /** Asks for a PIN, the n-th time in this call. */
  askPin(
    token: string,
    call: { tenantId: TenantId; callId: string },
    asked: AskedPin,
    manner: Manner,
  ): string;
  /** A sentence, and the end. */
  say(key: AnnouncementKey, manner: Manner): string;
  /** What is answered to an event at one of our own paths. */
  follow(
    token: string,
    place: { tenantId: TenantId; callId: string; path: CallPath; keys: TenantKeys },
    event: VobizEvent,
  ): Promise<string>;
};

type Parts = {
  database: Database;
  keyRing: KeyRing;
  publicUrl: string;
  openNumber: OpenNumber;
  checkDial: CheckDial;
};

export function createCallDocuments(parts: Parts): CallDocuments {
  const { database, publicUrl } = parts;
  const { checked, supportOf } = createDialling(parts);
  const urlsOf = (token: string, tenantId: TenantId, callId: string): CallUrls => {
    const base = `${publicUrl}/webhooks/vobiz/${token}/tenants/${tenantId}/calls/${callId}`;
    return (path) => `${base}/${path}`;
  };

  const manner = async (
    owner: { tenantId: TenantId; livemode: boolean },
    settings: readonly VoiceSettings[],
    hasOwn: boolean,
  ): Promise<Manner> => {
    const voice = resolveVoice(settings);
    const asked = [...new Set([voice.language, FALLBACK])];
    return { voice, own: hasOwn ? await findOwnAnnouncements(database.single, owner, asked) : [] };
  };

  const afterDialOf: CallDocuments['follow'] = async (token, { tenantId, callId, path, keys }, event) => {
    const call = await findCallVoice(database.single, tenantId, callId);
    // A Dial answered to a caller who has hung up would ring a stranger's phone for nobody.
    if (call === null || call.isOver || isOver(event.callStatus)) return hungUpDocument;
    const how = await manner(ownerOf(call), call.settings, call.hasAnnouncements);
    const urls = urlsOf(token, tenantId, callId);
    const isBridge = call.decision === 'bridge';
    const dialStatus = event.kind === 'dial_action' ? event.dialStatus : null;
    const after = afterDial(dialStatus, { attempt: attemptOf(path) ?? 1, isBridge }, how.voice);
    if (after.step !== 'next_phone') return afterDialDocument(after, how, urls);
    const byPin = call.reason === 'pin_accepted' ? partyOf(call) : null;
    if (call.callerIndex !== null || byPin !== null) {
      const again = await decideAgain(database.single, call.did, call.callerIndex, byPin);
      const { route } = again;
      if (route.decision !== 'bridge' || route.binding.sessionId !== call.sessionId) {
        return saying(route.decision === 'announce' ? route.announcement : 'over', how);
      }
      const next = await checked(tenantId, keys, again, how.voice, after.attempt);
      if (next !== null) return nextPhoneDocument(route.callerId, next, how, urls);
    }
    const last = unreachedAfter(dialStatus, isBridge, how.voice);
    return last.step === 'next_phone' ? hungUpDocument : afterDialDocument(last, how, urls);
  };

  /** Whoever we called has picked up: what they would get if they had dialled, decided now. */
  const placedAnswer: CallDocuments['follow'] = async (token, { tenantId, callId, keys }) => {
    const call = await findCallVoice(database.single, tenantId, callId);
    if (call === null || call.isOver || call.callerIndex === null) return hungUpDocument;
    const acting = { as: 'tenant' as const, tenantId };
    const placed = await database.transaction(acting, (unit) => findCallOfJob(unit, tenantId, callId));
    if (placed?.isUnwanted !== false) return hungUpDocument;
    const how = await manner(ownerOf(call), call.settings, call.hasAnnouncements);
    const again = await decideAgain(database.single, call.did, call.callerIndex, null);
    const { route } = again;
    const isTheirs = route.decision === 'bridge' && route.binding.sessionId === call.sessionId;
    if (!isTheirs) {
      return saying(route.decision === 'announce' ? route.announcement : 'over', how);
    }
    const first = await checked(tenantId, keys, again, how.voice, 1);
    return answerDocument(route, first, how, urlsOf(token, tenantId, callId));
  };

  const whisperFor: CallDocuments['follow'] = async (_token, { tenantId, callId }) => {
    const call = await findCallVoice(database.single, tenantId, callId);
    if (call === null || call.decision !== 'bridge') return emptyDocument;
    const how = await manner(ownerOf(call), call.settings, call.hasAnnouncements);
    return whisperDocument(whisperIn(call, how.voice), how);
  };

  return {
    mannerOf: (did, binding) =>
      manner(
        { tenantId: did.tenant_id, livemode: did.livemode },
        [...(binding?.settings ?? []), did.tenant_voice],
        did.has_announcements,
      ),
    async answer(token, { tenantId, callId, keys }, decision, how) {
      const urls = urlsOf(token, tenantId, callId);
      const { route } = decision;
      if (route.decision === 'ask_pin')
        return askPinDocument({ digits: route.digits, attempt: 1 }, how, urls);
      const support = await supportOf(tenantId, keys, decision, how, urls);
      if (support !== null) return support;
      return answerDocument(route, await checked(tenantId, keys, decision, how.voice, 1), how, urls);
    },
    askPin: (token, { tenantId, callId }, asked, how) =>
      askPinDocument(asked, how, urlsOf(token, tenantId, callId)),
    say: saying,
    async follow(token, place, event) {
      if (event.kind === 'hangup') return emptyDocument;
      if (place.path === 'answer') {
        return event.kind === 'answer' ? placedAnswer(token, place, event) : emptyDocument;
      }
      if (attemptOf(place.path) !== null) {
        return event.kind === 'dial_action' ? afterDialOf(token, place, event) : emptyDocument;
      }
      if (place.path === 'whisper') return whisperFor(token, place, event);
      if (place.path !== 'digits') return emptyDocument;
      const call = await findCallVoice(database.single, place.tenantId, place.callId);
      if (call === null) return hungUpDocument;
      return saying('goodbye', await manner(ownerOf(call), call.settings, call.hasAnnouncements));
    },
  };
}

function ownerOf({ did }: CallVoice): { tenantId: TenantId; livemode: boolean } {
  return { tenantId: did.tenant_id, livemode: did.livemode };
}

function partyOf({ sessionId, callerSide }: CallVoice): { sessionId: string; side: 'a' | 'b' } | null {
  return sessionId === null || callerSide === null ? null : { sessionId, side: callerSide };
}

/** What the called party is told, with what is put in of the session; null for nothing. */
function whisperIn(call: CallVoice, { whisper, language }: Voice): Speak | Play | null {
  const prompt = whisper[call.callerSide === 'a' ? 'b' : 'a'];
  if (prompt?.text === undefined) return heard(prompt, language);
  const without = (text: string) => withoutPhones(text, call.did.default_country);
  const sentence = whisperOf(prompt.text, call, without);
  return sentence === null ? null : heard({ text: sentence }, language);
}
