import type { Db } from '../../db/database.ts';
import type { Id } from '../../kernel/ids.ts';
import type { OperationFault, OperationOwner, OperationStatus, OperationType } from './operation.ts';

export type OperationRow = {
  tenant_id: OperationOwner['tenantId'];
  id: Id<'op'>;
  livemode: boolean;
  type: OperationType;
  status: OperationStatus;
  done: number;
  total: number | null;
  input: unknown;
  state: unknown;
  result: unknown;
  error_code: string | null;
  error_message: string | null;
  created_at: Date;
  updated_at: Date;
  finished_at: Date | null;
};

const COLUMNS = `o.tenant_id, o.id, o.livemode, o.type, o.status, o.done, o.total, o.input, o.state, o.result, o.error_code,
  o.error_message, o.created_at, o.updated_at, o.finished_at`;

/** With the job that does it: both are there, or neither. `account`: whose numbers it is about. */
export async function insertOperation(
  db: Db,
  owner: OperationOwner,
  operation: { id: Id<'op'>; type: OperationType; input: object; total: number | null; account: string },
): Promise<OperationRow> {
  const [row] = await db.rows<OperationRow>(
    `insert into operations as o (tenant_id, livemode, id, type, input, total) values ($1, $2, $3, $4, $5, $6)
     returning ${COLUMNS}`,
    [
      owner.tenantId,
      owner.livemode,
      operation.id,
      operation.type,
      JSON.stringify(operation.input),
      operation.total,
    ],
  );
  if (row === undefined) throw new Error('an insert gave no row');
  await wakeOperation(db, owner.tenantId, operation);
  return row;
}

/** There is more to do. Beside what is asked of the account for others, so that they need not wait for all of it. */
export async function wakeOperation(
  db: Db,
  tenantId: OperationOwner['tenantId'],
  { id, type, account }: { id: string; type: OperationType; account: string },
): Promise<void> {
  await db.rows(
    `select enqueue_job($1::text, jsonb_strip_nulls(jsonb_build_object('operation', $2::text, 'tenant', nullif($3, 'operator'))),
                        'operation:' || $2, false, 'operations:' || $4)`,
    [type, id, tenantId, account],
  );
}

export async function findOperation(db: Db, owner: OperationOwner, id: string): Promise<OperationRow | null> {
  const [row] = await db.rows<OperationRow>(
    `select ${COLUMNS} from operations o where o.tenant_id = $1 and o.livemode = $2 and o.id = $3`,
    [owner.tenantId, owner.livemode, id],
  );
  return row ?? null;
}

export async function listOperations(
  db: Db,
  owner: OperationOwner,
  filter: { status: OperationStatus | null; limit: number; startingAfter: string | null },
): Promise<OperationRow[]> {
  return db.rows<OperationRow>(
    `select ${COLUMNS} from operations o
      where o.tenant_id = $1 and o.livemode = $2 and ($3::text is null or o.status = $3)
        and ($5::text is null or o.id < $5) order by o.id desc limit $4`,
    [owner.tenantId, owner.livemode, filter.status, filter.limit, filter.startingAfter],
  );
}

/** For its job, which takes it for so long; null when it is over. Another job for the same waits for this one. */
export async function lockOperation(
  db: Db,
  tenantId: OperationOwner['tenantId'],
  id: string,
): Promise<OperationRow | null> {
  const [row] = await db.rows<OperationRow>(
    `select ${COLUMNS} from operations o
      where o.tenant_id = $1 and o.id = $2 and o.status in ('pending', 'running') for no key update`,
    [tenantId, id],
  );
  return row ?? null;
}

/** What was done so far, in the transaction that did it. */
export async function keepProgress(
  db: Db,
  operation: Pick<OperationRow, 'tenant_id' | 'id'>,
  now: { done: number; total: number | null; state: object; result: object | null },
): Promise<void> {
  await db.rows(
    `update operations set status = 'running', done = $3, total = $4, state = $5, result = $6, updated_at = now()
      where tenant_id = $1 and id = $2`,
    [
      operation.tenant_id,
      operation.id,
      now.done,
      now.total,
      JSON.stringify(now.state),
      now.result === null ? null : JSON.stringify(now.result),
    ],
  );
}

/** @param fault null: it has succeeded */
export async function finishOperation(
  db: Db,
  operation: Pick<OperationRow, 'tenant_id' | 'id'>,
  fault: OperationFault | null,
): Promise<void> {
  await db.rows(
    `update operations
        set status = case when $3::text is null then 'succeeded' else 'failed' end, error_code = $3, error_message = $4,
            updated_at = now(), finished_at = now()
      where tenant_id = $1 and id = $2 and finished_at is null`,
    [operation.tenant_id, operation.id, fault?.code ?? null, fault?.message ?? null],
  );
}
