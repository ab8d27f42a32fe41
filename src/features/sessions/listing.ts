import { seal, unseal } from '../../crypto/sealing.ts';
import type { TenantKeys } from '../../crypto/tenant-keys.ts';
import type { Id, TenantId } from '../../kernel/ids.ts';
import type { E164 } from '../../kernel/phone.ts';
import type { VoiceSettings } from '../tenants/voice-settings.ts';
import type { NewSessionInput } from './new-session.ts';

/** What the sessions of a listing are made with: the same words, and the same defaults, as for any session. */
export type ListingSession = {
  cooling_seconds?: number;
  ring_timeout_seconds: number;
  max_call_seconds: number;
  voice?: VoiceSettings;
};

export type ListingInput = ListingSession & {
  seller: { phone: string; role?: string };
  transaction_ref?: string;
  pool: string;
  did?: string;
  expires_in_seconds: number;
  metadata?: Record<string, string>;
};

export type Listing = {
  id: Id<'lst'>;
  livemode: boolean;
  pool: string;
  status: 'active' | 'ended' | 'expired';
  maskingNumber: string;
  transactionRef: string | null;
  expiresAt: Date;
  endedAt: Date | null;
  seller: { role: string | null; phoneLast4: string };
  session: ListingSession;
  buyers: number;
  metadata: Record<string, string>;
  createdAt: Date;
};

export function sealSeller(keys: TenantKeys, tenantId: TenantId, id: string, phone: E164): Buffer {
  return seal(keys.dataKey, phone, `${tenantId}|listings|${id}`);
}

export function openSeller(keys: TenantKeys, tenantId: TenantId, id: string, sealed: Buffer): E164 {
  return unseal(keys.dataKey, sealed, `${tenantId}|listings|${id}`).toString() as E164;
}

/** The session between the seller, `a`, and a buyer, `b`, who knows the seller by the listing's own DID. */
export function sessionOfBuyer(
  listing: {
    id: string;
    pool_id: string;
    did_id: string;
    transaction_ref: string | null;
    seconds_left: number;
    role: string | null;
    session: ListingSession;
    metadata: Record<string, string>;
  },
  seller: E164,
  buyer: E164,
): NewSessionInput {
  return {
    ...listing.session,
    ...(listing.transaction_ref === null ? {} : { transaction_ref: listing.transaction_ref }),
    pool: listing.pool_id,
    // Never longer than the listing.
    expires_in_seconds: Math.max(listing.seconds_left, 1),
    parties: {
      a: { phone: seller, ...(listing.role === null ? {} : { role: listing.role }) },
      b: { phone: buyer, role: 'buyer' },
    },
    direction: 'both',
    end_after_first_call: false,
    allocation: { required_dids: { b: [listing.did_id] } },
    metadata: listing.metadata,
    listing: listing.id,
  };
}
