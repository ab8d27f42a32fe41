import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type CallWindow,
  faultsOfTimes,
  isTimeZone,
  isWindowOpen,
  type Weekday,
  zonesOf,
} from '../../src/features/tenants/call-window.ts';

const open = (window: CallWindow, at: string, ...zones: string[]) =>
  isWindowOpen(window, new Date(at), zones);
const day: CallWindow = [{ from: '09:00', to: '21:00' }];
const INDIA = 'Asia/Kolkata';

describe('a call window', () => {
  test('is open from its first minute to before its last, by the clock where the called party is', () => {
    for (const [at, isOpen] of [
      ['2026-06-08T03:29:59Z', false], // 08:59:59 in India
      ['2026-06-08T03:30:00Z', true],
      ['2026-06-08T15:29:59Z', true],
      ['2026-06-08T15:30:00Z', false],
    ] as const) {
      assert.equal(open(day, at, INDIA), isOpen, at);
    }
    assert.equal(open(day, '2026-06-08T03:30:00Z', 'UTC'), false);
  });

  test('is open on its days only, which are those of the called party', () => {
    const weekend: CallWindow = [{ days: ['sat', 'sun'], from: '00:00', to: '24:00' }];
    assert.equal(open(weekend, '2026-06-05T18:29:59Z', INDIA), false); // Friday, 23:59:59
    assert.equal(open(weekend, '2026-06-05T18:30:00Z', INDIA), true);
    assert.equal(open(weekend, '2026-06-07T18:29:59Z', INDIA), true);
    assert.equal(open(weekend, '2026-06-07T18:30:00Z', INDIA), false);
  });

  test('that crosses midnight belongs to the day on which it begins', () => {
    const night: CallWindow = [{ days: ['fri'], from: '22:00', to: '02:00' }];
    for (const [at, isOpen] of [
      ['2026-06-05T01:00:00Z', false], // Friday, early: that night began on Thursday
      ['2026-06-05T21:59:00Z', false],
      ['2026-06-05T22:00:00Z', true],
      ['2026-06-06T01:59:00Z', true],
      ['2026-06-06T02:00:00Z', false],
      ['2026-06-06T22:30:00Z', false],
    ] as const) {
      assert.equal(open(night, at, 'UTC'), isOpen, at);
    }
    const sunday: CallWindow = [{ days: ['sat'], from: '23:00', to: '01:00' }];
    assert.equal(
      open(sunday, '2026-06-07T00:30:00Z', 'UTC'),
      true,
      'from Saturday into Sunday, over the week’s end',
    );
  });

  test('may have several hours, of which one is enough', () => {
    const two: CallWindow = [
      { from: '09:00', to: '12:00' },
      { days: ['mon'], from: '14:00', to: '18:00' },
    ];
    assert.equal(open(two, '2026-06-08T11:00:00Z', 'UTC'), true);
    assert.equal(open(two, '2026-06-08T13:00:00Z', 'UTC'), false);
    assert.equal(open(two, '2026-06-08T15:00:00Z', 'UTC'), true);
    assert.equal(open(two, '2026-06-09T15:00:00Z', 'UTC'), false);
  });

  test('goes by the wall clock on the days on which it is put forward and back', () => {
    const zone = 'America/New_York';
    // 2026-03-08: 01:59 is followed by 03:00. 09:00 there is 13:00Z from that day on, 14:00Z before.
    assert.equal(open(day, '2026-03-07T13:30:00Z', zone), false);
    assert.equal(open(day, '2026-03-08T13:30:00Z', zone), true);
    // 2026-11-01: 01:00 to 02:00 comes twice, and a window in it is open both times.
    const twice: CallWindow = [{ from: '01:00', to: '02:00' }];
    assert.equal(open(twice, '2026-11-01T05:30:00Z', zone), true);
    assert.equal(open(twice, '2026-11-01T06:30:00Z', zone), true);
    assert.equal(open(twice, '2026-11-01T07:30:00Z', zone), false);
    // A window in the hour that is left out is not open at all.
    const skipped: CallWindow = [{ from: '02:00', to: '03:00' }];
    for (let minute = 0; minute < 24 * 60; minute += 10) {
      const at = new Date(Date.parse('2026-03-08T05:00:00Z') + minute * 60_000);
      if (at >= new Date('2026-03-09T04:00:00Z')) break;
      assert.equal(isWindowOpen(skipped, at, [zone]), false, at.toISOString());
    }
  });

  test('is open when it is in all zones that the party may be in', () => {
    const us = zonesOf('US');
    assert.ok(us.length > 4);
    assert.equal(open(day, '2026-06-08T14:00:00Z', 'America/New_York'), true);
    assert.equal(open(day, '2026-06-08T14:00:00Z', ...us), false, 'night in Honolulu');
    assert.equal(open(day, '2026-06-08T20:00:00Z', ...us), true);
  });

  test('agrees with a count of minutes at every moment of a fortnight, for any hours', () => {
    const names: Weekday[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
    const text = (minute: number) =>
      `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
    let seed = 7;
    const draw = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    for (let round = 0; round < 60; round += 1) {
      const from = draw(1_440);
      const length = 1 + draw(1_439);
      const days = names.filter(() => draw(2) === 1);
      if (days.length === 0) days.push('mon');
      const to = (from + length) % 1_440;
      const window: CallWindow = [{ days, from: text(from), to: to === 0 ? '24:00' : text(to) }];
      for (let i = 0; i < 50; i += 1) {
        const minute = draw(14 * 1_440);
        const at = new Date(Date.UTC(2026, 5, 7) + minute * 60_000); // a Sunday
        // By counting: some day that is on began so long ago at most.
        const isOpen = [-1, 0].some((before) => {
          const start = (Math.floor(minute / 1_440) + before) * 1_440;
          const name = names[(start / 1_440 + 7) % 7] as Weekday;
          return days.includes(name) && minute >= start + from && minute < start + from + length;
        });
        // India has had one offset since 1945: five hours and a half.
        const inIndia = new Date(at.getTime() - 330 * 60_000);
        assert.equal(
          isWindowOpen(window, at, ['UTC']),
          isOpen,
          `${JSON.stringify(window)} ${at.toISOString()}`,
        );
        assert.equal(isWindowOpen(window, inIndia, [INDIA]), isOpen);
      }
    }
  });
});

describe('time zones', () => {
  test('of India are one; a country that is not known is in UTC', () => {
    assert.equal(zonesOf('IN').length, 1);
    assert.equal(open(day, '2026-06-08T03:30:00Z', ...zonesOf('IN')), true);
    assert.deepEqual(zonesOf('ZZ'), ['UTC']);
  });

  test('are places of the IANA data base; an offset is none', () => {
    for (const zone of [INDIA, 'America/Argentina/Buenos_Aires', 'UTC']) assert.ok(isTimeZone(zone), zone);
    for (const zone of ['Mars/Olympus', '+05:30', '', 'Asia/Kolkata ', '../etc'])
      assert.ok(!isTimeZone(zone), zone);
  });

  test('that are none, and hours of no length, are refused where they stand', () => {
    const faults = faultsOfTimes(
      {
        time_zone: { a: INDIA, b: 'Mars/Olympus' },
        call_window: [
          { from: '09:00', to: '21:00' },
          { from: '09:00', to: '09:00' },
        ],
      },
      '/voice',
    );
    assert.deepEqual(
      faults.map(({ pointer }) => pointer),
      ['/voice/time_zone/b', '/voice/call_window/1/to'],
    );
  });
});
