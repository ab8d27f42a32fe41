import { type Handlers, tenantOf } from '../../api/contract.ts';
import { listView, pageOf, pageQuery } from '../../api/pagination.ts';
import type { Db } from '../../db/database.ts';
import type { components } from '../../generated/schema.ts';
import { notFound } from '../../kernel/errors.ts';
import type { Owner } from '../../kernel/ids.ts';
import type { CallRow } from './call-store.ts';

type CallReader = {
  find(db: Db, owner: Owner, id: string): Promise<CallRow | null>;
  list(
    db: Db,
    owner: Owner,
    filter: { session: string | null; limit: number; startingAfter: string | null },
  ): Promise<CallRow[]>;
};

function toCallView(row: CallRow): components['schemas']['Call'] {
  return {
    id: row.id,
    livemode: row.livemode,
    session: row.session_id,
    did: row.did,
    caller_party: row.caller_side,
    decision: row.decision,
    reason: row.reason,
    status: row.status,
    duration_seconds: row.duration_seconds,
    hangup_cause: row.hangup_cause,
    trace: row.trace,
    started_at: row.started_at.toISOString(),
    ended_at: row.ended_at?.toISOString() ?? null,
  };
}

export function callHandlers(calls: CallReader): Pick<Handlers, 'listCalls' | 'getCall'> {
  return {
    async listCalls(call) {
      const page = pageQuery(call.query);
      const { session = null } = call.query;
      const filter = { session, limit: page.limit + 1, startingAfter: page.startingAfter };
      const rows = await calls.list(call.unit, tenantOf(call), filter);
      return { status: 200, body: listView(pageOf(rows, page), toCallView) };
    },
    async getCall(call) {
      const row = await calls.find(call.unit, tenantOf(call), call.params.call_id);
      if (row === null) throw notFound();
      return { status: 200, body: toCallView(row) };
    },
  };
}
