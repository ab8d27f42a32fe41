// One sealed sentence that only the right master key opens: a wrong key must stop the start, not every call.
export async function up(knex) {
  await knex.raw(`
    create table master_key_proof (
      only_row boolean primary key default true check (only_row),
      sealed   bytea not null
    );
    grant select, insert on master_key_proof to maskplane_app;
  `);
}

export async function down(knex) {
  await knex.raw('drop table master_key_proof;');
}
