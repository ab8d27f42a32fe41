/**
 * What the service should know and decide, kept in plain lists and searched from end to end, so that it is slow and plainly
 * right. Written from the contract; it shares no code with the service, and a test sees to that.
 *
 * Times are whole milliseconds of the model's clock. What is about one thing lies in one file: oracle-pairs, oracle-sessions...
 */
export type Side = 'a' | 'b';
export type Direction = 'both' | 'a_to_b' | 'b_to_a';

export type TenantBook = { status: 'active' | 'suspended'; policy: 'announce' | 'reject' };
/** A tenant's live or test mode: a world of its own. `owner` elsewhere is a place in `Books.owners`. */
export type OwnerBook = { tenant: number; livemode: boolean };
export type PoolBook = { owner: number; name: string; coolingSeconds: number };
export type DidBook = {
  owner: number;
  number: string;
  pool: string;
  status: 'active' | 'retiring' | 'retired';
  /** As last measured: it is chosen after the others. */
  isUnhealthy: boolean;
};

/** What is still allowed after the end, for so many seconds; whom it does not allow is forwarded, or hears that it is over. */
export type StageBook = {
  seconds: number;
  allow: Direction | 'none';
  forwardTo: string | null;
};

export type PartyBook = { did: number; phones: string[]; role: string | null };
export type SessionBook = {
  owner: number;
  pool: string;
  transactionRef: string | null;
  direction: Direction;
  createdAt: number;
  updatedAt: number;
  expiresAt: number;
  endedAt: number | null;
  stages: StageBook[];
  /** How long the stages last, or lasted when they were cut short. */
  graceSeconds: number;
  coolingSeconds: number;
  ringTimeoutSeconds: number;
  maxCallSeconds: number;
  slidingSeconds: number | null;
  maxCalls: number | null;
  callsMade: number;
  endAfterFirstCall: boolean;
  metadata: Record<string, string>;
  parties: Record<Side, PartyBook>;
};

/** (DID, phone) -> session, side. `releasedAt`: when it is let go of; null while nobody knows when. */
export type BindingBook = {
  did: number;
  phone: string;
  session: number;
  side: Side;
  releasedAt: number | null;
  freeAt: number;
};
/** What is left of a binding that was purged. */
export type MemoryBook = { did: number; phone: string; releasedAt: number };

/** `name`: a number that stands for Vobiz' id of the call. */
export type CallBook = {
  name: number;
  did: number;
  to: string;
  from: string | null;
  /** Of the last decision. */
  session: number | null;
  decision: 'bridge' | 'forward' | 'announce' | 'reject';
  /** The sessions that it was bridged through. */
  countedBy: number[];
  connected: boolean;
  ended: boolean;
  hasEndedSession: boolean;
  /** What was told of it so far. */
  told: string[];
};

/** An Idempotency-Key of a creation, with what was asked and answered. */
export type KeyBook = {
  owner: number;
  key: string;
  body: string;
  session: number;
  view: unknown;
  at: number;
};

/** `session`, `did`, `owner`: places in these lists, which nothing is ever taken out of but bindings, memories and keys. */
export type Books = {
  now: number;
  tenants: TenantBook[];
  owners: OwnerBook[];
  pools: PoolBook[];
  dids: DidBook[];
  sessions: SessionBook[];
  bindings: BindingBook[];
  memories: MemoryBook[];
  calls: CallBook[];
  keys: KeyBook[];
};

/** Refused with one of these codes; which one is told first is nobody's promise. */
export type Refusal = { refused: string[] };

export const sides: readonly Side[] = ['a', 'b'];

export function other(side: Side): Side {
  return side === 'a' ? 'b' : 'a';
}

export function the<T>(list: readonly T[], place: number): T {
  const found = list[place];
  if (found === undefined) throw new Error(`the oracle's books have no place ${place}`);
  return found;
}

export function seconds(count: number): number {
  return count * 1000;
}

export function bindingOf(books: Books, did: number, phone: string): BindingBook | null {
  return books.bindings.find((one) => one.did === did && one.phone === phone) ?? null;
}

/** Live or cooling: nobody else may have it. */
export function isHeld(books: Books, did: number, phone: string): boolean {
  const binding = bindingOf(books, did, phone);
  return binding !== null && binding.freeAt > books.now;
}

/** The numbers that are DIDs of this owner's and not out of service: none of them may be a party. */
export function isOwnDid(books: Books, owner: number, number: string): boolean {
  return books.dids.some((did) => did.owner === owner && did.number === number && did.status !== 'retired');
}

export function poolOf(books: Books, owner: number, name: string): PoolBook | null {
  return books.pools.find((pool) => pool.owner === owner && pool.name === name) ?? null;
}
