// Several allocations may be settled by one statement: one that comes too late must not undo the others, so it says so.

import * as events from './20261124110000_create_events.js';
import { changed, definitionIn } from './sql/definitions.js';

export async function up(knex) {
  await knex.raw(
    changed(await definitionIn(events, 'settle_allocation'), [
      "  return 'settled';\nend",
      `  return 'settled';
exception when sqlstate 'MP409' then return 'conflict'; -- what was done above is undone
end`,
    ]),
  );
}

export async function down(knex) {
  await knex.raw(await definitionIn(events, 'settle_allocation'));
}
