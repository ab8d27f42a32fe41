import type { Db } from '../../db/database.ts';
import { invalid } from '../../kernel/errors.ts';
import type { Owner } from '../../kernel/ids.ts';
import { type CountryCode, readPhone } from '../../kernel/phone.ts';
import type { KeyRing } from '../tenants/key-ring.ts';
import { decide, unknownDid } from './decision.ts';
import type { Route } from './route-kinds.ts';
import { findOwnDid } from './route-store.ts';

/** What a call from `from` to `to` would get. Throws invalid_phone when `to` is none; any `from` is a caller. */
export type ExplainService = (
  db: Db,
  asker: Owner & { defaultCountry: CountryCode },
  question: { to: string; from?: string | null },
) => Promise<Route>;

export function createExplainService(keyRing: KeyRing): ExplainService {
  return async (db, asker, question) => {
    const to = readPhone(question.to, asker.defaultCountry);
    if (to === null) throw invalid('invalid_phone', '/to', 'is not a valid phone number');
    const did = await findOwnDid(db, asker, to);
    if (did === null) return unknownDid;
    const keys = await keyRing.current(db, asker.tenantId);
    return (await decide(db, did, keys, question.from ?? null)).route;
  };
}
