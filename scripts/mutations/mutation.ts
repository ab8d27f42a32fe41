/** A guard of an invariant, how to take it away, and the smallest set of tests that has to notice. */
export type Mutation = {
  guard: string;
  /** Mostly one. More where a guard is written down in several places that only make sense together. */
  edits: readonly Edit[];
  tests: readonly string[];
};
/** `from` must stand in the file exactly once: when it does not, the source has changed and the list must follow. */
export type Edit = { file: string; from: string; to: string };

export type Applied = { file: string; source: string };

/** A list that does not fit the source any more. */
export class AnchorLost extends Error {}

/** The files as they are once the guard is gone. Throws when a text is not there exactly once. */
export function mutated(mutation: Mutation, read: (file: string) => string): Applied[] {
  const sources = new Map<string, string>();
  for (const { file, from, to } of mutation.edits) {
    const source = sources.get(file) ?? read(file);
    const times = source.split(from).length - 1;
    if (times !== 1) {
      throw new AnchorLost(
        `${mutation.guard}: this stands ${times} times in ${file}, not once:\n${from}\nFollow the source in scripts/mutations.`,
      );
    }
    sources.set(
      file,
      source.replace(from, () => to),
    );
  }
  return [...sources].map(([file, source]) => ({ file, source }));
}
