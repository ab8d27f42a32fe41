/** The listing on a DID. `isSeller`: the caller is its seller, who reaches nobody by it. */
export type ListingFacts = { id: string; isSeller: boolean };

export type ListingStep = {
  step: { rule: string; outcome: 'match' | 'stop'; detail: string };
  connects: boolean;
};

/** For a known caller without a binding; null on a DID without a listing. */
export function listingStep(listing: ListingFacts | null): ListingStep | null {
  if (listing === null) return null;
  return listing.isSeller
    ? {
        step: {
          rule: 'listing',
          outcome: 'stop',
          detail: 'The caller is the seller of the listing on this DID.',
        },
        connects: false,
      }
    : {
        step: {
          rule: 'listing',
          outcome: 'match',
          detail: 'The DID carries a listing: the caller gets a session with its seller.',
        },
        connects: true,
      };
}
