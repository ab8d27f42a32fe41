import type { VoiceSettings } from '../tenants/voice-settings.ts';
import type { StageInput } from './after-end.ts';
import type { PhonesInput } from './party-phones.ts';
import { type Direction, type Side, sides } from './session.ts';

export type SessionChangeInput = {
  expires_in_seconds?: number;
  parties?: { [side in Side]?: PhonesInput & { role?: string } };
  direction?: Direction;
  ring_timeout_seconds?: number;
  max_call_seconds?: number;
  after_end?: StageInput[];
  metadata?: Record<string, string>;
  voice?: VoiceSettings;
};

/** A field as a reader of the session knows it. */
export type ChangedField =
  | 'status'
  | 'ended_at'
  | 'expires_at'
  | 'direction'
  | 'ring_timeout_seconds'
  | 'max_call_seconds'
  | 'after_end'
  | 'metadata'
  | 'voice'
  | `parties.${Side}.${'phones' | 'role'}`;

/** Which fields a change sets, whatever they were before. */
export function changedBy(input: SessionChangeInput): ChangedField[] {
  const plain = [
    ...(['direction', 'ring_timeout_seconds', 'max_call_seconds', 'after_end', 'metadata', 'voice'] as const),
  ];
  const changed: ChangedField[] = plain.filter((name) => input[name] !== undefined);
  if (input.expires_in_seconds !== undefined) changed.unshift('expires_at');
  for (const side of sides) {
    const party = input.parties?.[side];
    if (party?.phone !== undefined || party?.phones !== undefined) changed.push(`parties.${side}.phones`);
    if (party?.role !== undefined) changed.push(`parties.${side}.role`);
  }
  return changed;
}
