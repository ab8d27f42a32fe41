/** For whoever typed the command. */
export class WrongOption extends Error {}

/**
 * Reads `--name value` for each name of `standard`; a number has to stay one. Throws WrongOption on anything else: what a
 * misspelt option measured would be published as something that it is not.
 */
export function readOptions<T extends Record<string, number | string>>(
  args: readonly string[],
  standard: T,
): T {
  const options: Record<string, number | string> = { ...standard };
  for (let place = 0; place < args.length; place += 2) {
    const name = args[place]?.replace(/^--/, '') ?? '';
    const value = args[place + 1] ?? '';
    if (!Object.hasOwn(standard, name))
      throw new WrongOption(
        `${args[place]} is not an option. They are, with their defaults: ${namesOf(standard)}`,
      );
    if (typeof standard[name] === 'string') options[name] = value;
    else if (/^\d{1,9}$/.test(value)) options[name] = Number(value);
    else throw new WrongOption(`--${name} takes a whole number.`);
  }
  return options as T;
}

/** `10,100`. Throws WrongOption. */
export function readNumbers(text: string): number[] {
  return text.split(',').map((part) => {
    if (/^\d{1,9}$/.test(part)) return Number(part);
    throw new WrongOption(`${text} is not a list of whole numbers with commas between.`);
  });
}

function namesOf(standard: object): string {
  return Object.entries(standard)
    .map(([name, value]) => `--${name} ${value === '' ? '(none)' : value}`)
    .join(' ');
}
