/** What looks like a number and is none: UUIDs, dates and times, IPv4 addresses, figures with one decimal. Ids and hashes have letters beside digits. */
const KEPT = [
  '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}',
  '\\d{4}-\\d\\d-\\d\\d(?:[T ]\\d\\d:\\d\\d(?::\\d\\d(?:\\.\\d+)?)?(?:Z|[+-]\\d\\d:?\\d\\d)?)?',
  '\\d{1,3}(?:\\.\\d{1,3}){3}',
  '\\d{1,9}\\.\\d(?!\\.)',
].join('|');

/** 7 to 15 digits with the separators that people put between them, after + or its form in a query. */
const NUMBER = '(?:\\+|%2[Bb])?\\(?\\d(?:[ .()-]{0,3}\\d){6,14}';

/** A number may follow an escaped line break, whose letter is not its neighbour. */
const START = '(?<![0-9A-Za-z_]|[0-9A-Za-z_][.-])|(?<=\\\\[nrt])';

const PATTERN = new RegExp(`(?:${START})(?:(${KEPT})|${NUMBER})(?![0-9A-Za-z_])`, 'g');

/**
 * Replaces what may be a phone number by `[number]`. The last wall behind code that never puts one in a text. In a line of
 * JSON a number outside of strings becomes a string, so that the line stays JSON.
 */
export function scrub(text: string): string {
  return text.replace(PATTERN, (found, kept: string | undefined, offset: number) => {
    if (kept !== undefined) return found;
    return text.startsWith('{') && !isInString(text, offset) ? '"[number]"' : '[number]';
  });
}

/** Whether an odd number of quotation marks stands before this place of a line of JSON. */
function isInString(json: string, offset: number): boolean {
  const marks = json.slice(0, offset).match(/\\.|"/g) ?? [];
  return marks.filter((mark) => mark === '"').length % 2 === 1;
}
