import type { BindingsRow, SessionsRow } from '../../generated/tables.ts';
import type { Id } from '../../kernel/ids.ts';

export type Side = BindingsRow['side'];
export const sides = ['a', 'b'] as const satisfies readonly Side[];
export type Direction = SessionsRow['direction'];
/** By Postgres' clock; `expired` is what nobody has to write down. */
export type SessionStatus = SessionsRow['status'] | 'expired';

/** One side as its tenant may see it: of each phone only the end, in the order in which they are tried. */
export type Party = { role: string | null; maskingNumber: string; phonesLast4: string[] };

export type Session = {
  id: Id<'ses'>;
  livemode: boolean;
  pool: string;
  transactionRef: string | null;
  status: SessionStatus;
  direction: Direction;
  expiresAt: Date;
  endedAt: Date | null;
  coolingSeconds: number;
  ringTimeoutSeconds: number;
  maxCallSeconds: number;
  /** Each call that is bridged keeps the session open for at least so long. */
  slidingSeconds: number | null;
  maxCalls: number | null;
  callsMade: number;
  endAfterFirstCall: boolean;
  metadata: Record<string, string>;
  createdAt: Date;
  updatedAt: Date;
  parties: Record<Side, Party>;
};
