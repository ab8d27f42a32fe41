import { loadSpec } from './api/spec.ts';
import { compileSchema } from './api/validation.ts';
import type { Database } from './db/database.ts';
import { newWebhookSecret, webhookHeaders } from './features/events/standard-webhook.ts';
import type { DidService } from './features/pool/did-service.ts';
import type { NewSessionInput } from './features/sessions/new-session.ts';
import type { CreateSession } from './features/sessions/session-creation-service.ts';
import type { KeyRing } from './features/tenants/key-ring.ts';
import { blockHandlers } from './features/voice/block-handlers.ts';
import { createBlockService } from './features/voice/block-service.ts';
import { createEndpointBreaker } from './features/voice/endpoint-breaker.ts';
import { policyHandlers } from './features/voice/out-of-session-policy-handlers.ts';
import { createPolicyService } from './features/voice/out-of-session-policy-service.ts';
import { outOfSessionSettling } from './features/voice/out-of-session-service.ts';
import type { AllowedNetworks } from './kernel/networks.ts';
import { createOutbound, whyUrlRefused } from './outbound/client.ts';

/** Who may not call whom, and what callers without a session get. The part of the composition root beside one feature. */
export function policiesOn(parts: {
  database: Database;
  keyRing: KeyRing;
  didsAmong: DidService['among'];
  createSession: CreateSession;
  /** What tenants' endpoints may lead to beside the public internet. */
  allowed: AllowedNetworks;
}) {
  const { database, keyRing, allowed, createSession, didsAmong } = parts;
  // Apart from deliveries, which may keep all connections to a receiver busy while a caller waits.
  const outbound = createOutbound({ allowed });
  let read: ((input: unknown) => unknown) | null = null;
  return {
    settleOutOfSession: outOfSessionSettling({
      database,
      keysOf: (tenantId, version) =>
        database.transaction({ as: 'tenant', tenantId }, (unit) => keyRing.version(unit, tenantId, version)),
      ask: outbound.ask,
      sign: webhookHeaders,
      createSession,
      readSession(body) {
        // Most tenants never ask for a session; the schema is read for the first that does.
        read ??= compileSchema(loadSpec(), 'SessionCreate');
        return read(body) as NewSessionInput;
      },
      breaker: createEndpointBreaker(),
    }),
    handlers: {
      ...blockHandlers(createBlockService(keyRing)),
      ...policyHandlers(
        createPolicyService({
          currentKeys: keyRing.current,
          didsAmong,
          whyUrlRefused: (url) => whyUrlRefused(url, allowed),
          newSecret: newWebhookSecret,
        }),
      ),
    },
    close: outbound.close,
  };
}
