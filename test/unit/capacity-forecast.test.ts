import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { forecastExhaustion, trendOf } from '../../src/features/pool/capacity-forecast.ts';

const NOW = new Date('2026-06-08T15:30:00Z');
const dayOf = (date: Date | null): string | null => date?.toISOString().slice(0, 10) ?? null;
const days = (count: number, peakOf: (day: number) => number) =>
  Array.from({ length: count }, (_, i) => peakOf(i));

describe('the day on which the busiest phone holds every DID', () => {
  test('is where a straight line through the daily peaks meets the number of DIDs', () => {
    // 10, 11, … 19: one more DID a day, five to go.
    const forecast = forecastExhaustion(
      days(10, (day) => 10 + day),
      24,
      NOW,
    );
    assert.deepEqual(forecast, {
      exhaustedOn: new Date('2026-06-13T15:30:00Z'),
      method: 'linear_trend',
      historyDays: 10,
      growthPerDay: 1,
    });
  });

  test('is not guessed from less than a week', () => {
    for (const count of [0, 1, 6]) {
      const peaks = days(count, (day) => day);
      assert.deepEqual(forecastExhaustion(peaks, 3, NOW), {
        exhaustedOn: null,
        method: 'none',
        historyDays: count,
        growthPerDay: null,
      });
    }
    assert.equal(
      forecastExhaustion(
        days(7, (day) => day),
        10,
        NOW,
      ).method,
      'linear_trend',
    );
  });

  test('is today when it has come already', () => {
    for (const peakOf of [() => 24, (day: number) => 10 + day]) {
      assert.equal(dayOf(forecastExhaustion(days(28, peakOf), 24, NOW).exhaustedOn), '2026-06-08');
    }
    assert.equal(
      dayOf(
        forecastExhaustion(
          days(7, () => 0),
          0,
          NOW,
        ).exhaustedOn,
      ),
      '2026-06-08',
    );
  });

  test('does not come when the peaks are steady or fall', () => {
    for (const peakOf of [() => 10, (day: number) => 20 - day / 2]) {
      const forecast = forecastExhaustion(days(28, peakOf), 24, NOW);
      assert.deepEqual([forecast.exhaustedOn, forecast.growthPerDay], [null, null]);
    }
  });

  test('is not read out of noise: weekends, and a slope that is smaller than twice its error', () => {
    const weekends = days(28, (day) => (day % 7 < 5 ? 18 : 12));
    assert.equal(forecastExhaustion(weekends, 24, NOW).exhaustedOn, null);
    const noise = days(28, (day) => 15 + ((day * 5) % 8) - 3.5 + day * 0.02);
    assert.ok(trendOf(noise).slope > 0);
    assert.equal(forecastExhaustion(noise, 24, NOW).growthPerDay, null);
  });

  test('is seen through noise when there is growth', () => {
    const growing = days(28, (day) => 8 + day * 0.4 + (day % 7 < 5 ? 1 : -2));
    const forecast = forecastExhaustion(growing, 30, NOW);
    assert.ok(Math.abs((forecast.growthPerDay ?? 0) - 0.4) < 0.1, String(forecast.growthPerDay));
    const expected = NOW.getTime() + ((30 - 8 - 27 * 0.4) / 0.4) * 86_400_000;
    assert.ok(Math.abs((forecast.exhaustedOn?.getTime() ?? 0) - expected) < 6 * 86_400_000);
  });

  test('is not told when it is more than a year away', () => {
    const slow = days(28, (day) => 10 + day * 0.01);
    assert.equal(forecastExhaustion(slow, 100, NOW).exhaustedOn, null);
    assert.ok(forecastExhaustion(slow, 12, NOW).exhaustedOn);
  });
});

test('the trend is that of least squares, with its standard error', () => {
  // y = 1, 3, 2, 5, 4: slope 0.8, residual sum of squares 3.6, error sqrt(3.6 / 3 / 10).
  const trend = trendOf([1, 3, 2, 5, 4]);
  assert.ok(Math.abs(trend.slope - 0.8) < 1e-12);
  assert.ok(Math.abs(trend.slopeError - Math.sqrt(0.12)) < 1e-12);
  assert.ok(Math.abs(trend.last - 4.6) < 1e-12);
});
