/** Reads single fields of a Vobiz form; each answers null for what is missing or malformed, and none throws. */
export type FormFields = {
  /** At most 256 characters, as sent: a leading space may be a `+` that was not escaped. */
  text(name: string): string | null;
  /** At most 2048 characters, http or https. */
  url(name: string): string | null;
  /** A UUID or similar: fit for a path and a key. */
  id(name: string): string | null;
  /** A whole number from 0. */
  count(name: string): number | null;
  has(name: string): boolean;
};

const MAX_TEXT_LENGTH = 256;
const MAX_URL_LENGTH = 2048;
const ID = /^[0-9A-Za-z._-]{1,128}$/;
/** Postgres refuses a NUL, and nothing that Vobiz sends has control characters or half a surrogate pair. */
const UNFIT = /[\p{Cc}\p{Cs}]/u;
/** 15 digits stay exact and hold milliseconds since 1970. */
const COUNT = /^(\d{1,15})(?:\.0+)?$/;
const TIME = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?\s*(Z|[+-]\d\d:?\d\d)?$/i;

/** Of a repeated parameter the first value counts. */
export function fieldsOf(form: Readonly<Record<string, unknown>>): FormFields {
  const raw = (name: string, maxLength: number): string | null => {
    const value = Object.hasOwn(form, name) ? form[name] : undefined;
    const first: unknown = Array.isArray(value) ? value[0] : value;
    const text = typeof first === 'number' ? String(first) : first;
    if (typeof text !== 'string' || text.trim() === '') return null;
    return text.length > maxLength || UNFIT.test(text) ? null : text;
  };
  const text = (name: string) => raw(name, MAX_TEXT_LENGTH);
  return {
    text,
    url: (name) => {
      const url = raw(name, MAX_URL_LENGTH)?.trim() ?? null;
      return url !== null && /^https?:\/\//i.test(url) && URL.canParse(url) ? url : null;
    },
    id: (name) => {
      const id = text(name)?.trim() ?? '';
      return ID.test(id) ? id : null;
    },
    count: (name) => {
      const digits = COUNT.exec(text(name)?.trim() ?? '')?.[1];
      return digits === undefined ? null : Number(digits);
    },
    has: (name) => Object.hasOwn(form, name),
  };
}

/** The value when it is one of the known words, in any case; else null. */
export function wordOf<Word extends string>(value: string | null, words: readonly Word[]): Word | null {
  const text = value?.trim().toLowerCase();
  return words.find((word) => word === text) ?? null;
}

/** `YYYY-MM-DD HH:MM:SS[.ffffff][zone]` as an instant; `zone` (`Z`, `+05:30`) is for a time that names none. */
export function instantOf(value: string | null, zone: string): Date | null {
  const match = TIME.exec(value?.trim() ?? '');
  if (!match) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const milliseconds = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3));
  const local = new Date(Date.UTC(year, month - 1, day, hour, minute, second, milliseconds));
  // Date rolls 30 February over to March: what does not read back was no time.
  const written = `${match[1]}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:${match[6]}`;
  if (Number.isNaN(local.getTime()) || !local.toISOString().startsWith(written)) return null;
  const offset = offsetMinutes(match[8] ?? zone);
  return offset === null ? null : new Date(local.getTime() - offset * 60_000);
}

/** Milliseconds since 1970 as an instant. */
export function epochOf(milliseconds: number | null): Date | null {
  // A Date holds 8.64e15 ms; 15 digits always fit.
  return milliseconds === null ? null : new Date(milliseconds);
}

function offsetMinutes(zone: string): number | null {
  if (zone.toUpperCase() === 'Z') return 0;
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(zone) ?? [];
  const total = Number(hours) * 60 + Number(minutes);
  // The widest zone in use is +14:00.
  if (!(total <= 14 * 60)) return null;
  return sign === '-' ? -total : total;
}
