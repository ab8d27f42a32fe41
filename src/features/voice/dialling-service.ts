import type { TenantKeys } from '../../crypto/tenant-keys.ts';
import type { Database } from '../../db/database.ts';
import type { TenantId } from '../../kernel/ids.ts';
import type { E164 } from '../../kernel/phone.ts';
import { openForward } from '../sessions/after-end.ts';
import type { KeyRing } from '../tenants/key-ring.ts';
import type { Voice } from '../tenants/voice-settings.ts';
import type { CallUrls, Dialling } from './answer-document.ts';
import type { AnswerDecision } from './decision.ts';
import type { CheckDial } from './dial-check-service.ts';
import type { Manner } from './manner.ts';
import { openSupport } from './out-of-session.ts';
import type { SealedNumber } from './route-store.ts';
import { supportDocument } from './support-document.ts';

/** Opens a party's real number from its sealed form. */
export type OpenNumber = (
  keys: TenantKeys,
  tenantId: TenantId,
  sessionId: string,
  side: 'a' | 'b',
  sealed: Buffer,
) => E164;

/** Whom a decision rings: the one place where real numbers are opened to be dialled. */
export function createDialling(parts: {
  database: Database;
  keyRing: KeyRing;
  openNumber: OpenNumber;
  checkDial: CheckDial;
}) {
  const { database, keyRing, openNumber } = parts;

  /** `keys`: the newest, which most numbers are sealed with. */
  const opened = async (
    keys: TenantKeys,
    tenantId: TenantId,
    numbers: readonly SealedNumber[],
    open: (keys: TenantKeys, sealed: Buffer) => E164,
  ): Promise<E164[]> => {
    const found: E164[] = [];
    for (const { sealed, keyVersion } of numbers) {
      const acting = { as: 'tenant' as const, tenantId };
      const fitting =
        keyVersion === keys.version
          ? keys
          : await database.transaction(acting, (unit) => keyRing.version(unit, tenantId, keyVersion));
      found.push(open(fitting, sealed));
    }
    return found;
  };

  /** The phones of the other party that ring now; none when it has no such phone. */
  const dialling = async (
    tenantId: TenantId,
    keys: TenantKeys,
    { binding, route }: Pick<AnswerDecision, 'binding' | 'route'>,
    voice: Voice,
    attempt: number,
  ): Promise<Dialling | null> => {
    if (binding === null) return null;
    if (route.decision === 'forward' && route.binding !== null && binding.forward !== null) {
      const { number: stage } = route.stage;
      const open = (fitting: TenantKeys, sealed: Buffer) =>
        openForward(fitting, tenantId, binding.sessionId, stage, sealed);
      return { binding, attempt, numbers: await opened(keys, tenantId, [binding.forward], open) };
    }
    if (route.decision !== 'bridge') return null;
    const wanted =
      voice.ring.mode === 'parallel' ? binding.others : binding.others.slice(attempt - 1, attempt);
    const otherSide = binding.side === 'a' ? 'b' : 'a';
    const open = (fitting: TenantKeys, sealed: Buffer) =>
      openNumber(fitting, tenantId, binding.sessionId, otherSide, sealed);
    const numbers = await opened(keys, tenantId, wanted, open);
    return numbers.length === 0 ? null : { binding, attempt, numbers };
  };
  const checked: typeof dialling = async (tenantId, keys, decided, voice, attempt) => {
    const found = await dialling(tenantId, keys, decided, voice, attempt);
    if (found !== null) await parts.checkDial(tenantId, keys, decided.route, found);
    return found;
  };

  /** Null when this call does not go to the tenant's support number. */
  const supportOf = async (
    tenantId: TenantId,
    keys: TenantKeys,
    { route, policies: { outOfSession } }: Pick<AnswerDecision, 'route' | 'policies'>,
    how: Manner,
    urls: CallUrls,
  ): Promise<string | null> => {
    if (route.decision !== 'forward' || route.binding !== null) return null;
    if (outOfSession?.forward == null) throw new Error('a forward without a session needs a support number');
    const { id, timeLimitSeconds } = outOfSession.policy;
    const open = (fitting: TenantKeys, sealed: Buffer) => openSupport(fitting, tenantId, id, sealed);
    const [number] = await opened(keys, tenantId, [outOfSession.forward], open);
    if (number === undefined) throw new Error('a support number was not opened');
    return supportDocument(route.callerId, number, timeLimitSeconds, how, urls);
  };

  return { checked, supportOf };
}
