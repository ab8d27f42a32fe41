import { LRUCache } from 'lru-cache';
import type { Actor } from './contract.ts';

/**
 * Keys that were valid a moment ago, so that a busy backend does not ask the database about its key a hundred times a
 * second. What this process changes is forgotten at once; another process hears of it when the entry has aged.
 */
export type KeyCache = {
  get(digest: Buffer): Actor | undefined;
  set(digest: Buffer, actor: Actor): void;
  /** Everything: keys and tenants change rarely. */
  forget(): void;
};

/** How long a revoked key can go on in another process. */
const KEPT_MS = 1_000;
const MOST_KEYS = 10_000;

export function createKeyCache(): KeyCache {
  const actors = new LRUCache<string, Actor>({ max: MOST_KEYS, ttl: KEPT_MS });
  return {
    get: (digest) => actors.get(digest.toString('latin1')),
    set: (digest, actor) => void actors.set(digest.toString('latin1'), actor),
    forget: () => actors.clear(),
  };
}
