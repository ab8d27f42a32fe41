// When a pool's tenant is told that it runs low.
export async function up(knex) {
  await knex.raw(`
    -- low_at_percent: of its usable DIDs, held by one caller; null: never. low_measured_at: when that was last looked at;
    -- low_told_at: when it was last told that it is so, null while it is not. None of them is something that a choice goes
    -- by, so none moves the version.
    alter table pools
      add column low_at_percent  integer default 80 check (low_at_percent between 1 and 100),
      add column low_measured_at timestamptz,
      add column low_told_at     timestamptz;
  `);
}

export async function down(knex) {
  await knex.raw(
    'alter table pools drop column low_at_percent, drop column low_measured_at, drop column low_told_at',
  );
}
