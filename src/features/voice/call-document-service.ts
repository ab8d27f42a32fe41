import type { TenantKeys } from '../../crypto/tenant-keys.ts';
import type { Database } from '../../db/database.ts';
import type { TenantId } from '../../kernel/ids.ts';
import type { E164 } from '../../kernel/phone.ts';
import { withoutPhones } from '../../kernel/phones-in-text.ts';
import { openForward } from '../sessions/after-end.ts';
import type { KeyRing } from '../tenants/key-ring.ts';
import { resolveVoice, type Voice, type VoiceSettings } from '../tenants/voice-settings.ts';
import { whisperOf } from '../tenants/whisper-template.ts';
import { isOver, type VobizEvent } from '../vobiz/events.ts';
import type { Play, Speak } from '../vobiz/xml.ts';
import { afterDial, unreachedAfter } from './after-dial.ts';
import { findOwnAnnouncements } from './announcement-store.ts';
import { FALLBACK, heard } from './announcements.ts';
import {
  answerDocument,
  type CallUrls,
  type Dialling,
  emptyDocument,
  nextPhoneDocument,
  saying,
} from './answer-document.ts';
import { findCallOfJob } from './call-control-store.ts';
import { afterDialDocument, hungUpDocument, whisperDocument } from './call-end-document.ts';
import { attemptOf, type CallPath } from './call-path.ts';
import { type CallVoice, findCallVoice } from './call-voice-store.ts';
import { type Decision, decideAgain } from './decision.ts';
import type { Manner } from './manner.ts';
import type { DialledDid, FoundBinding, SealedNumber } from './route-store.ts';

/** Opens a party's real number from its sealed form. */
export type OpenNumber = (
  keys: TenantKeys,
  tenantId: TenantId,
  sessionId: string,
  side: 'a' | 'b',
  sealed: Buffer,
) => E164;

export type CallDocuments = {
  /** How this call is handled. Asks Postgres only when the tenant has words of its own. */
  mannerOf(did: DialledDid, binding: FoundBinding | null): Promise<Manner>;
  /** The first document. `token`: of the webhook's URL. */
  answer(token: string, callId: string, did: DialledDid, decision: Decision, manner: Manner): Promise<string>;
  /** What is heard when the session was over before the call could be connected. */
  over(manner: Manner): string;
  /** What is answered to an event at one of our own paths. */
  follow(
    token: string,
    place: { tenantId: TenantId; callId: string; path: CallPath; keys: TenantKeys },
    event: VobizEvent,
  ): Promise<string>;
};

type Parts = { database: Database; keyRing: KeyRing; publicUrl: string; openNumber: OpenNumber };

export function createCallDocuments({ database, keyRing, publicUrl, openNumber }: Parts): CallDocuments {
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

  /** `keys`: the newest, which most numbers are sealed with. */
  const opened = async (
    keys: TenantKeys,
    tenantId: TenantId,
    numbers: readonly SealedNumber[],
    open: (keys: TenantKeys, sealed: Buffer) => E164,
  ): Promise<E164[]> => {
    const found: E164[] = [];
    for (const { sealed, keyVersion } of numbers) {
      const acting = { as: 'tenant' as const, tenantId };
      const fitting =
        keyVersion === keys.version
          ? keys
          : await database.transaction(acting, (unit) => keyRing.version(unit, tenantId, keyVersion));
      found.push(open(fitting, sealed));
    }
    return found;
  };

  /** The phones of the other party that ring now; none when it has no such phone. */
  const dialling = async (
    tenantId: TenantId,
    keys: TenantKeys,
    { binding, route }: Pick<Decision, 'binding' | 'route'>,
    voice: Voice,
    attempt: number,
  ): Promise<Dialling | null> => {
    if (binding === null) return null;
    if (route.decision === 'forward' && binding.forward !== null) {
      const { number: stage } = route.stage;
      const open = (fitting: TenantKeys, sealed: Buffer) =>
        openForward(fitting, tenantId, binding.sessionId, stage, sealed);
      return { binding, attempt, numbers: await opened(keys, tenantId, [binding.forward], open) };
    }
    if (route.decision !== 'bridge') return null;
    const wanted =
      voice.ring.mode === 'parallel' ? binding.others : binding.others.slice(attempt - 1, attempt);
    const otherSide = binding.side === 'a' ? 'b' : 'a';
    const open = (fitting: TenantKeys, sealed: Buffer) =>
      openNumber(fitting, tenantId, binding.sessionId, otherSide, sealed);
    const numbers = await opened(keys, tenantId, wanted, open);
    return numbers.length === 0 ? null : { binding, attempt, numbers };
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
    if (call.callerIndex !== null) {
      const again = await decideAgain(database.single, call.did, call.callerIndex);
      const { route } = again;
      if (route.decision !== 'bridge' || route.binding.sessionId !== call.sessionId) {
        return saying(route.decision === 'announce' ? route.announcement : 'over', how);
      }
      const next = await dialling(tenantId, keys, again, how.voice, after.attempt);
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
    const again = await decideAgain(database.single, call.did, call.callerIndex);
    const { route } = again;
    const isTheirs = route.decision === 'bridge' && route.binding.sessionId === call.sessionId;
    if (!isTheirs) {
      return saying(route.decision === 'announce' ? route.announcement : 'over', how);
    }
    const first = await dialling(tenantId, keys, again, how.voice, 1);
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
    async answer(token, callId, did, decision, how) {
      const keys = keyRing.unwrap(did.tenant_id, { version: did.key_version, wrapped: did.wrapped_keys });
      const parts = await dialling(did.tenant_id, keys, decision, how.voice, 1);
      return answerDocument(decision.route, parts, how, urlsOf(token, did.tenant_id, callId));
    },
    over: (how) => saying('over', how),
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

/** What the called party is told, with what is put in of the session; null for nothing. */
function whisperIn(call: CallVoice, { whisper, language }: Voice): Speak | Play | null {
  const prompt = whisper[call.callerSide === 'a' ? 'b' : 'a'];
  if (prompt?.text === undefined) return heard(prompt, language);
  const without = (text: string) => withoutPhones(text, call.did.default_country);
  const sentence = whisperOf(prompt.text, call, without);
  return sentence === null ? null : heard({ text: sentence }, language);
}
