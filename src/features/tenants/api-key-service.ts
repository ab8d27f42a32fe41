import { keyedDigest } from '../../crypto/digest.ts';
import type { MasterKey } from '../../crypto/master-key.ts';
import type { Db, Unit } from '../../db/database.ts';
import { Failure, invalid, notFound } from '../../kernel/errors.ts';
import { newId, type Owner, type TenantId } from '../../kernel/ids.ts';
import { last4, newToken } from '../../kernel/tokens.ts';
import {
  type ApiKeyRow,
  countOperatorKeys,
  insertApiKey,
  insertOperatorKey,
  listApiKeys,
  lockApiKey,
  type NewApiKeyRow,
  revokeApiKey,
  type Scope,
  scopes,
  shortenApiKey,
} from './api-key-store.ts';

export type NewApiKey = { name: string; livemode?: boolean; scopes?: Scope[]; expires_in_seconds?: number };
/** The only time that a token leaves us. */
export type KeyWithToken = { key: ApiKeyRow; token: string };

/** Which keys of a tenant the asker may see and hand on: those of its own mode, and no scope that it lacks itself. */
export type KeyRights = { livemode: boolean; scopes: readonly string[] };

export type ApiKeyService = {
  /** rights null: the operator. Throws invalid_request. */
  create(db: Db, tenantId: TenantId, rights: KeyRights | null, input: NewApiKey): Promise<KeyWithToken>;
  list(db: Db, tenantId: TenantId, filter: Parameters<typeof listApiKeys>[2]): Promise<ApiKeyRow[]>;
  /** Throws not_found. Again: the same answer. */
  revoke(unit: Unit, tenantId: TenantId, livemode: boolean | null, id: string): Promise<ApiKeyRow>;
  /** Throws not_found, key_not_active, invalid_request. */
  rotate(
    unit: Unit,
    tenantId: TenantId,
    rights: KeyRights,
    id: string,
    overlapSeconds: number,
  ): Promise<KeyWithToken>;
  /** Makes sure that an operator can get in: keeps `given`, or makes a key if there is none. Gives the token of a new one. */
  ensureOperatorKey(db: Db, given: string | null): Promise<string | null>;
};

/** Leaves an event in the transaction of what it tells. */
type Tell = (
  db: Db,
  owner: Owner,
  event:
    | { type: 'api_key.created'; data: { api_key: string; scopes: Scope[]; replaces: string | null } }
    | { type: 'api_key.revoked'; data: { api_key: string } },
) => Promise<void>;

/** @param forgetKeys drops what is cached of valid keys; called when a change of them is settled */
export function createApiKeyService(master: MasterKey, forgetKeys: () => void, tell: Tell): ApiKeyService {
  const insert = async (
    db: Db,
    tenantId: TenantId,
    key: Pick<NewApiKeyRow, 'name' | 'livemode' | 'scopes' | 'expiresInSeconds' | 'expiresAt'>,
    replaces: string | null,
  ): Promise<KeyWithToken> => {
    const token = newToken(key.livemode ? 'mp_live' : 'mp_test');
    const digest = keyedDigest(master, 'api_key', token);
    const row = await insertApiKey(db, tenantId, { ...key, id: newId('key'), last4: last4(token), digest });
    const data = { api_key: row.id, scopes: row.scopes, replaces };
    await tell(db, { tenantId, livemode: row.livemode }, { type: 'api_key.created', data });
    return { key: row, token };
  };
  return {
    create(db, tenantId, rights, input) {
      const wanted = input.scopes ?? scopes.filter((scope) => rights?.scopes.includes(scope) ?? true);
      refuseMoreThan(rights, wanted, '/scopes');
      const livemode = input.livemode ?? rights?.livemode ?? true;
      if (rights !== null && livemode !== rights.livemode) {
        throw invalid('invalid_request', '/livemode', 'must be the mode of the calling key');
      }
      const expiresInSeconds = input.expires_in_seconds ?? null;
      const key = { name: input.name, livemode, scopes: wanted, expiresInSeconds, expiresAt: null };
      return insert(db, tenantId, key, null);
    },
    list: listApiKeys,
    async revoke(unit, tenantId, livemode, id) {
      unit.onSettled(forgetKeys);
      const before = await lockApiKey(unit, tenantId, livemode, id);
      const row = before === null ? null : await revokeApiKey(unit, tenantId, id);
      if (before === null || row === null) throw notFound();
      if (before.revoked_at === null) {
        const event = { type: 'api_key.revoked' as const, data: { api_key: id } };
        await tell(unit, { tenantId, livemode: row.livemode }, event);
      }
      return row;
    },
    async rotate(unit, tenantId, rights, id, overlapSeconds) {
      unit.onSettled(forgetKeys);
      const old = await lockApiKey(unit, tenantId, rights.livemode, id);
      if (old === null) throw notFound();
      if (old.revoked_at !== null || old.is_expired) {
        throw new Failure('key_not_active', 'Only an active key can be rotated.');
      }
      refuseMoreThan(rights, old.scopes, '');
      await shortenApiKey(unit, tenantId, id, overlapSeconds);
      return insert(unit, tenantId, { ...old, expiresInSeconds: null, expiresAt: old.expires_at }, id);
    },
    async ensureOperatorKey(db, given) {
      if (given === null && (await countOperatorKeys(db)) > 0) return null;
      const token = given ?? newToken('mp_op');
      const digest = keyedDigest(master, 'api_key', token);
      const name = given === null ? 'first operator key' : 'OPERATOR_API_KEY';
      await insertOperatorKey(db, { id: newId('key'), name, last4: last4(token), digest });
      return given === null ? token : null;
    },
  };
}

/** Otherwise a narrow key could make itself a wide one. */
function refuseMoreThan(rights: KeyRights | null, wanted: readonly string[], pointer: string): void {
  if (rights === null || wanted.every((scope) => rights.scopes.includes(scope))) return;
  throw invalid('invalid_request', pointer, 'has a scope that the calling key does not have');
}
