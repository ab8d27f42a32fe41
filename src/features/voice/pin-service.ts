import { pinIndex } from '../../crypto/blind-index.ts';
import type { TenantKeys } from '../../crypto/tenant-keys.ts';
import type { Database } from '../../db/database.ts';
import { isCallId, type TenantId } from '../../kernel/ids.ts';
import { TRIES_PER_CALL } from '../sessions/session-pin.ts';
import { isOver, type VobizEvent } from '../vobiz/events.ts';
import { emptyDocument } from './answer-document.ts';
import type { CallDocuments } from './call-document-service.ts';
import { hungUpDocument } from './call-end-document.ts';
import { recordAnswer, type StoredEvent } from './call-store.ts';
import { type CallVoice, findCallVoice } from './call-voice-store.ts';
import { decideForParty, type PartyDecision } from './decision.ts';
import { afterWrongPin, pinCaps } from './pin-rules.ts';
import { tryPin } from './pin-try-store.ts';
import type { AnswerRoute } from './route-kinds.ts';

export type PinService = {
  /** What is answered to the PIN of this try. `stored`: the event, which is kept already. */
  entered(
    token: string,
    place: { tenantId: TenantId; callId: string; keys: TenantKeys; attempt: number },
    event: VobizEvent,
    stored: StoredEvent,
  ): Promise<string>;
};

export function createPinService(parts: { database: Database; documents: CallDocuments }): PinService {
  const { database, documents } = parts;

  /** The call goes on with another decision, or not at all when it is over by now. */
  const record = async (call: CallVoice, callId: string, decided: Decided, stored: StoredEvent) => {
    const { route, binding } = decided;
    if (!isCallId(callId)) throw new Error('a call has no id');
    return recordAnswer(
      database.single,
      { ...stored, nonces: [] },
      {
        id: callId,
        livemode: call.did.livemode,
        provider_call_id: call.providerCallId,
        did_id: call.did.did_id,
        session_id: binding?.sessionId ?? null,
        caller_side: binding?.side ?? null,
        decision: route.decision,
        reason: route.reason,
        trace: route.trace,
        stage: binding?.phase.is === 'grace' ? binding.phase.number : null,
        fact: { kind: 'digits' },
      },
      null,
    );
  };

  return {
    async entered(token, { tenantId, callId, keys, attempt }, event, stored) {
      const call = await findCallVoice(database.single, tenantId, callId);
      if (call === null || call.isOver || isOver(event.callStatus)) return hungUpDocument;
      const digits = event.kind === 'digits' ? event.digits : '';
      const pin = pinIndex(keys, digits);
      const tried =
        digits === ''
          ? { outcome: 'wrong' as const }
          : await tryPin(database.single, tenantId, { callId, attempt, pin }, pinCaps);
      if (tried.outcome === 'stranger') return hungUpDocument;
      const source = {
        tenant_id: tenantId,
        livemode: call.did.livemode,
        tenant_voice: call.settings.at(-1) ?? {},
        has_announcements: call.hasAnnouncements,
      };
      if (tried.outcome === 'right') {
        const decided = accepted(
          await decideForParty(database.single, call.did, tried, call.callerIndex),
          tried.side,
        );
        const manner = await documents.mannerOf(source, decided.binding);
        const kept = await record(call, callId, decided, stored);
        if (kept.outcome !== 'recorded') return emptyDocument;
        if (!kept.stands) return documents.say('over', manner);
        return documents.answer(token, { tenantId, callId, keys }, decided, manner);
      }
      const manner = await documents.mannerOf(source, null);
      const next = tried.outcome === 'wrong' ? afterWrongPin(attempt, TRIES_PER_CALL) : null;
      if (next !== null && call.did.pin_digits !== null && call.decision === 'ask_pin') {
        return documents.askPin(
          token,
          { tenantId, callId },
          { digits: call.did.pin_digits, attempt: next },
          manner,
        );
      }
      const end = tried.outcome === 'locked' ? 'pin_locked' : 'pin_failed';
      if (call.decision === 'ask_pin') await record(call, callId, refusal(end), stored);
      return documents.say(end, manner);
    },
  };
}

type Decided = Pick<PartyDecision, 'route' | 'binding'>;

/** The rules hold as for a phone of the party; that it was a PIN is what the call tells. */
function accepted({ route, ...rest }: PartyDecision, side: string): PartyDecision {
  const step = {
    rule: 'pin',
    outcome: 'match',
    detail: `The PIN of party ${side} of a session was entered.`,
  } as const;
  const trace = [step, ...route.trace];
  if (route.decision !== 'bridge') return { ...rest, route: { ...route, trace } };
  return { ...rest, route: { ...route, reason: 'pin_accepted', trace } };
}

function refusal(reason: 'pin_locked' | 'pin_failed'): Decided {
  const detail = reason === 'pin_locked' ? 'Too many wrong PINs were entered.' : 'No right PIN was entered.';
  const route: AnswerRoute = {
    decision: 'announce',
    reason,
    announcement: reason,
    binding: null,
    trace: [{ rule: 'pin', outcome: 'stop', detail }],
  };
  return { route, binding: null };
}
