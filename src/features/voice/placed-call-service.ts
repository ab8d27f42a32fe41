import { seal } from '../../crypto/sealing.ts';
import type { TenantKeys } from '../../crypto/tenant-keys.ts';
import type { Db } from '../../db/database.ts';
import { Failure, notFound } from '../../kernel/errors.ts';
import { newId, type Owner, type TenantId } from '../../kernel/ids.ts';
import type { KeyRing } from '../tenants/key-ring.ts';
import type { PlacingOrder, PlacingOutcome } from '../vobiz/control-outcome.ts';
import type { HangupReason } from '../vobiz/hangup-reason.ts';
import { askable, type Enqueue, type InTenant } from './call-control-service.ts';
import { addCallEvent, settleCall } from './call-state-store.ts';
import { type CallRow, findCall } from './call-store.ts';
import type { Meter } from './call-usage.ts';
import { decideAgain } from './decision.ts';
import type { OpenNumber } from './dialling-service.ts';
import { jobOf, read } from './placed-call-job.ts';
import {
  claimPlacing,
  giveUpPlacing,
  insertPlacedCall,
  lockPlacing,
  namePlacedCall,
  type PlacingCall,
  releasePlacing,
} from './placed-call-store.ts';
import type { Route, Side } from './route-kinds.ts';
import { findOwnDid } from './route-store.ts';

/** Asks Vobiz to ring. Null where Vobiz is not asked for anything. */
export type PlaceLiveCall = ((account: string, order: PlacingOrder) => Promise<PlacingOutcome>) | null;

/** What a service tells a tenant, in the transaction of what it tells. */
type Tell = (
  db: Db,
  owner: Owner,
  event: {
    type: 'call.ringing';
    session: string;
    call: string;
    data: { did: string; caller_party: Side; decision: 'bridge'; reason: 'live_binding' | 'grace_binding' };
  },
) => Promise<void>;

export type PlacedCalls = {
  /**
   * Keeps a call that rings this party and then connects the other one; a job places it.
   * Throws not_found, session_over, call_not_allowed, not_in_test_mode, provider_not_configured.
   */
  place(db: Db, owner: Owner, sessionId: string, from: Side): Promise<CallRow>;
};

/** Whoever asked for the call has put the phone away by then. */
const MOST_WAIT_SECONDS = 120;
/** The first event of a call that rang comes when it is answered, or not; and then some time for it to be sent again. */
const UNHEARD_MARGIN_SECONDS = 120;
/** Vobiz counts the whole of the leg: also while the other phones ring, and what is said. */
const LIMIT_MARGIN_SECONDS = 300;
const MOST_LIMIT_SECONDS = 86_400;

export function createPlacedCalls(parts: {
  isConfigured: boolean;
  tell: Tell;
  enqueue: Enqueue;
}): PlacedCalls {
  return {
    async place(db, owner, sessionId, from) {
      const facts = await lockPlacing(db, owner, sessionId, from);
      if (facts === null) throw notFound();
      askable(parts.isConfigured || null, owner);
      const did = await findOwnDid(db, owner, facts.did);
      if (did === null) throw new Error('a party has a DID that is not there');
      // As if the party had dialled its number for the other one: the same rules, and the same call from there on.
      const { route } = await decideAgain(db, did, facts.callerIndex, null);
      const why = refusalOf(route, sessionId) ?? (facts.isUsedUp ? 'call_limit_reached' : null);
      if (why !== null) throw refused(why);
      const id = newId('call');
      await insertPlacedCall(db, owner, { id, side: from, facts, route });
      await parts.tell(db, owner, {
        type: 'call.ringing',
        session: sessionId,
        call: id,
        data: {
          did: facts.did,
          caller_party: from,
          decision: 'bridge',
          reason: route.reason === 'grace_binding' ? 'grace_binding' : 'live_binding',
        },
      });
      await parts.enqueue(db, jobOf('place_call', owner.tenantId, id));
      const call = await findCall(db, owner, id);
      if (call === null) throw new Error('an inserted call is not there');
      return call;
    },
  };
}

type Task = { name: string; work(payload: unknown): Promise<void> };

/** Places a call, once: what is not known to have failed is not tried again, and its own events say what became of it. */
export function placingTasks(parts: {
  inTenant: InTenant;
  keyRing: KeyRing;
  openNumber: OpenNumber;
  enqueue: Enqueue;
  placeLive: PlaceLiveCall;
  webhookToken: (account: string) => Promise<string | null>;
  publicUrl: string;
  meter: Meter<Db, TenantId>;
}): Task[] {
  const { inTenant, keyRing } = parts;

  const giveUp = (tenantId: TenantId, accountId: string, callId: string, reason: HangupReason) =>
    inTenant(tenantId, async (db) => {
      if (!(await giveUpPlacing(db, tenantId, callId))) return;
      await keepUnplaced(
        db,
        tenantId,
        accountId,
        callId,
        await keyRing.current(db, tenantId),
        reason,
        parts.meter,
      );
    });

  const orderOf = async (
    tenantId: TenantId,
    callId: string,
    call: PlacingCall,
  ): Promise<PlacingOrder | null> => {
    const token = await parts.webhookToken(call.accountId);
    if (call.phone === null || token === null) return null;
    const { sealed, keyVersion } = call.phone;
    const keys = await inTenant(tenantId, (db) => keyRing.version(db, tenantId, keyVersion));
    const base = `${parts.publicUrl}/webhooks/vobiz/${token}/tenants/${tenantId}/calls/${callId}`;
    const limit = call.maxCallSeconds + 2 * call.ringSeconds + LIMIT_MARGIN_SECONDS;
    return {
      from: call.did,
      to: parts.openNumber(keys, tenantId, call.sessionId, call.side, sealed),
      answerUrl: `${base}/answer`,
      hangupUrl: `${base}/hangup`,
      ringSeconds: call.ringSeconds,
      limitSeconds: Math.min(limit, MOST_LIMIT_SECONDS),
    };
  };

  const place = async (tenantId: TenantId, callId: string): Promise<void> => {
    const call = await inTenant(tenantId, async (db) => {
      const claimed = await claimPlacing(db, tenantId, callId);
      if (claimed === null) return null;
      // Committed before anybody is asked: if we die now, this is what says that it may have rung.
      const waits = (claimed.ringSeconds + UNHEARD_MARGIN_SECONDS) * 1_000;
      const job = jobOf('check_placed_call', tenantId, callId, { account: claimed.accountId });
      await parts.enqueue(db, { ...job, runAt: new Date(Date.now() + waits) });
      return claimed;
    });
    if (call === null) return;
    const { accountId } = call;
    const order = call.isUnwanted ? null : await orderOf(tenantId, callId, call);
    if (order === null) return giveUp(tenantId, accountId, callId, 'canceled');
    if (call.ageSeconds > MOST_WAIT_SECONDS || parts.placeLive === null) {
      return giveUp(tenantId, accountId, callId, 'provider_error');
    }
    const outcome = await parts.placeLive(accountId, order);
    switch (outcome.kind) {
      case 'placed': {
        const { callUuid } = outcome;
        if (callUuid === null) return;
        return inTenant(tenantId, (db) => namePlacedCall(db, tenantId, accountId, callId, callUuid));
      }
      case 'refused':
        return giveUp(
          tenantId,
          accountId,
          callId,
          outcome.status === 402 ? 'out_of_credit' : 'provider_error',
        );
      case 'limited': {
        const pause = outcome.retryAfterSeconds ?? 1;
        if (call.ageSeconds + pause > MOST_WAIT_SECONDS)
          return giveUp(tenantId, accountId, callId, 'no_capacity');
        return inTenant(tenantId, async (db) => {
          await releasePlacing(db, tenantId, callId);
          const runAt = new Date(Date.now() + Math.max(pause, 1) * 1_000);
          await parts.enqueue(db, { ...jobOf('place_call', tenantId, callId), runAt });
        });
      }
      case 'failed':
      // Perhaps it rings. Its answer says so at a URL of its own; if nothing is heard, check_placed_call gives it up.
    }
  };

  return [
    {
      name: 'place_call',
      async work(payload) {
        const { tenantId, callId } = read(payload);
        await place(tenantId, callId);
      },
    },
    {
      name: 'check_placed_call',
      async work(payload) {
        const { tenantId, callId, account } = read(payload);
        await giveUp(tenantId, account, callId, 'unknown');
      },
    },
  ];
}

/** How it ended, since no event will say it. */
async function keepUnplaced(
  db: Db,
  tenantId: TenantId,
  accountId: string,
  callId: string,
  keys: TenantKeys,
  reason: HangupReason,
  meter: Meter<Db, TenantId>,
): Promise<void> {
  const fact = { kind: 'not_placed' as const, reason };
  const key = `not_placed|${callId}`;
  const sealedPayload = seal(keys.dataKey, JSON.stringify(fact), `${tenantId}|call_events|${key}`);
  const { known } = await addCallEvent(db, {
    ...{ tenantId, accountId, nonces: [], key, sealedPayload, keyVersion: keys.version },
    ...{ kind: fact.kind, fact, providerCallId: null, callId },
  });
  if (known !== null) await settleCall(db, tenantId, known, meter);
}

/** Why it is not to be placed: only who would be connected when dialling is connected when called. */
function refusalOf(route: Route, sessionId: string): Route['reason'] | null {
  if (route.decision !== 'bridge') return route.reason;
  return route.binding.sessionId === sessionId ? null : 'caller_not_allowed';
}

function refused(reason: Route['reason']): Failure {
  const isOver = reason === 'session_ended' || reason === 'session_expired';
  if (isOver) return new Failure('session_over', 'The session is over: nobody is called for it any more.');
  return new Failure('call_not_allowed', `If this party dialled, it would not be connected: ${reason}.`);
}
