import type { Db } from '../../db/database.ts';
import { Failure } from '../../kernel/errors.ts';
import type { Owner, TenantId } from '../../kernel/ids.ts';
import type { Destination, OperationFault } from './operation.ts';
import {
  finishOperation,
  keepProgress,
  lockOperation,
  type OperationRow,
  wakeOperation,
} from './operation-store.ts';
import { isForNow, type Provider, reasonOf } from './provider.ts';

export type Skipped = { e164: string; reason: string };
type Input = { account: string; to: Destination; e164: string[] | null };
/** Null: the numbers of the account are not known yet. */
type State = { numbers?: string[] };
type Result = { imported: string[]; skipped: Skipped[] };

export type WorkParts = {
  provider: Provider;
  /** One transaction of whose operation it is, null for the operator's, in which rows of the tenant that gets the numbers can be written as well. */
  inOperation: <T>(of: TenantId | null, to: TenantId | null, work: (db: Db) => Promise<T>) => Promise<T>;
  /** Registers a DID. Throws did_already_assigned, unknown_reference, and what else a registration throws. */
  register: (
    db: Db,
    owner: Owner,
    did: { e164: string; provider_account: string; pool: string },
  ) => Promise<{ id: string }>;
};

const PER_PAGE = 100;
/** A pool has some hundred numbers. */
const MOST_NUMBERS = 5_000;
/** Then it is the turn of other jobs. */
const SLICE = 50;

/** The task behind an import: first the list of what the account has, then one number after the other. */
export function importTask(parts: WorkParts) {
  return {
    name: 'import_numbers',
    async work(payload: unknown, signal: AbortSignal): Promise<void> {
      const { operation, tenant = null } = payload as { operation: string; tenant?: TenantId };
      const begun = await parts.inOperation(tenant, null, (db) =>
        lockOperation(db, tenant ?? 'operator', operation),
      );
      if (begun === null) return;
      const input = begun.input as Input;
      const within = <T>(work: (db: Db) => Promise<T>) => parts.inOperation(tenant, input.to.tenant, work);
      if ((begun.state as State).numbers === undefined) {
        const listed = await listAll(parts.provider, input);
        if ('fault' in listed) {
          await within((db) => finishOperation(db, begun, listed.fault));
          return;
        }
        const { numbers, skipped } = listed;
        const result: Result = { imported: [], skipped };
        await within((db) =>
          keepProgress(db, begun, {
            done: skipped.length,
            total: numbers.length + skipped.length,
            state: { numbers },
            result,
          }),
        );
      }
      for (let turn = 0; turn < SLICE && !signal.aborted; turn += 1) {
        const isDone = await within((db) => importNext(parts, db, begun, input));
        if (isDone) return;
      }
      await within((db) => wakeOperation(db, begun.tenant_id, { ...begun, account: input.account }));
    },
  };
}

/** One number, and how far we are, in one transaction: it is imported and counted, or neither. True when there is none left. */
async function importNext(
  parts: WorkParts,
  db: Db,
  { tenant_id, id }: OperationRow,
  input: Input,
): Promise<boolean> {
  const row = await lockOperation(db, tenant_id, id);
  if (row === null) return true;
  const [e164, ...numbers] = (row.state as State).numbers ?? [];
  if (e164 === undefined) {
    await finishOperation(db, row, null);
    return true;
  }
  const result = row.result as Result;
  try {
    const owner = { tenantId: input.to.tenant, livemode: input.to.livemode };
    await parts.register(db, owner, { e164, provider_account: input.account, pool: input.to.pool });
    result.imported.push(e164);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // What a registration refuses, it refuses before it writes anything.
    result.skipped.push({ e164, reason: error.code });
  }
  await keepProgress(db, row, { done: row.done + 1, total: row.total, state: { numbers }, result });
  return false;
}

/** What there is to import. Throws when the provider cannot be asked for now: then it is asked again. */
async function listAll(
  provider: Provider,
  { account, e164 }: Input,
): Promise<{ numbers: string[]; skipped: Skipped[] } | { fault: OperationFault }> {
  const there = new Set<string>();
  const skipped: Skipped[] = [];
  for (let page = 1; there.size < MOST_NUMBERS; page += 1) {
    const answer = await provider.listNumbers(account, page, PER_PAGE);
    if (answer.kind !== 'found') {
      if (isForNow(answer)) throw new Error(reasonOf(answer));
      return { fault: { code: 'provider_refused', message: reasonOf(answer) } };
    }
    for (const number of answer.value.items) {
      if (number.status === 'active' || number.status === 'other') there.add(number.e164);
      else if (e164 === null || e164.includes(number.e164))
        skipped.push({ e164: number.e164, reason: number.status });
    }
    if (answer.value.items.length < PER_PAGE) break;
  }
  const known = new Set(skipped.map((one) => one.e164));
  const wanted = e164 ?? [...there];
  for (const one of wanted)
    if (!there.has(one) && !known.has(one)) skipped.push({ e164: one, reason: 'not_in_account' });
  return { numbers: wanted.filter((one) => there.has(one)), skipped };
}
