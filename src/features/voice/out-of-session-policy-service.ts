import type { TenantKeys } from '../../crypto/tenant-keys.ts';
import type { Db } from '../../db/database.ts';
import { Failure, type Fault, invalid, notFound } from '../../kernel/errors.ts';
import { newId, type Owner, type TenantId } from '../../kernel/ids.ts';
import { type CountryCode, type E164, last4, readPhone } from '../../kernel/phone.ts';
import { referencedPool } from '../pool/pool-service.ts';
import { type OutOfSessionWay, sealForPolicy } from './out-of-session.ts';
import {
  deletePolicy,
  findPolicy,
  findPolicyOf,
  listPolicies,
  lockPolicies,
  type PolicyRow,
  replacePolicySecret,
  writePolicy,
} from './out-of-session-policy-store.ts';

/** As a request has it. */
export type PolicyInput = {
  pool?: string | null;
  action: OutOfSessionWay;
  forward_to?: string | null;
  time_limit_seconds: number;
  url?: string | null;
  on_failure?: 'reject' | 'announce' | 'forward' | null;
};

/** `secret`: when it is a new one, which is the only time that it leaves us. */
export type PolicyWithSecret = { policy: PolicyRow; secret: string | null };

export type PolicyService = {
  /** Throws invalid_request, invalid_phone, phone_is_a_did, webhook_url_refused, unknown_reference. */
  set(db: Db, owner: Owner & { defaultCountry: CountryCode }, input: PolicyInput): Promise<PolicyWithSecret>;
  list: typeof listPolicies;
  /** Gives what it was. Throws not_found. */
  remove(db: Db, owner: Owner, id: string): Promise<PolicyRow>;
  /** Both secrets sign for so long. Throws not_found, also for a policy that has no secret. */
  rotateSecret(db: Db, owner: Owner, id: string, overlapSeconds: number): Promise<PolicyWithSecret>;
};

/**
 * @param didsAmong which of these numbers are masking numbers of the tenant
 * @param whyUrlRefused why nothing is ever sent to this address, or null
 * @param newSecret a secret that questions are signed with
 */
export function createPolicyService(parts: {
  currentKeys: (db: Db, tenantId: TenantId) => Promise<TenantKeys>;
  didsAmong: (db: Db, owner: Owner, numbers: readonly E164[]) => Promise<E164[]>;
  whyUrlRefused: (url: string) => string | null;
  newSecret: () => string;
}): PolicyService {
  const get = async (db: Db, owner: Owner, id: string): Promise<PolicyRow> => {
    const policy = await findPolicy(db, owner, id);
    if (policy === null) throw notFound();
    return policy;
  };

  /** Throws invalid_phone, phone_is_a_did: a call that is forwarded to a masking number would come back to us. */
  const readForward = async (
    db: Db,
    owner: Owner & { defaultCountry: CountryCode },
    text: string | null,
  ): Promise<E164 | null> => {
    if (text === null) return null;
    const number = readPhone(text, owner.defaultCountry);
    if (number === null) throw invalid('invalid_phone', '/forward_to', 'is not a valid phone number');
    if ((await parts.didsAmong(db, owner, [number])).length > 0) {
      throw invalid('phone_is_a_did', '/forward_to', 'is one of your masking numbers');
    }
    return number;
  };

  return {
    async set(db, owner, input) {
      const faults = faultsOf(input);
      if (faults.length > 0) throw new Failure('invalid_request', 'This policy cannot be used.', { faults });
      const url = input.url ?? null;
      const why = url === null ? null : parts.whyUrlRefused(url);
      if (why !== null) throw invalid('webhook_url_refused', '/url', why);
      const forward = await readForward(db, owner, input.forward_to ?? null);
      const pool = input.pool ?? null;
      const poolId = pool === null ? null : (await referencedPool(db, owner, pool)).id;

      await lockPolicies(db, owner);
      const known = await findPolicyOf(db, owner, poolId);
      const id = known?.id ?? newId('osp');
      const keys = await parts.currentKeys(db, owner.tenantId);
      const sealed = (use: 'forward' | 'secret', text: string) => ({
        sealed: sealForPolicy(keys, owner.tenantId, id, use, text),
        keyVersion: keys.version,
      });
      const asks = input.action === 'ask';
      const secret = asks && known?.has_secret !== true ? parts.newSecret() : null;
      await writePolicy(db, owner, id, poolId, {
        action: input.action,
        on_failure: input.on_failure ?? null,
        time_limit_seconds: input.time_limit_seconds,
        url,
        forward: forward === null ? null : { ...sealed('forward', forward), last4: last4(forward) },
        secret: secret !== null ? sealed('secret', secret) : asks ? 'kept' : null,
      });
      return { policy: await get(db, owner, id), secret };
    },
    list: listPolicies,
    async remove(db, owner, id) {
      const policy = await get(db, owner, id);
      await deletePolicy(db, owner, id);
      return policy;
    },
    async rotateSecret(db, owner, id, overlapSeconds) {
      await get(db, owner, id);
      const keys = await parts.currentKeys(db, owner.tenantId);
      const secret = parts.newSecret();
      const sealed = {
        sealed: sealForPolicy(keys, owner.tenantId, id, 'secret', secret),
        keyVersion: keys.version,
      };
      if (!(await replacePolicySecret(db, owner, id, sealed, overlapSeconds))) throw notFound();
      return { policy: await get(db, owner, id), secret };
    },
  };
}

/** What the fields need of each other. */
function faultsOf(input: PolicyInput): Fault[] {
  const { action, url = null, on_failure: onFailure = null, forward_to: forwardTo = null } = input;
  const faults: Fault[] = [];
  const need = (isThere: boolean, pointer: string, message: string) => {
    if (!isThere) faults.push({ pointer, message });
  };
  const asks = action === 'ask';
  need(!asks || url !== null, '/url', 'is required to ask');
  need(!asks || onFailure !== null, '/on_failure', 'is required to ask: what holds when there is no answer');
  need(asks || url === null, '/url', 'belongs to the action ask only');
  need(asks || onFailure === null, '/on_failure', 'belongs to the action ask only');
  const forwards = action === 'forward' || onFailure === 'forward';
  need(!forwards || forwardTo !== null, '/forward_to', 'is required to forward');
  need(asks || forwards || forwardTo === null, '/forward_to', 'belongs to the actions forward and ask only');
  return faults;
}
