import fc from 'fast-check';
import { newTenantKeys } from '../../src/crypto/tenant-keys.ts';
import { readCdr } from '../../src/features/vobiz/cdr.ts';
import { readEvent, type VobizEvent } from '../../src/features/vobiz/events.ts';
import { type CallFact, cdrFact, factOf, type KnownFact } from '../../src/features/voice/call-fact.ts';
import type { KnownCall } from '../../src/features/voice/call-legs.ts';

/** A call of June 2026 and its three possible other legs. */
export const CALL = 'aaaaaaaa-0000-0000-0000-000000000000';
export const LEGS = ['bbbbbbbb-0000-0000-0000-000000000001', 'bbbbbbbb-0000-0000-0000-000000000002', ''];
export const bridged: KnownCall = {
  providerCallId: CALL,
  decision: 'bridge',
  startedAt: '2026-06-08T06:07:34.130Z',
};
const keys = newTenantKeys();

/** What is kept of an event that Vobiz posts so. */
export function factOfForm(form: Record<string, string>): CallFact {
  return factOf(readEvent({ CallUUID: CALL, ...form }), keys, 'IN');
}

export function cdrOf(row: Record<string, unknown>, side: 'A' | 'B'): CallFact {
  const uuid = String(row.uuid);
  const cdr = readCdr({ success: true, data: row }, uuid);
  if (cdr === null) throw new Error('that is no record');
  return cdrFact(cdr, side);
}

/** All at one moment, unless told otherwise. */
export function known(facts: readonly CallFact[], at = '2026-06-08T06:10:00.000Z'): KnownFact[] {
  return facts.map((fact) => ({ at, fact }));
}

const time = fc.integer({ min: 0, max: 7_200 }).map((seconds) => {
  const at = new Date(Date.UTC(2026, 5, 8, 11, 37, 34) + seconds * 1000);
  return at.toISOString().replace('T', ' ').slice(0, 19);
});
const oneOf = (...texts: string[]) => fc.constantFrom(...texts);
const count = fc.integer({ min: 0, max: 100 }).map(String);
const ending = (prefix: '' | 'DialBLeg') =>
  fc.record(
    {
      [`${prefix}Duration`]: count,
      [`${prefix}BillDuration`]: count,
      [`${prefix}HangupCause`]: oneOf('NORMAL_CLEARING', 'USER_BUSY', 'NO_ANSWER', 'ORIGINATOR_CANCEL', 'X'),
      [`${prefix}HangupCauseCode`]: oneOf('4000', '3010', '6010', '9000', '6000', '1234', ''),
      [`${prefix}HangupSource`]: oneOf('Caller', 'Callee', 'Vobiz', 'Answer XML', 'Unknown'),
      StartTime: time,
      AnswerTime: fc.oneof(time, fc.constant('')),
      EndTime: time,
    },
    { requiredKeys: [] },
  );
const leg = fc.record({
  DialBLegUUID: oneOf(...LEGS),
  DialBLegTo: oneOf('919800000002', '09800000003', ''),
  DialBLegPosition: oneOf('1', '2', ''),
});
const both = (...parts: fc.Arbitrary<object>[]) =>
  fc.tuple(...parts).map((all) => Object.assign({}, ...all) as Record<string, string>);

/** One form of each kind that the parser tells apart. */
const forms: Record<VobizEvent['kind'], fc.Arbitrary<Record<string, string>>> = {
  answer: both(fc.record({ Event: oneOf('StartApp'), From: oneOf('919800000001', 'anonymous') })),
  hangup: both(
    fc.record({
      Event: oneOf('Hangup'),
      CallStatus: oneOf('completed', 'busy', 'no-answer', 'cancel', 'failed', 'timeout', 'strange', ''),
    }),
    ending(''),
  ),
  dial_answer: both(leg, fc.record({ Event: oneOf('DialAnswer') })),
  dial_connected: both(leg, fc.record({ Event: oneOf('DialConnected') })),
  dial_digits: both(leg, fc.record({ Event: oneOf('DialDigitsMatch'), DialDigitsMatch: oneOf('4821') })),
  dial_hangup: both(leg, fc.record({ Event: oneOf('DialHangup') }), ending('DialBLeg')),
  dial_action: both(
    fc.record({
      Event: oneOf('Redirect', 'DialAction'),
      DialStatus: oneOf('completed', 'busy', 'no-answer', 'cancel', 'failed', 'timeout'),
      DialBLegUUID: oneOf(...LEGS),
    }),
  ),
  record_started: both(fc.record({ Event: oneOf('Record'), RecordingID: oneOf('r1', 'r2') })),
  record_stopped: both(
    fc.record({ Event: oneOf('RecordStop'), RecordingID: oneOf('r1', 'r2'), RecordingDuration: count }),
  ),
  digits: both(fc.record({ InputType: oneOf('dtmf'), Digits: oneOf('4821', '') })),
  ring: both(fc.record({ Event: oneOf('Ring') })),
  redirect: both(fc.record({ Event: oneOf('Redirect') })),
  transfer: both(fc.record({ Event: oneOf('Transfer') })),
  other: both(fc.record({ Event: oneOf('MachineDetection', 'StartStream') })),
};
export const kinds = Object.keys(forms) as VobizEvent['kind'][];

const record = fc
  .record({
    uuid: oneOf(CALL, ...LEGS.filter((id) => id !== '')),
    bridge_uuid: oneOf(...LEGS),
    billsec: fc.integer({ min: 0, max: 60 }),
    duration: fc.integer({ min: 0, max: 90 }),
    ring_time: fc.integer({ min: 0, max: 30 }),
    end_time: oneOf('2026-06-08T06:09:00Z', ''),
    cost: oneOf('0.45', '0'),
    currency: oneOf('INR', 'USD'),
    hangup_cause_code: oneOf('4000', '3010', '6010'),
    hangup_source: oneOf('Caller', 'Callee'),
  })
  .map((row) => cdrOf(row, row.uuid === CALL ? 'A' : 'B'));

export const aFact: fc.Arbitrary<CallFact> = fc.oneof(
  { weight: 12, arbitrary: fc.oneof(...kinds.map((kind) => forms[kind])).map(factOfForm) },
  { weight: 3, arbitrary: record },
  { weight: 1, arbitrary: fc.constant<CallFact>({ kind: 'lost' }) },
);

export const aKnownFact: fc.Arbitrary<KnownFact> = fc.record({
  at: fc.integer({ min: 0, max: 59 }).map((s) => `2026-06-08T07:00:${String(s).padStart(2, '0')}.000Z`),
  fact: aFact,
});

/** The first fact of each kind, to see that none is forgotten. */
export function sampleOf(kind: VobizEvent['kind']): CallFact {
  const [form] = fc.sample(forms[kind], { numRuns: 1, seed: 1 });
  return factOfForm(form ?? {});
}
