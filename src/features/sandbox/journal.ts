import type { Clock } from './clock.ts';
import type { HangupSource } from './hangup-causes.ts';
import type { XmlFaultKind } from './xml-document.ts';

/** What went wrong with a request of ours to the customer, on purpose or not. */
export type SentFault = 'lost' | 'duplicated' | 'reordered' | 'delayed' | 'asked_again' | 'wrong_zone';

/** What the customer did that would hurt on the real platform. */
export type Trap =
  | XmlFaultKind
  | 'bare_dial'
  | 'stranger_caller_id'
  | 'caller_id_from_a_leg'
  | 'dial_without_action'
  | 'nested_record'
  | 'dialled_a_masking_number'
  | 'record_action_not_empty'
  | 'whisper_not_a_prompt'
  | 'gather_logs_digits'
  | 'default_record_length'
  | 'stayed_over_recommended_time'
  | 'endless_documents';

type Of<What extends string, Own> = { what: What; at: number; call: string } & Own;

/** What happened in truth, whatever the customer was told. Numbers are E.164, times are the double's own. */
export type JournalEntry =
  | Of<'dialled', { from: string; to: string; direction: 'inbound' | 'outbound' }>
  | Of<
      'not_delivered',
      {
        from: string;
        to: string;
        why: 'no_number' | 'no_application' | 'no_channel' | 'no_credit' | 'no_application_url' | 'rate';
      }
    >
  | Of<'ringing', { leg: string; to: string; shown: string }>
  | Of<'answered', { leg: string }>
  | Of<'bridged', { leg: string; otherLeg: string; from: string; to: string; shown: string }>
  | Of<'parted', { leg: string; otherLeg: string; seconds: number; by: HangupSource }>
  | Of<'heard', { leg: string; verb: string; text: string }>
  | Of<'pressed', { leg: string; digits: string }>
  | Of<'collected', { leg: string; digits: string }>
  | Of<'tones_sent', { leg: string; digits: string }>
  | Of<'recorded', { recording: string; milliseconds: number; reason: string }>
  | Of<'transferred', { leg: string }>
  | Of<
      'leg_ended',
      { leg: string; word: string; code: number; by: HangupSource; seconds: number; billed: number }
    >
  | Of<
      'sent',
      {
        event: string;
        url: string;
        attempt: number;
        status: number | null;
        fields: Readonly<Record<string, string>>;
      }
    >
  | Of<'fault', { event: string; fault: SentFault }>
  | Of<'trap', { trap: Trap; where: string }>
  | Of<'request_fault', { operation: string; fault: string }>;

type WithoutTime<Entry> = Entry extends unknown ? Omit<Entry, 'at'> : never;

/** Who really talked to whom, through what. `seconds` is null while they still talk. */
export type Conversation = {
  call: string;
  from: string;
  to: string;
  shown: string;
  startedAt: number;
  seconds: number | null;
};

export type Journal = {
  entries(): readonly JournalEntry[];
  of(call: string): readonly JournalEntry[];
  write(entry: WithoutTime<JournalEntry>): void;
  conversations(): Conversation[];
  clear(): void;
};

/** Enough for some ten thousand calls; a double that runs for long forgets the oldest. */
const MOST_ENTRIES = 500_000;

export function createJournal(clock: Clock): Journal {
  let entries: JournalEntry[] = [];
  return {
    entries: () => entries,
    of: (call) => entries.filter((entry) => entry.call === call),
    write(entry) {
      entries.push({ at: clock.now(), ...entry } as JournalEntry);
      if (entries.length > MOST_ENTRIES) entries = entries.slice(-MOST_ENTRIES / 2);
    },
    conversations() {
      const found = new Map<string, Conversation>();
      for (const entry of entries) {
        if (entry.what === 'bridged') {
          const { call, from, to, shown, at } = entry;
          found.set(entry.otherLeg, { call, from, to, shown, startedAt: at, seconds: null });
        } else if (entry.what === 'parted') {
          const conversation = found.get(entry.otherLeg);
          if (conversation !== undefined) conversation.seconds = entry.seconds;
        }
      }
      return [...found.values()];
    },
    clear() {
      entries = [];
    },
  };
}
