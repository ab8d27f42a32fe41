import { uuidv7 } from 'uuidv7';

/** The kinds of things that have an id; the prefix tells a reader, and a log, what an id names. */
export type IdPrefix =
  | 'ten'
  | 'key'
  | 'pac'
  | 'did'
  | 'pool'
  | 'ses'
  | 'lst'
  | 'call'
  | 'rec'
  | 'use'
  | 'plan'
  | 'evt'
  | 'whe'
  | 'whd'
  | 'whr'
  | 'blk'
  | 'osp'
  | 'op'
  | 'req';
export type Id<P extends IdPrefix> = `${P}_${string}`;

/**
 * A tenant whose right to be acted for was established: by an API key, by the webhook's directory, by an operator naming
 * it, or by a job. A plain string never becomes one by accident.
 */
export type TenantId = Id<'ten'> & { readonly __brand: 'TenantId' };

/** Whose objects, and of which mode: the first thing that every look-up of a tenant's things is told. */
export type Owner = { tenantId: TenantId; livemode: boolean };

/** `<prefix>_` and the 32 hex digits of a UUIDv7: ids sort by the time they were made. */
export function newId<P extends IdPrefix>(prefix: P): Id<P> {
  return `${prefix}_${uuidv7().replaceAll('-', '')}`;
}

export function newTenantId(): TenantId {
  return newId('ten') as TenantId;
}

/** For an id that something else vouches for: a directory row, or a check that follows. Null for anything else. */
export function readTenantId(text: string): TenantId | null {
  return /^ten_[0-9a-f]{32}$/.test(text) ? (text as TenantId) : null;
}

export function isCallId(text: string): text is Id<'call'> {
  return /^call_[0-9a-f]{32}$/.test(text);
}
