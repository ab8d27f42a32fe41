const known = new Map<string, string>();

/** What a statement does, in two words that hold no value: `select route_facts`, `insert sessions`. For traces. */
export function summaryOf(text: string): string {
  const kept = known.get(text);
  if (kept !== undefined) return kept;
  const verb = /^[\s(]*(\w+)/.exec(text)?.[1]?.toLowerCase() ?? 'statement';
  const name =
    /\b(?:from|into|update)\s+([a-z_][\w.]*)/i.exec(text)?.[1] ?? /\b([a-z_]\w*)\(/i.exec(text)?.[1];
  const made = name === undefined ? verb : `${verb} ${name}`;
  known.set(text, made);
  return made;
}
