import type { Db } from '../../db/database.ts';
import { Failure, notFound } from '../../kernel/errors.ts';
import { type Owner, readTenantId, type TenantId } from '../../kernel/ids.ts';
import type { ControlOutcome } from '../vobiz/control-outcome.ts';
import {
  type ControlledCall,
  findCallOfJob,
  findControlledCall,
  noteHangupRequest,
} from './call-control-store.ts';
import { planSettling } from './call-settling-store.ts';
import { type CallRow, findCall } from './call-store.ts';

/** What can be done with a live call at Vobiz, as the account whose call it is. Null where Vobiz is not asked for anything. */
export type LiveCalls = {
  hangUp(account: string, callUuid: string): Promise<ControlOutcome>;
} | null;

export type InTenant = <T>(tenantId: TenantId, work: (db: Db) => Promise<T>) => Promise<T>;

export type Enqueue = (
  db: Db,
  job: { task: string; payload: object; key: string; serial: string; runAt?: Date },
) => Promise<void>;

export type CallControls = {
  /**
   * The call as it is known after that; how it ended is told by its events. One that is over stays as it is.
   * Throws not_found, not_in_test_mode, provider_not_configured, provider_refused, provider_unavailable.
   */
  hangUp(owner: Owner, id: string): Promise<CallRow>;
};

/** Somebody waits for what these do, so Vobiz is asked at once, and outside of any transaction. */
export function createCallControls(parts: {
  inTenant: InTenant;
  live: LiveCalls;
  enqueue: Enqueue;
}): CallControls {
  const { inTenant, live } = parts;
  return {
    async hangUp(owner, id) {
      const call = await inTenant(owner.tenantId, (db) => findControlledCall(db, owner, id));
      if (call === null) throw notFound();
      if (!call.isOver) {
        const provider = askable(live, owner);
        await inTenant(owner.tenantId, async (db) => {
          await noteHangupRequest(db, owner.tenantId, id);
          // A call of ours that Vobiz has not named yet cannot be named to it: the job waits for that.
          if (!isNamed(call)) await parts.enqueue(db, hangUpJob(owner.tenantId, id));
        });
        if (isNamed(call)) await hangUpNow(provider, inTenant, owner.tenantId, call);
      }
      return found(await inTenant(owner.tenantId, (db) => findCall(db, owner, id)));
    },
  };
}

async function hangUpNow(
  live: NonNullable<LiveCalls>,
  inTenant: InTenant,
  tenantId: TenantId,
  call: ControlledCall,
): Promise<void> {
  const outcome = await live.hangUp(call.accountId, call.providerCallId);
  // It was over before, and its end has not been heard: the records of Vobiz will say how it came.
  if (outcome.kind === 'gone') await inTenant(tenantId, (db) => planSettling(db, tenantId, call.id, 0));
  else refuseUnlessDone(outcome);
}

/** The task behind `hangup_live_calls`: tried again until it is done, or there is no such call any more. */
export function hangUpTask(parts: { inTenant: InTenant; live: LiveCalls }): {
  name: string;
  work(payload: unknown): Promise<void>;
} {
  return {
    name: 'hang_up_call',
    async work(payload) {
      const { tenant, call: id } = payload as { tenant: string; call: string };
      const tenantId = readTenantId(tenant);
      if (tenantId === null) throw new Error('a call without a tenant');
      const call = await parts.inTenant(tenantId, (db) => findCallOfJob(db, tenantId, id));
      if (call === null || call.isOver) return;
      if (parts.live === null) throw new Error('Vobiz is not asked for anything here');
      if (!isNamed(call)) throw new Error('Vobiz has not named the call yet');
      await hangUpNow(parts.live, parts.inTenant, tenantId, call);
    },
  };
}

/** Throws not_in_test_mode, provider_not_configured. */
export function askable<Provider>(live: Provider | null, { livemode }: Owner): Provider {
  if (!livemode) {
    throw new Failure(
      'not_in_test_mode',
      'In test mode nothing is asked of Vobiz, and there are no live calls.',
    );
  }
  if (live === null) {
    throw new Failure('provider_not_configured', 'This service was started without an address of Vobiz.');
  }
  return live;
}

/** Throws provider_refused, provider_unavailable. */
function refuseUnlessDone(outcome: Exclude<ControlOutcome, { kind: 'gone' }>): void {
  switch (outcome.kind) {
    case 'done':
      return;
    case 'limited': {
      const retryAfterSeconds = outcome.retryAfterSeconds ?? 1;
      throw new Failure('provider_unavailable', 'Vobiz takes no more requests for now.', {
        retryAfterSeconds,
      });
    }
    case 'refused':
      throw new Failure('provider_refused', `Vobiz refused it with status ${outcome.status}.`);
    case 'failed': {
      const detail = 'Vobiz did not answer, and nobody knows whether it was done. It is safe to ask again.';
      throw new Failure('provider_unavailable', detail, { retryAfterSeconds: 1 });
    }
  }
}

function hangUpJob(tenantId: TenantId, callId: string) {
  const payload = { tenant: tenantId, call: callId };
  return { task: 'hang_up_call', payload, key: `hang_up_call|${callId}`, serial: `hang_up_call|${tenantId}` };
}

function isNamed({ placement }: ControlledCall): boolean {
  return placement === null || placement === 'placed';
}

function found(call: CallRow | null): CallRow {
  if (call === null) throw notFound();
  return call;
}
