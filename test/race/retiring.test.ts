import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { freshNumbers, newSession, newTenant } from '../support/api.ts';
import { until } from '../support/embedded-folder.ts';
import { openRowHolder, type RowHolder } from '../support/row-holder.ts';
import { openWorld, type World } from '../support/world.ts';

describe('a DID that is retired while a session is being given it', () => {
  let world: World;
  let holder: RowHolder;
  before(async () => {
    world = await openWorld();
    holder = await openRowHolder(world);
  });
  after(async () => {
    await holder.close();
    await world.close();
  });

  it('waits for that session, and stays in service for it', async () => {
    const tenant = await newTenant(world, { dids: freshNumbers(2) });
    const [a = '', b = ''] = freshNumbers(2, '+9198');
    const first = await newSession(tenant, a, b, { cooling_seconds: 0 });
    await tenant.api.post(`/v1/sessions/${first.id}/end`, {});

    // Whichever pair it takes, it comes to a binding that somebody else is about to insert, and waits there half done.
    await holder.query('delete from bindings where tenant_id = $1', [tenant.id]);
    await holder.query('begin');
    await holder.query(
      `insert into bindings (tenant_id, did_id, caller_index, session_id, side, free_at)
       select d.tenant_id, d.id, f.caller_index, f.session_id, f.side, now() + interval '1 hour'
         from dids d join session_phones f on f.tenant_id = d.tenant_id where d.tenant_id = $1`,
      [tenant.id],
    );
    const creating = tenant.api.post('/v1/sessions', { parties: { a: { phone: a }, b: { phone: b } } });
    await holder.untilWaiting(1);

    const dids: { id: string }[] = (await tenant.api.get('/v1/dids')).body.data;
    let retired = 0;
    const retiring = dids.map(({ id }) =>
      tenant.api.delete(`/v1/dids/${id}`).finally(() => {
        retired += 1;
      }),
    );
    await until(
      'both wait as well, or did not have to',
      async () => (await holder.waiting()) + retired === 3,
    );
    await holder.query('rollback');
    const created = await creating;
    await Promise.all(retiring);

    assert.equal(created.status, 201, created.text);
    const states = (await tenant.api.get('/v1/dids')).body.data.map(({ status }: any) => status);
    assert.deepEqual(states, ['retiring', 'retiring']);
  });

  it('that has chosen it, though not taken it yet, gets another', async () => {
    const tenant = await newTenant(world, { dids: freshNumbers(4) });
    const [a = '', b = ''] = freshNumbers(2, '+9198');
    const dids: { id: string; e164: string }[] = (await tenant.api.get('/v1/dids')).body.data;
    const left = dids.slice(0, 2);
    await holder.query('begin');
    // All of them, so that it comes upon them whichever it chooses; two are in service again before anybody sees it.
    await holder.query(`update dids set status = 'retiring' where tenant_id = $1`, [tenant.id]);
    const creating = tenant.api.post('/v1/sessions', { parties: { a: { phone: a }, b: { phone: b } } });
    await holder.untilWaiting(1);
    const ids = left.map(({ id }) => id);
    await holder.query(`update dids set status = 'active' where id = any ($1)`, [ids]);
    await holder.query('commit');
    const { status, body, text } = await creating;
    assert.equal(status, 201, text);
    const given = [body.parties.a.masking_number, body.parties.b.masking_number];
    assert.deepEqual(given.sort(), left.map(({ e164 }) => e164).sort());
  });
});
