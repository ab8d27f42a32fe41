// What the housekeeping jobs look for among the calls: late redials, and what was bridged through each DID lately.
// Not `concurrently`: it waits for every older snapshot, and a process that waits to migrate holds one.
const up_sql = `
create index calls_late on calls (tenant_id, started_at)
  where decision = 'announce' and reason in ('session_ended', 'session_expired');
-- Not on ended_at as well: then the end of a call would have to be written to every index of its row.
create index calls_bridged_of_did on calls (tenant_id, did_id, started_at) where decision = 'bridge';
`;

export async function up(knex) {
  await knex.raw(up_sql);
}

export async function down(knex) {
  await knex.raw('drop index calls_late, calls_bridged_of_did;');
}
