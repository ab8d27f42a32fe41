import type { Db } from '../../db/database.ts';
import type { TenantId } from '../../kernel/ids.ts';
import { type CallFacts, isSameWorth, type Worth, worthOfCall, worthOfRecording } from './usage-line.ts';
import {
  findMeteredCall,
  insertLines,
  listMeteredRecordings,
  type Metered,
  type NewLine,
} from './usage-store.ts';

/** Negative zero is a number that no ledger needs. */
const minus = (value: number) => (value === 0 ? 0 : -value);

/** What takes a charge back: the same with the sign turned. */
function reversed(worth: Worth): Worth {
  return {
    ...worth,
    seconds: minus(worth.seconds),
    billedSeconds: minus(worth.billedSeconds),
    amount: worth.amount === null ? null : minus(worth.amount),
  };
}

/** Writes what is new: the first charge, or, where it has become another, a reversal and a charge. Else nothing. */
async function record(
  db: Db,
  tenantId: TenantId,
  { thing, standing }: Metered,
  worth: Worth,
  source: NewLine['source'],
): Promise<void> {
  const charge = { entry: 'charge' as const, quantity: 1 as const, worth, source };
  if (standing === null) {
    await insertLines(db, tenantId, thing, [{ ...charge, revision: 1, corrects: null }]);
    return;
  }
  if (isSameWorth(standing.worth, worth)) return;
  const { revision, firstId: corrects } = standing;
  const reversal = {
    entry: 'reversal' as const,
    quantity: -1 as const,
    worth: reversed(standing.worth),
    source,
  };
  await insertLines(db, tenantId, thing, [
    { ...reversal, revision: revision + 1, corrects },
    { ...charge, revision: revision + 2, corrects },
  ]);
}

/** The ledger, for those who report to it: in the transaction of the fact, which has locked the call. */
export const ledger = {
  async call(db: Db, tenantId: TenantId, facts: CallFacts): Promise<void> {
    const found = await findMeteredCall(db, tenantId, facts.callId);
    if (found === null) throw new Error('usage is of a call that is not there');
    const worth = worthOfCall(facts, found.thing.livemode, found.didCountry, found.plan);
    await record(db, tenantId, found, worth, facts.source);
  },

  async recordings(db: Db, tenantId: TenantId, callId: string): Promise<void> {
    for (const found of await listMeteredRecordings(db, tenantId, callId)) {
      const worth = worthOfRecording(found.seconds, found.thing.livemode, found.plan);
      await record(db, tenantId, found, worth, 'event');
    }
  },
};
