import type { Db } from '../../db/database.ts';
import type { TenantId } from '../../kernel/ids.ts';
import type { Settings } from './manner.ts';
import type { RouteDecision, RouteReason, Side } from './route-kinds.ts';
import type { RouteDid } from './route-store.ts';

/** A call in its middle: what the documents that are asked for then have to know. */
export type CallVoice = {
  providerCallId: string;
  decision: RouteDecision;
  reason: RouteReason;
  sessionId: string | null;
  callerSide: Side | null;
  callerIndex: Buffer | null;
  isOver: boolean;
  did: RouteDid;
  /** Of the session, its pool and the tenant. */
  settings: Settings[];
  hasAnnouncements: boolean;
  transactionRef: string | null;
  metadata: Record<string, string>;
  /** Of the party that calls. */
  role: string | null;
};

/** Null when there is no such call. One round trip. */
export async function findCallVoice(db: Db, tenantId: TenantId, callId: string): Promise<CallVoice | null> {
  const [row] = await db.rows<CallVoiceRow>('select * from call_voice($1, $2)', [tenantId, callId]);
  if (row === undefined) return null;
  return {
    providerCallId: row.provider_call_id,
    decision: row.decision,
    reason: row.reason,
    sessionId: row.session_id,
    callerSide: row.caller_side,
    callerIndex: row.caller_index,
    isOver: row.is_over,
    did: {
      tenant_id: tenantId,
      did_id: row.did_id,
      e164: row.did_e164,
      country: row.country,
      did_status: row.did_status,
      livemode: row.livemode,
      tenant_status: row.tenant_status,
      default_country: row.default_country,
      out_of_session_policy: row.out_of_session_policy,
      pin_digits: row.pin_digits,
      // Whoever is in a call is somebody's party already.
      listing_id: null,
      listing_seller: null,
    },
    settings: [row.session_voice ?? {}, row.pool_voice ?? {}, row.tenant_voice],
    hasAnnouncements: row.has_announcements,
    transactionRef: row.transaction_ref,
    metadata: row.metadata ?? {},
    role: row.caller_role,
  };
}

type CallVoiceRow = Omit<RouteDid, 'tenant_id' | 'e164' | 'listing_id' | 'listing_seller'> & {
  did_e164: RouteDid['e164'];
  provider_call_id: string;
  decision: RouteDecision;
  reason: RouteReason;
  session_id: string | null;
  caller_side: Side | null;
  caller_index: Buffer | null;
  is_over: boolean;
  tenant_voice: Settings;
  pool_voice: Settings | null;
  session_voice: Settings | null;
  has_announcements: boolean;
  transaction_ref: string | null;
  metadata: Record<string, string> | null;
  caller_role: string | null;
};
