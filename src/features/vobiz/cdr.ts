import { type CountryCode, candidatesOf, countryOf } from '../../kernel/phone.ts';
import { fieldsOf, instantOf } from './form-fields.ts';

/** What Vobiz charged. `amount` is exactly what it wrote; `micros` the same in millionths, rounded. */
export type Cost = { amount: string; micros: number; currency: string };

/** One leg, as Vobiz' records have it. Numbers are left out: nothing here is looked up by them. */
export type Cdr = {
  uuid: string;
  /** The other leg, when there was one. */
  bridgeUuid: string | null;
  /** Answered seconds. Not the field `duration`, which counts the ringing too. */
  durationSeconds: number | null;
  /** The field `billsec`: what is billed. */
  billedSeconds: number | null;
  startedAt: Date | null;
  answeredAt: Date | null;
  endedAt: Date | null;
  cause: string | null;
  causeCode: number | null;
  causeName: string | null;
  source: string | null;
  cost: Cost | null;
  /** Of the number that was called; the number itself is not read. */
  country: CountryCode | null;
};

/** What Vobiz says when it is asked for the record of a leg. */
export type CdrAnswer =
  | { kind: 'found'; cdr: Cdr }
  /** It knows no such leg: not yet, or never. */
  | { kind: 'unknown' }
  /** It does not let this account ask: its credentials, its balance. */
  | { kind: 'refused'; status: number }
  | { kind: 'limited'; retryAfterSeconds: number | null }
  | { kind: 'failed'; reason: 'timeout' | 'connection' | 'server_error' | 'unreadable' };

/** Nine digits before the point: millionths of it are still exact numbers. */
const AMOUNT = /^(\d{1,9})(?:\.(\d{1,18}))?$/;

/**
 * Reads the answer to `GET /Account/{id}/cdr/{uuid}`: the record by itself, or in `data`, alone or in a list. Null when it
 * is not about this leg. (Vobiz documentation: CDR.)
 */
export function readCdr(body: unknown, uuid: string): Cdr | null {
  const row = rowsIn(body).find((one) => String(one.uuid).toLowerCase() === uuid.toLowerCase());
  if (row === undefined) return null;
  const { text, id, count } = fieldsOf(row);
  const time = (name: string) => {
    const instant = instantOf(text(name), 'Z');
    // What never happened may be written as the year 1.
    return instant !== null && instant.getUTCFullYear() >= 2000 ? instant : null;
  };
  const [startedAt, answeredAt, endedAt] = [time('start_time'), time('answer_time'), time('end_time')];
  const billedSeconds = count('billsec');
  return {
    uuid,
    bridgeUuid: id('bridge_uuid'),
    durationSeconds: answeredSeconds(
      answeredAt,
      endedAt,
      count('duration'),
      count('ring_time'),
      billedSeconds,
    ),
    billedSeconds,
    startedAt,
    answeredAt,
    endedAt,
    cause: text('hangup_cause'),
    causeCode: count('hangup_cause_code'),
    causeName: text('hangup_cause_name'),
    source: text('hangup_source') ?? text('hangup_cause_source'),
    cost: costOf(decimalOf(row.total_cost) ?? decimalOf(row.cost), text('currency')),
    country: countryIn(text('destination_number')),
  };
}

function countryIn(number: string | null): CountryCode | null {
  const [e164] = candidatesOf(number ?? '', []);
  return e164 === undefined ? null : countryOf(e164);
}

type Row = Record<string, unknown>;

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null;

function rowsIn(body: unknown): Row[] {
  if (!isRow(body)) return [];
  const inner = [body.data, body.cdr].flat();
  return [body, ...inner].filter(isRow);
}

/** By the times; a leg that was never answered has talked for nothing, however long it rang. */
function answeredSeconds(
  answeredAt: Date | null,
  endedAt: Date | null,
  duration: number | null,
  ringing: number | null,
  billed: number | null,
): number | null {
  if (answeredAt !== null && endedAt !== null) {
    return Math.max(0, Math.round((endedAt.getTime() - answeredAt.getTime()) / 1000));
  }
  if (billed === 0) return 0;
  if (duration !== null && ringing !== null) return Math.max(0, duration - ringing);
  return billed;
}

/** Numbers of JSON have been read as binary fractions; what they are written as is what Vobiz wrote, but for zeros at the end. */
function decimalOf(value: unknown): string | null {
  const text = typeof value === 'number' && value >= 0 ? plain(value) : value;
  return typeof text === 'string' && AMOUNT.test(text.trim()) ? text.trim() : null;
}

function plain(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(18).replace(/0+$/, '') : text;
}

function costOf(amount: string | null, currency: string | null): Cost | null {
  const code = currency?.trim().toUpperCase() ?? '';
  if (amount === null || !/^[A-Z]{3}$/.test(code)) return null;
  const [, whole = '0', fraction = ''] = AMOUNT.exec(amount) ?? [];
  const digits = fraction.padEnd(7, '0');
  const micros = Number(whole) * 1_000_000 + Number(digits.slice(0, 6)) + (Number(digits[6]) >= 5 ? 1 : 0);
  return { amount, micros, currency: code };
}
