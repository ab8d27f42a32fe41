/** What is put into a whisper: texts of the tenant's own about one session. */
export type WhisperValues = {
  transactionRef: string | null;
  /** Of the party that calls. */
  role: string | null;
  metadata: Readonly<Record<string, string>>;
};

const VARIABLE = /\{\{\s*(transaction_ref|role|metadata\.[^{}]{1,40}?)\s*\}\}/g;
/** A value is read out while somebody waits to be connected; nobody needs more of it. */
const MOST_VALUE_CHARACTERS = 100;

/** What looks like a variable and is none, cut to what fits into a message; at most three. */
export function unknownVariables(template: string): string[] {
  const rest = template.replaceAll(VARIABLE, '');
  return (rest.match(/\{\{[^{}]*\}?\}?|\}\}/g) ?? []).slice(0, 3).map((found) => found.slice(0, 40));
}

/**
 * The sentence, or null when nothing is left to be said. What stands for nothing is left out.
 * @param without takes phone numbers out of a value: whoever writes one there must not have it read to the other party
 */
export function whisperOf(
  template: string,
  values: WhisperValues,
  without: (text: string) => string,
): string | null {
  const textOf = (name: string): string => {
    if (name === 'transaction_ref') return values.transactionRef ?? '';
    if (name === 'role') return values.role ?? '';
    const key = name.slice('metadata.'.length);
    return Object.hasOwn(values.metadata, key) ? (values.metadata[key] ?? '') : '';
  };
  const sentence = template.replaceAll(VARIABLE, (_all, name: string) =>
    // By characters: half of a pair of surrogates is none.
    [...without(textOf(name))].slice(0, MOST_VALUE_CHARACTERS).join(''),
  );
  return sentence.trim() === '' ? null : sentence;
}
