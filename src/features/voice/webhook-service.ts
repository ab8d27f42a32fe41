import { callerIndex } from '../../crypto/blind-index.ts';
import { seal } from '../../crypto/sealing.ts';
import type { TenantKeys } from '../../crypto/tenant-keys.ts';
import type { Database, Db } from '../../db/database.ts';
import { isCallId, newId, readTenantId, type TenantId } from '../../kernel/ids.ts';
import { candidatesOf } from '../../kernel/phone.ts';
import type { OpenListingCall } from '../sessions/listing-service.ts';
import type { KeyRing } from '../tenants/key-ring.ts';
import type { ProviderAccountService, WebhookAccount } from '../tenants/provider-account-service.ts';
import { eventKey, readEvent, type VobizEvent } from '../vobiz/events.ts';
import { emptyDocument, rejectedDocument } from './answer-document.ts';
import type { CallDocuments } from './call-document-service.ts';
import { hungUpDocument } from './call-end-document.ts';
import { factOf } from './call-fact.ts';
import { type CallPath, isPlacedPath, pinTryOf } from './call-path.ts';
import { addCallEvent, knownOfCall, settleCall } from './call-state-store.ts';
import { burnNonces, type NewCall, recordAnswer, type StoredEvent } from './call-store.ts';
import type { Meter } from './call-usage.ts';
import { effectOf } from './callback-effect-service.ts';
import { unknownDid } from './decision.ts';
import { decideCall } from './listing-call-service.ts';
import type { SettleOutOfSession } from './out-of-session-service.ts';
import { createPinService } from './pin-service.ts';
import { namePlacedCall } from './placed-call-store.ts';
import type { RouteDecision } from './route-kinds.ts';
import { type DialledDid, findDialledDidAcrossTenants } from './route-store.ts';
import { admit } from './webhook-admission.ts';

/** A request to the webhook, whatever the HTTP framework. */
export type WebhookRequest = {
  token: string;
  /** The path as it was requested; it is what a signature covers. */
  path: string;
  address: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  form: Readonly<Record<string, unknown>>;
  /** From a URL of our own; null at the answer and hangup URL. */
  call: { tenantId: string; callId: string; event: CallPath } | null;
};
/** Every answer is a document, also a refusal: a caller must never hear a broken line. */
export type WebhookReply = {
  status: 200 | 403 | 404;
  xml: string;
  /** What became of a call that was to be answered; absent when it was none, or was taken for none. For figures. */
  route?: { decision: RouteDecision; reason: string };
};

export type WebhookService = { handle(request: WebhookRequest): Promise<WebhookReply> };

const refused: WebhookReply = { status: 403, xml: rejectedDocument };
const unknown: WebhookReply = { status: 404, xml: rejectedDocument };
const accepted: WebhookReply = { status: 200, xml: emptyDocument };

/** @param publicUrl the base that the provider was given, without a slash at the end */
export function createWebhookService(parts: {
  database: Database;
  keyRing: KeyRing;
  accounts: ProviderAccountService;
  publicUrl: string;
  documents: CallDocuments;
  openListingCall: OpenListingCall;
  settleOutOfSession: SettleOutOfSession;
  meter: Meter<Db, TenantId>;
}): WebhookService {
  const { database, keyRing, accounts, publicUrl, documents, settleOutOfSession, meter } = parts;
  const pins = createPinService(parts);

  const findDid = (account: WebhookAccount, event: VobizEvent): Promise<DialledDid | null> => {
    const texts = [event.to, 'bLegFrom' in event ? event.bLegFrom : null];
    const numbers = texts.flatMap((text) => candidatesOf(text ?? '', [account.defaultCountry]));
    const scopes = account.tenantId !== null && !account.livemode ? [account.tenantId] : ['live'];
    return findDialledDidAcrossTenants(database.together, account.id, scopes, numbers, event.callUuid);
  };

  /** What is not kept still uses up its nonces. */
  const unkept = async (
    account: WebhookAccount,
    nonces: string[],
    reply: WebhookReply,
  ): Promise<WebhookReply> => {
    if (nonces.length > 0 && !(await burnNonces(database.single, account.id, nonces))) return refused;
    return reply;
  };

  const answer = async (
    request: WebhookRequest,
    account: WebhookAccount,
    event: VobizEvent,
    nonces: string[],
  ) => {
    // A call that we placed ourselves is no caller at a masking number.
    const did = event.direction === 'outbound' ? null : await findDid(account, event);
    if (did === null)
      return unkept(account, nonces, { status: 200, xml: rejectedDocument, route: unknownDid });
    const keys = keyRing.unwrap(did.tenant_id, { version: did.key_version, wrapped: did.wrapped_keys });
    const decided = await decideCall(database.together, did, keys, event.from, parts.openListingCall);
    const decision = await settleOutOfSession(did, keys, event.from, decided);
    const { route, binding, caller } = decision;
    const id = newId('call');
    const call: NewCall = {
      id,
      livemode: did.livemode,
      provider_call_id: event.callUuid ?? `unnamed-${id}`,
      did_id: did.did_id,
      session_id: binding?.sessionId ?? null,
      caller_side: binding?.side ?? null,
      decision: route.decision,
      reason: route.reason,
      trace: route.trace,
      stage: binding?.phase.is === 'grace' ? binding.phase.number : null,
      fact: { kind: 'answer', last4: caller?.slice(-4) ?? null },
    };
    const sealedCaller =
      caller === null
        ? null
        : {
            index: callerIndex(keys, caller),
            sealed: seal(keys.dataKey, caller, `${did.tenant_id}|calls|${call.provider_call_id}`),
          };
    const stored = storedEvent(request, account, did.tenant_id, keys, event, nonces);
    // Side by side: what a tenant says in its own words costs the caller no wait.
    const [record, manner] = await Promise.all([
      recordAnswer(database.single, stored, call, sealedCaller),
      documents.mannerOf(did, binding),
    ]);
    if (record.outcome === 'replayed') return refused;
    if (record.outcome === 'over') return accepted;
    if (record.isLate && (await isOverAlready(did.tenant_id, record.callId))) return accepted;
    if (!record.stands) {
      const overtaken = { decision: 'announce' as const, reason: 'overtaken' };
      return { status: 200 as const, xml: documents.say('over', manner), route: overtaken };
    }
    const place = { tenantId: did.tenant_id, callId: record.callId, keys };
    const xml = await documents.answer(request.token, place, decision, manner);
    return { status: 200 as const, xml, route };
  };

  /** Events of a call may come before it does. Whoever has hung up by now is not connected to anybody. */
  const isOverAlready = (tenantId: TenantId, callId: string): Promise<boolean> =>
    database.transaction({ as: 'tenant', tenantId }, async (unit) => {
      const known = await knownOfCall(unit, tenantId, callId);
      return known !== null && (await settleCall(unit, tenantId, known, meter)).endedAt !== null;
    });

  const keepEvent = async (
    request: WebhookRequest,
    account: WebhookAccount,
    event: VobizEvent,
    nonces: string[],
  ) => {
    const place = await placeOf(request, account, event);
    if (place === 'stranger') return unknown;
    if (place === null) return unkept(account, nonces, accepted);
    const { tenantId, keys } = place;
    const { call } = request;
    const stored = {
      ...storedEvent(request, account, tenantId, keys, event, nonces),
      kind: event.kind,
      fact: factOf(event, keys, account.defaultCountry),
      providerCallId: event.callUuid,
      callId: call?.callId ?? null,
    };
    const own = call === null ? null : { tenantId, keys, callId: call.callId, path: call.event };
    const effect = own === null ? null : effectOf(own.path, event, own);
    const outcome = await database.transaction({ as: 'tenant', tenantId }, async (unit) => {
      if (own !== null && isPlacedPath(own.path) && event.callUuid !== null) {
        await namePlacedCall(unit, tenantId, account.id, own.callId, event.callUuid);
      }
      const added = await addCallEvent(unit, stored);
      if (added.known !== null) await settleCall(unit, tenantId, added.known, meter);
      const isTaken = added.outcome === 'recorded' || added.outcome === 'repeated';
      if (isTaken && effect !== null) await effect(unit);
      if (isTaken && own?.path === 'record') await meter.recordings(unit, tenantId, own.callId);
      return added.outcome;
    });
    if (outcome === 'stranger') return unknown;
    if (outcome === 'replayed') return refused;
    const attempt = own === null ? null : pinTryOf(own.path);
    if (own !== null) {
      const xml =
        attempt === null || event.kind === 'hangup'
          ? await documents.follow(request.token, own, event)
          : await pins.entered(request.token, { ...own, attempt }, event, stored);
      return { status: 200 as const, xml };
    }
    return event.kind === 'dial_action' ? { status: 200 as const, xml: hungUpDocument } : accepted;
  };

  /** Whose event it is, by our own URL or by the number or call that it names; null when nobody here knows it. */
  const placeOf = async (request: WebhookRequest, account: WebhookAccount, event: VobizEvent) => {
    if (request.call !== null) {
      // The path names the tenant; that the call is this account's own is checked where the event is kept.
      const tenantId = readTenantId(request.call.tenantId);
      if (tenantId === null || !isCallId(request.call.callId)) return 'stranger';
      if (account.tenantId !== null && account.tenantId !== tenantId) return 'stranger';
      const acting = { as: 'tenant' as const, tenantId };
      const keys = await database.transaction(acting, (unit) => keyRing.find(unit, tenantId));
      return keys === null ? 'stranger' : { tenantId, keys };
    }
    const did = await findDid(account, event);
    if (did === null) return null;
    const wrapped = { version: did.key_version, wrapped: did.wrapped_keys };
    return { tenantId: did.tenant_id, keys: keyRing.unwrap(did.tenant_id, wrapped) };
  };

  return {
    async handle(request) {
      const account = await accounts.findByWebhookToken(database.together, request.token);
      if (account === null) return unknown;
      const nonces = admit(request, account, publicUrl);
      if (nonces === null) return refused;
      const event = readEvent(request.form);
      if (event.kind === 'answer' && request.call === null) return answer(request, account, event, nonces);
      return keepEvent(request, account, event, nonces);
    },
  };
}

function storedEvent(
  request: WebhookRequest,
  account: WebhookAccount,
  tenantId: TenantId,
  keys: TenantKeys,
  event: VobizEvent,
  nonces: string[],
): StoredEvent {
  // A PIN would be read from its digest in the key: there are few of them, and the call's id stands beside it.
  const isPin = request.call !== null && pinTryOf(request.call.event) !== null;
  const named = isPin && event.kind === 'digits' ? { ...event, digits: '' } : event;
  const key = eventKey(named, request.call?.event) ?? `unnamed|${newId('req')}`;
  // Key presses are kept where they mean something, and nowhere else.
  const { Digits: _digits, ...kept } = request.form;
  const payload = JSON.stringify(kept);
  return {
    tenantId,
    accountId: account.id,
    nonces,
    key,
    sealedPayload: seal(keys.dataKey, payload, `${tenantId}|call_events|${key}`),
    keyVersion: keys.version,
  };
}
