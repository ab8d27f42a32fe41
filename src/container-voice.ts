import { controlsOn } from './container-controls.ts';
import type { Metrics } from './container-metrics.ts';
import { policiesOn } from './container-policies.ts';
import type { Database } from './db/database.ts';
import type { DidService } from './features/pool/did-service.ts';
import type { OpenListingCall } from './features/sessions/listing-service.ts';
import { openPhone } from './features/sessions/party-phones.ts';
import type { CreateSession } from './features/sessions/session-creation-service.ts';
import type { KeyRing } from './features/tenants/key-ring.ts';
import type { ProviderAccountService } from './features/tenants/provider-account-service.ts';
import { ledger } from './features/usage/usage-service.ts';
import type { RestConnection } from './features/vobiz/rest-client.ts';
import { announcementHandlers } from './features/voice/announcement-handlers.ts';
import { createCallDocuments } from './features/voice/call-document-service.ts';
import { callHandlers } from './features/voice/call-handlers.ts';
import { createCallService } from './features/voice/call-service.ts';
import { dialChecking } from './features/voice/dial-check-service.ts';
import { explainHandlers } from './features/voice/explain-handlers.ts';
import { createExplainService } from './features/voice/explain-service.ts';
import { createWebhookService } from './features/voice/webhook-service.ts';
import type { AllowedNetworks } from './kernel/networks.ts';

/** All that is about calls: the webhook, and what tenants read and say of them. The part of the composition root beside one feature. */
export function voiceOn(parts: {
  database: Database;
  keyRing: KeyRing;
  accounts: ProviderAccountService;
  publicUrl: string;
  openListingCall: OpenListingCall;
  didsAmong: DidService['among'];
  createSession: CreateSession;
  allowed: AllowedNetworks;
  metrics: Pick<Metrics, 'noteMisroute' | 'watched'>;
  rest: RestConnection | null;
}) {
  const { database, metrics } = parts;
  const controls = controlsOn(parts);
  const checkDial = dialChecking(database.single, metrics.noteMisroute);
  const documents = createCallDocuments({ ...parts, openNumber: openPhone, checkDial });
  const policies = policiesOn(parts);
  const webhook = createWebhookService({
    ...parts,
    documents,
    settleOutOfSession: policies.settleOutOfSession,
    meter: ledger,
  });
  return {
    webhook: metrics.watched.webhook(webhook),
    handlers: {
      ...explainHandlers(createExplainService(parts.keyRing)),
      ...callHandlers(createCallService()),
      ...announcementHandlers,
      ...policies.handlers,
      ...controls.handlers,
    },
    close: policies.close,
    tasks: controls.tasks,
    hangUpLive: controls.hangUpLive,
  };
}
