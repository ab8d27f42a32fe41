import type { Handlers } from './api/contract.ts';
import type { Database, Db } from './db/database.ts';
import { emitEvent } from './features/events/event-store.ts';
import { openPhone } from './features/sessions/party-phones.ts';
import type { HangUpLive } from './features/sessions/session-handlers.ts';
import type { KeyRing } from './features/tenants/key-ring.ts';
import type { ProviderAccountService } from './features/tenants/provider-account-service.ts';
import { ledger } from './features/usage/usage-service.ts';
import { hangUpLiveCall, placeLiveCall } from './features/vobiz/rest-calls-adapter.ts';
import type { RestConnection } from './features/vobiz/rest-client.ts';
import {
  askable,
  createCallControls,
  hangUpTask,
  type LiveCalls,
} from './features/voice/call-control-service.ts';
import { enqueueHangups } from './features/voice/call-control-store.ts';
import { callControlHandlers } from './features/voice/call-handlers.ts';
import { createPlacedCalls, placingTasks } from './features/voice/placed-call-service.ts';
import { enqueueJob } from './jobs/queue-store.ts';
import type { Task } from './jobs/task.ts';
import type { TenantId } from './kernel/ids.ts';

/** What is done with live calls at Vobiz: while somebody waits, and by jobs. The part of the composition root for it. */
export function controlsOn(parts: {
  database: Database;
  keyRing: KeyRing;
  accounts: ProviderAccountService;
  publicUrl: string;
  rest: RestConnection | null;
}) {
  const { database, keyRing, accounts, publicUrl, rest } = parts;
  const inTenant = <T>(tenantId: TenantId, work: (db: Db) => Promise<T>): Promise<T> =>
    database.transaction({ as: 'tenant', tenantId }, work);
  const live: LiveCalls =
    rest === null ? null : { hangUp: (account, callUuid) => hangUpLiveCall(rest, account, callUuid) };
  const controls = createCallControls({ inTenant, live, enqueue: enqueueJob });
  const placed = createPlacedCalls({ isConfigured: rest !== null, tell: emitEvent, enqueue: enqueueJob });
  const tasks: Task[] = [
    hangUpTask({ inTenant, live }),
    ...placingTasks({
      inTenant,
      keyRing,
      openNumber: openPhone,
      enqueue: enqueueJob,
      placeLive: rest === null ? null : (account, order) => placeLiveCall(rest, account, order),
      webhookToken: (account) =>
        database.transaction({ as: 'operator' }, (unit) => accounts.webhookToken(unit, account)),
      publicUrl,
      meter: ledger,
    }),
  ];
  const hangUpLive: HangUpLive = (actor) => {
    // In test mode there is nobody on the line, and whoever tries out their requests is not to be held up.
    if (actor.livemode) askable(live, actor);
    return (db, sessionId) => enqueueHangups(db, actor.tenantId, sessionId);
  };
  return { handlers: callControlHandlers(controls, placed) satisfies Partial<Handlers>, tasks, hangUpLive };
}
