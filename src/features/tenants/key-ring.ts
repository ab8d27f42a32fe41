import { LRUCache } from 'lru-cache';
import type { MasterKey } from '../../crypto/master-key.ts';
import {
  newTenantKeys,
  type TenantKeys,
  unwrapTenantKeys,
  wrapTenantKeys,
} from '../../crypto/tenant-keys.ts';
import type { Db } from '../../db/database.ts';
import type { TenantId } from '../../kernel/ids.ts';
import { findTenantKeys, insertTenantKeys, type WrappedKeys } from './tenant-key-store.ts';

/** The tenants' unwrapped keys, kept in this process only and not for long. */
export type KeyRing = {
  create(db: Db, tenantId: TenantId): Promise<void>;
  /** The newest keys if they are at hand without a look-up. */
  cached(tenantId: TenantId): TenantKeys | null;
  /** The newest keys, or null for a tenant that does not exist or whose keys are destroyed. */
  find(db: Db, tenantId: TenantId): Promise<TenantKeys | null>;
  /** The keys that new things are sealed with. */
  current(db: Db, tenantId: TenantId): Promise<TenantKeys>;
  /** The keys that something was sealed with. */
  version(db: Db, tenantId: TenantId, version: number): Promise<TenantKeys>;
  /** Keys whose wrapped form was read already. */
  unwrap(tenantId: TenantId, keys: WrappedKeys): TenantKeys;
};

/** A thousand tenants at work in one process; the others pay one look-up. */
const MOST_CACHED = 1_000;
/** An erased tenant's keys are out of every process by then. */
const CACHED_MS = 60_000;

export function createKeyRing(master: MasterKey): KeyRing {
  const unwrapped = new LRUCache<string, TenantKeys>({ max: MOST_CACHED, ttl: CACHED_MS });
  const newest = new LRUCache<TenantId, number>({ max: MOST_CACHED, ttl: CACHED_MS });

  const unwrap = (tenantId: TenantId, { version, wrapped }: WrappedKeys): TenantKeys => {
    const name = `${tenantId}|${version}`;
    const cached = unwrapped.get(name);
    if (cached !== undefined) return cached;
    const keys = unwrapTenantKeys(master, tenantId, version, wrapped);
    unwrapped.set(name, keys);
    return keys;
  };

  const read = async (db: Db, tenantId: TenantId, version: number | null): Promise<TenantKeys | null> => {
    const cached = version === null ? undefined : unwrapped.get(`${tenantId}|${version}`);
    if (cached !== undefined) return cached;
    const wrapped = await findTenantKeys(db, tenantId, version);
    return wrapped === null ? null : unwrap(tenantId, wrapped);
  };

  const find = async (db: Db, tenantId: TenantId): Promise<TenantKeys | null> => {
    const keys = await read(db, tenantId, newest.get(tenantId) ?? null);
    if (keys !== null) newest.set(tenantId, keys.version);
    return keys;
  };

  return {
    async create(db, tenantId) {
      const keys = newTenantKeys();
      const wrapped = wrapTenantKeys(master, tenantId, keys);
      await insertTenantKeys(db, tenantId, { version: keys.version, wrapped });
    },
    cached: (tenantId) => unwrapped.get(`${tenantId}|${newest.get(tenantId) ?? ''}`) ?? null,
    find,
    current: async (db, tenantId) => present(await find(db, tenantId)),
    version: async (db, tenantId, version) => present(await read(db, tenantId, version)),
    unwrap,
  };
}

function present(keys: TenantKeys | null): TenantKeys {
  if (keys === null) throw new Error('a tenant has no keys of this version');
  return keys;
}
