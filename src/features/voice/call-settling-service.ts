import { seal } from '../../crypto/sealing.ts';
import type { Db } from '../../db/database.ts';
import type { TenantId } from '../../kernel/ids.ts';
import type { KeyRing } from '../tenants/key-ring.ts';
import type { Cdr, CdrAnswer } from '../vobiz/cdr.ts';
import { type CallFact, cdrFact } from './call-fact.ts';
import { claimDueCalls, type DueCall, planSettling } from './call-settling-store.ts';
import { addCallEvent, knownOfCall, settleCall } from './call-state-store.ts';
import type { Meter } from './call-usage.ts';

/** One turn of one tenant: some seconds of requests. */
const MOST_CALLS = 20;
/** A call with more other legs than that has been rung around the world; what they cost is not waited for. */
const MOST_LEGS = 10;
/** So many calls are asked for at once. */
const AT_ONCE = 4;
/** Longer than a turn takes at its slowest: every request at its limit of ten seconds. */
const LEASE_SECONDS = 15 * 60;

const FIRST_RETRY_SECONDS = 60;
const MOST_RETRY_SECONDS = 3_600;
/** A call that Vobiz does not know after a day it never will. */
const LOST_AFTER_SECONDS = 24 * 3_600;
/** And when it cannot even be asked for a week, nobody will know. */
const GIVEN_UP_AFTER_SECONDS = 7 * 24 * 3_600;

export type CallSettling = {
  /** Reads the records of calls of one tenant that are due, at most so many. How many it were. */
  settleTenant(tenantId: TenantId): Promise<number>;
};

/**
 * Learns from Vobiz' records what its events did not tell: how a call ended whose hangup event was lost, and what each leg
 * cost. Network never inside a transaction: a call is claimed, asked for, and then written.
 *
 * @param random from 0 up to 1
 */
export function createCallSettling(parts: {
  transaction: <T>(tenantId: TenantId, work: (db: Db) => Promise<T>) => Promise<T>;
  keyRing: KeyRing;
  fetchCdr: (account: string, callUuid: string) => Promise<CdrAnswer>;
  random: () => number;
  meter: Meter<Db, TenantId>;
}): CallSettling {
  const { transaction, keyRing, fetchCdr } = parts;

  /** Keeps what was learnt, and settles the call from all that is known of it. Whether it is over now. */
  const write = (tenantId: TenantId, call: DueCall, facts: readonly Learnt[]): Promise<boolean> =>
    transaction(tenantId, async (db) => {
      for (const { key, fact } of facts) await add(db, tenantId, call, key, fact);
      const known = await knownOfCall(db, tenantId, call.id);
      if (known === null) return true;
      return (await settleCall(db, tenantId, known, parts.meter)).endedAt !== null;
    });

  const add = async (db: Db, tenantId: TenantId, call: DueCall, key: string, fact: CallFact) => {
    const keys = await keyRing.current(db, tenantId);
    const sealedPayload = seal(keys.dataKey, JSON.stringify(fact), `${tenantId}|call_events|${key}`);
    await addCallEvent(db, {
      ...{ tenantId, accountId: call.accountId, nonces: [], key, sealedPayload, keyVersion: keys.version },
      ...{ kind: fact.kind, fact, providerCallId: call.providerCallId, callId: call.id },
    });
  };

  const plan = (tenantId: TenantId, call: DueCall, inSeconds: number | null) =>
    transaction(tenantId, (db) => planSettling(db, tenantId, call.id, inSeconds));

  /** Half to one and a half times as long, so that those that failed together do not come back together. */
  const withJitter = (seconds: number) => Math.ceil(seconds * (0.5 + parts.random()));
  const backOff = (attempts: number) =>
    withJitter(Math.min(FIRST_RETRY_SECONDS * 2 ** Math.min(attempts - 1, 10), MOST_RETRY_SECONDS));

  /** Those legs' records that are there now, and whether all of them are. */
  const fetchOthers = async (call: DueCall, a: Cdr): Promise<{ found: Cdr[]; isAll: boolean }> => {
    const bridged = a.bridgeUuid === null || a.bridgeUuid === a.uuid ? [] : [a.bridgeUuid];
    const ids = [...new Set([...bridged, ...call.otherLegs])].slice(0, MOST_LEGS);
    const found: Cdr[] = [];
    for (const id of ids) {
      const answer = await fetchCdr(call.accountId, id);
      if (answer.kind === 'found') found.push(answer.cdr);
      if (answer.kind === 'limited' || answer.kind === 'refused') break;
    }
    return { found, isAll: found.length === ids.length };
  };

  const settle = async (tenantId: TenantId, call: DueCall): Promise<CdrAnswer['kind']> => {
    const answer = await fetchCdr(call.accountId, call.providerCallId);
    const isOld = call.ageSeconds > LOST_AFTER_SECONDS;
    if (answer.kind === 'found') {
      const { found, isAll } = await fetchOthers(call, answer.cdr);
      const facts = [learnt(answer.cdr, 'A'), ...found.map((cdr) => learnt(cdr, 'B'))];
      await write(tenantId, call, facts);
      await plan(tenantId, call, isAll || isOld ? null : backOff(call.attempts));
      return answer.kind;
    }
    const isGivenUp = call.ageSeconds > GIVEN_UP_AFTER_SECONDS || (isOld && answer.kind === 'unknown');
    if (isGivenUp) {
      // Its events are looked through once more: one that was kept and not yet read says more than that it is lost.
      const isOver = await write(tenantId, call, []);
      if (!isOver) await write(tenantId, call, [{ key: `lost|${call.id}`, fact: { kind: 'lost' } }]);
      await plan(tenantId, call, null);
      return answer.kind;
    }
    const asked = answer.kind === 'limited' ? answer.retryAfterSeconds : null;
    // Whoever says when to come back is not asked before; refused accounts are for their owner to mend.
    const wait = answer.kind === 'refused' ? withJitter(MOST_RETRY_SECONDS) : backOff(call.attempts);
    await plan(tenantId, call, asked === null ? wait : asked + withJitter(FIRST_RETRY_SECONDS));
    return answer.kind;
  };

  return {
    async settleTenant(tenantId) {
      const limits = { most: MOST_CALLS, mostLegs: MOST_LEGS, leaseSeconds: LEASE_SECONDS };
      const due = await transaction(tenantId, (db) => claimDueCalls(db, tenantId, limits));
      const waiting = [...due];
      /** Accounts that are not to be asked again in this turn. */
      const resting = new Set<string>();
      const failures: unknown[] = [];
      const one = async (call: DueCall): Promise<void> => {
        if (resting.has(call.accountId)) return plan(tenantId, call, backOff(call.attempts));
        const answered = await settle(tenantId, call);
        if (answered === 'limited' || answered === 'refused') resting.add(call.accountId);
      };
      const work = async (): Promise<void> => {
        for (let call = waiting.shift(); call !== undefined; call = waiting.shift()) {
          // One that cannot be settled does not hold up the others; its lease is its pause.
          await one(call).catch((failure: unknown) => failures.push(failure));
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      if (failures.length > 0) throw failures[0];
      return due.length;
    },
  };
}

type Learnt = { key: string; fact: CallFact };

function learnt(cdr: Cdr, side: 'A' | 'B'): Learnt {
  return { key: `cdr|${cdr.uuid}`, fact: cdrFact(cdr, side) };
}
