/**
 * Replaces what may be a phone number by `[number]`: a run of 7 to 15 digits, with or without +, spaces or dashes between.
 * The last wall behind code that never puts one in a text; ids and hashes, where digits touch letters, stay readable.
 */
export function scrub(text: string): string {
  return text.replace(/(?<![0-9A-Za-z_.-])\+?\d(?:[ ()-]?\d){6,14}(?![0-9A-Za-z_])/g, '[number]');
}
