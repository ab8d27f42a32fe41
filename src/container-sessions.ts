import type { Database } from './db/database.ts';
import type { AllocationParts } from './features/sessions/allocation.ts';
import { listingHandlers } from './features/sessions/listing-handlers.ts';
import { createListingService, listingCalls } from './features/sessions/listing-service.ts';
import { sessionCreation } from './features/sessions/session-creation-service.ts';
import type { KeyRing } from './features/tenants/key-ring.ts';

/** How sessions come to be: by a request, and by a call to a listing. */
export function sessionsOn(parts: {
  database: Database;
  keyRing: KeyRing;
  allocation: AllocationParts;
  didsAmong: Parameters<typeof createListingService>[0]['didsAmong'];
}) {
  const { database, keyRing } = parts;
  const createSession = sessionCreation({
    ...parts.allocation,
    keysOf: async (tenantId) =>
      keyRing.cached(tenantId) ??
      database.transaction({ as: 'tenant', tenantId }, (unit) => keyRing.current(unit, tenantId)),
  });
  const listings = {
    openCall: listingCalls({ database, keyRing, createSession }),
    handlers: listingHandlers(createListingService(parts)),
  };
  return { createSession, listings };
}
