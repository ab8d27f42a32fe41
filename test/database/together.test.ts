import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { freshNumbers, newTenant } from '../support/api.ts';
import { until } from '../support/embedded-folder.ts';
import { openWorld, type World } from '../support/world.ts';

type Told = { xid: string; tenant: string; given: number };

describe('statements that come together', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
    await world.sql(`
      create function told(p_tenant text, p_given integer) returns table (xid text, tenant text, given integer)
      language plpgsql volatile as $$
      begin
        perform set_config('app.tenant_id', p_tenant, true);
        if p_given < 0 then raise exception 'refused' using errcode = 'MP001'; end if;
        if p_given = 0 then return; end if;
        if p_given > 1000 then perform nextval('tries'), pg_sleep(20); end if;
        return query select pg_current_xact_id()::text, app_tenant(), p_given;
      end $$;
      create sequence tries;
      grant usage on sequence tries to maskplane_app;
      grant execute on function told(text, integer) to maskplane_app`);
  });
  after(() => world.close());

  const ask = (given: number) =>
    world.container.database.together.rows<Told>('select * from told($1, $2)', [`ten_${given}`, given]);
  const one = async (given: number) => (await ask(given))[0];

  it('are one statement, and each gets the answer to its own question', async () => {
    const givens = [1, 2, 3, 4, 5];
    const told = await Promise.all(givens.map(one));
    assert.deepEqual(
      told.map((row) => row?.given),
      givens,
    );
    assert.deepEqual(
      told.map((row) => row?.tenant),
      givens.map((given) => `ten_${given}`),
    );
    assert.equal(new Set(told.map((row) => row?.xid)).size, 1);
  });

  it('are few enough in one statement, however many there are', async () => {
    const givens = Array.from({ length: 100 }, (_, place) => place + 1);
    const told = await Promise.all(givens.map(one));
    assert.deepEqual(
      told.map((row) => row?.given),
      givens,
    );
    assert.equal(new Set(told.map((row) => row?.xid)).size, Math.ceil(100 / 8));
  });

  it('may have no row', async () => {
    const [some, none, other] = await Promise.all([ask(1), ask(0), ask(2)]);
    assert.deepEqual([some?.length, none, other?.length], [1, [], 1]);
  });

  it('do not fail with one that is refused', async () => {
    const outcomes = await Promise.allSettled([ask(1), ask(-1), ask(2)]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
  });

  it('are not run again when the connection is lost: they may have been committed', async () => {
    const asked = Promise.allSettled([ask(1), ask(1_001), ask(2)]);
    const find =
      "select pid from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()";
    await until('it sleeps', async () => (await world.sql(find)).length > 0);
    await world.sql(`select pg_terminate_backend(pid) from (${find}) asleep`);
    assert.deepEqual(
      (await asked).map(({ status }) => status),
      ['rejected', 'rejected', 'rejected'],
    );
    assert.equal((await ask(3)).length, 1);
    assert.deepEqual(await world.sql('select last_value::integer as times from tries'), [{ times: 1 }]);
  });

  it('hold up nobody who comes after one that is slow', async () => {
    const slow = "select 1 as done from (select set_config('app.tenant_id', $1, true)) t, pg_sleep($2)";
    const { together } = world.container.database;
    let isOver = false;
    const slept = together.rows(slow, ['ten_1', 2]).then(() => {
      isOver = true;
    });
    await ask(1);
    assert.equal(isOver, false);
    await slept;
  });

  it('keep tenants apart: sessions that are made in one statement each go to the tenant that asked', async () => {
    const numbers = freshNumbers(4);
    const tenants = [
      await newTenant(world, { dids: numbers.slice(0, 2) }),
      await newTenant(world, { dids: numbers.slice(2) }),
    ];
    const made = await Promise.all(
      Array.from({ length: 40 }, async (_, place) => {
        const tenant = tenants[place % 2];
        assert.ok(tenant !== undefined);
        const phone = (side: number) => `+9198${String(place * 2 + side).padStart(8, '0')}`;
        const parties = { a: { phone: phone(0) }, b: { phone: phone(1) } };
        const reply = await tenant.api.post('/v1/sessions', {
          pool: 'default',
          expires_in_seconds: 60,
          parties,
        });
        assert.equal(reply.status, 201);
        return { id: reply.body.id, owner: tenant.id, number: reply.body.parties.a.masking_number };
      }),
    );
    const rows = await world.sql<{ id: string; tenant_id: string }>('select id, tenant_id from sessions');
    for (const { id, owner, number } of made) {
      assert.equal(rows.find((row) => row.id === id)?.tenant_id, owner);
      assert.equal(numbers.indexOf(number) < 2, owner === tenants[0]?.id);
    }
  });
});
