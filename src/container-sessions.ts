import type { Metrics } from './container-metrics.ts';
import type { Database } from './db/database.ts';
import type { AllocationParts } from './features/sessions/allocation.ts';
import { listingHandlers } from './features/sessions/listing-handlers.ts';
import { createListingService, listingCalls } from './features/sessions/listing-service.ts';
import { sessionCreation } from './features/sessions/session-creation-service.ts';
import { sessionRehoming } from './features/sessions/session-rehome-service.ts';
import type { KeyRing } from './features/tenants/key-ring.ts';

/** How sessions come to be: by a request, and by a call to a listing. */
export function sessionsOn(parts: {
  database: Database;
  keyRing: KeyRing;
  allocation: AllocationParts;
  didsAmong: Parameters<typeof createListingService>[0]['didsAmong'];
  metrics: Pick<Metrics, 'watched'>;
}) {
  const { database, keyRing, metrics } = parts;
  const creation = sessionCreation({
    ...parts.allocation,
    keysOf: async (tenantId) =>
      keyRing.cached(tenantId) ??
      database.transaction({ as: 'tenant', tenantId }, (unit) => keyRing.current(unit, tenantId)),
  });
  const createSession = metrics.watched.creation(creation);
  const rehome = metrics.watched.rehoming(sessionRehoming(parts.allocation));
  const listings = {
    openCall: listingCalls({ database, keyRing, createSession }),
    handlers: listingHandlers(createListingService(parts)),
  };
  return { createSession, listings, rehome };
}
