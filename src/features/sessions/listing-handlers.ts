import { type Handlers, tenantOf } from '../../api/contract.ts';
import { listView, pageOf, pageQuery } from '../../api/pagination.ts';
import type { components } from '../../generated/schema.ts';
import type { Listing } from './listing.ts';
import type { ListingService } from './listing-service.ts';

function toListingView(listing: Listing): components['schemas']['Listing'] {
  const { seller, session } = listing;
  return {
    id: listing.id,
    livemode: listing.livemode,
    status: listing.status,
    masking_number: listing.maskingNumber,
    pool: listing.pool,
    transaction_ref: listing.transactionRef,
    seller: { role: seller.role, phone_last4: seller.phoneLast4 },
    expires_at: listing.expiresAt.toISOString(),
    ended_at: listing.endedAt?.toISOString() ?? null,
    cooling_seconds: session.cooling_seconds ?? null,
    ring_timeout_seconds: session.ring_timeout_seconds,
    max_call_seconds: session.max_call_seconds,
    voice: session.voice ?? {},
    buyers: listing.buyers,
    metadata: listing.metadata,
    created_at: listing.createdAt.toISOString(),
  };
}

type ListingOperations = 'createListing' | 'listListings' | 'getListing' | 'endListing';

export function listingHandlers(listings: ListingService): Pick<Handlers, ListingOperations> {
  return {
    async createListing(call) {
      const listing = await listings.create(call.unit, tenantOf(call), call.body);
      return { status: 201, body: toListingView(listing) };
    },
    async listListings(call) {
      const page = pageQuery(call.query);
      const rows = await listings.list(call.unit, tenantOf(call), { ...page, limit: page.limit + 1 });
      return { status: 200, body: listView(pageOf(rows, page), toListingView) };
    },
    async getListing(call) {
      const listing = await listings.get(call.unit, tenantOf(call), call.params.listing_id);
      return { status: 200, body: toListingView(listing) };
    },
    async endListing(call) {
      const listing = await listings.end(call.unit, tenantOf(call), call.params.listing_id);
      return { status: 200, body: toListingView(listing) };
    },
  };
}
