import type { Db } from '../../db/database.ts';
import { newId, type TenantId } from '../../kernel/ids.ts';
import type { PlanTerms } from './plan-terms.ts';
import type { HeldPlan, UsageKind, Worth } from './usage-line.ts';

/** The thing that a line is about: with its kind, what makes it one thing and no other. */
export type Thing = {
  kind: UsageKind;
  livemode: boolean;
  providerAccountId: string;
  subjectId: string;
  /** By it the plan is found, and the month; it must never change. */
  occurredAt: Date;
  callId: string | null;
  sessionId: string | null;
  didId: string | null;
  poolId: string | null;
};

/** The charge that stands for a thing now: its newest one. */
export type Standing = { worth: Worth; revision: number; firstId: string };

/** A thing, with all that it is rated by. */
export type Metered = {
  thing: Thing;
  plan: HeldPlan | null;
  didCountry: string | null;
  standing: Standing | null;
};

type ThingRow = {
  livemode: boolean;
  provider_account_id: string;
  subject_id: string;
  occurred_at: Date;
  call_id: string | null;
  session_id: string | null;
  did_id: string;
  pool_id: string | null;
  country: string | null;
  seconds: number;
  plan_id: string | null;
  currency: string | null;
  terms: PlanTerms | null;
  standing: StandingRow | null;
};
type StandingRow = {
  id: string;
  corrects: string | null;
  revision: number;
  billable: boolean;
  reason: string | null;
  destination: string | null;
  seconds: number;
  billed_seconds: number;
  currency: string | null;
  amount: number | null;
  plan_id: string | null;
  rate: string | null;
  legs: Worth['legs'];
};

/** Of `thing`: what it is rated by. After a reversal comes a charge in the same statement, so the newest line is a charge. */
const RATED_BY = `
  left join lateral (select t.plan_id from tenant_plans t
                      where t.tenant_id = $1 and t.valid_from <= thing.occurred_at
                      order by t.valid_from desc limit 1) held on true
  left join plans p on p.id = held.plan_id
  left join lateral (select u.id, u.corrects, u.revision, u.billable, u.reason, u.destination, u.seconds, u.billed_seconds,
                            u.currency, u.amount, u.plan_id, u.rate, u.legs
                       from usage_records u
                      where u.tenant_id = $1 and u.month = to_char(thing.occurred_at at time zone 'UTC', 'YYYY-MM')
                        and u.provider_account_id = thing.provider_account_id and u.subject_id = thing.subject_id
                        and u.leg_id = '' and u.kind = $3
                      order by u.revision desc limit 1) s on true`;

/** A call that this transaction has locked: what is written of it next follows what is read here. */
export async function findMeteredCall(db: Db, tenantId: TenantId, callId: string): Promise<Metered | null> {
  const [row] = await db.rows<ThingRow>(
    `select thing.*, p.id as plan_id, p.currency, p.terms, case when s.id is not null then to_jsonb(s) end as standing
       from (select c.livemode, c.provider_account_id::text, c.id::text as subject_id, c.started_at as occurred_at,
                    c.id::text as call_id, c.session_id::text, c.did_id::text, d.pool_id::text, d.country, 0 as seconds
               from calls c join dids d on d.tenant_id = c.tenant_id and d.id = c.did_id
              where c.tenant_id = $1 and c.id = $2) thing ${RATED_BY}`,
    [tenantId, callId, 'call'],
  );
  return row === undefined ? null : metered('call', row);
}

/** Those recordings of a locked call that are ready, with their seconds. */
export async function listMeteredRecordings(
  db: Db,
  tenantId: TenantId,
  callId: string,
): Promise<(Metered & { seconds: number })[]> {
  const rows = await db.rows<ThingRow>(
    `select thing.*, p.id as plan_id, p.currency, p.terms, case when s.id is not null then to_jsonb(s) end as standing
       from (select r.livemode, r.provider_account_id::text, r.id::text as subject_id, c.started_at as occurred_at,
                    c.id::text as call_id, c.session_id::text, c.did_id::text, d.pool_id::text, d.country,
                    ceil(coalesce(r.duration_ms, 0) / 1000.0)::integer as seconds
               from recordings r
               join calls c on c.tenant_id = r.tenant_id and c.id = r.call_id
               join dids d on d.tenant_id = c.tenant_id and d.id = c.did_id
              where r.tenant_id = $1 and r.call_id = $2 and r.status = 'ready' and r.duration_ms <= 604800000) thing ${RATED_BY}`,
    [tenantId, callId, 'recording'],
  );
  return rows.map((row) => ({ ...metered('recording', row), seconds: row.seconds }));
}

function metered(kind: UsageKind, row: ThingRow): Metered {
  const { plan_id, currency, terms } = row;
  return {
    thing: {
      kind,
      livemode: row.livemode,
      providerAccountId: row.provider_account_id,
      subjectId: row.subject_id,
      occurredAt: row.occurred_at,
      callId: row.call_id,
      sessionId: row.session_id,
      didId: row.did_id,
      poolId: row.pool_id,
    },
    plan: plan_id === null || currency === null || terms === null ? null : { id: plan_id, currency, terms },
    didCountry: row.country,
    standing: row.standing === null ? null : standingOf(row.standing),
  };
}

function standingOf(row: StandingRow): Standing {
  return {
    revision: row.revision,
    firstId: row.corrects ?? row.id,
    worth: {
      billable: row.billable,
      reason: row.reason,
      destination: row.destination,
      seconds: row.seconds,
      billedSeconds: row.billed_seconds,
      currency: row.currency,
      amount: row.amount,
      planId: row.plan_id,
      rate: row.rate,
      legs: row.legs,
    },
  };
}

export type NewLine = {
  entry: 'charge' | 'reversal' | 'adjustment';
  revision: number;
  corrects: string | null;
  /** -1 of a reversal, which takes back all that its charge has counted; 0 of an adjustment. */
  quantity: 1 | -1 | 0;
  worth: Worth;
  source: 'event' | 'cdr' | 'job';
};

/** Lines of one thing, in one statement: a reversal is never there without what it makes room for. */
export async function insertLines(
  db: Db,
  tenantId: TenantId,
  thing: Thing,
  lines: readonly NewLine[],
): Promise<void> {
  const records = lines.map(({ worth, ...line }) => ({
    ...line,
    id: newId('use'),
    billable: worth.billable,
    reason: worth.reason,
    destination: worth.destination,
    seconds: worth.seconds,
    billed_seconds: worth.billedSeconds,
    currency: worth.currency,
    amount: worth.amount,
    plan_id: worth.planId,
    rate: worth.rate,
    legs: worth.legs,
  }));
  await db.rows(
    `insert into usage_records (tenant_id, month, id, livemode, kind, entry, provider_account_id, subject_id, revision,
            corrects, occurred_at, call_id, session_id, did_id, pool_id, billable, reason, destination, quantity, seconds,
            billed_seconds, currency, amount, plan_id, rate, source, legs)
     select $1, to_char($2::timestamptz at time zone 'UTC', 'YYYY-MM'), l.id, $3, $4, l.entry, $5, $6, l.revision,
            l.corrects, $2, $7, $8, $9, $10, l.billable, l.reason, l.destination, l.quantity, l.seconds,
            l.billed_seconds, l.currency, l.amount, l.plan_id, l.rate, l.source, l.legs
       from jsonb_to_recordset($11) as l (id text, entry text, revision integer, corrects text, billable boolean,
            reason text, destination text, quantity integer, seconds integer, billed_seconds integer, currency text,
            amount bigint, plan_id text, rate text, source text, legs jsonb)`,
    [
      ...[tenantId, thing.occurredAt, thing.livemode, thing.kind, thing.providerAccountId, thing.subjectId],
      ...[thing.callId, thing.sessionId, thing.didId, thing.poolId, JSON.stringify(records)],
    ],
  );
}
