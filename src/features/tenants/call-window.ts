import type { Fault } from '../../kernel/errors.ts';

const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
export type Weekday = (typeof weekdays)[number];

/**
 * Hours of a day, from the first minute to before the last; `to` may be 24:00. When `to` is earlier than `from`, they go on past
 * midnight and belong to the day on which they begin. Without days: every day.
 */
export type CallHours = { days?: Weekday[]; from: string; to: string };
/** Calls may come in any of these. */
export type CallWindow = CallHours[];
/** So many calls within so many seconds, of the session or of the two people in all sessions of its pool. */
export type PairLimit = { calls: number; seconds: number; scope?: 'session' | 'pool' };

/**
 * Whether somebody who is in one of these zones may be called now. When it is not known in which, it must be open in all of them:
 * nobody is to be woken because a country is wide.
 */
export function isWindowOpen(window: CallWindow, at: Date, zones: readonly string[]): boolean {
  return zones.every((zone) => {
    const { day, minute } = localTime(at, zone);
    return window.some((hours) => holds(hours, day, minute));
  });
}

function holds({ days, from, to }: CallHours, day: number, minute: number): boolean {
  const isOn = (on: number) => days === undefined || days.includes(weekdays[on] as Weekday);
  const [start, end] = [minuteOf(from), minuteOf(to)];
  if (start < end) return isOn(day) && start <= minute && minute < end;
  return (isOn(day) && minute >= start) || (isOn((day + 6) % 7) && minute < end);
}

function minuteOf(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return hours * 60 + minutes;
}

/** What a clock on the wall there shows: a zone's summer time, and its history, are the platform's to know. */
function localTime(at: Date, zone: string): { day: number; minute: number } {
  const parts = clockOf(zone).formatToParts(at);
  const of = (type: Intl.DateTimeFormatPartTypes) => parts.find((part) => part.type === type)?.value ?? '';
  const day = weekdays.indexOf(of('weekday').toLowerCase() as Weekday);
  return { day, minute: Number(of('hour')) * 60 + Number(of('minute')) };
}

/** Making one takes a millisecond, which a call should not wait for; a country may have thirty. */
const clocks = new Map<string, Intl.DateTimeFormat>();
/** There are some 600 zones, and other spellings of them. */
const MOST_CLOCKS = 1_000;

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  if (clocks.size >= MOST_CLOCKS) clocks.clear();
  clocks.set(zone, clock);
  return clock;
}

/** The zones of a country: one for India, some for others. A country without any is taken to be in UTC. */
export function zonesOf(country: string): string[] {
  const locale = new Intl.Locale('und', { region: country }) as Intl.Locale & {
    timeZones?: string[];
    getTimeZones?: () => string[];
  };
  const zones = locale.getTimeZones?.() ?? locale.timeZones ?? [];
  return zones.length === 0 ? ['UTC'] : zones;
}

export function isTimeZone(text: string): boolean {
  // An offset is no place: it would be wrong for half of the year in many.
  if (!/^[A-Za-z][\w+/-]*$/.test(text)) return false;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

/** What the shape of a request alone cannot refuse. */
export function faultsOfTimes(
  settings: { time_zone?: { a?: string | null; b?: string | null }; call_window?: CallWindow | null },
  at: string,
): Fault[] {
  const zones = (['a', 'b'] as const).flatMap((side) => {
    const zone = settings.time_zone?.[side] ?? null;
    if (zone === null || isTimeZone(zone)) return [];
    return [{ pointer: `${at}/time_zone/${side}`, message: 'is not a time zone of the IANA data base' }];
  });
  const hours = (settings.call_window ?? []).flatMap(({ from, to }, place) =>
    from === to
      ? [{ pointer: `${at}/call_window/${place}/to`, message: 'must not be the same as from' }]
      : [],
  );
  return [...zones, ...hours];
}
