import { controlsOn } from './container-controls.ts';
import type { Database } from './db/database.ts';
import { openPhone } from './features/sessions/party-phones.ts';
import type { KeyRing } from './features/tenants/key-ring.ts';
import type { ProviderAccountService } from './features/tenants/provider-account-service.ts';
import type { RestConnection } from './features/vobiz/rest-client.ts';
import { announcementHandlers } from './features/voice/announcement-handlers.ts';
import { createCallDocuments } from './features/voice/call-document-service.ts';
import { callHandlers } from './features/voice/call-handlers.ts';
import { createCallService } from './features/voice/call-service.ts';
import { explainHandlers } from './features/voice/explain-handlers.ts';
import { createExplainService } from './features/voice/explain-service.ts';
import { createWebhookService } from './features/voice/webhook-service.ts';

/** All that is about calls: the webhook, and what tenants read and say of them. The part of the composition root beside one feature. */
export function voiceOn(parts: {
  database: Database;
  keyRing: KeyRing;
  accounts: ProviderAccountService;
  publicUrl: string;
  rest: RestConnection | null;
}) {
  const controls = controlsOn(parts);
  const documents = createCallDocuments({ ...parts, openNumber: openPhone });
  return {
    webhook: createWebhookService({ ...parts, documents }),
    handlers: {
      ...explainHandlers(createExplainService(parts.keyRing)),
      ...callHandlers(createCallService()),
      ...announcementHandlers,
      ...controls.handlers,
    },
    tasks: controls.tasks,
    hangUpLive: controls.hangUpLive,
  };
}
