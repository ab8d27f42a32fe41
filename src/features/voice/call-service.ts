import type { Db } from '../../db/database.ts';
import { notFound } from '../../kernel/errors.ts';
import type { Owner } from '../../kernel/ids.ts';
import {
  type CallFilter,
  type CallRow,
  findCall,
  type LegRow,
  listCallEvents,
  listCalls,
  listLegs,
  type StoryRow,
} from './call-store.ts';

/** A call with all that is known of it. */
export type WholeCall = { call: CallRow; legs: LegRow[]; story: StoryRow[] };

export type CallService = {
  /** Throws not_found. */
  get(db: Db, owner: Owner, id: string): Promise<WholeCall>;
  list(
    db: Db,
    owner: Owner,
    filter: CallFilter,
    limit: number,
    startingAfter: string | null,
  ): Promise<CallRow[]>;
};

export function createCallService(): CallService {
  return {
    async get(db, owner, id) {
      // Sent together, they take one round trip; those of a call that is not theirs find nothing.
      const [call, legs, story] = await Promise.all([
        findCall(db, owner, id),
        listLegs(db, owner, id),
        listCallEvents(db, owner, id),
      ]);
      if (call === null) throw notFound();
      return { call, legs, story };
    },
    list: (db, owner, filter, limit, startingAfter) =>
      listCalls(db, owner, { ...filter, limit, startingAfter }),
  };
}
