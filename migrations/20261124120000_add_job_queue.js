// The job queue: rights of the service on the tables of graphile-worker, which its own migrations have made before this one
// (src/db/migrate.ts), and what that library lacks: jitter, jobs of lost workers given back, a delete only by who holds the job.

const up_sql = `
-- A worker acts as maskplane_app and needs no more than rows. The tables have row-level security without a policy: closed to all
-- but their owner. What acts for one tenant reaches its own jobs, and those that name no tenant; a worker acts for none.
grant usage on schema graphile_worker to maskplane_app;
grant select on graphile_worker.migrations, graphile_worker._private_known_crontabs to maskplane_app;
grant select, insert, update, delete
  on graphile_worker._private_jobs, graphile_worker._private_job_queues, graphile_worker._private_tasks to maskplane_app;
create policy service on graphile_worker._private_tasks to maskplane_app using (true) with check (true);
create policy service on graphile_worker._private_job_queues to maskplane_app using (true) with check (true);
create policy service on graphile_worker._private_jobs to maskplane_app
  using ((select public.app_tenant()) is null
         or coalesce(payload->>'tenant', (select public.app_tenant())) = (select public.app_tenant()))
  with check ((select public.app_tenant()) is null
         or coalesce(payload->>'tenant', (select public.app_tenant())) = (select public.app_tenant()));

-- The dead ones: a handful among what may be a million that wait.
create index jobs_dead on graphile_worker._private_jobs (id) where attempts >= max_attempts;

-- Which workers live. seen_at is by Postgres' clock, so that their own need not agree.
create table worker_processes (
  id         text collate "C" primary key,
  started_at timestamptz not null default clock_timestamp(),
  seen_at    timestamptz not null default clock_timestamp()
);
grant select, insert, update, delete on worker_processes to maskplane_app;

-- A job with a key in whose place another has come says nothing any more, once nobody works on it.
create function job_changes() returns trigger language plpgsql as $$
begin
  if old.key is not null and new.key is null then
    new.flags := coalesce(new.flags, '{}') || '{"superseded": true}';
  end if;
  if old.locked_at is not null and new.locked_at is null then
    new.updated_at := clock_timestamp();
    -- The library waits exp(attempts) seconds, to the millisecond: what failed together would come back together.
    if new.run_at > clock_timestamp() then
      new.run_at := clock_timestamp() + (new.run_at - clock_timestamp()) * (0.5 + random());
    end if;
  end if;
  return new;
end $$;
grant execute on function job_changes() to maskplane_app;
create trigger job_changes before update on graphile_worker._private_jobs for each row
  when (old.locked_at is not null or old.key is distinct from new.key) execute function job_changes();

create function job_superseded() returns trigger language plpgsql as $$
begin
  delete from graphile_worker._private_jobs j where j.id = new.id;
  return null;
end $$;
grant execute on function job_superseded() to maskplane_app;
create trigger job_superseded after update on graphile_worker._private_jobs for each row
  when (new.locked_at is null and new.flags->'superseded' is not null) execute function job_superseded();

-- The library deletes a job that is done by its id alone. A worker that was stopped for a while, and whose jobs were given to
-- others meanwhile, would so delete what another works on, or what has come in its place, and leave its serial locked.
create function job_not_held() returns trigger language plpgsql as $$
begin
  return null;
end $$;
grant execute on function job_not_held() to maskplane_app;
create trigger job_not_held before delete on graphile_worker._private_jobs for each row
  when (coalesce(current_setting('app.worker', true), '') <> ''
        and old.locked_by is distinct from current_setting('app.worker', true)
        and old.flags->'superseded' is null)
  execute function job_not_held();

-- Leaves a job in the transaction of the caller. p_key: at most one job with it waits. p_keep_run_at: one that waits already
-- keeps its time, and its pause after a failure, and nobody is woken. p_serial: of those with the same, one runs at a time.
create function enqueue_job(p_task text, p_payload jsonb, p_key text default null, p_keep_run_at boolean default false,
                            p_serial text default null, p_run_at timestamptz default now(),
                            p_most_attempts integer default 25)
returns void
language plpgsql volatile as $$
declare
  v_id bigint;
begin
  if p_key is not null and p_keep_run_at then
    update graphile_worker._private_jobs j
       set payload = p_payload::json, revision = j.revision + 1, updated_at = clock_timestamp()
     where j.key = p_key and j.is_available;
    if found then return; end if;
  end if;
  -- add_job leaves nothing when a worker takes the job of the same key between two of its statements: then again, and it finds
  -- that job at work and leaves another beside it.
  loop
    select j.id into v_id
      from graphile_worker.add_job(
             identifier => p_task, payload => p_payload::json, queue_name => p_serial, run_at => p_run_at,
             max_attempts => p_most_attempts, job_key => p_key,
             job_key_mode => case when p_keep_run_at then 'preserve_run_at' else 'replace' end) j;
    exit when v_id is not null;
  end loop;
end $$;
grant execute on function enqueue_job(text, jsonb, text, boolean, text, timestamptz, integer) to maskplane_app;

-- Makes the jobs of these workers free for others, and says how many they were. p_counted: what was tried counts as an attempt,
-- because a job that ends its worker would otherwise end one after the other, for ever.
create function give_back_jobs(p_workers text[], p_counted boolean) returns integer
language plpgsql volatile as $$
declare
  v_count integer;
begin
  update graphile_worker._private_jobs j
     set attempts = case when p_counted then j.attempts else greatest(j.attempts - 1, 0) end,
         last_error = case when p_counted then 'The worker that had this job was lost.' else j.last_error end
   where j.locked_by = any (p_workers);
  get diagnostics v_count = row_count;
  perform graphile_worker.force_unlock_workers(p_workers);
  if v_count > 0 then perform pg_notify('jobs:insert', json_build_object('count', v_count)::text); end if;
  return v_count;
end $$;
grant execute on function give_back_jobs(text[], boolean) to maskplane_app;

-- Gives back the jobs of workers that were not seen for so long, and forgets those. Several may ask at once.
create function recover_jobs(p_silent_ms integer) returns integer
language plpgsql volatile as $$
declare
  v_lost text[];
begin
  with silent as (
    select w.id from public.worker_processes w
     where w.seen_at < clock_timestamp() - make_interval(secs => p_silent_ms / 1000.0) for update skip locked
  ), lost as (
    delete from public.worker_processes w using silent where w.id = silent.id returning w.id
  )
  select array_agg(lost.id) into v_lost from lost;
  if v_lost is null then return 0; end if;
  return public.give_back_jobs(v_lost, true);
end $$;
grant execute on function recover_jobs(integer) to maskplane_app;

-- An operator's transaction may see what waits to be published: that is how a publisher finds whose turn it is.
create policy unpublished on events for select
  using (tenant_id = (select app_tenant()) or (position is null and (select app_is_operator())));

-- Tenants with events to publish, in the order of their ids, after one. Jumps from tenant to tenant in the index: costs as much
-- as there are such tenants, however many tenants and events there are.
create function tenants_to_publish(p_most integer, p_after text default '') returns setof text
language plpgsql volatile set enable_seqscan = off as $$
declare
  v_tenant text := p_after;
begin
  perform set_config('app.operator', 'on', true);
  for v_place in 1..p_most loop
    select e.tenant_id into v_tenant from public.events e
     where e.position is null and e.tenant_id > v_tenant order by e.tenant_id limit 1;
    exit when not found;
    return next v_tenant;
  end loop;
end $$;
grant execute on function tenants_to_publish(integer, text) to maskplane_app;

-- When the oldest of the events that wait to be published was made; null when none waits.
create function oldest_unpublished() returns timestamptz
language plpgsql volatile set enable_seqscan = off as $$
declare
  v_tenant text := '';
  v_made timestamptz;
  v_oldest timestamptz;
begin
  perform set_config('app.operator', 'on', true);
  loop
    select e.tenant_id, e.created_at into v_tenant, v_made from public.events e
     where e.position is null and e.tenant_id > v_tenant order by e.tenant_id, e.id limit 1;
    exit when not found;
    v_oldest := least(v_oldest, v_made);
  end loop;
  return v_oldest;
end $$;
grant execute on function oldest_unpublished() to maskplane_app;
`;

export async function up(knex) {
  await knex.raw(up_sql);
}

/** The library's own tables stay, closed to the service as they were. */
export async function down(knex) {
  await knex.raw(`
    drop function oldest_unpublished(), tenants_to_publish(integer, text);
    drop policy unpublished on events;
    drop function recover_jobs(integer), give_back_jobs(text[], boolean);
    drop function enqueue_job(text, jsonb, text, boolean, text, timestamptz, integer);
    drop trigger job_not_held on graphile_worker._private_jobs;
    drop trigger job_superseded on graphile_worker._private_jobs;
    drop trigger job_changes on graphile_worker._private_jobs;
    drop function job_not_held(), job_superseded(), job_changes();
    drop table worker_processes;
    drop index graphile_worker.jobs_dead;
    drop policy service on graphile_worker._private_jobs;
    drop policy service on graphile_worker._private_job_queues;
    drop policy service on graphile_worker._private_tasks;
    revoke all on all tables in schema graphile_worker from maskplane_app;
    revoke all on schema graphile_worker from maskplane_app;
  `);
}
