/** A field of what may be an object. */
export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** A text, or a whole number, which Vobiz sends for ids now and then; null for anything else and for nothing. */
export function textIn(value: unknown, name: string): string | null {
  const field = fieldOf(value, name);
  if (typeof field === 'number' && Number.isSafeInteger(field)) return String(field);
  return typeof field === 'string' && field !== '' ? field : null;
}

/** An amount of money in hundredths, whether it comes as a number or as text; null when it is none. */
export function minorIn(value: unknown, name: string): number | null {
  const field = fieldOf(value, name);
  const text = typeof field === 'number' ? String(field) : field;
  if (typeof text !== 'string' || !/^\d{1,9}(\.\d{1,6})?$/.test(text)) return null;
  // Up: what is a little dearer than it is must not fit a budget.
  return Math.ceil(Math.round(Number(text) * 1e6) / 1e4);
}
