import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The payloads of vobiz-samples.md, the project's record of what Vobiz sends: each block of a section, its values as they
 * are on the wire. A value that the record leaves open (`…`) is undefined.
 */
export function samplesOf(section: string): Record<string, string | undefined>[] {
  const text = readFileSync(join(import.meta.dirname, 'vobiz-samples.md'), 'utf8');
  const part = text.split(/^## /m).find((one) => one.startsWith(section));
  if (part === undefined) throw new Error(`there is no section ${section}`);
  return [...part.matchAll(/```\n([\s\S]*?)```/g)].map(([, block = '']) => payloadOf(block));
}

/** A payload that stands inside a line. */
export function inlineSample(start: string): Record<string, string | undefined> {
  const text = readFileSync(join(import.meta.dirname, 'vobiz-samples.md'), 'utf8');
  const found = [...text.matchAll(/`([^`\n]*)`/g)].map(([, code = '']) => code);
  const line = found.find((one) => one.startsWith(start));
  if (line === undefined) throw new Error(`there is no sample ${start}`);
  return payloadOf(line);
}

function payloadOf(block: string): Record<string, string | undefined> {
  const pairs = block.replace(/\s*\n\s*/g, '').split('&');
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = '', value = ''] = pair.split(/=(.*)/s);
      const decoded = decodeURIComponent(value.replaceAll('+', ' '));
      return [name, decoded.includes('…') ? undefined : decoded];
    }),
  );
}
