import type { Switches, Zone } from './switches.ts';

/** `YYYY-MM-DD HH:MM:SS` in the zone of StartTime, AnswerTime and EndTime; empty for what has not happened. */
export function localTime(at: number | null, zone: Zone): string {
  if (at === null) return '';
  const offsetMinutes = zone === 'Z' ? 0 : 330;
  return new Date(Math.floor(at) + offsetMinutes * 60_000).toISOString().slice(0, 19).replace('T', ' ');
}

/** SessionStart: UTC with microseconds, without saying so. */
export function sessionStart(at: number): string {
  const micros = Math.round(at * 1_000);
  const seconds = Math.floor(micros / 1_000_000);
  const text = new Date(seconds * 1_000).toISOString().slice(0, 19).replace('T', ' ');
  return `${text}.${String(micros - seconds * 1_000_000).padStart(6, '0')}`;
}

/** ISO with Z, as CDRs have it. */
export function isoTime(at: number | null): string | null {
  return at === null ? null : new Date(Math.floor(at)).toISOString();
}

/** A caller as the network writes it. What is no E.164 number (a word, a SIP address) goes as it is. */
export function writtenFrom(number: string, form: Switches['from']): string {
  if (!isNumber(number)) return number;
  if (form === 'sip') return `sip:${number.slice(1)}@registrar.vobiz.ai`;
  return written(number, form);
}

/** A dialled DID as the network writes it. */
export function writtenTo(number: string, form: Switches['to']): string {
  return isNumber(number) ? written(number, form) : number;
}

/** As in leg events and CDRs: digits without +. */
export function plainDigits(number: string): string {
  return number.replace(/^\+/, '');
}

export function isNumber(text: string): boolean {
  return /^\+[1-9]\d{6,14}$/.test(text);
}

function written(number: string, form: 'national' | 'digits' | 'e164' | 'bare'): string {
  if (form === 'e164') return number;
  // The capture is of an Indian number; others have no national form that the sources know.
  if (form === 'digits' || !number.startsWith('+91')) return number.slice(1);
  return `${form === 'national' ? '0' : ''}${number.slice(3)}`;
}

/** Seconds rounded up to the pulse: what is billed. Nothing is billed for what was not answered. */
export function billedSeconds(seconds: number, pulseSeconds: number): number {
  return Math.ceil(seconds / pulseSeconds) * pulseSeconds;
}
