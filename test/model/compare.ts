import type { Outcome } from './desk.ts';
import type { Refusal } from './oracle.ts';

/**
 * What the oracle expects and does not find. Only what it names is looked at: the service may tell more than it knows of.
 */
export function differences(expected: unknown, actual: unknown, at = ''): string[] {
  if (typeof expected !== 'object' || expected === null) {
    return Object.is(expected, actual)
      ? []
      : [`${at || 'it'} is ${show(actual)}, and should be ${show(expected)}`];
  }
  if (typeof actual !== 'object' || actual === null)
    return [`${at} is ${show(actual)}, and should be an object`];
  if (Array.isArray(expected) && Array.isArray(actual) && expected.length !== actual.length) {
    return [`${at} is ${show(actual)}, and should be ${show(expected)}`];
  }
  return Object.entries(expected).flatMap(([key, value]) =>
    differences(value, (actual as Record<string, unknown>)[key], `${at}/${key}`),
  );
}

/** Whether the service refused when it had to, with a code that applies, and only then. */
export function refusalDiffers(outcome: Outcome, refusal: Refusal | null): string[] {
  if ('refused' in outcome) {
    if (refusal?.refused.includes(outcome.refused)) return [];
    const should = refusal === null ? 'is due' : `should be ${refusal.refused.join(' or ')}`;
    return [`refused with ${outcome.refused}, where no such refusal ${should}`];
  }
  return refusal === null ? [] : [`not refused, where ${refusal.refused.join(' or ')} is due`];
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? 'nothing';
}
