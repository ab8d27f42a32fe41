import { type Handlers, tenantOf } from '../../api/contract.ts';
import { listView, pageOf, pageQuery } from '../../api/pagination.ts';
import type { components } from '../../generated/schema.ts';
import { invalid } from '../../kernel/errors.ts';
import type { CallControls } from './call-control-service.ts';
import type { CallService, WholeCall } from './call-service.ts';
import type { CallRow, LegRow, StoryRow } from './call-store.ts';
import type { PlacedCalls } from './placed-call-service.ts';

type Views = components['schemas'];

/** A call as its tenant sees it. */
function toCallView(row: CallRow): Views['Call'] {
  return {
    id: row.id,
    livemode: row.livemode,
    direction: row.direction,
    session: row.session_id,
    did: row.did,
    caller_party: row.caller_side,
    decision: row.decision,
    reason: row.reason,
    status: row.status,
    answered: row.connected,
    duration_seconds: row.duration_seconds,
    hangup_cause: row.hangup_cause,
    hangup:
      row.hangup_reason === null
        ? null
        : { reason: row.hangup_reason, code: row.hangup_code, source: row.hangup_source },
    has_recording: row.has_recording,
    rating: row.rating,
    confirmed_by: row.confirmed_by,
    trace: row.trace,
    started_at: row.started_at.toISOString(),
    answered_at: timeOf(row.answered_at),
    ended_at: timeOf(row.ended_at),
  };
}

function toWholeView({ call, legs, story }: WholeCall): Views['CallDetail'] {
  return {
    ...toCallView(call),
    cost: costOf(legs),
    legs: (legs.length === 0 ? [callersLeg(call, story)] : legs).map((leg) => toLegView(call, leg)),
    timeline: story.map(toStepView),
  };
}

/** Legs are written with the first event after the answer; until then there is the caller's. */
function callersLeg({ provider_call_id }: CallRow, story: readonly StoryRow[]): LegRow {
  const answer = story.flatMap(({ fact }) => (fact?.kind === 'answer' ? [fact] : []))[0];
  return {
    ...{ leg_id: provider_call_id, side: 'A', position: null, number_last4: answer?.last4 ?? null },
    ...{ started_at: null, answered_at: null, ended_at: null, duration_seconds: null, billed_seconds: null },
    ...{ hangup_reason: null, hangup_code: null, hangup_cause: null, hangup_name: null, hangup_source: null },
    ...{ cost: null, cost_micros: null, currency: null, confirmed_by: null },
  };
}

function toLegView(call: CallRow, leg: LegRow): Views['CallLeg'] {
  const other = call.caller_side === 'a' ? 'b' : 'a';
  const party = leg.side === 'A' || call.caller_side === null ? call.caller_side : other;
  return {
    id: leg.leg_id,
    side: leg.side,
    // A forward reaches nobody of the session.
    party: leg.side === 'B' && call.decision === 'forward' ? null : party,
    position: leg.position,
    phone_last4: leg.number_last4,
    started_at: timeOf(leg.started_at),
    answered_at: timeOf(leg.answered_at),
    ended_at: timeOf(leg.ended_at),
    duration_seconds: leg.duration_seconds,
    billed_seconds: leg.billed_seconds,
    hangup:
      leg.hangup_reason === null
        ? null
        : {
            reason: leg.hangup_reason,
            code: leg.hangup_code,
            cause: leg.hangup_cause,
            name: leg.hangup_name,
            source: leg.hangup_source,
          },
    cost:
      leg.cost === null || leg.currency === null
        ? null
        : { amount: leg.cost, amount_micros: Number(leg.cost_micros), currency: leg.currency },
    confirmed_by: leg.confirmed_by,
  };
}

/** Null while a leg's is not known, and where they are in several currencies. */
function costOf(legs: readonly LegRow[]): Views['CallCost'] | null {
  const [first] = legs;
  const isKnown = legs.every(({ cost, currency }) => cost !== null && currency === first?.currency);
  if (first === undefined || first.currency === null || !isKnown) return null;
  const micros = legs.reduce((sum, leg) => sum + Number(leg.cost_micros), 0);
  return { amount_micros: micros, currency: first.currency };
}

function toStepView({ received_at, kind, fact }: StoryRow): Views['CallStep'] {
  const leg = fact !== null && 'leg' in fact ? fact.leg : null;
  return { at: received_at.toISOString(), kind, leg, said: snakeCased(fact ?? {}) };
}

/** The blind index is ours alone: with it, whoever has the tables could tell where else a number occurs. */
const unsaid = ['kind', 'leg', 'index'];

/** Without what was not said. */
function snakeCased(said: object): Record<string, unknown> {
  const entries = Object.entries(said).filter(([name, value]) => value !== null && !unsaid.includes(name));
  return Object.fromEntries(
    entries.map(([name, value]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]),
  );
}

/** Before and after these there are no calls, and dates that Postgres does not know. */
const EARLIEST = Date.UTC(2000);
const LATEST = Date.UTC(2100);

function momentOf(name: string, text: string | undefined): string | null {
  if (text === undefined) return null;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw invalid('invalid_request', `/query/${name}`, 'is not a time');
  return new Date(Math.min(Math.max(time, EARLIEST), LATEST)).toISOString();
}

function timeOf(time: Date | null): string | null {
  return time?.toISOString() ?? null;
}

export function callHandlers(calls: CallService): Pick<Handlers, 'listCalls' | 'getCall'> {
  return {
    async listCalls(call) {
      const { query } = call;
      const page = pageQuery(query);
      const filter = {
        session: query.session ?? null,
        did: query.did ?? null,
        status: query.status ?? null,
        callerParty: query.caller_party ?? null,
        startedFrom: momentOf('started_from', query.started_from),
        startedTo: momentOf('started_to', query.started_to),
      };
      const rows = await calls.list(call.unit, tenantOf(call), filter, page.limit + 1, page.startingAfter);
      return { status: 200, body: listView(pageOf(rows, page), toCallView) };
    },
    async getCall(call) {
      const whole = await calls.get(call.unit, tenantOf(call), call.params.call_id);
      return { status: 200, body: toWholeView(whole) };
    },
  };
}

type ControlOperations = 'hangUpCall' | 'createSessionCall';

export function callControlHandlers(
  controls: CallControls,
  placed: PlacedCalls,
): Pick<Handlers, ControlOperations> {
  return {
    async hangUpCall(call) {
      const row = await controls.hangUp(tenantOf(call), call.params.call_id);
      return { status: 200, body: toCallView(row) };
    },
    async createSessionCall(call) {
      const row = await placed.place(call.unit, tenantOf(call), call.params.session_id, call.body.from);
      return { status: 202, body: toCallView(row) };
    },
  };
}
