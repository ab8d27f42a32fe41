// For migrations that change a function of an earlier one: what it was, with other texts in the place of some, so that nothing
// that stays is written a second time.

/** The definition of a function, ready to replace the one that there is, and its grant, as an earlier migration has them. */
export async function definitionIn(migration, name) {
  let sql = '';
  await migration.up({
    raw: async (text) => {
      sql += text;
    },
  });
  const from = sql.search(new RegExp(`create (or replace )?function ${name}\\(`));
  const grant = sql.indexOf(`grant execute on function ${name}(`, from);
  if (from < 0 || grant < 0) throw new Error(`that migration does not define ${name}`);
  const definition = sql.slice(from, sql.indexOf(';', grant) + 1);
  return definition.replace(/^create function/, 'create or replace function');
}

/** The same again, with other texts in the place of some. Throws when one of those is not there exactly once. */
export function changed(definition, ...changes) {
  return changes.reduce((text, [from, to]) => {
    if (text.split(from).length !== 2) throw new Error(`this does not stand there once: ${from}`);
    return text.replace(from, () => to);
  }, definition);
}
